/*
 * A recorded answer compared with what comes out after people have been
 * erased: against a ranking of our own, of people with few scores (so that many
 * tie), some frozen, filtered out or ruled out; first and later pages; who is
 * erased is in the answer, at its edge, or not in it. What was written down
 * otherwise than it was must be found.
 */
#include "tests/unit/store/fixture.h"

#include "engine/server/gone.h"
#include "proto/writer.h"

enum { PEOPLE = 20, SEED = 41, ROUNDS = 70, K_MAX = 8, SCORES = 5 };

enum what { MATCHED, FROZEN, FILTERED, RULED };

struct one {
    enum what what;
    int32_t score;
    int erased;
};

/* What is asked, and a world to ask it of; numbers are 1..PEOPLE. */
struct world {
    struct one p[PEOPLE + 1];
    uint32_t k;
    int later; /* the page after this row */
    int32_t after_score;
    uint64_t after_no;
    int facets, filters, rules;
    uint32_t shift; /* added to every rank, by who writes what is not so */
};

struct page {
    struct inc_buf body;
    struct inc_trail_item items[PEOPLE];
    unsigned char lines[PEOPLE][2];
    uint32_t n;
    struct inc_outline outline;
};

static int
comes_before(const struct world *w, uint64_t a, int32_t score, uint64_t no)
{
    return w->p[a].score != score ? w->p[a].score > score : a < no;
}

static int
takes_part(const struct world *w, uint64_t no, int all)
{
    return w->p[no].what == MATCHED && (all || !w->p[no].erased);
}

static void
rank_of(const struct world *w, int all, uint64_t no, uint32_t *rank,
        uint32_t *tied)
{
    *rank = 1 + w->shift;
    *tied = 0;
    for (uint64_t i = 1; i <= PEOPLE; i++) {
        if (!takes_part(w, i, all))
            continue;
        *rank += w->p[i].score > w->p[no].score;
        *tied += w->p[i].score == w->p[no].score;
    }
}

static void
item_write(struct page *p, struct inc_writer *w, const struct world *of,
           int all, uint64_t no)
{
    struct inc_trail_item *item = &p->items[p->n];
    size_t start = p->body.len;
    uint32_t rank, tied;

    rank_of(of, all, no, &rank, &tied);
    inc_w_map(w);
    inc_w_kint(w, "rank", rank);
    inc_w_kint(w, "tied", tied);
    inc_w_kint(w, "id", (int64_t)no);
    inc_w_kint(w, "score", of->p[no].score);
    inc_w_end(w);
    p->lines[p->n][0] = p->lines[p->n][1] = (unsigned char)no;
    *item = (struct inc_trail_item){
        .no = no,
        .rank = rank,
        .score = of->p[no].score,
        .mark = inc_mark64(p->body.data + start, p->body.len - start),
        .n_lines = 1,
        .lines = p->lines[p->n]};
    p->n++;
}

static uint64_t
best_after(const struct world *w, int all, int32_t score, uint64_t no)
{
    uint64_t best = 0;

    for (uint64_t i = 1; i <= PEOPLE; i++)
        if (takes_part(w, i, all) && (w->p[i].score != score || i != no) &&
            !comes_before(w, i, score, no) &&
            (best == 0 || comes_before(w, i, w->p[best].score, best)))
            best = i;
    return best;
}

static void
items_write(struct page *p, struct inc_writer *w, const struct world *of,
            int all, uint32_t k, uint64_t *last, int *more)
{
    int32_t score = of->later ? of->after_score : 10001;
    uint64_t no = of->later ? of->after_no : 0, next;

    inc_w_key(w, "items");
    inc_w_list(w);
    while (p->n < k && (next = best_after(of, all, score, no)) != 0) {
        item_write(p, w, of, all, next);
        no = next;
        score = of->p[no].score;
    }
    inc_w_end(w);
    *last = no;
    *more = p->n == k && best_after(of, all, score, no) != 0;
}

