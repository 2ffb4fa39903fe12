#include "ctl/preflight.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk/desk.h"
#include "print/printq.h"
#include "print/proof.h"
#include "store/badgekey.h"
#include "store/spool.h"
#include "str.h"
#include "ticket/name_suspect.h"

enum { REFUSED_MAX = 32 };

struct preflight {
    struct preflight_setting set;
    struct proof *proof;
    struct preflight_counts counts;
    int64_t after_id;
    struct ticket ticket; /* the roster's next one, then the one that was drawn */
    bool has_ticket;
    struct spool_job job;
    char refused[REFUSED_MAX][ROSTER_KEY_MAX + 1]; /* designs that were told of */
    unsigned refused_count;
};

const char *
preflight_what_text(enum preflight_what what)
{
    static const char *const texts[PREFLIGHT_WHAT_COUNT] = {
        [PREFLIGHT_REFUSED] = "design refused",
        [PREFLIGHT_FAILED] = "drawing failed",
        [PREFLIGHT_NO_NAME] = "no name",
        [PREFLIGHT_OVERFLOW] = "text does not fit",
        [PREFLIGHT_LETTERS] = "letters that no typeface has",
        [PREFLIGHT_QR] = "QR code too dense for the printer",
        [PREFLIGHT_NAME] = "suspicious name",
    };
    return texts[what];
}

/* ---- the next badge -------------------------------------------------------------- */

static bool
take(const struct ticket *ticket, void *self)
{
    struct preflight *preflight = self;
    preflight->after_id = ticket->id;
    preflight->has_ticket = ticket->status != TICKET_CANCELLED;
    if (preflight->has_ticket)
        preflight->ticket = *ticket;
    return !preflight->has_ticket;
}

/* Printq serves a kind that no printer names by all: looked at as on the first. */
static const struct printq_printer *
printer_for(const struct command_drawing *drawing, const char *kind)
{
    for (unsigned i = 0; i < *drawing->printer_count; i++) {
        if (printq_serves(&drawing->printers[i], kind))
            return &drawing->printers[i];
    }
    return *drawing->printer_count > 0 ? &drawing->printers[0] : NULL;
}

static bool
choose(struct preflight *preflight, struct proof_sheet *sheet, struct err *err)
{
    static const struct easel_target usual = { .dpi = 203,
                                               .width_dots = 496,
                                               .height_dots = 799 };
    const struct spool_job *job = &preflight->job;
    const struct printq_printer *printer =
        printer_for(preflight->set.parts->drawing, job->kind);
    const char *design = preflight->set.design;
    bool layout = false;
    if (!design || design[0] == '\0')
        design = job->design;
    if (design[0] == '\0' && printer && printer->server_layouts &&
        !printq_has_layout(preflight->set.parts->db, job, &layout, err))
        return false;
    preflight->counts.layouts += layout;
    if (design[0] == '\0')
        design = printer && printer->design[0] ? printer->design : "conference-62x100";
    str_copy(sheet->design, sizeof sheet->design, design);
    sheet->target = printer ? printq_target(printer) : usual;
    return true;
}

static bool
next(struct proof_sheet *sheet, bool *more, void *self, struct err *err)
{
    struct preflight *preflight = self;
    const struct command_parts *parts = preflight->set.parts;
    struct spool_job *job = &preflight->job;
    struct desk_badges badges = { .db = parts->db,
                                  .log = parts->log,
                                  .station = parts->station,
                                  .kinds = parts->drawing->kinds,
                                  .kind_count = *parts->drawing->kind_count };
    struct badgecode code = { 0 };

    preflight->has_ticket = false;
    if (!roster_each_ticket(parts->db, preflight->set.event, preflight->after_id, 0,
                            take, preflight, err))
        return false;
    *more = preflight->has_ticket;
    if (!*more)
        return true;
    if (!desk_badge(&badges, &preflight->ticket, NULL, job, err) ||
        !choose(preflight, sheet, err))
        return false;
    str_copy(sheet->ref, sizeof sheet->ref, preflight->ticket.ref);
    str_copy(sheet->fields, sizeof sheet->fields, job->fields);
    str_copy(code.ref, sizeof code.ref, preflight->ticket.ref);
    str_copy(code.station, sizeof code.station, parts->station);
    code.issue = job->issue;
    return badgekey_write(parts->db, preflight->ticket.event, &code, sheet->qr, err);
}

/* ---- what is wrong with one -------------------------------------------------------
 */

static bool
was_told(struct preflight *preflight, const char *design)
{
    for (unsigned i = 0; i < preflight->refused_count; i++) {
        if (strcmp(preflight->refused[i], design) == 0)
            return true;
    }
    if (preflight->refused_count < REFUSED_MAX)
        str_copy(preflight->refused[preflight->refused_count++], ROSTER_KEY_MAX + 1,
                 design);
    return false;
}

