#ifndef YUELAI_PREFLIGHT_TABLE_H
#define YUELAI_PREFLIGHT_TABLE_H

/* preflight_table: findings as rows for a spreadsheet, whoever writes them where.
 *
 *     ref,name,design,finding,detail */

#include "print/preflight.h"
#include "str.h"

void preflight_table_begin(struct str *out); /* the headings; before anything else */
void preflight_table_add(struct str *out, const struct preflight_finding *finding);

#endif
