/*
 * herald.h - the standing match: every changed person is matched against all
 * open needs, every changed need against all people, and pairs worth telling
 * become events, one a pair for ever. Floor engine/batch, private to it.
 *
 * The journal is its queue: it reads what commands touched after its mark, as
 * far as the published image goes, and moves the mark in the transaction that
 * stores the events (engine/store/event.h). So it never holds the scribe up,
 * loses no change in a crash, and has nothing to overflow. Changes of one
 * record in one portion of the journal are matched once.
 */
#ifndef INC_BATCH_HERALD_H
#define INC_BATCH_HERALD_H

#include "engine/batch/crew.h"

struct inc_herald;

/* Start the thread; `least` is the score of a pair worth telling. Its writes
 * go through inc_crew_run(), so the crew must run. */
enum inc_status inc_herald_start(struct inc_herald **out, struct inc_crew *c,
                                 int32_t least, struct inc_err *err);
/* Before the crew stops: finish what is in hand, then end the thread. NULL is
 * fine. */
void inc_herald_stop(struct inc_herald *h);
void inc_herald_free(struct inc_herald *h); /* stops first; NULL is fine */

/* Of a crew by hand, which has no thread: match what was published since; how
 * many journal entries it came further. */
size_t inc_herald_turn(struct inc_herald *h);

/* Scribe: an image up to journal number `seq` was published. Never waits. */
void inc_herald_wake(struct inc_herald *h, uint64_t seq); /* NULL is fine */

/* Journal entries published and not matched yet; events written; changed
 * records that were matched. Any thread. */
uint64_t inc_herald_lag(const struct inc_herald *h);
uint64_t inc_herald_events(const struct inc_herald *h);
uint64_t inc_herald_changes(const struct inc_herald *h);

#endif
