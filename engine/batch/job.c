#include "engine/batch/job.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "engine/base/check.h"
#include "engine/base/clock.h"
#include "engine/base/mem.h"

enum { UNREAD_MS = 100 }; /* when to come back after reading */

struct inc_job *
inc_job_new(const void *route, size_t route_len, const void *bytes, size_t len)
{
    struct inc_job *j;

    if (route_len > INC_ROUTE_MAX)
        return NULL;
    j = inc_mem_zero(1, sizeof *j);
    if (j == NULL)
        return NULL;
    j->bytes = inc_mem_zero(len, 1);
    if (j->bytes == NULL) {
        inc_mem_free(j);
        return NULL;
    }
    memcpy(j->bytes, bytes, len);
    j->len = len;
    memcpy(j->route, route, route_len);
    j->route_len = route_len;
    return j;
}

void
inc_job_free(struct inc_job *j)
{
    if (j == NULL)
        return;
    inc_frame_close(j->frame);
    inc_arena_release(&j->arena);
    inc_buf_release(&j->question.body);
    inc_trace_release(&j->trace);
    inc_slip_release(&j->slip);
    inc_buf_release(&j->notes);
    inc_buf_release(&j->body);
    inc_buf_release(&j->reply);
    inc_book_drop(j->book);
    inc_mem_free(j->bytes);
    inc_mem_free(j);
}

enum inc_status
inc_job_fail(struct inc_job *j, const struct inc_err *err)
{
    j->err = *err;
    j->status = err->status;
    return j->status;
}

enum inc_status
inc_job_begin(struct inc_job *j, struct inc_arenas *arenas)
{
    enum inc_status st = INC_OK;
    struct inc_err err = {0};

    j->begun_ns = inc_clock_ns();
    if (j->deadline_ns != 0 && j->begun_ns >= j->deadline_ns) {
        st = inc_fail(&err, INC_E_DEADLINE, 0,
                      "the request waited %lld ms and its deadline passed "
                      "before work began; nothing was done",
                      (long long)((j->begun_ns - j->arrived_ns) / 1000000));
        inc_err_where(&err, "request.deadline_ms");
        inc_err_hint(&err, "try again with a longer deadline");
        goto out;
    }
    st = inc_arenas_take(arenas, &j->arena);
    if (st != INC_OK) {
        st = inc_fail(&err, INC_E_NOMEM, 0, "no memory for a request");
        goto out;
    }
    INC_TRY(
        inc_frame_open(&j->frame, j->bytes, j->len, &inc_request_limits, &err));
    INC_TRY(inc_request_read(&j->request, inc_frame_root(j->frame), &j->arena,
                             &err));
    if (j->grant.who != NULL)
        inc_grant_sign(&j->grant, &j->request);
out:
    return st == INC_OK ? INC_OK : inc_job_fail(j, &err);
}

int
inc_job_large(const struct inc_job *j)
{
    return inc_ops[j->op].kind != INC_OPS_WRITE && j->op != INC_OP_PING &&
           j->op != INC_OP_STATUS;
}

enum inc_status
inc_job_room(struct inc_job *j)
{
    struct inc_err err = {0};
    uint64_t own;

    if (!inc_job_large(j) || !inc_account_full(j->account))
        return INC_OK;
    own = inc_account_bytes(j->account);
    if (own > 0)
        (void)inc_fail(&err, INC_E_BUSY, 0,
                       "%llu bytes of replies to this client wait to be read",
                       (unsigned long long)own);
    else
        (void)inc_fail(
            &err, INC_E_BUSY, 0,
            "%llu bytes of replies wait to be read by others",
            (unsigned long long)inc_ledger_bytes(j->account->ledger));
    inc_err_hint(&err, "try again in %d ms%s", UNREAD_MS,
                 own > 0 ? ", after reading them" : "");
    return inc_job_fail(j, &err);
}

/* A reply for which memory was not to be had becomes an error, which needs
 * less: nobody shall wait for ever. */
static void
small_reply(struct inc_job *j)
{
    struct inc_err err = {0};

    if (!j->reply.failed)
        return;
    (void)inc_fail(&err, INC_E_NOMEM, 0, "no memory for the reply");
    (void)inc_job_fail(j, &err);
    inc_buf_release(&j->reply);
    inc_reply_error(&j->reply, j->id, &j->err);
}

