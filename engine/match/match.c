#include "engine/match/match.h"

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
        inc_people_run(m, &one, &q, 1);
    inc_pool_drop(one.pool);
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
        if (q->kind == INC_ASK_PAIR)
            pair_run(m, image, q);
        else if (q->kind == INC_ASK_NEEDS)
            inc_needs_run(m, image, q);
        else
            chunk[used++] = q;
        if (used == INC_CHUNK_QUESTIONS) {
            inc_people_run(m, image, chunk, used);
            used = 0;
        }
    }
    if (used > 0)
        inc_people_run(m, image, chunk, used);
}
