/*
 * Starting from a saved image and the journal since; upkeep while records
 * change. What comes out answers with the same bytes as one read from the
 * store. Runs under TSan too.
 */
#include "tests/unit/match/tiny.h"
#include "tests/unit/store/fixture.h"

#include <pthread.h>
#include <stdatomic.h>

#include "engine/match/catch_up.h"
#include "engine/match/live.h"
#include "engine/match/match.h"
#include "engine/space/near.h"

enum { SEED = 525252, PEOPLE = 60 };

static struct inc_live *live;
static char image_path[PATH_ROOM + 16];

static void
open_live(struct fixture *f, struct inc_estate *e, struct inc_live_start *start)
{
    OK(inc_live_open(&live, e, f->s, image_path, start, &f->err), &f->err);
}

static int
set_up(void **state)
{
    struct fixture *f;

    if (start(state) != 0)
        return -1;
    f = *state;
    (void)snprintf(image_path, sizeof image_path, "%s/people.image", f->dir);
    open_live(f, tiny, NULL);
    return 0;
}

static int
clean_up(void **state)
{
    inc_live_close(live);
    live = NULL;
    (void)unlink(image_path);
    return stop(state);
}

/* ---- records ---- */

/* Somebody made of a number; the same number, the same record. */
static union inc_record *
somebody(struct inc_arena *a, const char *id, uint64_t seed)
{
    static const char *const homes[] = {LUCCA, CAPANNORI, VIAREGGIO, FIRENZE};
    union inc_record *r = person(a, id, 4);
    struct inc_rng rng = {seed};

    for (uint32_t i = 0; i < 4; i++)
        r->candidate.skills[i].uri = tiny_uri[i * 10 + inc_rng_below(&rng, 10)];
    r->candidate.home = homes[inc_rng_below(&rng, 4)];
    return r;
}

static void
publish(struct fixture *f, struct inc_command *c, enum inc_status want)
{
    const struct inc_change *const change[] = {&c->change};

    IS(run(f, c), want, &c->err);
    if (live != NULL)
        OK(inc_live_apply(live, change, 1, c->seq, &f->err), &f->err);
    inc_arena_reset(&f->arena);
}

static void
say(struct fixture *f, enum inc_op op, const char *id, union inc_record *r)
{
    struct inc_command c = command(f, op, id, r);
    publish(f, &c, INC_OK);
}

static void
put(struct fixture *f, uint64_t who, uint64_t seed)
{
    char id[32];

    (void)snprintf(id, sizeof id, "a.%llu", (unsigned long long)who);
    say(f, INC_OP_CANDIDATE_PUT, id, somebody(&f->arena, id, seed));
}

static void
change(struct fixture *f, enum inc_op op, uint64_t who)
{
    char id[32];

    (void)snprintf(id, sizeof id, "a.%llu", (unsigned long long)who);
    say(f, op, id, NULL);
}

/* Another office and no skills: a patch. */
static void
patch(struct fixture *f, uint64_t who)
{
    union inc_record *r = inc_arena_array(&f->arena, 1, sizeof *r);
    struct inc_command c;
    char id[32];

    (void)snprintf(id, sizeof id, "a.%llu", (unsigned long long)who);
    assert_non_null(r);
    r->candidate.has = BIT(INC_CANDIDATE_OFFICE);
    r->candidate.office = "cpi-altro";
    c = command(f, INC_OP_CANDIDATE_PATCH, id, r);
    c.removed = BIT(INC_CANDIDATE_SKILLS);
    publish(f, &c, INC_OK);
}

static void
save(struct fixture *f, int placed)
{
    struct inc_upkeep *u = NULL;

    OK(inc_live_upkeep(&u, live, INC_UPKEEP_SAVE, &f->err), &f->err);
    assert_non_null(u);
    if (placed)
        OK(inc_live_install(live, u, &f->err), &f->err);
    else
        inc_upkeep_free(u);
}

/* ---- answers ---- */

