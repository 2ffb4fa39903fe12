#include "draw/text_break.h"

#include <assert.h>
#include <math.h>

#include "draw/design.h"

static const float shy_cost = 1.15F; /* a line 15 % wider is the lesser evil */

static float
line_width(const struct text_breaks *breaks, const float *sum, int after, int end)
{
    int from = after < 0 ? 0 : breaks->at[after].next;
    return sum[breaks->at[end].end] - sum[from];
}

static float
line_cost(const struct text_breaks *breaks, const float *sum, int after, int end)
{
    float width = line_width(breaks, sum, after, end);
    return breaks->at[end].shy ? width * shy_cost : width;
}

/* The classic: best[l][j] is the least widest line when the first j + 1 breaks end
 * l + 1 lines. */
struct table {
    float best[DESIGN_LINES_MAX][TEXT_BREAKS_MAX];
    int before[DESIGN_LINES_MAX][TEXT_BREAKS_MAX];
};

static void
fill_line(struct table *table, const struct text_breaks *breaks, const float *sum,
          int l)
{
    for (int j = l; j < breaks->count; j++) {
        table->best[l][j] = INFINITY;
        for (int i = l - 1; i < j; i++) {
            float cost = fmaxf(table->best[l - 1][i], line_cost(breaks, sum, i, j));
            if (cost < table->best[l][j]) {
                table->best[l][j] = cost;
                table->before[l][j] = i;
            }
        }
    }
}

bool
text_break_into(const struct text_breaks *breaks, const float *sum, int lines,
                int *chosen, float *widest)
{
    struct table table;

    assert(lines >= 1 && lines <= DESIGN_LINES_MAX);
    if (breaks->count < lines)
        return false;
    for (int j = 0; j < breaks->count; j++)
        table.best[0][j] = line_cost(breaks, sum, -1, j);
    for (int l = 1; l < lines; l++)
        fill_line(&table, breaks, sum, l);

    int end = breaks->count - 1;
    *widest = 0;
    for (int l = lines - 1; l >= 0; l--) {
        int after = l > 0 ? table.before[l][end] : -1;
        chosen[l] = end;
        *widest = fmaxf(*widest, line_width(breaks, sum, after, end));
        end = after;
    }
    return true;
}
