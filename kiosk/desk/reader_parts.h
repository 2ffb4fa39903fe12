#ifndef YUELAI_READER_PARTS_H
#define YUELAI_READER_PARTS_H

/* reader_parts: what reader.c (codes) and reader_slots.c (which scanners there are)
 * share; nobody else includes it. */

#include "desk/reader.h"
#include "ticket/code.h"

struct slot;

struct source { /* one device behind a scanner */
    struct slot *slot;
    struct code code;
    struct loop_timer *idle;
};

struct slot { /* one configured scanner */
    struct reader *reader;
    struct reader_scanner scanner; /* name "" = the slot is empty */
    const struct scanner_driver *driver;
    struct scanner *device;
    struct code_setting code_setting;
    struct source sources[SCANNER_SOURCES_MAX];
    struct reader_status status;
    bool has_state;
};

struct reader {
    struct reader_setting setting; /* scanners is not kept */
    unsigned count; /* slots that were ever built, whole or half */
    bool stopped;
    bool (*take)(const char *text, size_t length, void *self);
    void *take_self;
    struct slot slots[READER_SCANNERS_MAX];
};

/* ---- reader.c ---- */
extern const struct scanner_host reader_host; /* without its self, a slot */
void reader_publish(const struct slot *slot);
void reader_on_event(const struct code_event *event, void *slot); /* code_fn */
void reader_on_silence(void *source); /* loop_fn */
/* Waits for the silence behind what is open, if anything is. */
void reader_await_silence(struct source *source);

#endif
