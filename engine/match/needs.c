#include <string.h>

#include "engine/match/inside.h"
#include "engine/match/ready.h"

/* One person against every open need. */
struct run {
    struct inc_question *q;
    struct inc_matcher *m;
    const struct inc_image *image;
    struct inc_person person;
    const struct inc_class *classes;
    uint16_t cover[INC_REQUIREMENTS_MAX];
    struct inc_screen screen;
    int all_pass;     /* no filter */
    uint64_t matched; /* needs that passed filters and rules */
    struct inc_ranking *ranking;
    struct inc_sheet page;
};

enum {
    LINES_MAX = INC_REQUIREMENTS_MAX + 64 + 8,
    AHEAD = 4 /* needs brought nearer before their turn */
};

static enum inc_status
plan_of(struct run *r, const struct inc_pool_need *row, struct inc_plan *plan)
{
    return inc_ready_plan(plan, row, &r->image->estate->world,
                          (int32_t)r->q->options->as_of,
                          r->q->options->attitude);
}

/* Coverage of its lanes into r->cover; the pull of its own vector back. */
static int64_t
fold_need(struct run *r, const struct inc_plan *p)
{
    inc_reach_cover(r->cover, &r->m->reach, p);
    return inc_reach_pull(&r->m->reach, p);
}

/* No filter that could leave a need out. */
static int
all_pass(const struct inc_screen *s)
{
    const struct inc_filters *f = s->filters;

    return s->places == NULL && f->has == 0 && f->n_kinds == 0 &&
           f->n_offices == 0;
}

/* 1 when the need cannot get into the page, whatever its other lines give.
 * Rules must be counted by name, so with one every need is scored. */
static int
hopeless(struct run *r, const struct inc_pool_need *row)
{
    int32_t bound;

    if (r->screen.rules != 0 || (r->person.known & INC_KNOWN_SKILLS) == 0)
        return 0;
    bound = inc_ready_bound(row, &r->m->reach);
    return bound >= 0 && bound < inc_ranking_least(r->ranking);
}

static void
consider(struct run *r, const struct inc_pool_need *row, uint64_t index)
{
    struct inc_line lines[LINES_MAX];
    struct inc_ranked item = {.tie = row->tie, .row = index};
    struct inc_tally tally;
    struct inc_plan plan;
    int64_t pull;
    int rule;

    r->page.considered++;
    if (!inc_ready_open(row, r->q->options->as_of) ||
        (!r->all_pass && !inc_screen_need(&r->screen, row->need)))
        return;
    if (hopeless(r, row)) {
        r->matched++;
        return;
    }
    if (plan_of(r, row, &plan) != INC_OK) {
        r->page.unscored++;
        return;
    }
    pull = fold_need(r, &plan);
    inc_score(&tally, r->screen.rules != 0 ? lines : NULL, &plan, &r->person,
              r->cover, pull);
    rule = inc_screen_rules(&r->screen, &plan, &r->person, lines);
    if (rule >= 0) {
        r->page.excluded[rule]++;
        return;
    }
    item.score = tally.points;
    r->matched++;
    inc_ranking_offer(r->ranking, &item);
}

static void
write_item(struct run *r, const struct inc_ranked *best, struct inc_writer *w)
{
    const struct inc_pool_need *row =
        inc_pool_need_at(r->image->pool, best->row);
    struct inc_line lines[LINES_MAX];
    struct inc_plan plan;
    struct inc_item item = {.plan = &plan, .person = &r->person};
    int64_t pull;

    if (plan_of(r, row, &plan) != INC_OK)
        return; /* it was ranked, so it has one */
    pull = fold_need(r, &plan);
    inc_score(&item.tally, lines, &plan, &r->person, r->cover, pull);
    if (r->q->options->explain) {
        inc_explain(lines, &plan, &r->person, r->classes, r->cover, NULL);
        item.lines = lines;
    }
    item.id = row->need->id;
    item.no = row->no;
    item.trace = r->q->trace;
    item.lang = inc_label_lang(plan.world->taxonomy, r->q->options->lang);
    item.rank = inc_ranking_rank(r->ranking, item.tally.points);
    item.tied = inc_ranking_tied(r->ranking, item.tally.points);
    inc_item_write(w, &item);
}

static enum inc_status
prepare(struct run *r, const struct inc_pool *one)
{
    struct inc_question *q = r->q;
    const struct inc_block *block = inc_pool_block(one, 0);
    enum inc_status st = INC_OK;
    struct inc_buf b = {0};
    struct inc_writer w;
    uint64_t hash;

    (void)inc_block_classes(block, &r->classes);
    inc_block_person(block, 0, r->m->scan.room, &r->person);
    if (inc_reach_fill(&r->m->reach, r->image->estate->world.space, &r->person,
                       r->classes,
                       inc_half_year((int32_t)q->options->as_of)) != INC_OK) {
        st = inc_fail(&q->err, INC_E_NOMEM, 0, "match");
        goto out;
    }
    INC_TRY(inc_screen_make(&r->screen, q->options, r->image->estate->world.geo,
                            r->person.home, 0, &r->m->arena, &q->err));
    r->all_pass = all_pass(&r->screen);
    r->ranking = inc_arena_array(&r->m->arena, 1, sizeof *r->ranking);
    if (r->ranking == NULL) {
        st = inc_fail(&q->err, INC_E_NOMEM, 0, "match");
        goto out;
    }
    inc_writer_init(&w, &b);
    inc_schema_pack(&w, &inc_candidate_type, q->candidate);
    INC_TRY(inc_question_hash(&hash, &b, q->options, &q->err));
    INC_TRY(
        inc_ranking_begin(r->ranking, q->options, hash, &r->m->arena, &q->err));
    r->page.subject = r->person.id;
    r->page.estate = r->image->estate;
    r->page.generation = inc_pool_generation(r->image->pool);
    r->page.options = q->options;
    r->page.ranking = r->ranking;
out:
    inc_buf_release(&b);
    return st;
}

static enum inc_status
answer(struct run *r)
{
    const struct inc_pool *pool = r->image->pool;
    enum inc_status st = INC_OK;
    struct inc_writer w;
    size_t n;

    for (uint64_t i = 0; i < inc_pool_needs(pool); i++) {
        const struct inc_pool_need *later = inc_pool_need_at(pool, i + AHEAD);

        __builtin_prefetch(inc_pool_need_at(pool, i + UINT64_C(3) * AHEAD));
        if (later != NULL)
            inc_ready_prefetch(later);
        consider(r, inc_pool_need_at(pool, i), i);
    }
    n = inc_ranking_end(r->ranking);
    inc_ranking_settle(r->ranking, r->matched);
    inc_writer_init(&w, &r->q->body);
    inc_sheet_begin(&w, &r->page);
    for (size_t i = 0; i < n; i++)
        write_item(r, &r->ranking->top.heap[i], &w);
    inc_sheet_end(&w, &r->page);
    if (r->q->body.failed)
        st = inc_fail(&r->q->err, INC_E_NOMEM, 0, "reply");
    r->q->considered = r->page.considered;
    return st;
}

void
inc_needs_run(struct inc_matcher *m, const struct inc_image *image,
              struct inc_question *q)
{
    struct run r = {.q = q, .m = m, .image = image};
    struct inc_pool *one = NULL;
    enum inc_status st = INC_OK;

    inc_arena_reset(&m->arena);
    INC_TRY(inc_pool_of_one(&one, image->estate, q->candidate, &q->err));
    INC_TRY(prepare(&r, one));
    st = answer(&r);
out:
    q->status = st;
    inc_reach_clear(&m->reach);
    inc_pool_drop(one);
}