/* The page as an engine makes it, of all people or of who is left. */
static void
make_page(struct page *p, const struct world *of, int all, uint32_t k)
{
    struct inc_outline *o = &p->outline;
    struct inc_writer w;
    uint64_t last;
    int more;

    memset(p, 0, sizeof *p);
    o->rules = of->rules ? 1u << INC_RULE_HOURS : 0;
    o->filters = of->filters;
    for (uint64_t i = 1; i <= PEOPLE; i++) {
        const struct one *one = &of->p[i];

        if (one->erased && !all)
            continue;
        o->considered += one->what != FROZEN;
        o->matched += one->what == MATCHED;
        o->excluded[INC_RULE_HOURS] += one->what == RULED;
    }
    inc_writer_init(&w, &p->body);
    inc_w_map(&w);
    inc_w_kint(&w, "considered", (int64_t)o->considered);
    inc_w_kint(&w, "matched", (int64_t)o->matched);
    inc_w_key(&w, "excluded");
    inc_w_list(&w);
    if (o->excluded[INC_RULE_HOURS] > 0) {
        inc_w_map(&w);
        inc_w_ktext(&w, "rule", "hours");
        inc_w_kint(&w, "count", (int64_t)o->excluded[INC_RULE_HOURS]);
        inc_w_end(&w);
    }
    inc_w_end(&w);
    items_write(p, &w, of, all, k, &last, &more);
    if (p->n > 0)
        (void)snprintf(o->next, sizeof o->next, "%08x%064llu",
                       (unsigned)of->p[last].score, (unsigned long long)last);
    if (more)
        inc_w_ktext(&w, "cursor", o->next);
    inc_w_kbool(&w, "changed", 0);
    if (of->facets)
        inc_w_kint(&w, "facets", (int64_t)o->matched);
    inc_w_end(&w);
    assert_false(p->body.failed);
}

/* ---- a store ------------------------------------------------------------- */

static int
start_with_people(void **state)
{
    return start_with(state, PEOPLE);
}

static void
erase(struct fixture *f, uint64_t no)
{
    struct inc_command c;

    inc_arena_reset(&f->arena);
    c = command(f, INC_OP_CANDIDATE_ERASE, text(&f->arena, "P-", no), NULL);
    IS(run(f, &c), INC_OK, &c.err);
}

static void
record(struct fixture *f, const struct page *p, struct inc_trail_row *row)
{
    struct inc_slip slip = {0}, *slips[] = {&slip};
    struct inc_trail t = {.at_unix_ms = 1,
                          .op = INC_OP_MATCH_PEOPLE,
                          .generation = PEOPLE,
                          .view = PEOPLE,
                          .of = INC_RECORD_CANDIDATE,
                          .n_items = p->n};
    struct inc_trail_reply r = {.request = "\x80",
                                .request_len = 1,
                                .reply = p->body.data,
                                .reply_len = p->body.len,
                                .items = p->items};
    struct inc_view *v = NULL;

    OK(inc_slip_fill(&slip, f->s, &t, &r, &f->err), &f->err);
    OK(inc_trail_add(f->s, slips, 1, &f->err), &f->err);
    OK(inc_view_open(&v, f->s, &f->err), &f->err);
    OK(inc_trail_get(v, slip.no, row, &f->read, &f->err), &f->err);
    inc_view_close(v);
    inc_slip_release(&slip);
}

static enum inc_status
no_body(void *arg, const void *body, size_t len, struct inc_command *c,
        struct inc_err *err)
{
    (void)arg;
    (void)body;
    (void)len;
    (void)c;
    return inc_fail(err, INC_E_BUG, 0, "nobody was changed");
}

static enum inc_gone_verdict
compared(struct fixture *f, const struct world *w,
         const struct inc_trail_row *row, struct inc_gone *g)
{
    struct inc_match_options o = {.k = w->k, .facets = w->facets};
    enum inc_gone_verdict verdict = INC_GONE_DIFFERENT;
    struct inc_view *v = NULL;
    struct inc_past *past = NULL;
    struct page now;
    char cursor[INC_CURSOR_TEXT];
    uint32_t holes = inc_gone_holes(f->s, row);

    (void)snprintf(cursor, sizeof cursor, "%08x%064llu",
                   (unsigned)w->after_score, (unsigned long long)w->after_no);
    if (w->later)
        o.cursor = cursor;
    OK(inc_view_open(&v, f->s, &f->err), &f->err);
    OK(inc_past_open(&past, v, PEOPLE, no_body, NULL, &f->err), &f->err);
    make_page(&now, w, 0, w->k - holes);
    *g = (struct inc_gone){.store = f->s,
                           .past = past,
                           .row = row,
                           .options = &o,
                           .outline = &now.outline,
                           .items = now.items,
                           .n_items = now.n,
                           .body = &now.body,
                           .arena = &f->arena};
    OK(inc_gone_compare(g, &verdict, &f->err), &f->err);
    assert_int_equal(g->holes, holes);
    assert_int_equal(verdict == INC_GONE_DIFFERENT, g->why[0] != '\0');
    inc_past_close(past);
    inc_view_close(v);
    inc_buf_release(&now.body);
    return verdict;
}

/* ---- worlds -------------------------------------------------------------- */

