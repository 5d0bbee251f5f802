/*
 * oracle.c - match.people and match.pair the slow plain way: every record,
 * every line, a full sort. See oracle.h for what it shares with the engine.
 */
#include "engine/match/oracle.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/match/inside.h"

enum { PLAN_BYTES = 8 << 20, RECORD_BYTES = 8 << 20, LANGUAGES = 32 };

struct oracle {
    struct inc_question *q;
    const struct inc_estate *estate;
    struct inc_arena plans, records;
    struct inc_plan plan;
    struct inc_screen screen;
    struct inc_ranking *ranking;
    struct inc_sheet page;
    struct inc_counts facets[INC_FACETS];
    struct inc_line *lines;
    struct inc_plain *plain;
    struct inc_person person; /* the facts that answers and filters quote */
    struct inc_person_language languages[LANGUAGES];
    struct inc_ranked *all; /* everybody who matched */
    size_t all_cap, n_all;
    struct inc_buf *items; /* [page] written in the second walk */
};

static int
known(const struct inc_candidate *c, unsigned bit, uint32_t flag)
{
    return INC_HAS(c, bit) ? (int)flag : 0;
}

static void
quote_languages(struct oracle *o, const struct inc_candidate *c)
{
    for (uint32_t i = 0; i < c->n_languages && i < LANGUAGES; i++) {
        const struct inc_language *l = &c->languages[i];
        const int64_t level[INC_ABILITIES] = {l->listening, l->reading,
                                              l->interaction, l->production,
                                              l->writing};
        memcpy(o->languages[i].lang, l->lang, 2);
        for (int a = 0; a < INC_ABILITIES; a++)
            o->languages[i].cefr[a] =
                (int8_t)(INC_HAS(l, INC_LANGUAGE_LISTENING + a) ? level[a]
                                                                : -1);
    }
    o->person.languages = o->languages;
    o->person.n_languages = c->n_languages;
}

/* The facts of a record that filters, facets and answers quote. */
static void
quote(struct oracle *o, uint64_t no, const struct inc_candidate *c)
{
    const struct inc_availability *v = &c->availability;
    struct inc_person *p = &o->person;

    memset(p, 0, sizeof *p);
    p->no = no;
    p->id = c->id;
    p->tie = inc_hash64(c->id, strlen(c->id));
    p->words = o->plain->words;
    p->n_words = o->plain->n;
    p->n_stated = o->plain->n_stated;
    p->implied_by = o->plain->implied_by;
    p->known =
        (uint32_t)(known(c, INC_CANDIDATE_SKILLS, INC_KNOWN_SKILLS) |
                   known(c, INC_CANDIDATE_LICENCES, INC_KNOWN_LICENCES) |
                   known(c, INC_CANDIDATE_EDUCATION, INC_KNOWN_EDUCATION) |
                   known(c, INC_CANDIDATE_AVAILABILITY,
                         INC_KNOWN_AVAILABILITY));
    p->licences = o->plain->licences;
    for (uint32_t i = 0; i < c->n_education; i++)
        if (INC_HAS(&c->education[i], INC_EDUCATION_EQF) &&
            c->education[i].eqf > p->eqf)
            p->eqf = (uint8_t)c->education[i].eqf;
    if (c->n_education > 0 && p->eqf == 0)
        p->known &= ~(uint32_t)INC_KNOWN_EDUCATION;
    p->home = INC_NO_COMUNE;
    if (INC_HAS(c, INC_CANDIDATE_HOME) && o->estate->world.geo != NULL)
        p->home = inc_geo_find(o->estate->world.geo, c->home, strlen(c->home));
    p->from = INC_HAS(v, INC_AVAILABILITY_FROM) ? (int32_t)v->from : INT32_MIN;
    p->until =
        INC_HAS(v, INC_AVAILABILITY_UNTIL) ? (int32_t)v->until : INT32_MAX;
    p->updated =
        INC_HAS(c, INC_CANDIDATE_UPDATED) ? (int32_t)c->updated : INT32_MIN;
    quote_languages(o, c);
}

static const char *
office_of(const struct inc_candidate *c)
{
    return INC_HAS(c, INC_CANDIDATE_OFFICE) ? c->office : "";
}

static enum inc_status
evaluate(struct oracle *o, uint64_t no, const struct inc_candidate *c,
         struct inc_tally *tally)
{
    enum inc_status st;

    inc_arena_reset(&o->records);
    st =
        inc_plain_read(o->plain, &o->estate->world, c, &o->records, &o->q->err);
    if (st != INC_OK)
        return st;
    quote(o, no, c);
    inc_plain_score(tally, o->lines, &o->plan, o->plain);
    return INC_OK;
}

