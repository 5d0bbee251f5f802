#include "engine/match/match.h"

#include "engine/base/clock.h"
#include "engine/base/mem.h"
#include "engine/match/inside.h"

/* The plan and the heap of one question: a need of 128 requirements with eight
 * alternatives each, at the largest dimension, takes 8 MiB, its walk 40. Pages
 * that no question touches cost nothing. */
enum { ARENA_BYTES = 64 << 20 };

enum inc_status
inc_matcher_new(struct inc_matcher **out, const struct inc_kernels *kernels,
                struct inc_err *err)
{
    return inc_matcher_sized(out, kernels, 0, err);
}

enum inc_status
inc_matcher_sized(struct inc_matcher **out, const struct inc_kernels *kernels,
                  size_t bytes, struct inc_err *err)
{
    struct inc_matcher *m = inc_mem_zero(1, sizeof *m);

    *out = NULL;
    if (bytes == 0)
        bytes = ARENA_BYTES;
    if (m == NULL || inc_arena_init(&m->arena, bytes) != INC_OK ||
        inc_scan_open(&m->scan) != INC_OK) {
        inc_matcher_free(m);
        return inc_fail(err, INC_E_NOMEM, 0, "matcher");
    }
    m->kernels = kernels;
    *out = m;
    return INC_OK;
}

void
inc_matcher_free(struct inc_matcher *m)
{
    if (m == NULL)
        return;
    inc_scan_close(&m->scan);
    inc_reach_release(&m->reach);
    inc_arena_release(&m->arena);
    inc_mem_free(m);
}

/* One pair: a pool of one, asked like any other. */
static void
pair_run(struct inc_matcher *m, const struct inc_image *image,
         struct inc_question *q)
{
    struct inc_image one = {image->estate, NULL};

    q->status =
        inc_pool_of_one(&one.pool, image->estate, q->candidate, &q->err);
    if (q->status == INC_OK)
        inc_people_run(m, &one, q);
    inc_pool_drop(one.pool);
}

enum inc_status
inc_question_late(struct inc_question *q)
{
    uint64_t now;

    if (q->deadline_ns == 0)
        return INC_OK;
    now = inc_clock_ns();
    if (now < q->deadline_ns)
        return INC_OK;
    (void)inc_fail(&q->err, INC_E_DEADLINE, 0,
                   "the deadline passed %lld ms ago, before the answer was "
                   "there; nothing was done",
                   (long long)((now - q->deadline_ns) / 1000000));
    inc_err_where(&q->err, "request.deadline_ms");
    inc_err_hint(&q->err, "try again with a longer deadline");
    return INC_E_DEADLINE;
}

static void
one_run(struct inc_matcher *m, const struct inc_image *image,
        struct inc_question *q)
{
    q->status = inc_question_late(q);
    if (q->status != INC_OK)
        return;
    if (q->kind == INC_ASK_PAIR)
        pair_run(m, image, q);
    else if (q->kind == INC_ASK_NEEDS)
        inc_needs_run(m, image, q);
    else
        inc_people_run(m, image, q);
}

void
inc_match_run(struct inc_matcher *m, const struct inc_image *image,
              struct inc_question *const *questions, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct inc_question *q = questions[i];

        inc_buf_reset(&q->body);
        if (q->trace != NULL)
            inc_trace_reset(q->trace);
        inc_err_clear(&q->err);
        q->considered = 0;
        q->work = (struct inc_pass_work){0};
        one_run(m, image, q);
    }
}
