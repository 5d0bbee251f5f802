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
    struct inc_pass pass;
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
    r->pass = (struct inc_pass){.kernels = m->kernels,
                                .scan = &m->scan,
                                .arena = &m->arena,
                                .pool = image->pool,
                                .plan = &r->plan,
                                .screen = &r->screen,
                                .question = q,
                                .options = q->options,
                                .ranking = r->ranking,
                                .sheet = &r->page,
                                .cover = r->cover};
out:
    return st;
}

/* Score and explain one of the best again: k of them, not the pool. */
static enum inc_status
write_item(struct run *r, struct inc_matcher *m, const struct inc_ranked *best,
           struct inc_writer *w)
{
    const struct inc_pool *pool = r->pass.pool;
    const struct inc_class *classes;
    struct inc_person person;
    struct inc_item item = {.plan = &r->plan, .person = &person};
    size_t block;
    uint32_t row;
    int64_t pull;

    if (inc_pool_find(pool, best->row, &block, &row) != 0)
        return inc_fail(&r->q->err, INC_E_BUG, 0, "a ranked row is gone");
    (void)inc_block_classes(inc_pool_block(pool, block), &classes);
    inc_block_person(inc_pool_block(pool, block), row, m->scan.room, &person);
    inc_kin_cover(r->cover, &m->scan.kin, &r->plan, &person, classes);
    pull = inc_kin_pull(&m->scan.kin, &r->plan, m->kernels, &person);
    inc_score(&item.tally, r->lines, &r->plan, &person, r->cover, pull);
    if (r->q->options->explain) {
        inc_explain(r->lines, &r->plan, &person, classes, r->cover,
                    &m->scan.kin);
        item.lines = r->lines;
    }
    item.id = person.id;
    item.no = person.no;
    item.trace = r->q->trace;
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

static void
outline(const struct run *r, struct inc_outline *out)
{
    *out = (struct inc_outline){.considered = r->page.considered,
                                .matched = r->ranking->matched,
                                .rules = r->screen.rules,
                                .filters = inc_screen_filters(&r->screen)};
    memcpy(out->excluded, r->page.excluded, sizeof out->excluded);
    (void)inc_ranking_edge(r->ranking, r->page.generation, out->next);
}

static enum inc_status
answer(struct run *r, struct inc_matcher *m)
{
    struct inc_question *q = r->q;
    enum inc_status st = inc_pass_run(&r->pass);
    struct inc_writer w;
    size_t n;

    if (st == INC_E_DEADLINE)
        return st; /* q->err says so */
    if (st != INC_OK)
        return inc_fail(&q->err, st, 0, "match");
    n = inc_ranking_end(r->ranking);
    inc_ranking_settle(r->ranking, r->pass.matched);
    inc_writer_init(&w, &q->body);
    if (q->kind != INC_ASK_PAIR)
        inc_sheet_begin(&w, &r->page);
    for (size_t i = 0; i < n; i++)
        INC_TRY(write_item(r, m, &r->ranking->top.heap[i], &w));
    if (q->kind != INC_ASK_PAIR)
        inc_sheet_end(&w, &r->page);
    if (q->body.failed)
        st = inc_fail(&q->err, INC_E_NOMEM, 0, "reply");
    q->considered = r->page.considered;
    q->work = r->pass.work;
    if (q->trace != NULL && q->trace->outline != NULL)
        outline(r, q->trace->outline);
out:
    return st;
}

void
inc_people_run(struct inc_matcher *m, const struct inc_image *image,
               struct inc_question *q)
{
    struct run r;

    inc_arena_reset(&m->arena);
    q->status = prepare(&r, m, image, q);
    if (q->status == INC_E_EMPTY)
        inc_nothing_asked(q, image->estate, inc_pool_generation(image->pool));
    else if (q->status == INC_OK &&
             inc_kin_fill(&m->scan.kin, &r.plan,
                          (r.screen.rules >> INC_RULE_MUST & 1u) != 0) !=
                 INC_OK)
        q->status = inc_fail(&q->err, INC_E_NOMEM, 0, "match tables");
    else if (q->status == INC_OK)
        q->status = answer(&r, m);
    inc_kin_clear(&m->scan.kin);
    inc_facets_release(r.facets);
}