static bool
tell(struct preflight *preflight, enum preflight_what what,
     const struct proof_sheet *sheet, const char *detail, struct err *err)
{
    struct preflight_finding finding = { .what = what };
    bool drawn = sheet->answer.outcome == EASEL_DRAWN;
    preflight->counts.findings[what]++;
    str_copy(finding.design, sizeof finding.design, sheet->design);
    str_copy(finding.detail, sizeof finding.detail, detail);
    if (what == PREFLIGHT_REFUSED && was_told(preflight, sheet->design))
        return true;
    if (what != PREFLIGHT_REFUSED) {
        str_copy(finding.ref, sizeof finding.ref, sheet->ref);
        str_copy(finding.name, sizeof finding.name, preflight->ticket.name);
    }
    return preflight->set.found(&finding, drawn ? &sheet->answer.page : NULL,
                                preflight->set.self, err);
}

static bool
look_at_name(struct preflight *preflight, const struct proof_sheet *sheet,
             bool *flagged, struct err *err)
{
    const struct ticket *ticket = &preflight->ticket;
    struct name_texts texts = { ticket->name, ticket->name_latin,
                                ticket->organisation };
    enum name_suspicion suspicion = name_suspect(&texts);
    if (suspicion == NAME_FINE)
        return true;
    *flagged = true;
    return suspicion == NAME_EMPTY ? tell(preflight, PREFLIGHT_NO_NAME, sheet, "", err)
                                   : tell(preflight, PREFLIGHT_NAME, sheet,
                                          name_suspicion_text(suspicion), err);
}

static bool
look_at_drawing(struct preflight *preflight, const struct proof_sheet *sheet,
                bool *flagged, struct err *err)
{
    const struct easel_request *answer = &sheet->answer;
    bool drawn = answer->outcome == EASEL_DRAWN;
    const struct {
        bool is;
        enum preflight_what what;
        const char *detail;
    } cases[] = {
        { answer->outcome == EASEL_REFUSED, PREFLIGHT_REFUSED, answer->text },
        { answer->outcome == EASEL_CRASHED, PREFLIGHT_FAILED, answer->text },
        { drawn && answer->overflow, PREFLIGHT_OVERFLOW, answer->misfit },
        { drawn && answer->missing > 0, PREFLIGHT_LETTERS, answer->misfit },
        { drawn && answer->qr_is_small, PREFLIGHT_QR, "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        *flagged = *flagged || cases[i].is;
        if (cases[i].is && !tell(preflight, cases[i].what, sheet, cases[i].detail, err))
            return false;
    }
    return true;
}

static bool
drawn(const struct proof_sheet *sheet, void *self, struct err *err)
{
    struct preflight *preflight = self;
    bool flagged = false, found;
    if (!roster_by_ref(preflight->set.parts->db, sheet->ref, &found, &preflight->ticket,
                       err))
        return false;
    if (!found) /* it has gone since */
        return true;
    preflight->counts.badges++;
    bool ok = look_at_drawing(preflight, sheet, &flagged, err) &&
              look_at_name(preflight, sheet, &flagged, err);
    preflight->counts.flagged += flagged;
    return ok;
}

static void
ended(const struct err *err, void *self)
{
    struct preflight *preflight = self;
    preflight->set.ended(err, preflight->set.self);
}

/* ---- life -------------------------------------------------------------------------
 */

bool
preflight_create(const struct preflight_setting *setting, struct preflight **preflight,
                 struct err *err)
{
    const struct command_parts *parts = setting->parts;
    struct preflight *self = calloc(1, sizeof *self);
    struct roster_age age;
    *preflight = NULL;
    if (!self)
        return err_no_memory(err);
    self->set = *setting;
    struct proof_setting proof = {
        .easel = { .helper = parts->helper,
                   .designs = parts->drawing->designs,
                   .cache = parts->drawing->cache,
                   .fonts = parts->drawing->fonts,
                   .loop = parts->loop,
                   .clock = parts->clock,
                   .log = parts->log },
        .next = next,
        .drawn = drawn,
        .ended = ended,
        .self = self,
    };
    if (!roster_age(parts->db, &age, err) || !proof_create(&proof, &self->proof, err)) {
        free(self);
        return false;
    }
    if (!setting->event || setting->event[0] == '\0')
        self->counts.of = age.tickets;
    *preflight = self;
    return true;
}

void
preflight_destroy(struct preflight *preflight)
{
    if (!preflight)
        return;
    proof_destroy(preflight->proof);
    free(preflight);
}

const struct preflight_counts *
preflight_counts(const struct preflight *preflight)
{
    return &preflight->counts;
}
