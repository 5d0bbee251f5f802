#include "engine/match/live.h"

#include <pthread.h>

#include "engine/base/mem.h"

/*
 * The lock guards the pointers of `now` for the few instructions that copy
 * and count them; nothing else happens under it.
 */
struct inc_live {
    pthread_mutex_t lock;
    struct inc_image now;
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

struct feed {
    struct inc_pool_builder *builder;
    struct inc_err *err;
};

static enum inc_status
feed_candidate(void *arg, uint64_t no, const union inc_record *r)
{
    struct feed *f = arg;
    return inc_pool_add_candidate(f->builder, no, &r->candidate, f->err);
}

static enum inc_status
feed_need(void *arg, uint64_t no, const union inc_record *r)
{
    struct feed *f = arg;
    return inc_pool_add_need(f->builder, no, &r->need, f->err);
}

static enum inc_status
build(struct inc_pool **out, struct inc_estate *e, struct inc_store *s,
      struct inc_err *err)
{
    enum { RECORD_BYTES = 8 << 20 };
    struct inc_store_info info;
    struct feed f = {NULL, err};
    struct inc_view *view = NULL;
    struct inc_arena arena;
    enum inc_status st = inc_arena_init(&arena, RECORD_BYTES);

    *out = NULL;
    if (st != INC_OK)
        return inc_fail(err, st, 0, "reading the store");
    INC_TRY(inc_view_open(&view, s, err));
    INC_TRY(inc_view_info(view, &info, err));
    INC_TRY(inc_pool_begin(&f.builder, &e->world, err));
    INC_TRY(inc_view_scan(view, INC_RECORD_CANDIDATE, &arena, feed_candidate,
                          &f, err));
    INC_TRY(inc_view_scan(view, INC_RECORD_NEED, &arena, feed_need, &f, err));
    st = inc_pool_end(out, f.builder, NULL, info.head_seq, err);
    f.builder = NULL; /* end consumes it */
out:
    inc_pool_abandon(f.builder);
    inc_view_close(view);
    inc_arena_release(&arena);
    return st;
}

enum inc_status
inc_live_rebuild(struct inc_live *l, struct inc_estate *e, struct inc_store *s,
                 struct inc_err *err)
{
    struct inc_image next = {e, NULL};
    enum inc_status st = build(&next.pool, e, s, err);

    if (st != INC_OK)
        return st;
    (void)inc_estate_hold(e);
    publish(l, next);
    return INC_OK;
}

enum inc_status
inc_live_open(struct inc_live **out, struct inc_estate *e, struct inc_store *s,
              struct inc_err *err)
{
    struct inc_live *l = inc_mem_zero(1, sizeof *l);
    enum inc_status st;

    *out = NULL;
    if (l == NULL || pthread_mutex_init(&l->lock, NULL) != 0) {
        inc_mem_free(l);
        return inc_fail(err, INC_E_NOMEM, 0, "image");
    }
    st = inc_live_rebuild(l, e, s, err);
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
    inc_mem_free(l);
}

static enum inc_status
add_change(struct inc_pool_builder *b, const struct inc_change *c,
           struct inc_err *err)
{
    int gone = c->what == INC_CHANGE_GONE;

    if (c->what == INC_CHANGE_NONE || c->kind == INC_RECORD_COMPANY)
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
