/*
 * Plans kept with needs, the person laid out by what can be asked, the bound:
 * all of it must give what a fresh plan and every word against every concept
 * give. INC_ROUNDS sets how many people (default 40).
 */
#include "tests/support/cm.h"

#include <string.h>

#include "engine/match/explain.h"
#include "engine/match/inside.h"
#include "engine/match/ready.h"
#include "engine/match/standing.h"
#include "engine/space/near.h"
#include "proto/node.h"
#include "tests/support/records.h"
#include "tests/support/rounds.h"
#include "tests/support/world.h"

enum { PEOPLE = 120, NEEDS = 150, ARENA = 64 << 20, SEED = 20261122 };

static struct inc_estate *estate;
static struct inc_arena memory;
static struct inc_candidate people[PEOPLE];
static struct inc_need needs[NEEDS];
static struct inc_image image;
static struct inc_matcher *matcher;

static uint32_t
rounds(void)
{
    uint32_t n = rounds_or(40);

    return n < PEOPLE ? n : PEOPLE;
}

static int
set_up(void **state)
{
    struct inc_rng r = {SEED};
    struct inc_pool_builder *b = NULL;
    struct inc_err err;

    (void)state;
    estate = world_of_sample();
    if (estate == NULL || inc_arena_init(&memory, ARENA) != INC_OK ||
        inc_pool_begin(&b, &estate->world, &err) != INC_OK)
        return -1;
    for (uint64_t i = 0; i < PEOPLE; i++) {
        rec_candidate(&people[i], i + 1, &r, &memory, &estate->world,
                      i % 17 == 0 ? 60 : 14);
        people[i].frozen = 0;
        if (inc_pool_add_candidate(b, i + 1, &people[i], &err) != INC_OK)
            return -1;
    }
    for (uint64_t i = 0; i < NEEDS; i++) {
        rec_need(&needs[i], i + 1, &r, &memory, &estate->world,
                 i % 13 == 0 ? 60 : 12);
        if (i % 29 == 0) { /* asks nothing: no score */
            needs[i].has = 1;
            needs[i].n_requirements = needs[i].n_languages = 0;
            needs[i].n_licences = 0;
        }
        if (i % 10 == 3) {
            needs[i].has |= UINT64_C(1) << INC_NEED_EXPIRES;
            needs[i].expires = inc_date_from(2026, 11, 20) + (int64_t)(i % 5);
        }
        if (inc_pool_add_need(b, i + 1, &needs[i], &err) != INC_OK)
            return -1;
    }
    image.estate = estate;
    return inc_pool_end(&image.pool, b, NULL, 9, &err) == INC_OK &&
                   inc_matcher_new(&matcher, inc_kernels_choose(NULL), &err) ==
                       INC_OK
               ? 0
               : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    inc_matcher_free(matcher);
    inc_pool_drop(image.pool);
    inc_arena_release(&memory);
    inc_estate_drop(estate);
    return 0;
}

static void
same_line(const struct inc_line_spec *a, const struct inc_line_spec *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->max, b->max);
    assert_int_equal(a->importance, b->importance);
    assert_int_equal(a->weight, b->weight);
    assert_int_equal(a->idf, b->idf);
    assert_int_equal(a->lane, b->lane);
    assert_int_equal(a->level, b->level);
    assert_int_equal(a->n_concepts, b->n_concepts);
    assert_int_equal(a->n_own, b->n_own);
    assert_memory_equal(a->concepts, b->concepts,
                        a->n_concepts * sizeof *a->concepts);
    assert_int_equal(a->cefr, b->cefr);
    assert_int_equal(a->licences, b->licences);
    assert_int_equal(a->eqf, b->eqf);
    if (a->lang != NULL)
        assert_string_equal(a->lang, b->lang);
    if (a->requirement != NULL)
        assert_string_equal(a->requirement->uri, b->requirement->uri);
}

