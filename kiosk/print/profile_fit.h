#ifndef YUELAI_PROFILE_FIT_H
#define YUELAI_PROFILE_FIT_H

/* profile_fit: which profiles are for a printer that was found, by what it calls itself.
 * Pure.
 *
 *     "Zebra Technologies ZTC ZD421-203dpi ZPL"        make and model
 *     "MFG:Zebra;CMD:ZPL;MDL:ZTC ZD421-203dpi ZPL;"    IEEE 1284 id
 *     "usb://Zebra%20Technologies/ZTC%20ZD421-203dpi"  a device's URI
 */

#include <stdbool.h>

#include "print/profile.h"

/* How well a profile is for it: the length of its longest model that stands there as a
 * whole word; half of it where it stands without its resolution ("ZD421"); 0: not at
 * all. */
unsigned profile_fit(const struct profile *profile, const char *words);

/* The printer language that an IEEE 1284 id names (CMD:), as profiles write it; "" = none
 * of ours. */
const char *profile_fit_language(const char *id);

/* "%20" and the like as characters: a URI as words. */
void profile_fit_words(const char *uri, char *words, unsigned long size);

#endif
