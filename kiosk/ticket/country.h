#ifndef YUELAI_COUNTRY_H
#define YUELAI_COUNTRY_H

/* country: what a badge and a screen call a guest's country. The short names of Unicode's
 * CLDR (Türkiye as the United Nations write it), for all codes of ISO 3166-1. Pure. */

enum { COUNTRY_COUNT = 249, COUNTRY_NAME_MAX = 63 /* bytes */ };

/* The name of an ISO 3166-1 alpha-2 code, in either case: in Chinese for a language
 * (BCP 47) that begins with zh, else in English. NULL if there is no such code. */
const char *country_name(const char *code, const char *language);

/* The codes in their order: the number-th, or NULL behind the last. */
const char *country_code(unsigned number);

#endif