static void
make_world(struct world *w, struct inc_rng *rng)
{
    memset(w, 0, sizeof *w);
    w->k = 2 + (uint32_t)inc_rng_below(rng, K_MAX - 1);
    w->facets = inc_rng_below(rng, 4) == 0;
    w->filters = inc_rng_below(rng, 2) == 0;
    w->rules = inc_rng_below(rng, 2) == 0;
    for (int i = 1; i <= PEOPLE; i++) {
        struct one *p = &w->p[i];
        uint64_t what = inc_rng_below(rng, 10);

        p->score = (int32_t)(1000 * inc_rng_below(rng, SCORES));
        p->what = what == 0                 ? FROZEN
                  : what == 1 && w->filters ? FILTERED
                  : what == 2 && w->rules   ? RULED
                                            : MATCHED;
    }
    w->later = inc_rng_below(rng, 3) == 0;
    w->after_no = 1 + inc_rng_below(rng, PEOPLE);
    w->after_score = w->p[w->after_no].score;
}

static int
is_in(const struct page *p, uint64_t no)
{
    for (uint32_t i = 0; i < p->n; i++)
        if (p->items[i].no == no)
            return 1;
    return 0;
}

/* Erase up to four; how many of them are in the page. */
static uint32_t
erase_some(struct fixture *f, struct world *w, const struct page *p,
           struct inc_rng *rng, int outside, int *matched)
{
    uint32_t inside = 0;

    *matched = 0;
    for (uint64_t n = 1 + inc_rng_below(rng, 4); n > 0; n--) {
        uint64_t no = 1 + inc_rng_below(rng, PEOPLE);

        if (w->p[no].erased || (outside && is_in(p, no)))
            continue;
        erase(f, no);
        w->p[no].erased = 1;
        inside += (uint32_t)is_in(p, no);
        *matched |= w->p[no].what == MATCHED;
    }
    return inside;
}

/* ---- the tests ----------------------------------------------------------- */

static void
honest_answers(void **state)
{
    struct inc_rng rng = {SEED};
    int whole = 0, rows = 0, later = 0;

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct inc_trail_row row = {0};
        enum inc_gone_verdict got, want;
        struct fixture *f;
        struct inc_gone g;
        struct world w;
        struct page then;
        uint32_t inside;
        void *one;
        int matched;

        assert_int_equal(start_with_people(&one), 0);
        f = one;
        make_world(&w, &rng);
        make_page(&then, &w, 1, w.k);
        record(f, &then, &row);
        inside = erase_some(f, &w, &then, &rng, round % 2, &matched);
        if (then.n > 0 && inside < then.n) {
            got = compared(f, &w, &row, &g);
            want = inside > 0 || (w.facets && matched) ? INC_GONE_ROWS
                                                       : INC_GONE_WHOLE;
            if (got != want)
                fail_msg("seed %d round %d: got %d, want %d: %s", SEED, round,
                         got, want, g.why);
            assert_int_equal(g.holes, inside);
            assert_int_equal((g.unchecked & INC_UNCHECKED_ROWS) != 0,
                             inside > 0);
            whole += want == INC_GONE_WHOLE;
            rows += want == INC_GONE_ROWS;
            later += w.later;
        }
        inc_trail_row_release(&row);
        inc_buf_release(&then.body);
        (void)stop(&one);
    }
    print_message("%d whole, %d with holes, %d of later pages; seed %d\n",
                  whole, rows, later, SEED);
    assert_true(whole > 15 && rows > 15 && later > 10);
}

/* Ten people of known scores, 4 to a page: 1, 2, 3 and one of those at 6000. */
static void
known_world(struct world *w)
{
    *w = (struct world){.k = 4};
    for (int i = 1; i <= PEOPLE; i++)
        w->p[i] = (struct one){MATCHED, i < 4 ? 10000 - 1000 * i : 6000, 0};
}

static void
the_last_row_and_who_ties_with_it(void **state)
{
    struct fixture *f = *state;
    struct inc_trail_row row = {0};
    struct inc_gone g;
    struct world w;
    struct page then;

    known_world(&w);
    make_page(&then, &w, 1, w.k);
    record(f, &then, &row);
    erase(f, 9); /* ties with the last row, is not in the answer */
    w.p[9].erased = 1;
    assert_int_equal(compared(f, &w, &row, &g), INC_GONE_WHOLE);
    erase(f, 4); /* the last row itself */
    w.p[4].erased = 1;
    assert_int_equal(compared(f, &w, &row, &g), INC_GONE_ROWS);
    assert_int_equal(g.holes, 1);
    assert_int_equal(g.unchecked, INC_UNCHECKED_ROWS | INC_UNCHECKED_COUNTS);
    erase(f, 1); /* and the first */
    w.p[1].erased = 1;
    assert_int_equal(compared(f, &w, &row, &g), INC_GONE_ROWS);
    assert_int_equal(g.holes, 2);
    inc_trail_row_release(&row);
    inc_buf_release(&then.body);
}

typedef void forge_fn(struct page *p);

static void
other_score(struct page *p)
{
    p->items[2].score -= 1;
}

