#include "engine/match/match.h"

#include "engine/base/mem.h"
#include "engine/match/inside.h"

enum { ARENA_BYTES = 24 << 20 }; /* plans and heaps of one chunk */

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

enum inc_status
inc_refuse_frozen(const struct inc_candidate *c, struct inc_err *err)
{
    if (!c->frozen)
        return INC_OK;
    (void)inc_fail(err, INC_E_DENIED, 0,
                   "this person is frozen and takes no part in matches");
    inc_err_hint(err, "candidate.unfreeze, after talking to the person");
    return INC_E_DENIED;
}

enum inc_status
inc_pool_of_one(struct inc_pool **out, const struct inc_estate *e,
                const struct inc_candidate *c, struct inc_err *err)
{
    struct inc_pool_builder *b = NULL;
    enum inc_status st;

    *out = NULL;
    INC_TRY(inc_refuse_frozen(c, err));
    INC_TRY(inc_pool_begin(&b, &e->world, err));
    INC_TRY(inc_pool_add_candidate(b, 1, c, err));
    st = inc_pool_end(out, b, NULL, 0, err);
    b = NULL; /* end consumes it, also when it fails */
out:
    inc_pool_abandon(b);
    return st;
}

int
inc_label_lang(const struct inc_taxonomy *t, const char *code)
{
    return inc_taxonomy_lang(t, code == NULL ? "it" : code);
}

void
inc_nothing_asked(struct inc_question *q, const struct inc_estate *e,
                  uint64_t generation)
{
    struct inc_writer w;

    q->status = INC_OK;
    inc_writer_init(&w, &q->body);
    if (q->kind == INC_ASK_PAIR) {
        inc_w_map(&w);
        inc_w_ktext(&w, "need", q->need->id);
        inc_w_ktext(&w, "candidate", q->candidate->id);
        inc_w_ktext(&w, "reason", inc_status_wire(INC_E_EMPTY));
        inc_w_end(&w);
    } else {
        struct inc_ranking none = {.matched = 0};
        struct inc_sheet page = {.subject = q->need->id,
                                 .estate = e,
                                 .generation = generation,
                                 .options = q->options,
                                 .ranking = &none,
                                 .reason = inc_status_wire(INC_E_EMPTY)};
        inc_sheet_begin(&w, &page);
        inc_sheet_end(&w, &page);
    }
    if (q->body.failed)
        q->status = inc_fail(&q->err, INC_E_NOMEM, 0, "reply");
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
