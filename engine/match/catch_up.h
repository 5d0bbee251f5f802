/*
 * catch_up.h - a first pool from a saved image and the journal since. Floor 6.
 */
#ifndef INC_MATCH_CATCH_UP_H
#define INC_MATCH_CATCH_UP_H

#include "engine/match/live.h"
#include "engine/pool/image.h"

/* What an image of this store and estate stands on. */
void inc_stamp_make(struct inc_stamp *out, const struct inc_estate *e,
                    const char store_id[33], uint64_t seq);

/*
 * *out: the people saved at `path`, brought up to the view's moment (info is
 * the view's), with the open needs; *caught_up: how many journal entries that
 * took. INC_E_NOTFOUND, INC_E_MISMATCH, INC_E_CORRUPT ...: the image is no use,
 * err says why.
 */
enum inc_status inc_catch_up(struct inc_pool **out, uint64_t *caught_up,
                             const char *path, struct inc_estate *e,
                             struct inc_view *v,
                             const struct inc_store_info *info,
                             struct inc_err *err);

/* What a scan hands its records to, to have them in a pool: an
 * inc_view_each_fn, its arg a struct inc_feeding. */
struct inc_feeding {
    struct inc_pool_builder *builder;
    enum inc_record_kind kind;
    struct inc_err *err;
};
enum inc_status inc_feed_one(void *arg, uint64_t no, const union inc_record *r);

/* Add every candidate, or need, of the view to a builder. */
enum inc_status inc_feed(struct inc_pool_builder *b, struct inc_view *v,
                         enum inc_record_kind kind, struct inc_arena *a,
                         struct inc_err *err);

#endif