static void
answer(struct inc_buf *out, struct inc_live *l, uint32_t skill)
{
    struct inc_requirement r[2] = {asks(skill, 2, INC_MUST, 100),
                                   asks(skill + 1, 2, INC_SHOULD, 100)};
    struct inc_need n = need_of(r, 2);
    struct inc_match_options o = {
        .k = 1000, .as_of = TINY_AS_OF, .explain = 1, .facets = 1};
    struct inc_question q = {.kind = INC_ASK_PEOPLE, .need = &n, .options = &o};
    struct inc_question *one = &q;
    struct inc_image i = inc_live_hold(l);
    struct inc_matcher *m = NULL;
    struct inc_err err;

    OK(inc_matcher_new(&m, inc_kernels_choose(NULL), &err), &err);
    inc_match_run(m, &i, &one, 1);
    IS(q.status, INC_OK, &q.err);
    *out = q.body;
    inc_matcher_free(m);
    inc_image_drop(&i);
}

/* As one that is read from the store now. */
static void
as_fresh(struct fixture *f)
{
    struct inc_live *plain = NULL;
    struct inc_image a, b;

    OK(inc_live_open(&plain, tiny, f->s, NULL, NULL, &f->err), &f->err);
    a = inc_live_hold(live);
    b = inc_live_hold(plain);
    assert_int_equal(inc_pool_generation(a.pool), inc_pool_generation(b.pool));
    assert_int_equal(inc_pool_people(a.pool), inc_pool_people(b.pool));
    assert_int_equal(inc_pool_needs(a.pool), inc_pool_needs(b.pool));
    assert_int_equal(inc_pool_unknown(a.pool), inc_pool_unknown(b.pool));
    inc_image_drop(&a);
    inc_image_drop(&b);
    for (uint32_t skill = 0; skill < 36; skill += 5) {
        struct inc_buf x, y;

        answer(&x, live, skill);
        answer(&y, plain, skill);
        assert_int_equal(x.len, y.len);
        assert_memory_equal(x.data, y.data, x.len);
        inc_buf_release(&x);
        inc_buf_release(&y);
    }
    inc_live_close(plain);
}

/* Stop and start. */
static struct inc_live_start
restart(struct fixture *f, struct inc_estate *e)
{
    struct inc_live_start told = {0};

    inc_live_close(live);
    live = NULL;
    open_live(f, e, &told);
    return told;
}

/* ---- starting ---- */

static void
nothing_saved(void **state)
{
    struct fixture *f = *state;
    struct inc_live_start told = restart(f, tiny);

    assert_int_equal(told.origin, INC_LIVE_STREAMED);
    assert_true(told.refused[0] != '\0');
    put(f, 1, 1);
    told = restart(f, tiny);
    assert_int_equal(told.origin, INC_LIVE_STREAMED);
    as_fresh(f);
}

static void
an_empty_one_saved(void **state)
{
    struct fixture *f = *state;
    struct inc_live_start told;

    save(f, 1);
    put(f, 1, 1);
    told = restart(f, tiny);
    assert_int_equal(told.origin, INC_LIVE_SAVED);
    assert_int_equal(told.caught_up, 1);
    assert_string_equal(told.refused, "");
    as_fresh(f);
}

static void
nothing_since(void **state)
{
    struct fixture *f = *state;
    struct inc_live_start told;
    struct inc_upkeep *u = NULL;

    for (uint64_t i = 1; i <= 9; i++)
        put(f, i, i);
    say(f, INC_OP_NEED_PUT, "n.1", need(&f->arena, "n.1", NULL));
    save(f, 1);
    as_fresh(f);
    told = restart(f, tiny);
    assert_int_equal(told.origin, INC_LIVE_SAVED);
    assert_int_equal(told.caught_up, 0);
    as_fresh(f);
    /* and nothing is to be saved */
    OK(inc_live_upkeep(&u, live, INC_UPKEEP_SAVE, &f->err), &f->err);
    assert_null(u);
    put(f, 1, 2);
    OK(inc_live_upkeep(&u, live, INC_UPKEEP_SAVE, &f->err), &f->err);
    assert_non_null(u);
    inc_upkeep_free(u);
}

