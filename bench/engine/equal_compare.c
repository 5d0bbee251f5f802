/* equal_compare.c - one set of questions in every way, against the oracle. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "bench/engine/equal.h"
#include "engine/base/check.h"

enum { SHOWN = 20 }; /* differences told in words */

/* A copy of the questions as one way asks them. */
struct asking {
    struct inc_question question[INC_EQUAL_ASKS], *all[INC_EQUAL_ASKS];
    size_t n;
};

static void
ask_again(struct asking *g, struct inc_equal_ask *asks, size_t n)
{
    memset(g, 0, sizeof *g);
    g->n = n;
    for (size_t i = 0; i < n; i++) {
        g->question[i] =
            (struct inc_question){.kind = asks[i].question.kind,
                                  .need = asks[i].question.need,
                                  .candidate = asks[i].question.candidate,
                                  .options = asks[i].question.options};
        g->all[i] = &g->question[i];
    }
}

static void
tell(const struct inc_question *q, const struct inc_question *right,
     const char *where, const char *way, size_t i)
{
    size_t at = 0;

    while (at < q->body.len && at < right->body.len &&
           q->body.data[at] == right->body.data[at])
        at++;
    (void)fprintf(stderr,
                  "%s question %zu, %s: status %d for %d, %zu bytes for %zu, "
                  "first difference at byte %zu%s%s\n",
                  where, i, way, (int)q->status, (int)right->status,
                  q->body.len, right->body.len, at,
                  q->err.what[0] != '\0' ? ": " : "", q->err.what);
}

static void
check(struct inc_equal_ways *w, struct asking *g,
      const struct inc_equal_ask *asks, const char *where, const char *way)
{
    for (size_t i = 0; i < g->n; i++) {
        const struct inc_question *q = &g->question[i],
                                  *right = &asks[i].question;
        int same = q->status == right->status &&
                   (q->status != INC_OK ||
                    (q->body.len == right->body.len &&
                     (q->body.len == 0 || memcmp(q->body.data, right->body.data,
                                                 q->body.len) == 0)));

        w->compared++;
        if (!same && w->different++ < SHOWN)
            tell(q, right, where, way, i);
        inc_buf_release(&g->question[i].body);
    }
}

/* In pieces of random sizes, from the last question to the first. */
static void
in_pieces(struct inc_matcher *m, struct inc_estate *e, struct inc_pool *pool,
          struct asking *g, struct inc_rng *r)
{
    struct inc_question *turned[INC_EQUAL_ASKS];
    size_t at = 0;

    for (size_t i = 0; i < g->n; i++)
        turned[i] = g->all[g->n - 1 - i];
    while (at < g->n) {
        size_t n = 1 + inc_rng_below(r, (uint32_t)(g->n - at));
        inc_call_run(m, e, pool, &turned[at], n);
        at += n;
    }
}

struct threaded {
    struct inc_matcher *m;
    struct inc_estate *e;
    struct inc_pool *pool;
    struct asking g;
    struct inc_rng r;
};

static void *
one_thread(void *arg)
{
    struct threaded *t = arg;

    in_pieces(t->m, t->e, t->pool, &t->g, &t->r);
    return NULL;
}

static void
at_once(struct inc_equal_ways *w, struct inc_estate *e, struct inc_pool *pool,
        struct inc_equal_ask *asks, size_t n, struct inc_rng *r,
        const char *where)
{
    struct threaded t[INC_EQUAL_THREADS];
    pthread_t id[INC_EQUAL_THREADS];

    for (size_t i = 0; i < INC_EQUAL_THREADS; i++) {
        t[i] = (struct threaded){
            .m = w->thread[i], .e = e, .pool = pool, .r = {inc_rng_next(r)}};
        ask_again(&t[i].g, asks, n);
        for (size_t k = 0; k < n; k++)
            t[i].g.all[k] = &t[i].g.question[k];
        INC_CHECK(pthread_create(&id[i], NULL, one_thread, &t[i]) == 0);
    }
    for (size_t i = 0; i < INC_EQUAL_THREADS; i++) {
        (void)pthread_join(id[i], NULL);
        check(w, &t[i].g, asks, where, "among threads");
    }
}

static void
one_kernel(struct inc_equal_ways *w, size_t k, struct inc_estate *e,
           struct inc_pool *pool, struct inc_equal_ask *asks, size_t n,
           struct inc_rng *r, const char *where)
{
    struct asking g;
    char way[64];

    ask_again(&g, asks, n);
    inc_call_run(w->matcher[k], e, pool, g.all, n);
    (void)snprintf(way, sizeof way, "%s, together", w->kernel[k]);
    check(w, &g, asks, where, way);
    ask_again(&g, asks, n);
    for (size_t i = 0; i < n; i++)
        inc_call_run(w->matcher[k], e, pool, &g.all[i], 1);
    (void)snprintf(way, sizeof way, "%s, alone", w->kernel[k]);
    check(w, &g, asks, where, way);
    ask_again(&g, asks, n);
    in_pieces(w->matcher[k], e, pool, &g, r);
    (void)snprintf(way, sizeof way, "%s, in pieces", w->kernel[k]);
    check(w, &g, asks, where, way);
}

void
inc_equal_compare(struct inc_equal_ways *w, struct inc_estate *e,
                  struct inc_equal_pool *p, struct inc_equal_ask *asks,
                  size_t n, int threads, struct inc_rng *r, const char *where)
{
    for (size_t i = 0; i < n; i++) {
        struct inc_question *q = &asks[i].question;

        q->need = &asks[i].need;
        q->candidate = q->kind == INC_ASK_PAIR ? &asks[i].candidate : NULL;
        q->options = &asks[i].options;
        if (asks[i].cursor[0] != '\0')
            asks[i].options.cursor = asks[i].cursor;
        inc_oracle_run(e, p->generation, q, inc_equal_walk, p);
    }
    for (size_t k = 0; k < w->matchers; k++)
        one_kernel(w, k, e, p->pool, asks, n, r, where);
    if (threads)
        at_once(w, e, p->pool, asks, n, r, where);
}

enum inc_status
inc_equal_ways_open(struct inc_equal_ways *w, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    memset(w, 0, sizeof *w);
    for (size_t i = 0;
         inc_call_kernels[i] != NULL && w->matchers < INC_EQUAL_MATCHERS; i++) {
        st = inc_call_matcher(&w->matcher[w->matchers], inc_call_kernels[i],
                              err);
        if (st == INC_E_NOTFOUND)
            continue; /* not on this machine, or not in this build */
        if (st != INC_OK)
            goto out;
        w->kernel[w->matchers++] = inc_call_kernels[i];
    }
    for (size_t i = 0; i < INC_EQUAL_THREADS; i++)
        INC_TRY(inc_call_matcher(&w->thread[i], NULL, err));
out:
    if (st != INC_OK)
        inc_equal_ways_close(w);
    return st;
}

void
inc_equal_ways_close(struct inc_equal_ways *w)
{
    for (size_t i = 0; i < w->matchers; i++)
        inc_matcher_free(w->matcher[i]);
    for (size_t i = 0; i < INC_EQUAL_THREADS; i++)
        inc_matcher_free(w->thread[i]);
}
