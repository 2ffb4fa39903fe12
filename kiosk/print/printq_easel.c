#include "print/printq.h"

static void
draw(struct easel_request *request, void *self)
{
    easel_draw(self, request);
}

static void
warm(const char *design, const struct easel_target *target, void *self)
{
    easel_warm(self, design, target);
}

struct printq_artist
printq_easel(struct easel *easel)
{
    return (struct printq_artist){ .draw = draw, .warm = warm, .self = easel };
}
