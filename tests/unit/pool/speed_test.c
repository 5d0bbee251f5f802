/*
 * With INC_BENCH=people in the environment: processor time to build a pool of
 * so many in one go, for writes of one change and of 512 with merges as they
 * fall due, and for their installation; and bytes a person. Without it only a
 * small run, to keep this file working and to hold the bytes to their bound.
 */
#include "tests/unit/pool/world.h"

#include <time.h>

#include "engine/pool/block.h"

/* 15 words come from the occupation held. */
enum { SEED = 717171, STATED = 5, WRITE = 512, HOT_BYTES_MAX = 130 };

static int talks;

static void
add_person(struct inc_pool_builder *b, uint64_t no, struct inc_rng *r)
{
    uint32_t trade = 2 + inc_rng_below(r, 48);
    struct inc_skill skills[STATED];
    struct inc_held held = {.has = BIT(INC_HELD_URI) | BIT(INC_HELD_MONTHS),
                            .uri = occupation_uri(trade),
                            .months = inc_rng_below(r, 100)};
    struct inc_window windows[5];
    char id[24];
    struct inc_candidate c = {
        .has = BIT(INC_CANDIDATE_SKILLS) | BIT(INC_CANDIDATE_HOME) |
               BIT(INC_CANDIDATE_OFFICE) | BIT(INC_CANDIDATE_AVAILABILITY) |
               BIT(INC_CANDIDATE_UPDATED),
        .id = id,
        .office = "cpi",
        .home = "046017",
        .updated = 20000 + inc_rng_below(r, 700),
        .skills = skills,
        .n_skills = STATED,
        .occupations = &held,
        .n_occupations = 1,
        .availability = {.has = BIT(INC_AVAILABILITY_WINDOWS),
                         .windows = windows,
                         .n_windows = 5}};

    (void)snprintf(id, sizeof id, "c%llu", (unsigned long long)no);
    for (uint32_t i = 0; i < STATED; i++)
        skills[i] = (struct inc_skill){
            .has = BIT(INC_SKILL_URI) | BIT(INC_SKILL_LEVEL),
            .uri = skill_uri(i < 3 ? inc_rng_below(r, 300) + trade * 13
                                   : inc_rng_below(r, SKILL_GONE)),
            .level = 1 + inc_rng_below(r, 4)};
    for (uint32_t i = 0; i < 5; i++)
        windows[i] = (struct inc_window){
            .day = i, .from = 480, .to = 1020 + 60 * (int64_t)(no % 5)};
    assert_int_equal(inc_pool_add_candidate(b, no, &c, NULL), INC_OK);
}

/* Time this thread has worked: what a busy machine changes least. */
static uint64_t
worked(void)
{
    struct timespec t;

    assert_int_equal(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t), 0);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Milliseconds of work since *from, which becomes now. */
static double
took(uint64_t *from)
{
    uint64_t was = *from;

    *from = worked();
    return (double)(*from - was) / 1e6;
}

static void
say_bytes(const struct inc_pool *p)
{
    size_t hot = 0, tree = 0, all = 0, words = 0, rows = 0;

    for (size_t i = 0; i < inc_pool_blocks(p); i++) {
        const struct inc_block *b = inc_pool_block(p, i);

        hot += inc_block_hot_bytes(b);
        tree += inc_block_tree_bytes(b);
        all += b->bytes;
        rows += b->rows;
        words += b->skill_at[b->rows];
    }
    if (talks)
        print_message("bytes a person: hot %.1f (tree %.1f), cold %.1f, all "
                      "of the pool %.1f; %.1f words, %zu blocks\n",
                      (double)hot / (double)rows, (double)tree / (double)rows,
                      (double)(all - hot) / (double)rows,
                      (double)inc_pool_bytes(p) / (double)rows,
                      (double)words / (double)rows, inc_pool_blocks(p));
    assert_true(!talks || hot < rows * HOT_BYTES_MAX);
}