/* Everything that can become of somebody. */
static void
caught_up(void **state)
{
    struct fixture *f = *state;
    struct inc_live_start told;
    struct inc_command c;
    uint64_t before;

    for (uint64_t i = 1; i <= PEOPLE; i++)
        put(f, i, i);
    change(f, INC_OP_CANDIDATE_FREEZE, 20);
    change(f, INC_OP_CANDIDATE_FREEZE, 21);
    say(f, INC_OP_NEED_PUT, "n.1", need(&f->arena, "n.1", NULL));
    save(f, 1);
    before = info_of(f).head_seq;
    put(f, 1, 901);        /* another record */
    put(f, PEOPLE + 1, 5); /* somebody new */
    patch(f, 2);
    change(f, INC_OP_CANDIDATE_FREEZE, 3);
    change(f, INC_OP_CANDIDATE_DELETE, 4);
    change(f, INC_OP_CANDIDATE_DELETE, 5); /* and back, under a new number */
    put(f, 5, 905);
    change(f, INC_OP_CANDIDATE_UNFREEZE, 20);
    put(f, 6, 906); /* more than once */
    patch(f, 6);
    change(f, INC_OP_CANDIDATE_FREEZE, 6);
    change(f, INC_OP_CANDIDATE_UNFREEZE, 6);
    put(f, PEOPLE + 2, 7); /* new and gone */
    change(f, INC_OP_CANDIDATE_DELETE, PEOPLE + 2);
    change(f, INC_OP_CANDIDATE_DELETE, 21); /* was frozen */
    change(f, INC_OP_CANDIDATE_FREEZE, 7);  /* frozen, patched */
    patch(f, 7);
    put(f, 8, 908); /* deleted and back twice */
    change(f, INC_OP_CANDIDATE_DELETE, 8);
    put(f, 8, 909);
    change(f, INC_OP_CANDIDATE_DELETE, 8);
    put(f, 8, 910);
    c = command(f, INC_OP_CANDIDATE_DELETE, "a.999", NULL);
    publish(f, &c, INC_E_NOTFOUND);
    say(f, INC_OP_NEED_PUT, "n.2", need(&f->arena, "n.2", NULL));
    say(f, INC_OP_NEED_CLOSE, "n.1", NULL);
    say(f, INC_OP_COMPANY_PUT, "c.1", company(&f->arena, "c.1"));
    as_fresh(f);
    told = restart(f, tiny);
    assert_int_equal(told.origin, INC_LIVE_SAVED);
    assert_int_equal(told.caught_up, info_of(f).head_seq - before);
    as_fresh(f);
    /* written to and restarted without another save; then with one */
    put(f, 9, 9009);
    as_fresh(f);
    told = restart(f, tiny);
    assert_int_equal(told.origin, INC_LIVE_SAVED);
    as_fresh(f);
    save(f, 0);
    told = restart(f, tiny);
    assert_int_equal(told.caught_up, 0);
    as_fresh(f);
}

/* Any change to one of few people; refused is fine. */
static void
any_change(struct fixture *f, struct inc_rng *r)
{
    static const enum inc_op ops[] = {
        INC_OP_CANDIDATE_FREEZE, INC_OP_CANDIDATE_UNFREEZE,
        INC_OP_CANDIDATE_DELETE, INC_OP_CANDIDATE_PUT, INC_OP_CANDIDATE_PUT};
    enum inc_op op = ops[inc_rng_below(r, INC_COUNT(ops))];
    union inc_record *record = NULL;
    struct inc_command c;
    const struct inc_change *const change[] = {&c.change};
    char id[32];

    (void)snprintf(id, sizeof id, "a.%u", inc_rng_below(r, 25));
    if (op == INC_OP_CANDIDATE_PUT)
        record = somebody(&f->arena, id, inc_rng_next(r));
    c = command(f, op, id, record);
    (void)run(f, &c);
    OK(inc_live_apply(live, change, 1, c.seq, &f->err), &f->err);
    inc_arena_reset(&f->arena);
}

static void
save_if_changed(struct fixture *f)
{
    struct inc_upkeep *u = NULL;

    OK(inc_live_upkeep(&u, live, INC_UPKEEP_SAVE, &f->err), &f->err);
    if (u != NULL)
        OK(inc_live_install(live, u, &f->err), &f->err);
}

/* Any changes, any number of saves and starts. */
static void
at_random(void **state)
{
    struct fixture *f = *state;
    struct inc_rng r = {SEED};

    for (int round = 0; round < 12; round++) {
        for (uint32_t i = inc_rng_below(&r, 40); i > 0; i--)
            any_change(f, &r);
        if (inc_rng_below(&r, 3) == 0)
            save_if_changed(f);
        if (inc_rng_below(&r, 2) == 0)
            (void)restart(f, tiny);
        as_fresh(f);
    }
}

/* ---- what is refused ---- */

