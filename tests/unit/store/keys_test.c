/* Request keys: the first answer again, whatever happened meanwhile. */
#include "tests/unit/store/fixture.h"

static void
same_answer(const struct inc_command *first, const struct inc_command *again)
{
    assert_int_equal(again->replayed, 1);
    assert_int_equal(again->status, first->status);
    assert_int_equal(again->seq, first->seq);
    assert_int_equal(again->revision, first->revision);
    assert_int_equal(again->created, first->created);
    assert_int_equal(again->change.what, INC_CHANGE_NONE);
}

static void
a_retry_is_answered_once(void **state)
{
    struct fixture *f = *state;
    union inc_record r;
    struct inc_command first = put_person(f, "a"), again = first, other;

    (void)run(f, &again);
    same_answer(&first, &again);
    other = command(f, INC_OP_CANDIDATE_FREEZE, "a", NULL); /* time passes */
    IS(run(f, &other), INC_OK, &other.err);
    reopen(f);
    again = first;
    (void)run(f, &again);
    same_answer(&first, &again);
    IS(get(f, INC_RECORD_CANDIDATE, "a", &r, NULL), INC_OK, &f->err);
    assert_int_equal(r.candidate.revision, 2);
    assert_int_equal(r.candidate.frozen, 1);
    assert_int_equal(info_of(f).head_seq, 2);
    assert_clean(f);
}

static void
a_refusal_is_an_answer(void **state)
{
    struct fixture *f = *state;
    struct inc_command first = command(f, INC_OP_CANDIDATE_FREEZE, "a", NULL);
    struct inc_command again = first;

    IS(run(f, &first), INC_E_NOTFOUND, &first.err);
    (void)put_person(f, "a"); /* now it would work */
    (void)run(f, &again);
    same_answer(&first, &again);
    assert_true(strlen(again.err.hint) > 0);
    assert_clean(f);
}

static void
a_key_for_something_else(void **state)
{
    struct fixture *f = *state;
    struct inc_command first = put_person(f, "a"), again = first;

    again.body = "another body";
    again.body_len = 12;
    IS(run(f, &again), INC_E_CONFLICT, &again.err);
    assert_int_equal(again.replayed, 0);
    assert_int_equal(again.seq, 0);
    assert_string_equal(again.err.where, "key");
    again = first; /* the same bytes, another operation */
    again.op = INC_OP_CANDIDATE_DELETE;
    IS(run(f, &again), INC_E_CONFLICT, &again.err);
    assert_int_equal(info_of(f).head_seq, 1);
    assert_clean(f);
}

static void
twice_in_a_batch(void **state)
{
    struct fixture *f = *state;
    struct inc_command c[4];
    struct inc_command *all[4];

    c[0] = command(f, INC_OP_CANDIDATE_PUT, "a", person(&f->arena, "a", 2));
    c[1] = c[0];
    c[2] = c[0];
    c[2].body_len--;
    c[3] = command(f, INC_OP_CANDIDATE_FREEZE, "a", NULL);
    for (int i = 0; i < 4; i++)
        all[i] = &c[i];
    OK(inc_store_apply(f->s, all, 4, &f->err), &f->err);
    IS(c[0].status, INC_OK, &c[0].err);
    assert_int_equal(c[0].replayed, 0);
    same_answer(&c[0], &c[1]);
    IS(c[2].status, INC_E_CONFLICT, &c[2].err);
    IS(c[3].status, INC_OK, &c[3].err);
    assert_int_equal(c[3].seq, 2);
    assert_clean(f);
}

static void
no_body_is_a_body(void **state)
{
    struct fixture *f = *state;
    struct inc_command c =
        command(f, INC_OP_CANDIDATE_PUT, "a", person(&f->arena, "a", 1));
    struct inc_command again;

    c.body = NULL;
    c.body_len = 0;
    again = c;
    IS(run(f, &c), INC_OK, &c.err);
    (void)run(f, &again);
    same_answer(&c, &again);
    assert_clean(f);
}

/* Many commands, a third of them sent twice, in random batches: the store
 * ends as if each had been sent once. */
static void
random_retries(void **state)
{
    enum { COMMANDS = 400, SEED = 20251 };
    struct fixture *f = *state;
    struct inc_rng rng = {SEED};
    static char ids[COMMANDS][16];
    static struct inc_command c[2 * COMMANDS];
    struct inc_command *batch[16];
    size_t n = 0, at = 0, distinct = 0;

    for (size_t i = 0; i < COMMANDS; i++) {
        (void)snprintf(ids[i], sizeof ids[i], "p%u", inc_rng_below(&rng, 20));
        c[n++] = command(f, INC_OP_CANDIDATE_PUT, ids[i],
                         person(&f->arena, ids[i], 1));
        distinct++;
        if (inc_rng_below(&rng, 3) == 0) {
            c[n] = c[inc_rng_below(&rng, (uint32_t)n)];
            n++;
        }
    }
    while (at < n) {
        size_t k = 1 + inc_rng_below(&rng, 16);
        if (k > n - at)
            k = n - at;
        for (size_t i = 0; i < k; i++)
            batch[i] = &c[at + i];
        OK(inc_store_apply(f->s, batch, k, &f->err), &f->err);
        at += k;
    }
    for (size_t i = 0; i < n; i++)
        if (c[i].status != INC_OK)
            fail_msg("seed %d, command %zu: %s", SEED, i, c[i].err.what);
    if (info_of(f).head_seq != distinct)
        fail_msg("seed %d: %zu commands, %llu applied", SEED, distinct,
                 (unsigned long long)info_of(f).head_seq);
    assert_clean(f);
}

#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_retry_is_answered_once), T(a_refusal_is_an_answer),
        T(a_key_for_something_else), T(twice_in_a_batch),
        T(no_body_is_a_body),        T(random_retries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
