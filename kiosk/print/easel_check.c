#include "print/easel_check.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/loop_real.h"
#include "print/easel_designs.h"
#include "str.h"

struct round {
    struct loop_real *loop;
    struct easel_designs *designs;
    const struct easel_setting *setting;
    struct easel_check *checks;
    unsigned count;
};

static void
say_nothing(enum log_level level, const char *module, const char *text, void *self)
{
    (void)level, (void)module, (void)text, (void)self;
}

/* The helper says "design x: line 16: …" of a file it knows by a descriptor alone. */
static void
name_the_place(const struct round *round, struct easel_check *check, const char *why)
{
    char before[96];
    unsigned long line = 0;
    int rest = 0;
    snprintf(before, sizeof before, "design %.64s: ", check->design);
    why += str_starts(why, before) ? strlen(before) : 0;
    if (sscanf(why, "line %lu: %n", &line, &rest) == 1 && rest > 0)
        snprintf(check->problem, sizeof check->problem, "%s/%s.svg:%lu: %s",
                 round->setting->designs, check->design, line, why + rest);
    else
        snprintf(check->problem, sizeof check->problem, "%s/%s.svg: %s",
                 round->setting->designs, check->design, why);
}

/* True if it needs no more waiting for. */
static bool
look_at(const struct round *round, struct easel_check *check)
{
    struct easel_design *design;
    struct err err;
    if (check->problem[0])
        return true;
    if (!easel_designs_find(round->designs, check->design, &check->target, &design,
                            &err)) {
        name_the_place(round, check, err.text);
        return true;
    }
    if (easel_design_state(design) == EASEL_DESIGN_REFUSED)
        name_the_place(round, check, easel_design_problem(design));
    return easel_design_state(design) != EASEL_DESIGN_WAITING;
}

static bool
look(const struct round *round)
{
    unsigned over = 0;
    for (unsigned i = 0; i < round->count; i++)
        over += look_at(round, &round->checks[i]);
    return over == round->count;
}

static void
on_change(void *self)
{
    struct round *round = self;
    if (look(round))
        loop_real_stop(round->loop);
}

static bool
run(struct round *round, const char *cache, struct err *err)
{
    static const struct log silence = { .write = say_nothing };
    struct easel_setting setting = *round->setting;
    if (!loop_real_create(&round->loop, err))
        return false;
    setting.loop = loop_real_door(round->loop);
    setting.cache = cache;
    setting.log = &silence;
    bool good = easel_designs_create(&setting, on_change, round, &round->designs, err);
    if (good && !look(round))
        loop_real_run(round->loop);
    easel_designs_destroy(round->designs);
    loop_real_destroy(round->loop);
    return good;
}

static int
remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about, (void)kind, (void)where;
    return remove(path);
}

bool
easel_check(const struct easel_setting *setting, struct easel_check *checks,
            unsigned count, struct err *err)
{
    char cache[] = "/tmp/yuelai-check-XXXXXX";
    struct round round = { .setting = setting, .checks = checks, .count = count };
    for (unsigned i = 0; i < count; i++)
        checks[i].problem[0] = '\0';
    if (!mkdtemp(cache))
        return err_set(err, ERR_IO, "%s: %s", cache, strerror(errno));
    bool good = run(&round, cache, err);
    nftw(cache, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return good;
}
