#include "print/printq.h"

static void
draw(struct easel_request *request, void *self)
{
    easel_draw(self, request);
}

struct printq_artist
printq_easel(struct easel *easel)
{
    return (struct printq_artist){ .draw = draw, .self = easel };
}
