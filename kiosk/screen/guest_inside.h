#ifndef YUELAI_GUEST_INSIDE_H
#define YUELAI_GUEST_INSIDE_H

/* guest_inside: what the files of the guest family share, and nobody else includes:
 * guest.c (feed, timers), guest_printer.c (who waits for which printer), guest_write.c
 * (the state as JSON), guest_touch.c (answers of guests), guest_copy.c (what stands
 * there while there is no guest, and what the copy has to do with it). */

#include "desk/reader.h"
#include "print/printq.h"
#include "screen/guest.h"

/* What is known of a printer: enough to tell a guest why nothing comes. */
struct guest_printer {
    bool known;
    char name[PRINTQ_NAME_MAX + 1];
    enum printq_health health;
    bool down; /* printq_is_down */
    unsigned reasons;
    int64_t median_ms;
};

struct guest {
    struct guest_setting setting;
    struct surface surface;
    struct guest_view view;
    struct str questions;             /* JSON of what is asked; view.asks */
    int64_t entered_ms;               /* mono: since when the present screen is up */
    int64_t leave_ms, leave_total_ms; /* mono: when it goes; 0 = it stays */
    unsigned late;                    /* 0, 1, 2 */
    uint64_t reading;                 /* scan that may want "reading", 0 = none */
    struct loop_timer *reading_timer, *leave_timer, *late_timer;

    bool started, offline;
    bool has_role, prints, admits; /* what the role says; before: all */
    struct station_status station;
    struct guest_printer printers[PRINTQ_PRINTERS_MAX];
    enum scanner_state scanners[READER_SCANNERS_MAX];
    bool has_scanner[READER_SCANNERS_MAX];
    struct guest_copy copy;
    char event_name[ROSTER_TEXT_MAX + 1], event_zone[ROSTER_KEY_MAX + 1];
    char languages[GUEST_LANGUAGES_MAX][GUEST_LANGUAGE_MAX + 1];
};

/* ---- guest_printer.c ---- */

/* Badges are this station's business, and none could come out now. Until a role was told
 * a station without printers is one that nobody has said anything about. */
bool guest_lacks_printer(const struct guest *guest);

/* The printer that a badge waits for: its own, or while none was chosen the first that
 * works, or the first that does not. NULL: no printer is known. */
const struct guest_printer *guest_printer_for(const struct guest *guest, const char *name);

/* A badge that waits for a printer in trouble is told as such, and back again. */
void guest_printer_look(const struct guest *guest, struct guest_view *view);

/* ---- guest_write.c ---- */

bool guest_scanner_missing(const struct guest *guest);
void guest_publish(struct guest *guest, bool new_screen);

/* ---- guest_copy.c ---- */

/* What stands there while there is no guest. */
void guest_idle_view(const struct guest *guest, struct guest_view *idle);
/* Something that has to do with it has changed: another screen if it is another one, the
 * same with its news if not. */
void guest_look(struct guest *guest);
/* The chips "loading" and "old", within the array; then, beside it, their facts. */
void guest_write_copy_chips(const struct guest *guest, struct str *out);
void guest_write_copy(const struct guest *guest, struct str *out);

/* ---- guest.c ---- */

/* How long the present screen stays. */
int64_t guest_stay_ms(const struct guest_view *view);
bool guest_is_idle(const struct guest *guest);
void guest_set_leave(struct guest *guest, int64_t after_ms); /* 0 = stays */
/* Puts up another screen; view may be guest->view itself. */
void guest_enter(struct guest *guest, const struct guest_view *view);
void guest_go_idle(struct guest *guest);

#endif
