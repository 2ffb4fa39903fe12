#include "ctl/preview.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "ctl/sample.h"
#include "desk/desk.h"
#include "print/layouts.h"
#include "print/preflight.h"
#include "print/printq.h"
#include "store/badgekey.h"
#include "store/spool.h"
#include "str.h"
#include "ticket/role.h"

enum { DPI_MIN = 100, DPI_MAX = 1200, DPI_USUAL = 203 };

static const char usual_design[] = "conference-62x100";

/* ---- the code ----------------------------------------------------------------------
 */

void
preview_code(const struct badgecode *code, size_t length, char *text)
{
    char words[BADGECODE_SIGNED_MAX + 1];
    int used = snprintf(words, sizeof words, "PREVIEW-%s-%s%u", code->ref,
                        code->station, (unsigned)code->issue);
    assert(length <= BADGECODE_SIGNED_MAX && used > 0);
    for (size_t i = 0; i < length; i++)
        text[i] = i < (size_t)used ? words[i] : '.';
    text[length] = '\0';
}

/* As long as the badge's own: a code of another size would lie otherwise on the badge.
 */
static bool
write_code(const struct command_parts *parts, const struct spool_job *job, char *text,
           struct err *err)
{
    struct badgecode code = { .issue = job->issue };
    char own[BADGECODE_SIGNED_MAX + 1];
    str_copy(code.ref, sizeof code.ref, job->ref);
    str_copy(code.station, sizeof code.station, parts->station);
    if (!parts->db)
        badgecode_format(&code, own);
    else if (!badgekey_write(parts->db, job->event, &code, own, err))
        return false;
    preview_code(&code, strlen(own), text);
    return true;
}

/* ---- whose --------------------------------------------------------------------------
 */

static bool
no_such(const char *what, const char *text, const char *else_text, struct err *err)
{
    char quoted[80];
    return err_set(err, ERR_ABSENT, "%s \"%s\": %s", what,
                   str_quote(quoted, sizeof quoted, text, strlen(text)), else_text);
}

/* A ticket's code, a badge's (of any issue), or a reference. */
static bool
find_by_code(struct db *db, const char *text, bool *found, struct ticket *ticket,
             struct err *err)
{
    struct badgecode code;
    struct err ignored;
    enum roster_found secrets = ROSTER_NONE;
    *found = false;
    if (!roster_by_secret(db, text, strlen(text), &secrets, ticket, err))
        return false;
    if (secrets != ROSTER_NONE) {
        *found = true;
        return true;
    }
    bool is_badge = badgecode_parse(text, strlen(text), &code, &ignored);
    return roster_by_ref(db, is_badge ? code.ref : text, found, ticket, err);
}

static bool
find_ticket(struct db *db, const struct preview_wish *wish, struct ticket *ticket,
            struct err *err)
{
    bool found, by_ref = wish->ref[0] != '\0';
    if (!by_ref && wish->code[0] == '\0')
        return err_set(err, ERR_INPUT,
                       "preview: wants CODE (or --ref TICKET, or --sample)");
    if (by_ref ? !roster_by_ref(db, wish->ref, &found, ticket, err)
               : !find_by_code(db, wish->code, &found, ticket, err))
        return false;
    return found ||
           (by_ref ? no_such("ticket", wish->ref, "not in this station's copy", err)
                   : no_such("code", wish->code,
                             "no ticket in this station's copy has it", err));
}

/* With the session that a scan here would put on it. */
static bool
fill_guest(const struct command_parts *parts, const struct desk_badges *badges,
           const struct preview_wish *wish, struct preview *preview,
           struct spool_job *job, struct err *err)
{
    const struct role *role = parts->desk ? desk_role(parts->desk) : parts->role;
    struct ticket ticket;
    struct list list;
    bool has_list = false;
    if (!find_ticket(parts->db, wish, &ticket, err))
        return false;
    str_copy(preview->name, sizeof preview->name, ticket.name);
    const struct role_list *ours = role ? role_list_of(role, ticket.event) : NULL;
    if (ours && !roster_list(parts->db, ours->event, ours->list, &has_list, &list, err))
        return false;
    return desk_badge(badges, &ticket, has_list ? &list : NULL, job, err);
}

