#include "engine/batch/arenas.h"

#include <pthread.h>

#include "engine/base/check.h"
#include "engine/base/mem.h"

/* An arena that touched more than this goes back to the system: a burst of
 * large requests must not stay in memory for ever. */
enum { KEEP_BYTES = 512 * 1024 };

struct inc_arenas {
    pthread_mutex_t mutex; /* guards idle, n_idle */
    struct inc_arena *idle;
    size_t n_idle, keep;
    size_t budget;
};

enum inc_status
inc_arenas_new(struct inc_arenas **out, size_t budget_bytes, size_t keep)
{
    struct inc_arenas *p = inc_mem_zero(1, sizeof *p);

    *out = NULL;
    if (p == NULL)
        return INC_E_NOMEM;
    p->idle = inc_mem_zero(keep, sizeof *p->idle);
    if (p->idle == NULL) {
        inc_mem_free(p);
        return INC_E_NOMEM;
    }
    p->keep = keep;
    p->budget = budget_bytes;
    INC_CHECK(pthread_mutex_init(&p->mutex, NULL) == 0);
    *out = p;
    return INC_OK;
}

void
inc_arenas_free(struct inc_arenas *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i < p->n_idle; i++)
        inc_arena_release(&p->idle[i]);
    (void)pthread_mutex_destroy(&p->mutex);
    inc_mem_free(p->idle);
    inc_mem_free(p);
}

enum inc_status
inc_arenas_take(struct inc_arenas *p, struct inc_arena *out)
{
    int found = 0;

    INC_CHECK(pthread_mutex_lock(&p->mutex) == 0);
    if (p->n_idle > 0) {
        *out = p->idle[--p->n_idle];
        found = 1;
    }
    INC_CHECK(pthread_mutex_unlock(&p->mutex) == 0);
    return found ? INC_OK : inc_arena_init(out, p->budget);
}

void
inc_arenas_give(struct inc_arenas *p, struct inc_arena *a)
{
    int kept = 0;

    if (a->base == NULL)
        return;
    if (a->used <= KEEP_BYTES) {
        inc_arena_reset(a);
        INC_CHECK(pthread_mutex_lock(&p->mutex) == 0);
        if (p->n_idle < p->keep) {
            p->idle[p->n_idle++] = *a;
            kept = 1;
        }
        INC_CHECK(pthread_mutex_unlock(&p->mutex) == 0);
    }
    if (!kept)
        inc_arena_release(a);
    *a = (struct inc_arena){0};
}
