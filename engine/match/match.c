#include "engine/match/match.h"

#include "engine/base/clock.h"
#include "engine/base/mem.h"
#include "engine/match/inside.h"

/* Plans and heaps of one chunk: eight needs of 128 requirements with eight
 * alternatives each, at the largest dimension, take 40 MiB. Pages that no
 * question touches cost nothing. */
enum { ARENA_BYTES = 64 << 20 };

enum inc_status
inc_matcher_new(struct inc_matcher **out, inc_fold_fn *fold,
                struct inc_err *err)
{
    struct inc_matcher *m = inc_mem_zero(1, sizeof *m);

    *out = NULL;
    if (m == NULL || inc_arena_init(&m->arena, ARENA_BYTES) != INC_OK) {
        inc_mem_free(m);
        return inc_fail(err, INC_E_NOMEM, 0, "matcher");
    }
    m->fold = fold;
    *out = m;
    return INC_OK;
}

void
inc_matcher_free(struct inc_matcher *m)
{
    if (m == NULL)
        return;
    for (int i = 0; i < INC_CHUNK_QUESTIONS; i++) {
        inc_mem_free(m->tables[i].sim);
        inc_mem_free(m->tables[i].pull);
        inc_mem_free(m->tables[i].loss);
    }
    inc_mem_free(m->columns);
    inc_mem_free(m->product);
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
        inc_people_run(m, &one, &q, 1);
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

/* How much of a chunk's time a question probably took, in about ns: a part
 * for its tables, one for each record and requirement, one for each byte of
 * its answer. Only the split within a chunk depends on it. */
static uint64_t
share_of(const struct inc_question *q)
{
    uint64_t requirements = q->need == NULL ? 1 : q->need->n_requirements;

    return 500000 + q->considered * (20 + 2 * requirements) +
           10 * (uint64_t)q->body.len;
}

static void
people_run(struct inc_matcher *m, const struct inc_image *image,
           struct inc_question **chunk, size_t n)
{
    uint64_t start = inc_clock_ns(), took, all = 0;
    size_t left = 0;

    for (size_t i = 0; i < n; i++) {
        chunk[i]->status = inc_question_late(chunk[i]);
        if (chunk[i]->status == INC_OK)
            chunk[left++] = chunk[i];
    }
    if (left == 0)
        return;
    inc_people_run(m, image, chunk, left);
    took = inc_clock_ns() - start;
    for (size_t i = 0; i < left; i++)
        all += share_of(chunk[i]);
    for (size_t i = 0; i < left; i++)
        chunk[i]->cost_ns =
            (uint64_t)((double)took * (double)share_of(chunk[i]) / (double)all);
}

static void
one_run(struct inc_matcher *m, const struct inc_image *image,
        struct inc_question *q)
{
    uint64_t start = inc_clock_ns();

    q->status = inc_question_late(q);
    if (q->status != INC_OK)
        return;
    if (q->kind == INC_ASK_PAIR)
        pair_run(m, image, q);
    else
        inc_needs_run(m, image, q);
    q->cost_ns = inc_clock_ns() - start;
}

void
inc_match_run(struct inc_matcher *m, const struct inc_image *image,
              struct inc_question *const *questions, size_t n)
{
    struct inc_question *chunk[INC_CHUNK_QUESTIONS];
    size_t used = 0;

    for (size_t i = 0; i < n; i++) {
        struct inc_question *q = questions[i];

        inc_buf_reset(&q->body);
        inc_err_clear(&q->err);
        q->considered = 0;
        q->cost_ns = 0;
        if (q->kind == INC_ASK_PEOPLE)
            chunk[used++] = q;
        else
            one_run(m, image, q);
        if (used == INC_CHUNK_QUESTIONS) {
            people_run(m, image, chunk, used);
            used = 0;
        }
    }
    if (used > 0)
        people_run(m, image, chunk, used);
}