static bool
fill_sample(const struct desk_badges *badges, const struct preview_wish *wish,
            struct preview *preview, struct spool_job *job, struct err *err)
{
    const struct sample *sample = wish->code[0] ? sample_find(wish->code) : samples;
    if (!sample) {
        char quoted[80];
        struct str names;
        str_init(&names, 300);
        sample_names(&names);
        err_set(err, ERR_ABSENT, "sample \"%s\": there is none; want one of %s",
                str_quote(quoted, sizeof quoted, wish->code, strlen(wish->code)),
                names.data);
        str_finish(&names);
        return false;
    }
    str_copy(preview->name, sizeof preview->name, sample->name);
    return sample_job(sample, badges, job, err);
}

/* ---- on which printer
 * ---------------------------------------------------------------- */

/* Printq serves a kind that no printer names by all: looked at as on the first. */
static const struct printq_printer *
first_for(const struct preflight_means *means, const char *kind)
{
    for (unsigned i = 0; i < *means->printer_count; i++) {
        if (printq_serves(&means->printers[i], kind))
            return &means->printers[i];
    }
    return *means->printer_count > 0 ? &means->printers[0] : NULL;
}

static bool
choose_printer(const struct preflight_means *means, const struct preview_wish *wish,
               const char *kind, const struct printq_printer **printer, struct err *err)
{
    *printer = wish->dpi[0] ? NULL : first_for(means, kind);
    if (wish->printer[0] == '\0')
        return true;
    if (wish->dpi[0])
        return err_set(err, ERR_INPUT, "--printer and --dpi: want one of the two");
    for (unsigned i = 0; i < *means->printer_count; i++) {
        *printer = &means->printers[i];
        if (strcmp((*printer)->name, wish->printer) == 0)
            return true;
    }
    return no_such("printer", wish->printer, "the configuration has none of the name",
                   err);
}

/* Without a printer the page is the design's own size: a target of no width. */
static bool
choose_target(const struct printq_printer *printer, const struct preview_wish *wish,
              struct easel_target *target, struct err *err)
{
    long long dpi = DPI_USUAL;
    if (wish->dpi[0] && !str_read_int(wish->dpi, DPI_MIN, DPI_MAX, &dpi))
        return err_set(err, ERR_INPUT, "--dpi: want %d to %d", DPI_MIN, DPI_MAX);
    *target =
        printer ? printq_target(printer) : (struct easel_target){ .dpi = (int32_t)dpi };
    return true;
}

/* The ticket's secret opens doors: what stands in its place is as long, and of small
 * letters as secrets are. */
static bool
hide_secret(const struct badgecode *code, char *fields, size_t size, struct err *err)
{
    char text[BADGECODE_SIGNED_MAX + 1];
    struct json *root;
    struct str out;
    if (!json_parse(fields, strlen(fields), &root, err))
        return false;
    str_init(&out, size - 1);
    json_open_object(&out, NULL);
    for (const struct json *item = json_first(root); item; item = json_next(item)) {
        const char *secret;
        if (strcmp(json_key(item), "secret") != 0 ||
            !json_text(item, "", &secret, err)) {
            json_add_value(&out, json_key(item), item);
            continue;
        }
        size_t length = strlen(secret);
        preview_code(code, length < sizeof text ? length : sizeof text - 1, text);
        for (char *c = text; *c; c++)
            *c = (char)tolower((unsigned char)*c);
        json_add_text(&out, "secret", text);
    }
    json_close_object(&out);
    json_free(root);
    bool ok =
        str_ok(&out) || err_set(err, ERR_LIMIT, "the guest's fields are too long");
    if (ok)
        str_copy(fields, size, out.data);
    str_finish(&out);
    return ok;
}