static void
kept_plans_are_fresh_plans(void **state)
{
    struct inc_arena a;
    uint32_t planned = 0;

    (void)state;
    assert_int_equal(inc_arena_init(&a, 4 << 20), INC_OK);
    for (uint64_t i = 0; i < NEEDS; i++) {
        const struct inc_pool_need *row = inc_pool_need_at(image.pool, i);
        int32_t as_of = inc_date_from(2024 + (int)(i % 4), 5, 1);
        struct inc_plan kept, fresh;
        struct inc_err err;
        enum inc_status st;

        inc_arena_reset(&a);
        st = inc_plan_make(&fresh, &needs[i], &estate->world, as_of,
                           (int64_t)(i % 2), &a, &err);
        assert_int_equal(
            inc_ready_plan(&kept, row, &estate->world, as_of, (int64_t)(i % 2)),
            st);
        if (st != INC_OK)
            continue;
        planned++;
        assert_ptr_equal(kept.world, &estate->world);
        assert_int_equal(kept.as_of, as_of);
        assert_int_equal(kept.half_year, fresh.half_year);
        assert_int_equal(kept.attitude, fresh.attitude);
        assert_int_equal(kept.n_lines, fresh.n_lines);
        for (uint32_t l = 0; l < fresh.n_lines; l++)
            same_line(&kept.lines[l], &fresh.lines[l]);
        assert_int_equal(kept.n_lanes, fresh.n_lanes);
        assert_int_equal(kept.lanes, fresh.lanes);
        assert_memory_equal(kept.lane_line, fresh.lane_line,
                            fresh.n_lanes * sizeof *fresh.lane_line);
        assert_int_equal(kept.has_affinity, fresh.has_affinity);
        assert_int_equal(kept.u_norm, fresh.u_norm);
        assert_memory_equal(kept.u, fresh.u,
                            inc_space_dim(estate->world.space));
        assert_int_equal(kept.n_trades, fresh.n_trades);
        assert_memory_equal(kept.trades, fresh.trades,
                            fresh.n_trades * sizeof *fresh.trades);
        assert_int_equal(kept.comune, fresh.comune);
        assert_int_equal(kept.n_schedule, fresh.n_schedule);
        if (fresh.n_schedule > 0)
            assert_memory_equal(kept.schedule, fresh.schedule,
                                fresh.n_schedule * sizeof *fresh.schedule);
        assert_int_equal(kept.schedule_minutes, fresh.schedule_minutes);
        assert_int_equal(kept.hours_week, fresh.hours_week);
    }
    inc_arena_release(&a);
    assert_true(planned > NEEDS / 2);
    assert_true(planned < NEEDS); /* some ask nothing */
}

/* Coverage as the formula says it: every word against every concept. */
static uint16_t
plainly(const struct inc_line_spec *line, const struct inc_plan *p,
        const struct inc_person *person, const struct inc_class *classes)
{
    uint32_t most = 0;

    for (uint32_t w = 0; w < person->n_words; w++)
        for (uint32_t i = 0; i < line->n_concepts; i++) {
            uint32_t cosine, have, sim;
            const struct inc_class *c =
                &classes[INC_WORD_CLASS(person->words[w])];

            sim = inc_pair_similarity(p->world->space, line->concepts[i],
                                      INC_WORD_CONCEPT(person->words[w]),
                                      &cosine);
            have = inc_have_bp(
                sim, inc_loss(inc_quality_bp(c, line->level, p->half_year)));
            most = have > most ? have : most;
        }
    return (uint16_t)most;
}

static void
check_reach(const struct inc_person *person, const struct inc_class *classes,
            int32_t as_of)
{
    struct inc_reach *reach = &matcher->reach;

    assert_int_equal(inc_reach_fill(reach, estate->world.space, person, classes,
                                    inc_half_year(as_of)),
                     INC_OK);
    for (uint64_t i = 0; i < NEEDS; i++) {
        const struct inc_pool_need *row = inc_pool_need_at(image.pool, i);
        uint16_t cover[INC_REQUIREMENTS_MAX];
        struct inc_tally tally;
        struct inc_plan plan;
        int32_t bound = inc_ready_bound(row, reach);

        if (inc_ready_plan(&plan, row, &estate->world, as_of, INC_NEUTRAL) !=
            INC_OK) {
            assert_int_equal(bound, -1);
            continue;
        }
        inc_reach_cover(cover, reach, &plan);
        for (uint32_t lane = 0; lane < plan.n_lanes; lane++)
            assert_int_equal(cover[lane],
                             plainly(&plan.lines[plan.lane_line[lane]], &plan,
                                     person, classes));
        inc_score(&tally, NULL, &plan, person, cover,
                  inc_reach_pull(reach, &plan));
        if ((person->known & INC_KNOWN_SKILLS) != 0 && bound < tally.points)
            fail_msg("seed %d need %d: bound %d under the score %d", SEED,
                     (int)i, (int)bound, (int)tally.points);
        assert_true(bound <= 10000);
    }
    inc_reach_clear(reach);
    assert_int_equal(reach->n_touched, 0);
    for (size_t i = 0; i < reach->have_cap / sizeof *reach->have; i++)
        assert_int_equal(reach->have[i], 0);
}

static void
reach_is_the_formula(void **state)
{
    const struct inc_block *block = inc_pool_block(image.pool, 0);
    const struct inc_class *classes;

    (void)state;
    (void)inc_block_classes(block, &classes);
    for (uint32_t p = 0; p < rounds(); p++) {
        static struct inc_room space_for_one;
        struct inc_person person;

        inc_block_person(block, p, &space_for_one, &person);
        check_reach(&person, classes,
                    inc_date_from(2026, 1, 1) + (int32_t)(p * 100));
    }
}

