#ifndef YUELAI_SCREEN_WHYS_H
#define YUELAI_SCREEN_WHYS_H

/* screen_whys: why a rule says no, as a browser test writes it:
 *
 *     [{"reason":"entries","compare":"at-most","number":2},{"reason":"from","at":1795482720000}] */

#include "base/json.h"
#include "ticket/rule.h"

void screen_whys(const struct json *from, struct rule_answer *why);

#endif
