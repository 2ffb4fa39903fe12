#ifndef YUELAI_NAME_JOIN_H
#define YUELAI_NAME_JOIN_H

/* name_join: a person's whole name from its parts, in the order in which it is written
 * where the guest is from.
 *
 *     张 + 伟               张伟          Han and Hangul: family first, no space
 *     山田 + 太郎 (JP)      山田 太郎     Japanese: family first, and a space
 *     Nagy + Anna (HU)      Nagy Anna     Hungary, Vietnam: family first
 *     Žižić + Đorđe (RS)    Đorđe Žižić   everybody else
 *
 * A name that came in one piece is nobody's to turn around. Pure. */

#include <stdbool.h>
#include <stddef.h>

struct name_parts {
    const char *family, *given; /* as they were given, "" = none */
    const char *middle; /* between given and family; behind family where that is first */
    const char *title; /* before the whole; "Dr." */
    const char *country; /* ISO 3166-1 alpha-2, "" = unknown */
};

/* True if this family name stands before the given one. */
bool name_family_is_first(const char *family, const char *country);

/* False if the whole does not fit into `size` bytes; `to` is then "". */
bool name_join(const struct name_parts *parts, char *to, size_t size);

#endif
