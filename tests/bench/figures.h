#ifndef YUELAI_BENCH_FIGURES_H
#define YUELAI_BENCH_FIGURES_H

/* figures: times that were measured, and what stands at a share of them. */

#include <stdlib.h>
#include <time.h>

struct figures {
    double *us;
    unsigned count;
};

static inline double
now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static inline void
figures_init(struct figures *figures, unsigned room)
{
    figures->us = calloc(room, sizeof *figures->us);
    figures->count = 0;
    if (!figures->us)
        abort();
}

static inline int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static inline double
at(const struct figures *figures, double share)
{
    if (figures->count == 0)
        return 0;
    return figures->us[(unsigned)(share * (figures->count - 1) + 0.5)];
}

static inline void
sort(struct figures *figures)
{
    qsort(figures->us, figures->count, sizeof *figures->us, compare);
}

#endif