/* A ticketing server's in place of the printer's own, where it has one. */
static bool
use_layout(const struct command_parts *parts, const struct spool_job *job,
           struct preview *preview, struct err *err)
{
    struct proof_sheet *sheet = &preview->sheet;
    const struct layouts_setting setting = { parts->drawing->easel.layouts, parts->db,
                                             parts->log };
    const struct layouts_to to = { .design = sheet->design,
                                   .design_size = sizeof sheet->design,
                                   .fields = sheet->fields,
                                   .fields_size = sizeof sheet->fields };
    struct badgecode code = { .issue = job->issue };
    struct err why;
    struct layouts *layouts = layouts_create(&setting);
    if (!layouts)
        return err_no_memory(err);
    if (!layouts_use(layouts, job, &to, &why))
        str_copy(preview->no_layout, sizeof preview->no_layout, why.text);
    layouts_destroy(layouts);
    str_copy(code.ref, sizeof code.ref, job->ref);
    str_copy(code.station, sizeof code.station, parts->station);
    return hide_secret(&code, sheet->fields, sizeof sheet->fields, err);
}

static bool
choose_design(const struct command_parts *parts, const struct preview_wish *wish,
              const struct printq_printer *printer, const struct spool_job *job,
              struct preview *preview, struct err *err)
{
    const char *design = wish->design[0] ? wish->design : job->design;
    bool of_server = design[0] == '\0' && printer && printer->server_layouts &&
                     parts->db && parts->drawing->easel.layouts;
    if (design[0] == '\0')
        design = printer && printer->design[0] ? printer->design : usual_design;
    str_copy(preview->sheet.fields, sizeof preview->sheet.fields, job->fields);
    if (!str_copy(preview->sheet.design, sizeof preview->sheet.design, design))
        return err_set(err, ERR_INPUT, "design: the name is over %d bytes",
                       ROSTER_KEY_MAX);
    return !of_server || use_layout(parts, job, preview, err);
}

/* ---- all of it
 * ----------------------------------------------------------------------- */

static bool
fill_sheet(const struct command_parts *parts, const struct preview_wish *wish,
           const struct spool_job *job, struct preview *preview, struct err *err)
{
    const struct printq_printer *printer;
    struct proof_sheet *sheet = &preview->sheet;
    if (!choose_printer(parts->drawing, wish, job->kind, &printer, err) ||
        !choose_target(printer, wish, &sheet->target, err) ||
        !choose_design(parts, wish, printer, job, preview, err))
        return false;
    if (printer)
        str_copy(preview->printer, sizeof preview->printer, printer->name);
    str_copy(sheet->ref, sizeof sheet->ref, job->ref);
    return write_code(parts, job, sheet->qr, err);
}

bool
preview_fill(const struct command_parts *parts, const struct preview_wish *wish,
             struct preview *preview, struct err *err)
{
    struct desk_badges badges = { .db = parts->db,
                                  .log = parts->log,
                                  .station = parts->station,
                                  .kinds = parts->kinds,
                                  .kind_count = *parts->kind_count };
    struct spool_job job;
    if (wish->sample && wish->ref[0])
        return err_set(err, ERR_INPUT, "--ref and --sample: want one of the two");
    if (wish->ref[0] && wish->code[0])
        return err_set(err, ERR_INPUT, "CODE and --ref: want one of the two");
    bool ok = wish->sample ? fill_sample(&badges, wish, preview, &job, err)
                           : fill_guest(parts, &badges, wish, preview, &job, err);
    return ok && fill_sheet(parts, wish, &job, preview, err);
}

static void
add_warning(char *text, size_t size, const char *before, const char *words)
{
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s%s%s", used ? "; " : "", before, words);
}

void
preview_warn(const struct preview *preview, char *text, size_t size)
{
    const struct easel_request *answer = &preview->sheet.answer;
    text[0] = '\0';
    if (answer->misfit[0])
        add_warning(text, size,
                    answer->overflow ? "a text does not fit: "
                                     : "letters that no typeface has: ",
                    answer->misfit);
    if (answer->qr_is_small)
        add_warning(text, size, "the QR code is too dense for the printer", "");
    if (preview->no_layout[0])
        add_warning(text, size, "the ticketing server's layout cannot be drawn: ",
                    preview->no_layout);
}
