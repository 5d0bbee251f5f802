/*
 * mason.h - the thread that rebuilds in the background: large merges of the
 * pool, and the saved people. Floor engine/batch.
 *
 * What it makes the scribe puts in place (inc_live_install), so there is one
 * writer of images. It never holds a lock while it builds.
 */
#ifndef INC_BATCH_MASON_H
#define INC_BATCH_MASON_H

#include "engine/base/counter.h"
#include "engine/match/live.h"

struct inc_mason;

/* Runs `fn` on the scribe's thread soon; INC_E_BUSY: try again later. */
typedef enum inc_status inc_mason_ask(void *arg, void (*fn)(void *arg),
                                      void *fn_arg);

struct inc_mason_counters {
    struct inc_tally merges, saves, failures;
    struct inc_spread merge_us, save_us; /* made */
    struct inc_spread install_us;        /* put in place: what writes wait */
};

struct inc_mason_options {
    struct inc_live *live; /* borrowed */
    inc_mason_ask *ask;
    void *ask_arg;
    struct inc_mason_counters *counters; /* borrowed */
    /* How old the saved people become while records change, and how soon they
     * follow a large merge; 0: 300 and 60 s. */
    uint64_t save_every_ns, save_after_merge_ns;
};

/* INC_E_NOMEM. The thread blocks every signal. */
enum inc_status inc_mason_start(struct inc_mason **out,
                                const struct inc_mason_options *o,
                                struct inc_err *err);
/* The image changed: look whether something is due. Any thread; never waits
 * for work in progress. */
void inc_mason_wake(struct inc_mason *m);
/* End the thread; the scribe must still be running. A wake after it does
 * nothing. NULL is fine. */
void inc_mason_stop(struct inc_mason *m);
void inc_mason_free(struct inc_mason *m); /* stopped; NULL is fine */

#endif