/* First walk: who matches, with what score. */
static enum inc_status
first_row(void *arg, uint64_t no, const union inc_record *r)
{
    struct oracle *o = arg;
    const struct inc_candidate *c = &r->candidate;
    struct inc_tally tally;
    void *all = o->all;
    enum inc_status st;
    int rule;

    if (c->frozen)
        return INC_OK;
    st = evaluate(o, no, c, &tally);
    if (st != INC_OK)
        return st;
    o->page.considered++;
    if (!inc_screen_person(&o->screen, &o->person, office_of(c)))
        return INC_OK;
    rule = inc_screen_rules(&o->screen, &o->plan, &o->person, o->lines);
    if (rule >= 0) {
        o->page.excluded[rule]++;
        return INC_OK;
    }
    if (inc_mem_grow(&all, &o->all_cap, o->n_all, sizeof *o->all) != 0)
        return inc_fail(&o->q->err, INC_E_NOMEM, 0, "oracle");
    o->all = all;
    o->all[o->n_all++] = (struct inc_ranked){tally.points, o->person.tie, no};
    o->ranking->counts[tally.points]++;
    o->ranking->matched++;
    return INC_OK;
}

static int
before(const void *a, const void *b)
{
    const struct inc_ranked *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    if (x->tie != y->tie)
        return x->tie < y->tie ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

/* Sort everybody and cut the page out behind the cursor. */
static void
cut_page(struct oracle *o)
{
    struct inc_ranking *r = o->ranking;
    size_t from = 0;

    if (o->n_all > 1)
        qsort(o->all, o->n_all, sizeof *o->all, before);
    while (r->has_cursor && from < o->n_all &&
           before(&o->all[from], &r->after) <= 0)
        from++;
    r->top.heap = o->all == NULL ? NULL : o->all + from;
    r->top.n = o->n_all - from < r->top.k ? o->n_all - from : r->top.k;
    r->behind = o->n_all - from - r->top.n;
}

/* Second walk: write those on the page. */
static enum inc_status
second_row(void *arg, uint64_t no, const union inc_record *r)
{
    struct oracle *o = arg;
    struct inc_item item = {.plan = &o->plan, .person = &o->person};
    struct inc_writer w;
    enum inc_status st;
    size_t i = 0;

    while (i < o->ranking->top.n && o->ranking->top.heap[i].row != no)
        i++;
    if (i == o->ranking->top.n)
        return INC_OK;
    st = evaluate(o, no, &r->candidate, &item.tally);
    if (st != INC_OK)
        return st;
    item.id = r->candidate.id;
    item.lines = o->q->options->explain ? o->lines : NULL;
    item.lang = inc_label_lang(o->estate->world.taxonomy, o->q->options->lang);
    if (o->q->kind == INC_ASK_PAIR) {
        item.need = o->page.subject;
    } else {
        item.rank = inc_ranking_rank(o->ranking, item.tally.points);
        item.tied = inc_ranking_tied(o->ranking, item.tally.points);
    }
    inc_writer_init(&w, &o->items[i]);
    inc_item_write(&w, &item);
    return INC_OK;
}

/* An office's name that outlives its record; NULL when there is no memory. */
static const char *
kept_office(struct oracle *o, const struct inc_candidate *c)
{
    const char *office = office_of(c);
    const struct inc_counts *seen = &o->facets[INC_FACET_OFFICE];
    uint32_t i = inc_map_get(&seen->numbers, office, strlen(office));

    return i != INC_MAP_NONE
               ? seen->values[i].value
               : inc_arena_text(&o->plans, office, strlen(office));
}

/* Facets count everybody who matched, in a walk of their own. */
static enum inc_status
facet_row(void *arg, uint64_t no, const union inc_record *r)
{
    struct oracle *o = arg;
    struct inc_tally tally;
    const char *office;
    enum inc_status st;

    for (size_t i = 0; i < o->n_all; i++) {
        if (o->all[i].row != no)
            continue;
        st = evaluate(o, no, &r->candidate, &tally);
        if (st != INC_OK)
            return st;
        office = kept_office(o, &r->candidate);
        if (office == NULL)
            return inc_fail(&o->q->err, INC_E_NOMEM, 0, "oracle");
        inc_person_facets(o->facets, &o->person, office, o->estate->world.geo,
                          o->q->options);
        return INC_OK;
    }
    return INC_OK;
}

static enum inc_status
prepare(struct oracle *o)
{
    struct inc_question *q = o->q;
    const struct inc_world *w = &o->estate->world;
    struct inc_buf b = {0};
    struct inc_writer writer;
    enum inc_status st = INC_OK;
    uint64_t hash;

    INC_TRY(inc_plan_make(&o->plan, q->need, w, (int32_t)q->options->as_of,
                          q->options->attitude, &o->plans, &q->err));
    INC_TRY(inc_screen_make(&o->screen, q->options, w->geo, o->plan.comune, 1,
                            &o->plans, &q->err));
    o->lines = inc_arena_array(&o->plans, o->plan.n_lines, sizeof *o->lines);
    o->ranking = inc_arena_array(&o->plans, 1, sizeof *o->ranking);
    o->plain = inc_arena_array(&o->plans, 1, sizeof *o->plain);
    o->items =
        inc_arena_array(&o->plans, (size_t)q->options->k, sizeof *o->items);
    if (o->lines == NULL || o->ranking == NULL || o->plain == NULL ||
        o->items == NULL) {
        st = inc_fail(&q->err, INC_E_NOMEM, 0, "oracle");
        goto out;
    }
    inc_facets_begin(o->facets);
    inc_writer_init(&writer, &b);
    inc_schema_pack(&writer, &inc_need_type, q->need);
    INC_TRY(inc_question_hash(&hash, &b, q->options, &q->err));
    st = inc_ranking_begin(o->ranking, q->options, hash, &o->plans, &q->err);
    o->page.subject = q->need->id == NULL ? "" : q->need->id;
    o->page.options = q->options;
    o->page.ranking = o->ranking;
    o->page.facets =
        q->options->facets && q->kind != INC_ASK_PAIR ? o->facets : NULL;
    o->page.n_facets = INC_FACETS;
out:
    inc_buf_release(&b);
    return st;
}

static void
write_page(struct oracle *o)
{
    struct inc_writer w;
    size_t n = o->ranking->top.n;

    inc_writer_init(&w, &o->q->body);
    if (o->q->kind != INC_ASK_PAIR)
        inc_sheet_begin(&w, &o->page);
    for (size_t i = 0; i < n; i++) {
        inc_w_raw(&w, o->items[i].data, o->items[i].len);
        if (o->items[i].failed)
            o->q->body.failed = 1;
    }
    if (o->q->kind != INC_ASK_PAIR)
        inc_sheet_end(&w, &o->page);
}

/* The one record of a match.pair, as a walk. */
static enum inc_status
walk_one(void *walk_arg, inc_view_each_fn *row, void *row_arg,
         struct inc_err *err)
{
    (void)err;
    return row(row_arg, 1, walk_arg);
}

void
inc_oracle_run(const struct inc_estate *estate, uint64_t generation,
               struct inc_question *q, inc_oracle_walk *walk, void *walk_arg)
{
    struct oracle *o = inc_mem_zero(1, sizeof *o);
    union inc_record one = {0};
    enum inc_status st = INC_OK;

    inc_buf_reset(&q->body);
    inc_err_clear(&q->err);
    if (o == NULL) {
        q->status = inc_fail(&q->err, INC_E_NOMEM, 0, "oracle");
        return;
    }
    if (q->kind == INC_ASK_PAIR) {
        INC_TRY(inc_refuse_frozen(q->candidate, &q->err));
        one.candidate = *q->candidate;
        walk = walk_one;
        walk_arg = &one;
    }
    o->q = q;
    o->estate = estate;
    o->page.estate = estate;
    o->page.generation = generation;
    if (inc_arena_init(&o->plans, PLAN_BYTES) != INC_OK ||
        inc_arena_init(&o->records, RECORD_BYTES) != INC_OK) {
        st = inc_fail(&q->err, INC_E_NOMEM, 0, "oracle");
        goto out;
    }
    INC_TRY(prepare(o));
    INC_TRY(walk(walk_arg, first_row, o, &q->err));
    cut_page(o);
    INC_TRY(walk(walk_arg, second_row, o, &q->err));
    if (o->page.facets != NULL)
        INC_TRY(walk(walk_arg, facet_row, o, &q->err));
    write_page(o);
    q->considered = o->page.considered;
    if (q->body.failed)
        st = inc_fail(&q->err, INC_E_NOMEM, 0, "reply");
out:
    q->status = st;
    if (st == INC_E_EMPTY)
        inc_nothing_asked(q, estate, generation);
    for (size_t i = 0; o->items != NULL && i < (size_t)q->options->k; i++)
        inc_buf_release(&o->items[i]);
    inc_facets_release(o->facets);
    inc_mem_free(o->all);
    inc_arena_release(&o->records);
    inc_arena_release(&o->plans);
    inc_mem_free(o);
}