struct page {
    size_t n;
    int64_t matched, considered;
    char id[NEEDS][INC_ID_MAX + 1];
    int64_t score[NEEDS], rank[NEEDS], tied[NEEDS];
    char cursor[128];
};

static int64_t
number(const struct inc_node *map, const char *key)
{
    const struct inc_node *n = inc_node_get(map, key);

    assert_non_null(n);
    return inc_node_int(n);
}

static void
ask(struct page *out, uint32_t p, const struct inc_match_options *o)
{
    struct inc_question q = {
        .kind = INC_ASK_NEEDS, .options = o, .candidate = &people[p]};
    struct inc_question *one = &q;
    const struct inc_node *items, *cursor;
    struct inc_frame *f;
    struct inc_err err;

    inc_match_run(matcher, &image, &one, 1);
    assert_int_equal(q.status, INC_OK);
    assert_int_equal(
        inc_frame_open(&f, q.body.data, q.body.len, &inc_reply_limits, &err),
        INC_OK);
    items = inc_node_get(inc_frame_root(f), "items");
    out->n = inc_node_count(items);
    out->matched = number(inc_frame_root(f), "matched");
    out->considered = number(inc_frame_root(f), "considered");
    cursor = inc_node_get(inc_frame_root(f), "cursor");
    out->cursor[0] = '\0';
    if (cursor != NULL) {
        size_t len;
        const char *text = inc_node_text(cursor, &len);

        (void)snprintf(out->cursor, sizeof out->cursor, "%.*s", (int)len, text);
    }
    for (size_t i = 0; i < out->n; i++) {
        const struct inc_node *item = inc_node_at(items, i);
        size_t len;
        const char *id = inc_node_text(inc_node_get(item, "id"), &len);

        (void)snprintf(out->id[i], sizeof out->id[i], "%.*s", (int)len, id);
        out->score[i] = number(item, "score");
        out->rank[i] = number(item, "rank");
        out->tied[i] = number(item, "tied");
    }
    inc_frame_close(f);
    inc_buf_release(&q.body);
}

/* All that is open on the day and asks something takes part, nothing else. */
static void
expired_needs_take_no_part(void **state)
{
    static struct page whole;

    (void)state;
    for (int32_t day = 18; day < 27; day++) {
        struct inc_match_options o = {.k = INC_K_MAX,
                                      .as_of = inc_date_from(2026, 11, day)};
        int64_t open = 0;

        for (uint32_t i = 0; i < NEEDS; i++)
            open += i % 29 != 0 &&
                    (!INC_HAS(&needs[i], INC_NEED_EXPIRES) ||
                     needs[i].expires >= o.as_of) &&
                    (needs[i].n_requirements + needs[i].n_languages +
                             needs[i].n_licences >
                         0 ||
                     INC_HAS(&needs[i], INC_NEED_EDUCATION));
        ask(&whole, 1, &o);
        assert_int_equal(whole.matched, open);
    }
}

/* Few results pass over most needs: they must be the first of all of them, and
 * so must page after page. */
static void
small_pages_are_parts_of_the_whole(void **state)
{
    static struct page whole, part;

    (void)state;
    for (uint32_t p = 0; p < rounds(); p++) {
        char cursor[128] = "";
        struct inc_match_options all = {.k = INC_K_MAX,
                                        .as_of = inc_date_from(2026, 11, 22),
                                        .attitude = p % 2};
        size_t seen = 0;

        ask(&whole, p, &all);
        assert_int_equal(whole.n, whole.matched);
        for (;;) {
            struct inc_match_options few = all;

            few.k = 1 + p % 7;
            few.cursor = cursor[0] != '\0' ? cursor : NULL;
            ask(&part, p, &few);
            assert_int_equal(part.matched, whole.matched);
            assert_int_equal(part.considered, whole.considered);
            for (size_t i = 0; i < part.n; i++, seen++) {
                assert_true(seen < whole.n);
                assert_string_equal(part.id[i], whole.id[seen]);
                assert_int_equal(part.score[i], whole.score[seen]);
                assert_int_equal(part.rank[i], whole.rank[seen]);
                assert_int_equal(part.tied[i], whole.tied[seen]);
            }
            if (part.cursor[0] == '\0')
                break;
            (void)memcpy(cursor, part.cursor, sizeof cursor);
        }
        assert_int_equal(seen, whole.n);
    }
}

/* Needs of equal score: the page takes those whose hash comes first, also when
 * the bound of the others is just the score that the page has. */
