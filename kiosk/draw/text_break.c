#include "draw/text_break.h"

#include <assert.h>
#include <math.h>

#include "draw/design.h"

static float
line_width(const struct text_breaks *breaks, const float *sum, int after, int end)
{
    int from = after < 0 ? 0 : breaks->at[after].next;
    return sum[breaks->at[end].end] - sum[from];
}

static float
line_cost(const struct text_breaks *breaks, const float *sum, int after, int end)
{
    return line_width(breaks, sum, after, end) * breaks->at[end].cost;
}

/* The classic: best[l][j] is the least widest line when the first j + 1 breaks end
 * l + 1 lines. Among ways that are as good, the one with the better breaks, which is
 * what `worse` counts. */
struct table {
    float best[DESIGN_LINES_MAX][TEXT_BREAKS_MAX];
    float worse[DESIGN_LINES_MAX][TEXT_BREAKS_MAX];
    int before[DESIGN_LINES_MAX][TEXT_BREAKS_MAX];
};

static const float worse_weight = 0.5F;

static void
try(struct table *table, const struct text_breaks *breaks, int l, const int ij[2],
    float cost)
{
    int i = ij[0], j = ij[1];
    float best = fmaxf(table->best[l - 1][i], cost);
    float worse = table->worse[l - 1][i] + cost * (1 - 1 / breaks->at[j].cost);
    if (best + worse_weight * worse >=
        table->best[l][j] + worse_weight * table->worse[l][j])
        return;
    table->best[l][j] = best;
    table->worse[l][j] = worse;
    table->before[l][j] = i;
}

static void
fill_line(struct table *table, const struct text_breaks *breaks, const float *sum,
          int l)
{
    for (int j = l; j < breaks->count; j++) {
        table->best[l][j] = INFINITY;
        table->worse[l][j] = 0;
        for (int i = l - 1; i < j; i++)
            try(table, breaks, l, (int[2]){ i, j }, line_cost(breaks, sum, i, j));
    }
}

static void
fill_first(struct table *table, const struct text_breaks *breaks, const float *sum)
{
    for (int j = 0; j < breaks->count; j++) {
        table->best[0][j] = line_cost(breaks, sum, -1, j);
        table->worse[0][j] = table->best[0][j] * (1 - 1 / breaks->at[j].cost);
    }
}

bool
text_break_into(const struct text_breaks *breaks, const float *sum, int lines,
                struct text_broken *broken)
{
    struct table table;

    assert(lines >= 1 && lines <= DESIGN_LINES_MAX);
    if (breaks->count < lines)
        return false;
    fill_first(&table, breaks, sum);
    for (int l = 1; l < lines; l++)
        fill_line(&table, breaks, sum, l);

    int end = breaks->count - 1;
    broken->widest = 0;
    broken->worst = 1;
    for (int l = lines - 1; l >= 0; l--) {
        int after = l > 0 ? table.before[l][end] : -1;
        broken->ends[l] = end;
        broken->worst = fmaxf(broken->worst, breaks->at[end].cost);
        broken->widest = fmaxf(broken->widest, line_width(breaks, sum, after, end));
        end = after;
    }
    return true;
}
