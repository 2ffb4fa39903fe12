#include "print/preflight_table.h"

#include "base/csv_write.h"

static void
add_row(struct str *out, const char *const fields[5])
{
    for (int i = 0; i < 5; i++)
        csv_write_field(out, fields[i]);
    csv_write_end(out);
}

void
preflight_table_begin(struct str *out)
{
    static const char *const headings[5] = { "ref", "name", "design", "finding",
                                             "detail" };
    csv_write_mark(out);
    add_row(out, headings);
}

void
preflight_table_add(struct str *out, const struct preflight_finding *finding)
{
    const char *const fields[5] = { finding->ref, finding->name, finding->design,
                                    preflight_what_text(finding->what),
                                    finding->detail };
    add_row(out, fields);
}