/* The body as its asker may see it: the only way out for a reply. */
static void
mask(struct inc_job *j)
{
    struct inc_buf seen = {0};
    struct inc_err err = {0};

    if (j->grant.who == NULL || j->grant.who->role->everything)
        return;
    if (inc_mask(&seen, &j->grant, j->op, j->body.data, j->body.len,
                 j->about == NULL ? inc_ops[j->op].wire : j->about, j->secret,
                 &err) != INC_OK)
        (void)inc_job_fail(j, &err);
    inc_buf_release(&j->body);
    j->body = seen;
}

void
inc_job_end(struct inc_job *j, struct inc_arenas *arenas)
{
    struct inc_err err = {0};

    if (j->status == INC_OK && j->body.failed) {
        (void)inc_fail(&err, INC_E_NOMEM, 0, "no memory for the reply");
        (void)inc_job_fail(j, &err);
    }
    if (j->status == INC_OK)
        mask(j);
    if (j->status == INC_OK && j->body.len + 1024 > inc_reply_limits.bytes) {
        (void)inc_fail(&err, INC_E_LIMIT, 0,
                       "the reply would have %zu bytes, at most %zu are sent",
                       j->body.len, inc_reply_limits.bytes);
        inc_err_hint(&err, "ask for fewer at once");
        (void)inc_job_fail(j, &err);
    }
    if (j->status == INC_OK)
        inc_reply_ok(&j->reply, j->id, j->body.data, j->body.len);
    else
        inc_reply_error(&j->reply, j->id, &j->err);
    small_reply(j);
    if (j->account != NULL)
        inc_account_take(j->account, j->reply.len);
    inc_frame_close(j->frame);
    j->frame = NULL;
    inc_arenas_give(arenas, &j->arena);
    inc_trace_release(&j->trace);
    inc_buf_release(&j->question.body);
    inc_buf_release(&j->notes);
    inc_buf_release(&j->body);
}

void
inc_job_refuse(struct inc_job *j, const struct inc_err *err)
{
    size_t was = j->reply.len;

    (void)inc_job_fail(j, err);
    inc_buf_release(&j->reply);
    inc_reply_error(&j->reply, j->id, &j->err);
    small_reply(j);
    if (j->account == NULL)
        return;
    inc_account_take(j->account, j->reply.len);
    inc_account_give(j->account, was);
}

struct inc_outbox {
    pthread_mutex_t mutex; /* guards first, last */
    struct inc_job *first, *last;
    int fd; /* eventfd */
};

enum inc_status
inc_outbox_new(struct inc_outbox **out, struct inc_err *err)
{
    struct inc_outbox *o = inc_mem_zero(1, sizeof *o);

    *out = NULL;
    if (o == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for the outbox");
    o->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (o->fd < 0) {
        int e = errno;

        inc_mem_free(o);
        return inc_fail(err, INC_E_IO, e, "cannot make an eventfd");
    }
    INC_CHECK(pthread_mutex_init(&o->mutex, NULL) == 0);
    *out = o;
    return INC_OK;
}

void
inc_outbox_free(struct inc_outbox *o)
{
    if (o == NULL)
        return;
    while (o->first != NULL) {
        struct inc_job *j = o->first;

        o->first = j->next;
        inc_job_free(j);
    }
    (void)close(o->fd);
    (void)pthread_mutex_destroy(&o->mutex);
    inc_mem_free(o);
}

int
inc_outbox_fd(const struct inc_outbox *o)
{
    return o->fd;
}

void
inc_outbox_put(struct inc_outbox *o, struct inc_job *j)
{
    const uint64_t one = 1;
    int was_empty;

    j->next = NULL;
    INC_CHECK(pthread_mutex_lock(&o->mutex) == 0);
    was_empty = o->first == NULL;
    if (was_empty)
        o->first = j;
    else
        o->last->next = j;
    o->last = j;
    INC_CHECK(pthread_mutex_unlock(&o->mutex) == 0);
    /* The taker empties the counter before it takes the list, so a wake-up
     * is never lost; EAGAIN (counter full) means one is pending. */
    if (was_empty)
        INC_CHECK(write(o->fd, &one, sizeof one) == (ssize_t)sizeof one ||
                  errno == EAGAIN);
}

struct inc_job *
inc_outbox_take(struct inc_outbox *o)
{
    struct inc_job *first;
    uint64_t n;

    if (read(o->fd, &n, sizeof n) < 0 && errno != EAGAIN && errno != EINTR)
        return NULL;
    INC_CHECK(pthread_mutex_lock(&o->mutex) == 0);
    first = o->first;
    o->first = o->last = NULL;
    INC_CHECK(pthread_mutex_unlock(&o->mutex) == 0);
    return first;
}
