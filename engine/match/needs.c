#include <string.h>

#include "engine/base/mem.h"
#include "engine/kernels/panel.h"
#include "engine/match/inside.h"

/* One person against every open need. */
struct run {
    struct inc_question *q;
    struct inc_matcher *m;
    const struct inc_image *image;
    struct inc_arena plans; /* reset for every need */
    struct inc_person person;
    const struct inc_class *classes;
    float *words;   /* [n_words][dim] */
    float *product; /* [plan vectors][n_words] */
    size_t product_cap;
    uint16_t *cover; /* [lanes max] */
    int64_t *sum;    /* [dim] idf-weighted sum of the person's vectors */
    struct inc_screen screen;
    struct inc_ranking *ranking;
    struct inc_sheet page;
};

/* *p holds at least `bytes`, 64-byte aligned, contents not kept. */
static int
make_room(void **p, size_t *cap, size_t bytes)
{
    void *fresh;

    if (bytes <= *cap)
        return 0;
    fresh = inc_mem_zero64(bytes, 1);
    if (fresh == NULL)
        return -1;
    inc_mem_free(*p);
    *p = fresh;
    *cap = bytes;
    return 0;
}

enum {
    PLAN_BYTES = 8 << 20, /* one plan at the largest dimension: 5 MiB */
    LINES_MAX = INC_REQUIREMENTS_MAX + 64 + 8,
    LANES_ROOM = (INC_REQUIREMENTS_MAX + INC_LANES - 1) / INC_LANES * INC_LANES
};

static enum inc_status
person_vectors(struct run *r)
{
    const struct inc_space *s = r->image->estate->world.space;
    uint32_t dim = inc_space_dim(s);

    r->words = inc_arena_array(&r->m->arena, (size_t)r->person.n_words * dim,
                               sizeof *r->words);
    r->sum = inc_arena_array(&r->m->arena, dim, sizeof *r->sum);
    r->cover = inc_arena_array(&r->m->arena, LANES_ROOM, sizeof *r->cover);
    if (r->words == NULL || r->sum == NULL || r->cover == NULL)
        return inc_fail(&r->q->err, INC_E_NOMEM, 0, "match");
    for (uint32_t w = 0; w < r->person.n_words; w++) {
        uint32_t concept = INC_WORD_CONCEPT(r->person.words[w]);
        memcpy(r->words + (size_t)w * dim,
               inc_space_floats(s) + (size_t)concept * dim,
               dim * sizeof(float));
        for (uint32_t d = 0; d < dim; d++)
            r->sum[d] += (int64_t)inc_space_idf(s, concept) *
                         inc_space_row(s, concept)[d];
    }
    return INC_OK;
}

/* The larger of what the words give to a lane: the fold, from the other
 * side. */
static void
fold_vector(struct run *r, const struct inc_plan *p, uint32_t v)
{
    const struct inc_space *s = p->world->space;
    const struct inc_line_spec *spec =
        &p->lines[p->lane_line[p->vector_lane[v]]];
    uint32_t asked = p->vector_concept[v];
    uint16_t *cell = &r->cover[p->vector_lane[v]];

    for (uint32_t w = 0; w < r->person.n_words; w++) {
        uint32_t concept = INC_WORD_CONCEPT(r->person.words[w]);
        int64_t dot = (int64_t)r->product[(size_t)v * r->person.n_words + w];
        uint32_t sim = INC_BP, have;

        if (concept != asked)
            sim = inc_similarity_bp(inc_cosine_bp(
                dot, inc_space_norm2(s, concept), inc_space_norm2(s, asked)));
        if (sim == 0)
            continue;
        have = inc_have_bp(sim,
                           inc_loss(inc_quality_bp(
                               &r->classes[INC_WORD_CLASS(r->person.words[w])],
                               spec->level, p->half_year)));
        if (have > *cell)
            *cell = (uint16_t)have;
    }
}

static enum inc_status
fold_need(struct run *r, const struct inc_plan *p, int64_t *pull)
{
    uint32_t dim = inc_space_dim(p->world->space);
    uint32_t n = p->n_vectors - (p->has_affinity ? 1 : 0);

    *pull = 0;
    memset(r->cover, 0, LANES_ROOM * sizeof *r->cover);
    if (n > 0 && r->person.n_words > 0) {
        if (make_room((void **)&r->product, &r->product_cap,
                      (size_t)n * r->person.n_words * sizeof(float)) != 0)
            return inc_fail(&r->q->err, INC_E_NOMEM, 0, "match");
        inc_panel_product(r->product, p->vectors, r->words, n,
                          r->person.n_words, dim);
        for (uint32_t v = 0; v < n; v++)
            fold_vector(r, p, v);
    }
    for (uint32_t d = 0; p->has_affinity && d < dim; d++)
        *pull += r->sum[d] * p->u[d];
    return INC_OK;
}

