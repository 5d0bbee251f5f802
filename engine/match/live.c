#include "engine/match/live.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/match/catch_up.h"

/*
 * The lock guards the pointers of `now` for the few instructions that copy
 * and count them; nothing else happens under it.
 */
struct inc_live {
    pthread_mutex_t lock;
    struct inc_image now;
    char *image_path; /* NULL: nothing is saved */
    char store_id[33];
    /* the background thread's */
    uint64_t saved_generation; /* of what lies at image_path ... */
    uint64_t saved_world;      /* ... and the serial of its world; 0: nothing
                                  is saved */
};

static void
publish(struct inc_live *l, struct inc_image next)
{
    struct inc_image old;

    (void)pthread_mutex_lock(&l->lock);
    old = l->now;
    l->now = next;
    (void)pthread_mutex_unlock(&l->lock);
    inc_image_drop(&old);
}

static enum inc_status
build(struct inc_pool **out, struct inc_estate *e, struct inc_view *view,
      uint64_t seq, struct inc_err *err)
{
    enum { RECORD_BYTES = 8 << 20 };
    struct inc_pool_builder *b = NULL;
    struct inc_arena arena;
    enum inc_status st = inc_arena_init(&arena, RECORD_BYTES);

    *out = NULL;
    if (st != INC_OK)
        return inc_fail(err, st, 0, "reading the store");
    INC_TRY(inc_pool_begin(&b, &e->world, err));
    INC_TRY(inc_feed(b, view, INC_RECORD_CANDIDATE, &arena, err));
    INC_TRY(inc_feed(b, view, INC_RECORD_NEED, &arena, err));
    st = inc_pool_end(out, b, NULL, seq, err);
    b = NULL; /* end consumes it */
out:
    inc_pool_abandon(b);
    inc_arena_release(&arena);
    return st;
}

/* Build and publish; from the saved people when `start` is given. */
static enum inc_status
fresh(struct inc_live *l, struct inc_estate *e, struct inc_store *s,
      struct inc_live_start *start, struct inc_err *err)
{
    struct inc_image next = {e, NULL};
    struct inc_view *view = NULL;
    struct inc_store_info info;
    enum inc_status st = INC_OK;

    INC_TRY(inc_view_open(&view, s, err));
    INC_TRY(inc_view_info(view, &info, err));
    if (start != NULL) /* the store stays the same */
        memcpy(l->store_id, info.id, sizeof l->store_id);
    if (start != NULL && l->image_path != NULL) {
        struct inc_err why = {0};

        if (inc_catch_up(&next.pool, &start->caught_up, l->image_path, e, view,
                         &info, &why) == INC_OK) {
            start->origin = INC_LIVE_SAVED;
            l->saved_world = e->world.serial;
            l->saved_generation = info.head_seq - start->caught_up;
        } else {
            (void)snprintf(start->refused, sizeof start->refused, "%.120s",
                           why.what);
        }
    }
    if (next.pool == NULL)
        INC_TRY(build(&next.pool, e, view, info.head_seq, err));
    (void)inc_estate_hold(e);
    publish(l, next);
out:
    inc_view_close(view);
    return st;
}

enum inc_status
inc_live_rebuild(struct inc_live *l, struct inc_estate *e, struct inc_store *s,
                 struct inc_err *err)
{
    return fresh(l, e, s, NULL, err);
}

enum inc_status
inc_live_open(struct inc_live **out, struct inc_estate *e, struct inc_store *s,
              const char *image_path, struct inc_live_start *start,
              struct inc_err *err)
{
    struct inc_live *l = inc_mem_zero(1, sizeof *l);
    struct inc_live_start told = {.origin = INC_LIVE_STREAMED};
    enum inc_status st;

    *out = NULL;
    if (l == NULL || pthread_mutex_init(&l->lock, NULL) != 0) {
        inc_mem_free(l);
        return inc_fail(err, INC_E_NOMEM, 0, "image");
    }
    if (image_path != NULL) {
        l->image_path = inc_mem_text(image_path, strlen(image_path));
        if (l->image_path == NULL) {
            inc_live_close(l);
            return inc_fail(err, INC_E_NOMEM, 0, "image");
        }
    }
    st = fresh(l, e, s, &told, err);
    if (start != NULL)
        *start = told;
    if (st != INC_OK) {
        inc_live_close(l);
        return st;
    }
    *out = l;
    return INC_OK;
}

void
inc_live_close(struct inc_live *l)
{
    if (l == NULL)
        return;
    inc_image_drop(&l->now);
    (void)pthread_mutex_destroy(&l->lock);
    inc_mem_free(l->image_path);
    inc_mem_free(l);
}

static enum inc_status
add_change(struct inc_pool_builder *b, const struct inc_change *c,
           struct inc_err *err)
{
    int gone = c->what == INC_CHANGE_GONE;