static struct inc_pool *
build(uint32_t people, struct inc_rng *r)
{
    uint64_t clock = worked();
    struct inc_pool_builder *b;
    struct inc_pool *p;
    double read, end;

    assert_int_equal(inc_pool_begin(&b, &world, NULL), INC_OK);
    for (uint32_t no = 0; no < people; no++)
        add_person(b, no, r);
    read = took(&clock);
    assert_int_equal(inc_pool_end(&p, b, NULL, 1, NULL), INC_OK);
    end = took(&clock);
    if (talks)
        print_message("%u people: read in %.0f ms, %.2f us each; end in %.0f "
                      "ms, %.2f us each\n",
                      people, read, read * 1e3 / people, end,
                      end * 1e3 / people);
    return p;
}

struct spread {
    double sum, most;
    uint32_t n;
};

static void
spread_add(struct spread *s, double ms)
{
    s->sum += ms;
    s->most = ms > s->most ? ms : s->most;
    s->n++;
}

static void
say(const char *what, const struct spread *s)
{
    if (talks && s->n > 0)
        print_message("%u %s: %.3f ms each, slowest %.3f\n", s->n, what,
                      s->sum / s->n, s->most);
}

static struct inc_pool *
write_some(struct inc_pool *p, uint32_t n, uint32_t people, struct inc_rng *r,
           struct spread *s)
{
    struct inc_pool_builder *b;
    struct inc_pool *next;
    uint64_t clock;

    assert_int_equal(inc_pool_begin(&b, &world, NULL), INC_OK);
    for (uint32_t k = 0; k < n; k++)
        add_person(b, inc_rng_below(r, people), r);
    clock = worked();
    assert_int_equal(inc_pool_end(&next, b, p, 2, NULL), INC_OK);
    spread_add(s, took(&clock));
    inc_pool_drop(p);
    return next;
}

/* Writes of `n` changes each. When a merge is due it is made, and installed
 * after another write, as a thread in the background would. */
static struct inc_pool *
change(struct inc_pool *p, uint32_t writes, uint32_t n, uint32_t people,
       struct inc_rng *r)
{
    struct spread write = {0}, make = {0}, install = {0}, drop = {0};
    size_t blocks = 0;

    for (uint32_t i = 0; i < writes; i++) {
        uint64_t clock = worked();
        struct inc_merge *m = NULL;
        struct inc_pool *next;

        if (inc_pool_due(p)) {
            assert_int_equal(inc_merge_make(&m, p, NULL), INC_OK);
            spread_add(&make, took(&clock));
        }
        p = write_some(p, n, people, r, &write);
        clock = worked();
        if (m != NULL && inc_merge_install(&next, p, m, NULL) == INC_OK) {
            spread_add(&install, took(&clock));
            inc_pool_drop(p); /* gives the sources' memory back: slow */
            spread_add(&drop, took(&clock));
            p = next;
        }
        if (inc_pool_blocks(p) > blocks)
            blocks = inc_pool_blocks(p);
    }
    say(n == 1 ? "writes of 1" : "writes of 512", &write);
    say("merges made", &make);
    say("merges installed", &install);
    say("old pools dropped", &drop);
    if (talks)
        print_message("at most %zu blocks\n", blocks);
    assert_int_equal(inc_pool_people(p), people);
    return p;
}

static void
build_and_change(void **state)
{
    const char *bench = getenv("INC_BENCH");
    uint32_t people = bench != NULL ? (uint32_t)atoi(bench) : 1500;
    struct inc_rng r = {SEED};
    struct inc_pool *p;

    (void)state;
    talks = bench != NULL;
    people = people < 1500 ? 100000 : people; /* INC_BENCH=1 */
    p = build(people, &r);
    say_bytes(p);
    p = change(p, talks ? 500 : 10, 1, people, &r);
    p = change(p, people / WRITE + 1, WRITE, people, &r);
    say_bytes(p);
    inc_pool_drop(p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(build_and_change)};
    return cmocka_run_group_tests(tests, open_world, close_world);
}
