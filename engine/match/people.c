#include <string.h>

#include "engine/match/inside.h"

/* One question over people while it runs. */
struct run {
    struct inc_question *q;
    struct inc_plan plan;
    struct inc_screen screen;
    struct inc_ranking *ranking;
    struct inc_sheet page;
    struct inc_counts facets[INC_FACETS];
    uint16_t *cover; /* [lanes] */
    struct inc_line *lines;
};

static const char *
need_id(const struct inc_need *need)
{
    return INC_HAS(need, INC_NEED_ID) && need->id != NULL ? need->id : "";
}

static enum inc_status
question_hash(uint64_t *out, const struct inc_need *need,
              const struct inc_match_options *o, struct inc_err *err)
{
    struct inc_buf b = {0};
    struct inc_writer w;
    enum inc_status st;

    inc_writer_init(&w, &b);
    inc_schema_pack(&w, &inc_need_type, need);
    st = inc_question_hash(out, &b, o, err);
    inc_buf_release(&b);
    return st;
}

static enum inc_status
prepare(struct run *r, struct inc_matcher *m, const struct inc_image *image,
        struct inc_question *q)
{
    const struct inc_world *w = &image->estate->world;
    enum inc_status st = INC_OK;
    uint64_t hash;

    memset(r, 0, sizeof *r);
    r->q = q;
    INC_TRY(inc_plan_make(&r->plan, q->need, w, (int32_t)q->options->as_of,
                          q->options->attitude, &m->arena, &q->err));
    INC_TRY(inc_screen_make(&r->screen, q->options, w->geo, r->plan.comune, 1,
                            &m->arena, &q->err));
    r->ranking = inc_arena_array(&m->arena, 1, sizeof *r->ranking);
    r->cover = inc_arena_array(&m->arena, r->plan.lanes, sizeof *r->cover);
    r->lines = inc_arena_array(&m->arena, r->plan.n_lines, sizeof *r->lines);
    if (r->ranking == NULL || r->cover == NULL || r->lines == NULL) {
        st = inc_fail(&q->err, INC_E_NOMEM, 0, "match");
        goto out;
    }
    inc_facets_begin(r->facets);
    INC_TRY(question_hash(&hash, q->need, q->options, &q->err));
    st = inc_ranking_begin(r->ranking, q->options, hash, &m->arena, &q->err);
    r->page.subject = need_id(q->need);
    r->page.estate = image->estate;
    r->page.generation = inc_pool_generation(image->pool);
    r->page.options = q->options;
    r->page.ranking = r->ranking;
    r->page.facets =
        q->options->facets && q->kind != INC_ASK_PAIR ? r->facets : NULL;
    r->page.n_facets = INC_FACETS;
out:
    return st;
}

static void
consider(struct run *r, inc_fold_fn *fold, const struct inc_fold_table *table,
         const struct inc_block *block, const struct inc_ranked *at)
{
    struct inc_person person;
    struct inc_ranked item = *at;
    struct inc_tally tally;
    int64_t pull = 0;
    int rule;

    inc_block_person(block, (uint32_t)at->row, &person);
    r->page.considered++;
    if (!inc_screen_person(&r->screen, &person,
                           inc_block_office(block, person.office)))
        return;
    fold(r->cover, &pull, table, person.words, person.n_words);
    inc_score(&tally, r->screen.rules != 0 ? r->lines : NULL, &r->plan, &person,
              r->cover, pull);
    r->q->work.rows_scored++;
    rule = inc_screen_rules(&r->screen, &r->plan, &person, r->lines);
    if (rule >= 0) {
        r->page.excluded[rule]++;
        return;
    }
    item.score = tally.points;
    item.tie = person.tie;
    item.row = person.no;
    inc_ranking_offer(r->ranking, &item);
    if (r->page.facets != NULL)
        inc_person_facets(r->facets, &person,
                          inc_block_office(block, person.office),
                          r->plan.world->geo, r->q->options);
}

