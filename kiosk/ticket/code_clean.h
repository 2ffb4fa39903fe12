#ifndef YUELAI_CODE_CLEAN_H
#define YUELAI_CODE_CLEAN_H

/* code_clean: one read, as the scanner sent it, made into a code: what stands around it
 * is dropped (prefix, AIM identifier, ECI, suffix, white space), then it is checked.
 * Part of ticket/code; nobody else needs it. Pure.
 *
 * AIM identifiers: ISO/IEC 15424; "]", a letter for the symbology, a modifier. ECI: AIM
 * ITS/04-023, a backslash and six digits before the text they hold for; in such a read
 * a backslash that is meant stands twice. Some scanners send the ECI without the
 * identifier: a read that begins with one is taken to follow its rules.
 */

#include "ticket/code.h"

/* Fills event->text (in `to`), length, eci, kind and, if it is malformed, fault, at and
 * byte. Returns false, and leaves event alone, if nothing is left of the read. */
bool code_clean(const struct code_setting *setting, const char *raw, size_t length,
                char to[CODE_MAX + 1], struct code_event *event);

#endif
