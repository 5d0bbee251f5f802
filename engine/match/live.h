/*
 * live.h - the published image: an estate and the pool built on it. Floor 6.
 *
 * Threads: the writer makes and publishes images; any thread holds the
 * current one for as long as it computes. A match that begins after a write
 * was acknowledged sees that write: publish comes before the reply.
 */
#ifndef INC_MATCH_LIVE_H
#define INC_MATCH_LIVE_H

#include "engine/match/estate.h"
#include "engine/store/store.h"

struct inc_image {
    struct inc_estate *estate;
    struct inc_pool *pool;
};

struct inc_live;

/* Build the first image from the store and publish it. Takes a reference of
 * its own on the estate. */
enum inc_status inc_live_open(struct inc_live **out, struct inc_estate *e,
                              struct inc_store *s, struct inc_err *err);
void inc_live_close(struct inc_live *l); /* NULL is fine */

/* Writer thread: apply what a committed batch changed, then publish. `seq` is
 * the journal number of the batch's last command: it becomes the image's
 * generation, so equal journals give equal images. On failure (no memory) the
 * old image stays; call inc_live_rebuild later. */
enum inc_status inc_live_apply(struct inc_live *l,
                               const struct inc_change *const *changes,
                               size_t n, uint64_t seq, struct inc_err *err);

/* Writer thread: build anew from the store, on the same or another estate
 * (reload of taxonomy or space), then publish. */
enum inc_status inc_live_rebuild(struct inc_live *l, struct inc_estate *e,
                                 struct inc_store *s, struct inc_err *err);

/* Any thread: the current image with references of its own ... */
struct inc_image inc_live_hold(struct inc_live *l);
/* ... given back. */
void inc_image_drop(struct inc_image *i);

#endif