static int
still_open(const struct inc_need *need, int64_t as_of)
{
    return !need->closed &&
           (!INC_HAS(need, INC_NEED_EXPIRES) || need->expires >= as_of);
}

static enum inc_status
consider(struct run *r, const struct inc_pool_need *row, uint64_t index)
{
    struct inc_line lines[LINES_MAX];
    struct inc_ranked item = {.tie = row->tie, .row = index};
    struct inc_tally tally;
    struct inc_plan plan;
    enum inc_status st;
    int64_t pull;
    int rule;

    r->page.considered++;
    if (!still_open(row->need, r->q->options->as_of) ||
        !inc_screen_need(&r->screen, row->need))
        return INC_OK;
    inc_arena_reset(&r->plans);
    st = inc_plan_make(&plan, row->need, &r->image->estate->world,
                       (int32_t)r->q->options->as_of, r->q->options->attitude,
                       &r->plans, &r->q->err);
    if (st == INC_E_EMPTY) {
        r->page.unscored++;
        return INC_OK;
    }
    INC_TRY(st);
    INC_TRY(fold_need(r, &plan, &pull));
    inc_score(&tally, lines, &plan, &r->person, r->cover, pull);
    rule = inc_screen_rules(&r->screen, &plan, &r->person, lines);
    if (rule >= 0) {
        r->page.excluded[rule]++;
        return INC_OK;
    }
    item.score = tally.points;
    inc_ranking_offer(r->ranking, &item);
out:
    return st;
}

static enum inc_status
write_item(struct run *r, const struct inc_ranked *best, struct inc_writer *w)
{
    const struct inc_pool_need *row =
        inc_pool_need_at(r->image->pool, best->row);
    struct inc_line lines[LINES_MAX];
    struct inc_plan plan;
    struct inc_item item = {.plan = &plan, .person = &r->person};
    enum inc_status st = INC_OK;
    int64_t pull;

    inc_arena_reset(&r->plans);
    INC_TRY(inc_plan_make(&plan, row->need, &r->image->estate->world,
                          (int32_t)r->q->options->as_of,
                          r->q->options->attitude, &r->plans, &r->q->err));
    INC_TRY(fold_need(r, &plan, &pull));
    inc_score(&item.tally, lines, &plan, &r->person, r->cover, pull);
    if (r->q->options->explain) {
        inc_explain(lines, &plan, &r->person, r->classes, r->cover, NULL);
        item.lines = lines;
    }
    item.id = row->need->id;
    item.lang = inc_label_lang(plan.world->taxonomy, r->q->options->lang);
    item.rank = inc_ranking_rank(r->ranking, item.tally.points);
    item.tied = inc_ranking_tied(r->ranking, item.tally.points);
    inc_item_write(w, &item);
out:
    return st;
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
    INC_TRY(person_vectors(r));
    INC_TRY(inc_screen_make(&r->screen, q->options, r->image->estate->world.geo,
                            r->person.home, 0, &r->m->arena, &q->err));
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

    for (uint64_t i = 0; i < inc_pool_needs(pool); i++)
        INC_TRY(consider(r, inc_pool_need_at(pool, i), i));
    n = inc_ranking_end(r->ranking);
    inc_writer_init(&w, &r->q->body);
    inc_sheet_begin(&w, &r->page);
    for (size_t i = 0; i < n; i++)
        INC_TRY(write_item(r, &r->ranking->top.heap[i], &w));
    inc_sheet_end(&w, &r->page);
    if (r->q->body.failed)
        st = inc_fail(&r->q->err, INC_E_NOMEM, 0, "reply");
    r->q->considered = r->page.considered;
out:
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
    if (inc_arena_init(&r.plans, PLAN_BYTES) != INC_OK) {
        st = inc_fail(&q->err, INC_E_NOMEM, 0, "match");
        goto out;
    }
    INC_TRY(inc_pool_of_one(&one, image->estate, q->candidate, &q->err));
    INC_TRY(prepare(&r, one));
    st = answer(&r);
out:
    q->status = st;
    inc_pool_drop(one);
    inc_arena_release(&r.plans);
    inc_mem_free(r.product);
}
