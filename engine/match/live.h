/*
 * live.h - the published image: an estate and the pool built on it. Floor 6.
 *
 * Threads: the writer makes and publishes images; any thread holds the
 * current one for as long as it computes. A match that begins after a write
 * was acknowledged sees that write: publish comes before the reply. Large
 * merges and the saved image are made by a background thread and put in place
 * by the writer (struct inc_upkeep).
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

/* How the first image came about, for the log and `status`. */
enum inc_live_origin {
    INC_LIVE_STREAMED, /* every record read from the store */
    INC_LIVE_SAVED     /* the saved image and the journal since */
};
struct inc_live_start {
    enum inc_live_origin origin;
    uint64_t caught_up; /* journal entries after the saved image */
    char refused[128];  /* why a saved image was not used; "" */
};

/*
 * Build the first image and publish it: from the saved people at image_path
 * (NULL: none) and the journal since, or, when that does not fit, from the
 * store. Takes a reference of its own on the estate. start may be NULL.
 */
enum inc_status inc_live_open(struct inc_live **out, struct inc_estate *e,
                              struct inc_store *s, const char *image_path,
                              struct inc_live_start *start,
                              struct inc_err *err);
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

/* --- upkeep ----------------------------------------------------------------
 */

struct inc_upkeep;
enum inc_upkeep_kind {
    INC_UPKEEP_MERGE, /* the runs of the pool that are due */
    INC_UPKEEP_SAVE   /* the people, if they changed since they were saved */
};
/*
 * One thread at a time: make what is due of the current image. *out is NULL
 * when nothing is. Slow. INC_E_NOMEM, INC_E_IO: nothing was made, try again
 * later.
 */
enum inc_status inc_live_upkeep(struct inc_upkeep **out, struct inc_live *l,
                                enum inc_upkeep_kind kind, struct inc_err *err);
/* Writer thread: put it in place and publish. Quick. Consumes u. INC_E_CONFLICT
 * when the image was rebuilt meanwhile: nothing lost, make it again. */
enum inc_status inc_live_install(struct inc_live *l, struct inc_upkeep *u,
                                 struct inc_err *err);
void inc_upkeep_free(struct inc_upkeep *u); /* NULL is fine */

/* Any thread: the current image with references of its own ... */
struct inc_image inc_live_hold(struct inc_live *l);
/* ... given back. */
void inc_image_drop(struct inc_image *i);

#endif
