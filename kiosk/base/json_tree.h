#ifndef YUELAI_JSON_TREE_H
#define YUELAI_JSON_TREE_H

/* json_tree: a value as the files of base/json.h see it. Inside of those only.
 *
 *     root --child--> member --next--> member
 *
 * All values of a tree lie in a few blocks, all its keys and texts in one: what reads
 * pages of a megabyte allocates a handful of times. */

#include "base/json.h"

struct json {
    struct json *next, *child; /* child: the first, of an array or object */
    const char *key;           /* NULL: no member */
    enum json_kind kind;
    union {
        const char *text;
        double number;
        bool truth;
    };
};

#endif