static enum inc_status
pass(struct run *r, struct inc_matcher *m, struct inc_tables *t,
     const struct inc_pool *pool)
{
    struct inc_fold_table table = {
        .sim = t->sim, .pull = t->pull, .lanes = r->plan.lanes};

    for (size_t b = 0; b < inc_pool_blocks(pool); b++) {
        const struct inc_block *block = inc_pool_block(pool, b);
        const uint64_t *dead = inc_pool_dead(pool, b);
        const struct inc_class *classes;
        uint32_t n = inc_block_classes(block, &classes);

        r->q->work.blocks_seen++;
        if (inc_tables_loss(t, &r->plan, classes, n) != INC_OK)
            return inc_fail(&r->q->err, INC_E_NOMEM, 0, "match");
        table.loss = t->loss;
        for (uint32_t row = 0; row < inc_block_rows(block); row++) {
            struct inc_ranked at = {.row = row};
            if ((dead[row / 64] >> row % 64 & 1) == 0)
                consider(r, m->fold, &table, block, &at);
        }
    }
    return INC_OK;
}

/* Fold, score and explain one of the best again: k of them, not the pool. */
static enum inc_status
write_item(struct run *r, struct inc_matcher *m, struct inc_tables *t,
           const struct inc_pool *pool, const struct inc_ranked *best,
           struct inc_writer *w)
{
    const struct inc_class *classes;
    struct inc_fold_table table = {
        .sim = t->sim, .pull = t->pull, .lanes = r->plan.lanes};
    struct inc_person person;
    struct inc_item item = {.plan = &r->plan, .person = &person};
    size_t block;
    uint32_t row, n;
    int64_t pull;

    if (inc_pool_find(pool, best->row, &block, &row) != 0)
        return inc_fail(&r->q->err, INC_E_BUG, 0, "a ranked row is gone");
    n = inc_block_classes(inc_pool_block(pool, block), &classes);
    if (inc_tables_loss(t, &r->plan, classes, n) != INC_OK)
        return inc_fail(&r->q->err, INC_E_NOMEM, 0, "match");
    table.loss = t->loss;
    inc_block_person(inc_pool_block(pool, block), row, &person);
    m->fold(r->cover, &pull, &table, person.words, person.n_words);
    inc_score(&item.tally, r->lines, &r->plan, &person, r->cover, pull);
    if (r->q->options->explain) {
        inc_explain(r->lines, &r->plan, &person, classes, r->cover);
        item.lines = r->lines;
    }
    item.id = person.id;
    item.lang = inc_label_lang(r->plan.world->taxonomy, r->q->options->lang);
    if (r->q->kind == INC_ASK_PAIR) {
        item.need = need_id(r->q->need);
    } else {
        item.rank = inc_ranking_rank(r->ranking, item.tally.points);
        item.tied = inc_ranking_tied(r->ranking, item.tally.points);
    }
    inc_item_write(w, &item);
    return INC_OK;
}

static enum inc_status
answer(struct run *r, struct inc_matcher *m, struct inc_tables *t,
       const struct inc_pool *pool)
{
    enum inc_status st = INC_OK;
    struct inc_writer w;
    size_t n;

    INC_TRY(pass(r, m, t, pool));
    n = inc_ranking_end(r->ranking);
    inc_writer_init(&w, &r->q->body);
    if (r->q->kind != INC_ASK_PAIR)
        inc_sheet_begin(&w, &r->page);
    for (size_t i = 0; i < n; i++)
        INC_TRY(write_item(r, m, t, pool, &r->ranking->top.heap[i], &w));
    if (r->q->kind != INC_ASK_PAIR)
        inc_sheet_end(&w, &r->page);
    if (r->q->body.failed)
        st = inc_fail(&r->q->err, INC_E_NOMEM, 0, "reply");
    r->q->considered = r->page.considered;
out:
    return st;
}

void
inc_people_run(struct inc_matcher *m, const struct inc_image *image,
               struct inc_question *const *questions, size_t n)
{
    struct run runs[INC_CHUNK_QUESTIONS];
    struct inc_plan *plans[INC_CHUNK_QUESTIONS];
    enum inc_status filled;

    inc_arena_reset(&m->arena);
    for (size_t i = 0; i < n; i++) {
        struct inc_question *q = questions[i];

        q->status = prepare(&runs[i], m, image, q);
        plans[i] = q->status == INC_OK ? &runs[i].plan : NULL;
        if (q->status == INC_E_EMPTY)
            inc_nothing_asked(q, image->estate,
                              inc_pool_generation(image->pool));
    }
    filled = inc_tables_fill(m, plans, n);
    for (size_t i = 0; i < n; i++) {
        struct inc_question *q = questions[i];

        if (plans[i] != NULL)
            q->status = filled != INC_OK
                            ? inc_fail(&q->err, filled, 0, "match tables")
                            : answer(&runs[i], m, &m->tables[i], image->pool);
        inc_facets_release(runs[i].facets);
    }
}
