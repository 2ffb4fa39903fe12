#ifndef YUELAI_DRAW_PREPARE_RED_H
#define YUELAI_DRAW_PREPARE_RED_H

/* prepare_red: which colours of a design are the second colour of a printer that has
 * black and red. Pure.
 *
 * Red takes from the paper at least twice as much green and blue as red, and of neither
 * green nor blue over twice as much as of the other: within 30 degrees of pure red. These
 * shares stay as they are in the soft edge of a shape on paper, so that no edge changes
 * its colour. #f00, #c8102e and #8b0000 are red; orange, magenta and dark brown are not. */

#include <stdbool.h>
#include <stdint.h>

/* How strong the red of 0xRRGGBB is on white paper, 0 to 255; 0: it is not red. */
unsigned prepare_redness(uint32_t rgb);

/* Is it half as strong as pure red, or stronger? What is not is paper, or black. */
bool prepare_is_red(uint32_t rgb);

/* A fill as SVG writes it: red, #f00, #ff0000, rgb(255,0,0). False for what is no colour
 * too. */
bool prepare_is_red_word(const char *value);

#endif