static void
of_another_estate(void **state)
{
    struct fixture *f = *state;
    struct inc_estate *other = tiny_estate(TINY_SKILLS - 2);
    struct inc_live_start told;
    struct inc_upkeep *u = NULL;

    put(f, 1, 1);
    save(f, 1);
    told = restart(f, other);
    assert_int_equal(told.origin, INC_LIVE_STREAMED);
    assert_non_null(strstr(told.refused, "another"));
    /* it is saved for this estate */
    OK(inc_live_upkeep(&u, live, INC_UPKEEP_SAVE, &f->err), &f->err);
    assert_non_null(u);
    inc_upkeep_free(u);
    told = restart(f, other);
    assert_int_equal(told.origin, INC_LIVE_SAVED);
    /* as it is when the estate changes under way and no record does */
    OK(inc_live_rebuild(live, tiny, f->s, &f->err), &f->err);
    OK(inc_live_upkeep(&u, live, INC_UPKEEP_SAVE, &f->err), &f->err);
    assert_non_null(u);
    inc_upkeep_free(u);
    told = restart(f, tiny);
    assert_int_equal(told.origin, INC_LIVE_SAVED);
    as_fresh(f);
    inc_estate_drop(other);
}

/* Trees tell families of skills, so other families are another space, be the
 * vectors the same. */
static void
of_other_families(void **state)
{
    static const char store[33] = "0123456789abcdef0123456789abcdef";
    struct inc_estate bare = *tiny;
    struct inc_space *space;
    struct inc_stamp a, b;

    (void)state;
    bare.world.space = space = tiny_space(tiny->world.taxonomy);
    assert_int_equal(inc_space_families(space), 0);
    inc_stamp_make(&a, tiny, store, 1);
    inc_stamp_make(&b, &bare, store, 1);
    assert_memory_equal(inc_space_digest(tiny->world.space),
                        inc_space_digest(bare.world.space), INC_DIGEST);
    assert_memory_not_equal(a.space, b.space, INC_DIGEST);
    assert_memory_equal(a.taxonomy, b.taxonomy, INC_DIGEST);
    inc_space_free(space);
}

static void
of_another_store(void **state)
{
    struct fixture *f = *state, *g;
    void *second = NULL;
    struct inc_live_start told = {0};
    struct inc_live *mine = live;

    put(f, 1, 1);
    put(f, 2, 2);
    save(f, 1);
    assert_int_equal(start(&second), 0);
    g = second;
    live = NULL;
    put(g, 7, 7);
    put(g, 8, 7);
    open_live(g, tiny, &told);
    assert_int_equal(told.origin, INC_LIVE_STREAMED);
    assert_non_null(strstr(told.refused, "store"));
    as_fresh(g);
    inc_live_close(live);
    live = mine;
    assert_int_equal(stop(&second), 0);
}

/* A store put back from a backup is behind its image. */
static void
of_a_later_moment(void **state)
{
    struct fixture *f = *state;
    struct inc_live_start told;
    struct inc_image i;

    put(f, 1, 1);
    i = inc_live_hold(live);
    {
        struct inc_stamp stamp;
        unsigned char digest[INC_DIGEST];
        struct inc_store_info info = info_of(f);

        inc_stamp_make(&stamp, tiny, info.id, info.head_seq + 1);
        OK(inc_image_save(image_path, i.pool, &stamp, digest, &f->err),
           &f->err);
    }
    inc_image_drop(&i);
    told = restart(f, tiny);
    assert_int_equal(told.origin, INC_LIVE_STREAMED);
    assert_non_null(strstr(told.refused, "journal"));
    as_fresh(f);
}

static void
damaged(void **state)
{
    struct fixture *f = *state;
    struct inc_live_start told;
    unsigned char *bytes;
    size_t len;

    for (uint64_t i = 1; i <= 30; i++)
        put(f, i, i);
    save(f, 1);
    bytes = slurp(f->dir, "people.image", &len);
    for (size_t at = 0; at < len; at += len / 7) {
        bytes[at] ^= 1;
        inc_live_close(live);
        live = NULL;
        (void)unlink(image_path); /* what is mapped stays as it was */
        spit(f->dir, "people.image", bytes, len);
        told = restart(f, tiny);
        assert_int_equal(told.origin, INC_LIVE_STREAMED);
        assert_true(told.refused[0] != '\0');
        bytes[at] ^= 1;
        as_fresh(f);
    }
    free(bytes);
}

/* ---- upkeep ---- */