static void
other_mark(struct page *p)
{
    p->items[0].mark ^= 1;
}

static void
other_rank(struct page *p)
{
    p->items[2].rank = 2;
}

static void
other_person(struct page *p)
{
    p->items[2].no = 17;
}

static void
one_left_out(struct page *p)
{
    p->items[2] = p->items[3];
    p->n--;
}

static void
turned_round(struct page *p)
{
    struct inc_trail_item first = p->items[0];

    p->items[0] = p->items[2];
    p->items[2] = first;
}

static void
other_reply(struct page *p)
{
    p->body.data[p->body.len - 1] ^= 1;
}

static void
what_was_not_so_is_found(void **state)
{
    static const struct {
        const char *name;
        forge_fn *forge;
        int with_a_hole; /* also found when row 2 is a hole */
    } forged[] = {{"score", other_score, 1},     {"mark", other_mark, 1},
                  {"rank", other_rank, 1},       {"person", other_person, 1},
                  {"left out", one_left_out, 1}, {"order", turned_round, 1},
                  {"reply", other_reply, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof forged / sizeof *forged; i++)
        for (int hole = 0; hole <= forged[i].with_a_hole; hole++) {
            struct inc_trail_row row = {0};
            struct fixture *f;
            struct inc_gone g;
            struct world w;
            struct page then;
            void *one;
            uint64_t gone = hole ? 2 : 12;

            assert_int_equal(start_with_people(&one), 0);
            f = one;
            known_world(&w);
            make_page(&then, &w, 1, w.k);
            forged[i].forge(&then);
            record(f, &then, &row);
            erase(f, gone);
            w.p[gone].erased = 1;
            if (compared(f, &w, &row, &g) != INC_GONE_DIFFERENT)
                fail_msg("%s, hole %d: not found", forged[i].name, hole);
            inc_trail_row_release(&row);
            inc_buf_release(&then.body);
            (void)stop(&one);
        }
}

/* On a later page ranks depend on who stood on those before: on as many as are
 * erased, and no more. */
static void
ranks_of_a_later_page(void **state)
{
    struct fixture *f = *state;

    for (uint32_t shift = 0; shift < 3; shift++) {
        struct inc_trail_row row = {0};
        struct inc_gone g;
        struct world w;
        struct page then;

        known_world(&w);
        w.later = 1;
        w.after_no = 3;
        w.after_score = w.p[3].score;
        w.shift = shift;
        make_page(&then, &w, 1, w.k);
        record(f, &then, &row);
        w.shift = 0;
        if (shift == 0)
            erase(f, 1);
        w.p[1].erased = 1;
        assert_int_equal(compared(f, &w, &row, &g),
                         shift == 0 ? INC_GONE_WHOLE : INC_GONE_DIFFERENT);
        inc_trail_row_release(&row);
        inc_buf_release(&then.body);
    }
}

/* A row of somebody erased who came only after the answer. */
static void
nobody_who_was_not_there(void **state)
{
    struct fixture *f = *state;
    struct inc_trail_row row = {0};
    struct inc_gone g;
    struct world w;
    struct page then;

    known_world(&w);
    inc_arena_reset(&f->arena);
    (void)put_person(f, text(&f->arena, "P-", PEOPLE + 1));
    make_page(&then, &w, 1, w.k);
    then.items[1].no = PEOPLE + 1;
    record(f, &then, &row);
    erase(f, PEOPLE + 1);
    erase(f, 2);
    w.p[2].erased = 1;
    assert_int_equal(compared(f, &w, &row, &g), INC_GONE_DIFFERENT);
    assert_non_null(strstr(g.why, "was not there"));
    inc_trail_row_release(&row);
    inc_buf_release(&then.body);
}

/* Counts that nobody erased can explain. */
static void
counts_too_high(void **state)
{
    struct fixture *f = *state;
    struct inc_trail_row row = {0};
    struct inc_gone g;
    struct world w, more;
    struct page then;

    known_world(&w);
    w.p[20].what = w.p[19].what = FROZEN;
    more = w;
    more.p[20].what = more.p[19].what = FILTERED; /* considered: two more */
    make_page(&then, &more, 1, w.k);
    record(f, &then, &row);
    erase(f, 15);
    w.p[15].erased = 1;
    assert_int_equal(compared(f, &w, &row, &g), INC_GONE_DIFFERENT);
    assert_non_null(strstr(g.why, "beside"));
    inc_trail_row_release(&row);
    inc_buf_release(&then.body);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, start_with_people, stop)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(honest_answers),
        TEST(the_last_row_and_who_ties_with_it),
        cmocka_unit_test(what_was_not_so_is_found),
        TEST(ranks_of_a_later_page),
        TEST(nobody_who_was_not_there),
        TEST(counts_too_high),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