    if (c->what == INC_CHANGE_NONE ||
        (c->kind != INC_RECORD_CANDIDATE && c->kind != INC_RECORD_NEED))
        return INC_OK;
    if (c->kind == INC_RECORD_CANDIDATE)
        return gone || c->record->candidate.frozen
                   ? inc_pool_drop_candidate(b, c->no, err)
                   : inc_pool_add_candidate(b, c->no, &c->record->candidate,
                                            err);
    return gone || c->record->need.closed
               ? inc_pool_drop_need(b, c->no, err)
               : inc_pool_add_need(b, c->no, &c->record->need, err);
}

enum inc_status
inc_live_apply(struct inc_live *l, const struct inc_change *const *changes,
               size_t n, uint64_t seq, struct inc_err *err)
{
    struct inc_image next = {l->now.estate, NULL}; /* only we replace it */
    struct inc_pool_builder *b = NULL;
    enum inc_status st = INC_OK;

    INC_TRY(inc_pool_begin(&b, &next.estate->world, err));
    for (size_t i = 0; i < n; i++)
        INC_TRY(add_change(b, changes[i], err));
    st = inc_pool_end(&next.pool, b, l->now.pool, seq, err);
    b = NULL; /* end consumes it */
    if (st == INC_OK) {
        (void)inc_estate_hold(next.estate);
        publish(l, next);
    }
out:
    inc_pool_abandon(b);
    return st;
}

/* --- upkeep ----------------------------------------------------------------
 */

struct inc_upkeep {
    struct inc_estate *estate; /* of the image it was made of, held */
    struct inc_merge *merge;   /* or ... */
    struct inc_pool *saved;    /* ... what now lies at image_path, held, ... */
    unsigned char digest[INC_DIGEST]; /* ... and the file's */
};

void
inc_upkeep_free(struct inc_upkeep *u)
{
    if (u == NULL)
        return;
    inc_merge_free(u->merge);
    inc_pool_drop(u->saved);
    inc_estate_drop(u->estate);
    inc_mem_free(u);
}

static enum inc_status
save_people(struct inc_upkeep *u, struct inc_live *l,
            const struct inc_image *image, struct inc_err *err)
{
    struct inc_stamp stamp;
    enum inc_status st = INC_OK;

    inc_stamp_make(&stamp, image->estate, l->store_id,
                   inc_pool_generation(image->pool));
    INC_TRY(inc_image_save(l->image_path, image->pool, &stamp, u->digest, err));
    l->saved_world = image->estate->world.serial;
    l->saved_generation = stamp.seq;
    u->saved = inc_pool_hold(image->pool);
out:
    return st;
}

enum inc_status
inc_live_upkeep(struct inc_upkeep **out, struct inc_live *l,
                enum inc_upkeep_kind kind, struct inc_err *err)
{
    struct inc_image image = inc_live_hold(l);
    struct inc_upkeep *u = inc_mem_zero(1, sizeof *u);
    enum inc_status st = INC_OK;

    *out = NULL;
    if (u == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "upkeep");
        goto out;
    }
    u->estate = inc_estate_hold(image.estate);
    if (kind == INC_UPKEEP_MERGE && inc_pool_due(image.pool))
        INC_TRY(inc_merge_make(&u->merge, image.pool, err));
    if (kind == INC_UPKEEP_SAVE && l->image_path != NULL &&
        (l->saved_world != image.estate->world.serial ||
         l->saved_generation != inc_pool_generation(image.pool)))
        INC_TRY(save_people(u, l, &image, err));
    if (u->merge != NULL || u->saved != NULL) {
        *out = u;
        u = NULL;
    }
out:
    inc_upkeep_free(u);
    inc_image_drop(&image);
    return st;
}

enum inc_status
inc_live_install(struct inc_live *l, struct inc_upkeep *u, struct inc_err *err)
{
    struct inc_image next = {l->now.estate, NULL}; /* only we replace it */
    enum inc_status st = INC_OK;

    if (u->estate != l->now.estate) {
        st = inc_fail(err, INC_E_CONFLICT, 0, "the image was rebuilt");
        goto out;
    }
    if (u->merge != NULL) {
        st = inc_merge_install(&next.pool, l->now.pool, u->merge, err);
        u->merge = NULL; /* install consumes it */
    } else {
        st = inc_image_adopt(&next.pool, l->now.pool, u->saved, l->image_path,
                             u->digest, err);
    }
    if (st == INC_OK) {
        (void)inc_estate_hold(next.estate);
        publish(l, next);
    }
out:
    inc_upkeep_free(u);
    return st;
}

struct inc_image
inc_live_hold(struct inc_live *l)
{
    struct inc_image i;

    (void)pthread_mutex_lock(&l->lock);
    i.estate = inc_estate_hold(l->now.estate);
    i.pool = inc_pool_hold(l->now.pool);
    (void)pthread_mutex_unlock(&l->lock);
    return i;
}

void
inc_image_drop(struct inc_image *i)
{
    inc_pool_drop(i->pool);
    inc_estate_drop(i->estate);
    i->pool = NULL;
    i->estate = NULL;
}
