#include "print/preflight.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print/badge_secret.h"
#include "print/proof.h"
#include "store/badgekey.h"
#include "store/spool.h"
#include "str.h"
#include "ticket/name_suspect.h"

enum { REFUSED_MAX = 32 };

struct preflight {
    struct preflight_setting set;
    struct proof *proof;
    struct layouts *layouts; /* NULL: none are drawn */
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

const char *
preflight_what_name(enum preflight_what what)
{
    static const char *const names[PREFLIGHT_WHAT_COUNT] = {
        [PREFLIGHT_REFUSED] = "refused", [PREFLIGHT_FAILED] = "failed",
        [PREFLIGHT_NO_NAME] = "no-name", [PREFLIGHT_OVERFLOW] = "overflow",
        [PREFLIGHT_LETTERS] = "letters", [PREFLIGHT_QR] = "qr",
        [PREFLIGHT_NAME] = "name",
    };
    return names[what];
}

/* ---- designs ----------------------------------------------------------------------
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

/* Of a design that cannot be had: once, however many badges want it. */
static bool
tell_design(struct preflight *preflight, const char *design, const char *detail,
            struct err *err)
{
    const struct preflight_finding finding = { PREFLIGHT_REFUSED, "", "", design,
                                               detail };
    preflight->counts.findings[PREFLIGHT_REFUSED]++;
    return was_told(preflight, design) ||
           preflight->set.found(&finding, NULL, preflight->set.self, err);
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
printer_for(const struct preflight_means *means, const char *kind)
{
    for (unsigned i = 0; i < *means->printer_count; i++) {
        if (printq_serves(&means->printers[i], kind))
            return &means->printers[i];
    }
    return *means->printer_count > 0 ? &means->printers[0] : NULL;
}

static bool
choose(struct preflight *preflight, struct proof_sheet *sheet, struct err *err)
{
    static const struct easel_target usual = { .dpi = 203,
                                               .width_dots = 496,
                                               .height_dots = 799 };
    const struct spool_job *job = &preflight->job;
    const struct printq_printer *printer = printer_for(preflight->set.means, job->kind);
    const char *design = preflight->set.design;
    if (!design || design[0] == '\0')
        design = job->design;
    bool of_server =
        design[0] == '\0' && printer && printer->server_layouts && preflight->layouts;
    if (design[0] == '\0')
        design = printer && printer->design[0] ? printer->design : "conference-62x100";
    str_copy(sheet->design, sizeof sheet->design, design);
    str_copy(sheet->fields, sizeof sheet->fields, job->fields);
    sheet->target = printer ? printq_target(printer) : usual;
    const struct layouts_to to = { .design = sheet->design,
                                   .design_size = sizeof sheet->design,
                                   .fields = sheet->fields,
                                   .fields_size = sizeof sheet->fields };
    sheet->owner = NULL;
    if (!of_server || layouts_use(preflight->layouts, job, &to, err))
        return true;
    sheet->owner = preflight; /* drawn all the same, as it would be printed */
    return tell_design(preflight, "server", err->text, err);
}

static bool
next(struct proof_sheet *sheet, bool *more, void *self, struct err *err)
{
    struct preflight *preflight = self;
    const struct preflight_means *means = preflight->set.means;
    struct spool_job *job = &preflight->job;
    struct badgecode code = { 0 };

    preflight->has_ticket = false;
    if (!roster_each_ticket(means->db, preflight->set.event, preflight->after_id, 0,
                            take, preflight, err))
        return false;
    *more = preflight->has_ticket;
    if (!*more)
        return true;
    if (!means->fill(&preflight->ticket, job, means->self, err) ||
        !choose(preflight, sheet, err) ||
        !badge_secret_take(means->db, preflight->ticket.ref, sheet->secret, err))
        return false;
    badge_secret_blur(sheet->secret);
    str_copy(sheet->ref, sizeof sheet->ref, preflight->ticket.ref);
    str_copy(code.ref, sizeof code.ref, preflight->ticket.ref);
    str_copy(code.station, sizeof code.station, means->station);
    code.issue = job->issue;
    return badgekey_write(means->db, preflight->ticket.event, &code, sheet->qr, err);
}

/* ---- what is wrong with one -------------------------------------------------------
 */

static bool
tell(struct preflight *preflight, enum preflight_what what,
     const struct proof_sheet *sheet, const char *detail, struct err *err)
{
    const struct preflight_finding finding = { what, sheet->ref, preflight->ticket.name,
                                               sheet->design, detail };
    bool drawn = sheet->answer.outcome == EASEL_DRAWN;
    if (what == PREFLIGHT_REFUSED)
        return tell_design(preflight, sheet->design, detail, err);
    preflight->counts.findings[what]++;
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

/* Its quiet zone counts: the rectangle in the design holds that too. */
static void
say_dense(const struct easel_request *answer, char *to, size_t size)
{
    int64_t dots = (int64_t)answer->qr_modules * answer->qr_readable_dots;
    int64_t dpi = answer->page.dpi > 0 ? answer->page.dpi : 1;
    int64_t tenths_mm = (dots * 254 + dpi - 1) / dpi;
    snprintf(to, size,
             "modules of %d dots, want %d: a rectangle of %" PRId64 ".%" PRId64
             " mm for it in the design, or a shorter code",
             answer->qr_module_dots, answer->qr_readable_dots, tenths_mm / 10,
             tenths_mm % 10);
}

static bool
look_at_drawing(struct preflight *preflight, const struct proof_sheet *sheet,
                bool *flagged, struct err *err)
{
    const struct easel_request *answer = &sheet->answer;
    bool drawn = answer->outcome == EASEL_DRAWN;
    char dense[160] = "";
    if (drawn && answer->qr_is_small)
        say_dense(answer, dense, sizeof dense);
    const struct {
        bool is;
        enum preflight_what what;
        const char *detail;
    } cases[] = {
        { answer->outcome == EASEL_REFUSED, PREFLIGHT_REFUSED, answer->text },
        { answer->outcome == EASEL_CRASHED, PREFLIGHT_FAILED, answer->text },
        { drawn && answer->overflow, PREFLIGHT_OVERFLOW, answer->misfit },
        { drawn && answer->missing > 0, PREFLIGHT_LETTERS, answer->misfit },
        { drawn && answer->qr_is_small, PREFLIGHT_QR, dense },
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
    bool flagged = sheet->owner != NULL, found;
    if (!roster_by_ref(preflight->set.means->db, sheet->ref, &found, &preflight->ticket,
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
    const struct preflight_means *means = setting->means;
    struct preflight *self = calloc(1, sizeof *self);
    struct roster_age age;
    const struct layouts_setting layouts = { means->easel.layouts, means->db,
                                             means->easel.log };
    *preflight = NULL;
    if (!self)
        return err_no_memory(err);
    self->set = *setting;
    struct proof_setting proof = {
        .easel = means->easel,
        .next = next,
        .drawn = drawn,
        .ended = ended,
        .self = self,
    };
    if (means->easel.layouts && !(self->layouts = layouts_create(&layouts))) {
        free(self);
        return err_no_memory(err);
    }
    if (!roster_age(means->db, &age, err) || !proof_create(&proof, &self->proof, err)) {
        preflight_destroy(self);
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
    layouts_destroy(preflight->layouts);
    free(preflight);
}

const struct preflight_counts *
preflight_counts(const struct preflight *preflight)
{
    return &preflight->counts;
}
