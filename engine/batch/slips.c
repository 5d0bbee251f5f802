#include "engine/batch/slips.h"

#include "engine/base/check.h"

enum inc_status
inc_slips_init(struct inc_slips *s)
{
    s->first = s->last = NULL;
    return pthread_mutex_init(&s->mutex, NULL) == 0 ? INC_OK : INC_E_NOMEM;
}

void
inc_slips_release(struct inc_slips *s)
{
    while (s->first != NULL) {
        struct inc_job *j = s->first;

        s->first = j->next;
        inc_job_free(j);
    }
    (void)pthread_mutex_destroy(&s->mutex);
}

int
inc_slips_put(struct inc_slips *s, struct inc_job *j)
{
    int none;

    j->next = NULL;
    INC_CHECK(pthread_mutex_lock(&s->mutex) == 0);
    none = s->first == NULL;
    if (none)
        s->first = j;
    else
        s->last->next = j;
    s->last = j;
    INC_CHECK(pthread_mutex_unlock(&s->mutex) == 0);
    return none;
}

struct inc_job *
inc_slips_take(struct inc_slips *s, size_t max)
{
    struct inc_job *first, *end;

    INC_CHECK(pthread_mutex_lock(&s->mutex) == 0);
    first = end = s->first;
    for (size_t n = 1; end != NULL && n < max && end->next != NULL; n++)
        end = end->next;
    if (end != NULL) {
        s->first = end->next;
        end->next = NULL;
    }
    INC_CHECK(pthread_mutex_unlock(&s->mutex) == 0);
    return first;
}