static void
equal_scores_are_not_passed_over(void **state)
{
    enum { COPIES = 40 };
    static struct inc_need copies[COPIES];
    static char id[COPIES][16];
    struct inc_need_language italian = {
        .has = 15, .lang = "it", .level = 1, .importance = 1, .weight = 100};
    struct inc_language spoken = {.has = 63,
                                  .lang = "it",
                                  .listening = 6,
                                  .reading = 6,
                                  .interaction = 6,
                                  .production = 6,
                                  .writing = 6};
    struct inc_image all = {estate, NULL};
    struct inc_pool_builder *b = NULL;
    struct inc_match_options o = {.k = 1, .as_of = inc_date_from(2026, 11, 22)};
    struct inc_candidate who = {.has = UINT64_C(1) << INC_CANDIDATE_ID |
                                       UINT64_C(1) << INC_CANDIDATE_SKILLS |
                                       UINT64_C(1) << INC_CANDIDATE_LANGUAGES,
                                .id = "P",
                                .languages = &spoken,
                                .n_languages = 1};
    struct inc_question q = {
        .kind = INC_ASK_NEEDS, .options = &o, .candidate = &who};
    struct inc_question *one = &q;
    uint64_t first = UINT64_MAX;
    const char *want = NULL;
    struct inc_err err;

    (void)state;
    assert_int_equal(inc_pool_begin(&b, &estate->world, &err), INC_OK);
    for (uint64_t i = 0; i < COPIES; i++) {
        (void)snprintf(id[i], sizeof id[i], "C-%d", (int)i);
        copies[i] = (struct inc_need){.has = UINT64_C(1) << INC_NEED_ID |
                                             UINT64_C(1) << INC_NEED_LANGUAGES,
                                      .id = id[i],
                                      .seats = 1,
                                      .languages = &italian,
                                      .n_languages = 1};
        assert_int_equal(inc_pool_add_need(b, i + 1, &copies[i], &err), INC_OK);
        if (inc_hash64(id[i], strlen(id[i])) < first) {
            first = inc_hash64(id[i], strlen(id[i]));
            want = id[i];
        }
    }
    assert_int_equal(inc_pool_end(&all.pool, b, NULL, 1, &err), INC_OK);
    inc_match_run(matcher, &all, &one, 1);
    assert_int_equal(q.status, INC_OK);
    {
        struct inc_frame *f;
        const struct inc_node *item;
        size_t len;
        const char *text;

        assert_int_equal(inc_frame_open(&f, q.body.data, q.body.len,
                                        &inc_reply_limits, &err),
                         INC_OK);
        item = inc_node_at(inc_node_get(inc_frame_root(f), "items"), 0);
        assert_int_equal(number(item, "score"), 10000);
        assert_int_equal(number(item, "tied"), COPIES);
        text = inc_node_text(inc_node_get(item, "id"), &len);
        assert_int_equal(len, strlen(want));
        assert_memory_equal(text, want, len);
        inc_frame_close(f);
    }
    inc_buf_release(&q.body);
    inc_pool_drop(all.pool);
}

/* What the standing match finds is what match.needs ranks, down to the bar. */
static void
standing_finds_the_same(void **state)
{
    static struct page whole;
    size_t found = 0;

    (void)state;
    for (uint32_t p = 0; p < rounds(); p++) {
        struct inc_match_options all = {.k = INC_K_MAX,
                                        .as_of = inc_date_from(2026, 11, 22)};
        const struct inc_standing s = {matcher, &image, 1 + (int32_t)p * 100,
                                       (int32_t)all.as_of};
        struct inc_found out[INC_STANDING_MOST];
        size_t n, want = 0;
        struct inc_err err;

        ask(&whole, p, &all);
        while (want < whole.n && want < INC_STANDING_MOST &&
               whole.score[want] >= s.least)
            want++;
        assert_int_equal(inc_standing_person(&s, p + 1, out, &n, &err), INC_OK);
        assert_int_equal(n, want);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(out[i].person, p + 1);
            assert_int_equal(out[i].score, whole.score[i]);
            assert_string_equal(needs[out[i].need - 1].id, whole.id[i]);
        }
        found += n;
    }
    assert_true(found > 200);
    {
        const struct inc_standing s = {matcher, &image, 1, 20779};
        struct inc_found out[INC_STANDING_MOST];
        struct inc_err err;
        size_t n = 7;

        assert_int_equal(inc_standing_person(&s, 9999, out, &n, &err), INC_OK);
        assert_int_equal(n, 0);
        assert_null(inc_standing_find(image.pool, 0));
        assert_null(inc_standing_find(image.pool, NEEDS + 1));
        for (uint64_t no = 1; no <= NEEDS; no++)
            assert_int_equal(inc_standing_find(image.pool, no)->no, no);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept_plans_are_fresh_plans),
        cmocka_unit_test(reach_is_the_formula), /* before lists are made */
        cmocka_unit_test(small_pages_are_parts_of_the_whole),
        cmocka_unit_test(expired_needs_take_no_part),
        cmocka_unit_test(equal_scores_are_not_passed_over),
        cmocka_unit_test(standing_finds_the_same),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