/* A rebuild comes between making and placing. */
static void
rebuilt_meanwhile(void **state)
{
    struct fixture *f = *state;
    struct inc_estate *other = tiny_estate(TINY_SKILLS);
    struct inc_upkeep *u = NULL;

    put(f, 1, 1);
    OK(inc_live_upkeep(&u, live, INC_UPKEEP_SAVE, &f->err), &f->err);
    OK(inc_live_rebuild(live, other, f->s, &f->err), &f->err);
    IS(inc_live_install(live, u, &f->err), INC_E_CONFLICT, &f->err);
    OK(inc_live_upkeep(&u, live, INC_UPKEEP_MERGE, &f->err), &f->err);
    assert_null(u); /* nothing is due */
    inc_estate_drop(other);
    inc_upkeep_free(NULL);
}

/* Changes between saving and placing. */
static void
changed_meanwhile(void **state)
{
    struct fixture *f = *state;
    struct inc_upkeep *u = NULL;

    for (uint64_t i = 1; i <= 40; i++)
        put(f, i, i);
    OK(inc_live_upkeep(&u, live, INC_UPKEEP_SAVE, &f->err), &f->err);
    put(f, 3, 33);
    change(f, INC_OP_CANDIDATE_DELETE, 4);
    OK(inc_live_install(live, u, &f->err), &f->err);
    as_fresh(f);
    (void)restart(f, tiny);
    as_fresh(f);
}

/* Saves on a thread of their own, merges whenever due, while records change;
 * what was made is placed between writes. */
struct keeper {
    pthread_t thread;
    pthread_mutex_t lock;
    struct inc_upkeep *made; /* under lock */
    atomic_int stop;
    int failed, n;
};

static void *
keep(void *arg)
{
    struct keeper *k = arg;

    while (!atomic_load(&k->stop) && !k->failed) {
        struct inc_upkeep *u = NULL;
        struct inc_err err;
        int waiting;

        pthread_mutex_lock(&k->lock);
        waiting = k->made != NULL;
        pthread_mutex_unlock(&k->lock);
        if (waiting)
            continue;
        if (inc_live_upkeep(&u, live,
                            k->n % 2 == 0 ? INC_UPKEEP_MERGE : INC_UPKEEP_SAVE,
                            &err) != INC_OK)
            k->failed = 1;
        k->n++;
        pthread_mutex_lock(&k->lock);
        k->made = u;
        pthread_mutex_unlock(&k->lock);
    }
    return NULL;
}

/* What was made, taken from the thread. */
static struct inc_upkeep *
taken(struct keeper *k)
{
    struct inc_upkeep *u;

    pthread_mutex_lock(&k->lock);
    u = k->made;
    k->made = NULL;
    pthread_mutex_unlock(&k->lock);
    return u;
}

static void
upkeep_under_load(void **state)
{
    enum { WRITES = 250, PLACED = 3 };
    struct fixture *f = *state;
    struct keeper k = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct inc_rng r = {SEED + 1};
    int placed = 0;

    assert_int_equal(pthread_create(&k.thread, NULL, keep, &k), 0);
    for (int i = 0; i < WRITES || (placed < PLACED && i < WRITES * 40); i++) {
        struct inc_upkeep *u;

        put(f, inc_rng_below(&r, 90), inc_rng_next(&r));
        u = taken(&k);
        if (u == NULL)
            continue;
        OK(inc_live_install(live, u, &f->err), &f->err);
        if (++placed == 2) /* what is under way finds nothing to replace */
            OK(inc_live_rebuild(live, tiny, f->s, &f->err), &f->err);
    }
    atomic_store(&k.stop, 1);
    assert_int_equal(pthread_join(k.thread, NULL), 0);
    inc_upkeep_free(k.made);
    assert_int_equal(k.failed, 0);
    assert_true(placed >= PLACED);
    as_fresh(f);
    (void)restart(f, tiny);
    as_fresh(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, clean_up)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_saved),     TEST(an_empty_one_saved),
        TEST(nothing_since),     TEST(caught_up),
        TEST(at_random),         TEST(of_another_estate),
        TEST(of_other_families), TEST(of_another_store),
        TEST(of_a_later_moment), TEST(damaged),
        TEST(rebuilt_meanwhile), TEST(changed_meanwhile),
        TEST(upkeep_under_load),
    };
    return cmocka_run_group_tests(tests, tiny_open, tiny_close);
}
