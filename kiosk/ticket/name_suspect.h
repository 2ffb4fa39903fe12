#ifndef YUELAI_NAME_SUSPECT_H
#define YUELAI_NAME_SUSPECT_H

/* name_suspect: does this look like a guest's name, as it would stand on the badge? A
 * suspicion for a person to look at before the event, never a refusal. Pure. */

enum name_suspicion {
    NAME_FINE,
    NAME_EMPTY,
    NAME_IS_A_TEST,     /* "test", "asdf", "测试", "N/A" */
    NAME_IS_AN_ADDRESS, /* of e-mail, or a link */
    NAME_HAS_DIGITS,
    NAME_IN_CAPITALS,        /* "MÜLLER ANNA" */
    NAME_IN_SMALL_LETTERS,   /* "anna müller" */
    NAME_IS_AN_ORGANISATION, /* "Siemens AG", or the same as the organisation */
    NAME_IS_SWAPPED,   /* the Latin field is not Latin while the other is; or a person's
                          name stands under organisation and an organisation's under name
                        */
    NAME_STANDS_TWICE, /* "Anna Anna", the whole name once more */
    NAME_SUSPICION_COUNT
};

struct name_texts {
    const char *name, *latin, *organisation; /* "" = none */
};

enum name_suspicion name_suspect(const struct name_texts *texts);

/* For people, English: "in capitals only". */
const char *name_suspicion_text(enum name_suspicion suspicion);

#endif
