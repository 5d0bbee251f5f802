/*
 * slips.h - answered jobs that wait to be recorded. Floor engine/batch.
 *
 * Threads: any puts, the scribe takes; a mutex for the few instructions of
 * linking. Bounded by the jobs there are: nothing is refused here.
 */
#ifndef INC_BATCH_SLIPS_H
#define INC_BATCH_SLIPS_H

#include <pthread.h>

#include "engine/batch/job.h"

struct inc_slips {
    pthread_mutex_t mutex; /* guards the rest */
    struct inc_job *first, *last;
};

enum inc_status inc_slips_init(struct inc_slips *s);
void inc_slips_release(struct inc_slips *s); /* frees jobs left in it */

/* 1 when none waited: the scribe may sleep and must be woken. */
int inc_slips_put(struct inc_slips *s, struct inc_job *j);
/* At most `max`, oldest first, linked by `next`; NULL when none. */
struct inc_job *inc_slips_take(struct inc_slips *s, size_t max);

#endif
