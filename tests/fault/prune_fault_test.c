/*
 * The register cut and its entries removed, with every fault at every visit:
 * what was not decided did not happen, what was decided is known and goes on.
 */
#include "tests/fault/scenario.h"
#include "tests/unit/store/matches.h"

enum { FIRST_DAY = 20000, ALL = 30, OLD = 21 };

static struct inc_command cut;

static void
prepare(struct fixture *f)
{
    for (uint64_t i = 1; i <= MATCH_PEOPLE; i++)
        (void)put_person(f, text(&f->arena, "P-", i));
    match_many(f, ALL, FIRST_DAY);
    cut = cut_command(f, FIRST_DAY + OLD);
}

/* A cut, its steps, and an opening afterwards. */
static enum inc_status
prune(struct fixture *f)
{
    struct inc_command *const one[] = {&cut};
    enum inc_status st;

    if (f->s == NULL)
        INC_TRY(inc_store_open(&f->s, f->dir, &f->o, &f->err));
    INC_TRY(inc_store_apply(f->s, one, 1, &f->err));
    st = cut.status;
    if (st != INC_OK)
        f->err = cut.err;
    INC_TRY(st);
    while (inc_cut_waits(f->s))
        INC_TRY(inc_cut_step(f->s, &f->err));
    inc_store_close(f->s);
    f->s = NULL;
    st = inc_store_open(&f->s, f->dir, &f->o, &f->err);
out:
    return st;
}

static struct inc_cut
cut_of(struct fixture *f)
{
    struct inc_view *v = NULL;
    struct inc_cut found;

    OK(inc_view_open(&v, f->s, &f->err), &f->err);
    OK(inc_cut_get(v, &found, &f->err), &f->err);
    inc_view_close(v);
    return found;
}

static void
check(struct fixture *f, enum inc_status st, int fired)
{
    struct inc_cut found;

    (void)fired;
    if (st != INC_OK) {
        if (f->s != NULL)
            close_it(f);
        open_it(f); /* as after the daemon's end */
        found = cut_of(f);
        assert_true(found.no == 0 || found.no == OLD);
        assert_int_equal(store_faults(f), 0);
        OK(prune(f), &f->err); /* the same key: decided once */
    }
    found = cut_of(f);
    assert_int_equal(found.no, OLD);
    assert_int_equal(found.done, OLD);
    assert_false(inc_cut_waits(f->s));
    assert_int_equal(inc_cut_came_back(f->s), 0);
    assert_int_equal(store_faults(f), 0);
    match_many(f, 1, FIRST_DAY + ALL);
}

static void
pruning(void **state)
{
    static const struct scenario s = {"pruning", prepare, prune, check, 0};

    (void)state;
    run_scenario(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(pruning)};

    if (access("/dev/shm", W_OK) == 0)
        /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
        (void)setenv("TMPDIR", "/dev/shm", 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
