#include "engine/server/who.h"

#include <string.h>

#include "engine/base/clock.h"
#include "engine/base/log.h"
#include "engine/store/trail.h"

enum { ARENA_BYTES = 1 << 20 };

struct feed {
    struct inc_book_maker *maker;
    struct inc_err *err;
};

static enum inc_status
add_user(void *arg, uint64_t no, const union inc_record *r)
{
    struct feed *f = arg;

    (void)no;
    return inc_book_add(f->maker, &r->user, f->err);
}

enum inc_status
inc_who_refresh(struct inc_desk *d, struct inc_err *err)
{
    struct inc_err mine = {0};
    struct feed feed = {.err = err == NULL ? &mine : err};
    struct inc_view *view = NULL;
    struct inc_arena arena = {0};
    struct inc_book *next = NULL;
    struct inc_log l;
    uint64_t seq = 0;
    enum inc_status st = INC_OK;

    if (inc_arena_init(&arena, ARENA_BYTES) != INC_OK) {
        st = inc_fail(feed.err, INC_E_NOMEM, 0, "no memory for the users");
        goto out;
    }
    INC_TRY(inc_book_begin(&feed.maker, d->roles, d->o.local_role, feed.err));
    INC_TRY(inc_view_open(&view, d->o.store, feed.err));
    INC_TRY(inc_view_head(view, &seq, feed.err));
    INC_TRY(inc_view_scan(view, INC_RECORD_USER, &arena, add_user, &feed,
                          feed.err));
    next = inc_book_end(feed.maker);
    feed.maker = NULL;
    if (next == NULL)
        st = inc_fail(feed.err, INC_E_NOMEM, 0, "no memory for the users");
out:
    inc_view_close(view);
    inc_book_abandon(feed.maker);
    inc_arena_release(&arena);
    inc_book_put(d->book, next);
    d->book_seq = st == INC_OK ? seq : 0;
    if (st != INC_OK) {
        inc_log_start(&l, INC_LOG_ERROR, "users_not_read");
        inc_log_err(&l, feed.err);
        inc_log_end(&l);
    }
    return st;
}

static enum inc_status
stranger(const char *key, struct inc_err *err)
{
    if (key == NULL) {
        (void)inc_fail(err, INC_E_STRANGER, 0,
                       "this machine's own account may do nothing here");
        inc_err_hint(err, "the daemon's setting local_role is none: connect "
                          "over tcp with a key");
    } else {
        (void)inc_fail(err, INC_E_STRANGER, 0,
                       "this key lets nobody in any more");
        inc_err_hint(err, "ask an administrator: incrocio keys list");
    }
    return INC_E_STRANGER;
}

/* The visitor and a hold of the book. */
static enum inc_status
look_up(const struct inc_visitor **who, struct inc_book **book,
        struct inc_desk *d, const char *key, struct inc_err *err)
{
    *book = inc_book_now(d->book);
    if (*book == NULL) {
        (void)inc_fail(err, INC_E_BUSY, 0, "the users cannot be read now");
        inc_err_hint(err, "try again in 1000 ms");
        return INC_E_BUSY;
    }
    *who = key == NULL ? inc_book_local(*book)
                       : inc_book_find(*book, key, inc_clock_today());
    return *who == NULL ? stranger(key, err) : INC_OK;
}

static void
log_refused(const struct inc_visitor *who, const struct inc_request *r,
            const struct inc_err *err)
{
    struct inc_log l;

    inc_log_start(&l, INC_LOG_INFO, "not_allowed");
    inc_log_text(&l, "user", who->id == NULL ? "local" : who->id);
    inc_log_text(&l, "role", who->role->name);
    inc_log_text(&l, "op", inc_ops[r->op].wire);
    inc_log_text(&l, "where", err->where);
    inc_log_end(&l);
}

static void
log_full(const struct inc_visitor *who, const struct inc_request *r)
{
    struct inc_log l;

    inc_log_start(&l, INC_LOG_INFO, "full_view");
    inc_log_text(&l, "user", who->id == NULL ? "local" : who->id);
    inc_log_text(&l, "op", inc_ops[r->op].wire);
    inc_log_text(&l, "purpose", r->purpose == NULL ? "" : r->purpose);
    inc_log_end(&l);
}

enum inc_status
inc_who_judge(struct inc_grant *out, struct inc_book **book, struct inc_desk *d,
              const char *key, const struct inc_request *r, struct inc_err *err)
{
    const struct inc_visitor *who = NULL;
    struct inc_err mine = {0};
    enum inc_status st;

    INC_TRY(look_up(&who, book, d, key, err));
    st = inc_judge(out, inc_book_roles(*book), who, r, &mine);
    if (st != INC_OK) {
        log_refused(who, r, &mine);
        *err = mine;
    } else if (r->full && !who->role->everything) {
        log_full(who, r);
    }
out:
    if (st != INC_OK) {
        inc_book_drop(*book);
        *book = NULL;
    }
    return st;
}

enum inc_status
inc_who_knows(struct inc_desk *d, const char *key, struct inc_err *err)
{
    const struct inc_visitor *who = NULL;
    struct inc_book *book = NULL;
    enum inc_status st = look_up(&who, &book, d, key, err);

    inc_book_drop(book);
    return st;
}

enum inc_status
inc_who_again(struct inc_desk *d, const struct inc_job *j, struct inc_err *err)
{
    struct inc_book *now;
    const struct inc_visitor *who = j->grant.who;
    enum inc_status st = INC_OK;
    int same = 1;

    if (who == NULL) /* a test's job */
        return INC_OK;
    now = inc_book_now(d->book);
    if (now != j->book || now == NULL) {
        const struct inc_visitor *again =
            now == NULL ? NULL
                        : inc_book_again(now, who, inc_clock_today(), &same);

        if (again == NULL) {
            st = stranger(who->key, err);
        } else if (!same) {
            st = inc_fail(err, INC_E_CONFLICT, 0,
                          "your rights changed while the request waited");
            inc_err_hint(err, "ask again");
        }
    }
    inc_book_drop(now);
    return st;
}

enum inc_status
inc_who_check(struct inc_desk *d, const struct inc_job *j,
              const struct inc_user *u, struct inc_err *err)
{
    const struct inc_role *role = inc_roles_find(d->roles, u->role);
    const struct inc_visitor *who = j->grant.who;
    const char *names[INC_ROLES_MAX + 1] = {NULL};
    struct inc_book *book;
    enum inc_status st = INC_OK;
    int taken;

    if (role == NULL) {
        const char *near;

        for (uint32_t i = 0; i < d->roles->n_roles; i++)
            names[i] = d->roles->role[i].name;
        near = inc_nearest_name(u->role, strlen(u->role), names);
        st = inc_fail(err, INC_E_RANGE, 0, "there is no role %.32s", u->role);
        inc_err_where(err, "role");
        if (near != NULL)
            inc_err_hint(err, "did you mean %s?", near);
        return st;
    }
    if (role->everything && who != NULL && !who->role->everything) {
        st = inc_fail(err, INC_E_DENIED, 0,
                      "who may not do everything cannot let others do it");
        inc_err_where(err, "role");
        return st;
    }
    book = inc_book_now(d->book);
    taken = book != NULL && inc_book_has_key(book, u->key, u->id);
    inc_book_drop(book);
    if (taken) {
        st = inc_fail(err, INC_E_DUPLICATE, 0, "another user has this key");
        inc_err_where(err, "key");
        inc_err_hint(err, "a key is one user's: make a new one");
    }
    return st;
}
