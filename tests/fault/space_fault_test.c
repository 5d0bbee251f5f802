/*
 * Skill space and training: fail the 1st, 2nd, 3rd ... visit of every fault
 * point until none fires. Each time the call says so, hands nothing out, the
 * old file is whole, and the next try works. Leaks are ASan's to find.
 */
#include "tests/support/cm.h"

#include "engine/base/fault.h"
#include "engine/space/near.h"
#include "engine/space/space.h"
#include "engine/train/together.h"
#include "engine/train/train.h"
#include "tests/unit/space/folder.h"
#include "tests/unit/space/sample.h"
#include "tests/unit/train/clusters.h"

enum { VISITS_MAX = 5000 };

static struct folder dir;
static char path[FOLDER_PATH], exclude[FOLDER_PATH], table[FOLDER_PATH];
static struct inc_taxonomy *crafts, *grown;
static struct inc_buf old; /* the file before the call */

static const enum inc_fault points[] = {INC_FAULT_ALLOC, INC_FAULT_FILE_WRITE,
                                        INC_FAULT_FILE_SYNC};

static int
setup(void **state)
{
    struct folder f;
    struct inc_buf b = {0};

    (void)state;
    if (inc_hash_start() != 0)
        return -1;
    folder_make(&dir);
    folder_name(path, &dir, "x.space");
    folder_put(&dir, "leave.txt", "http://x/o/a03\n");
    folder_name(exclude, &dir, "leave.txt");
    folder_put(&dir, "pairs.tsv",
               "a\tb\tweight\nhttp://x/s/a01\thttp://x/s/b02\t40\n");
    folder_name(table, &dir, "pairs.tsv");
    folder_make(&f);
    clusters_write(&f, NULL);
    crafts = folder_load(&f);
    /* one skill more than the space will know: it gets folded in */
    if (inc_file_read(&b, folder_file(&f, "skills_en.csv"), 1 << 20, NULL) !=
        INC_OK)
        return -1;
    row_skill(&b, "c00", "new one", "");
    folder_put_buf(&f, "skills_en.csv", &b);
    folder_put(&f, "skillSkillRelations.csv",
               HEAD_RELATED "http://x/s/c00,,optional,,http://x/s/a00\n");
    grown = folder_load(&f);
    folder_remove(&f);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    inc_taxonomy_free(crafts);
    inc_taxonomy_free(grown);
    inc_buf_release(&old);
    folder_remove(&dir);
    return 0;
}

static enum inc_status
save(struct inc_err *err)
{
    return inc_space_save(path, &sample, err);
}

static enum inc_status
train(struct inc_err *err)
{
    const struct inc_train_options o = {
        .dim = 16, .power = 1, .exclude_path = exclude};
    return inc_train_run(path, crafts, &o, NULL, err);
}

/* Learning from people and from a table, from counting to the file. */
static enum inc_status
learn(struct inc_err *err)
{
    static const uint32_t skill[] = {2, 30, 7};
    enum inc_status st = INC_OK;
    struct inc_together sets = {0};
    struct inc_pairs pairs = {0}, read = {0};
    struct inc_pairs_report report;
    struct inc_train_source source[] = {
        {.from = "people", .pairs = &pairs, .least = 10},
        {.from = "table",
         .pairs = &read,
         .least = 10,
         .path = table,
         .digest = report.digest}};
    const struct inc_train_options o = {
        .dim = 16, .power = 1, .source = source, .n_sources = 2};

    for (uint64_t i = 0; i < 12; i++)
        INC_TRY(inc_together_add(&sets, i, skill, 3));
    INC_TRY(inc_together_pairs(&pairs, &source[0].owners, &sets,
                               inc_concept_count(crafts, INC_PILLAR_SKILL),
                               10));
    assert_int_equal(pairs.count, 3);
    INC_TRY(inc_pairs_read(&read, &report, table, crafts, 10, err));
    assert_int_equal(read.count, 1);
    INC_TRY(inc_train_run(path, crafts, &o, NULL, err));
out:
    if (st != INC_OK && err->status == INC_OK)
        (void)inc_fail(err, st, 0, "counting"); /* which says no text */
    inc_together_release(&sets);
    inc_pairs_release(&pairs);
    inc_pairs_release(&read);
    return st;
}

static enum inc_status
load(struct inc_err *err)
{
    struct inc_space *s = NULL;
    enum inc_status st = inc_space_load(&s, path, grown, err);

    assert_true((st == INC_OK) == (s != NULL));
    if (s != NULL)
        assert_int_equal(inc_space_folded(s), 1);
    inc_space_free(s);
    return st;
}

static enum inc_status
from_parts(struct inc_err *err)
{
    struct inc_space *s = NULL;
    enum inc_status st = inc_space_from_parts(&s, &sample, NULL, err);

    assert_true((st == INC_OK) == (s != NULL));
    inc_space_free(s);
    return st;
}

static void
old_file_is_whole(void)
{
    struct inc_buf now = {0};

    inc_fault_arm(INC_FAULT_COUNT, 0);
    assert_int_equal(inc_file_read(&now, path, 1 << 20, NULL), INC_OK);
    assert_int_equal(now.len, old.len);
    assert_memory_equal(now.data, old.data, old.len);
    inc_buf_release(&now);
}

static void
press(const char *name, enum inc_status (*call)(struct inc_err *err),
      int least_allocs)
{
    struct inc_err err;

    assert_int_equal(train(&err), INC_OK);
    inc_buf_reset(&old);
    assert_int_equal(inc_file_read(&old, path, 1 << 20, NULL), INC_OK);
    for (size_t p = 0; p < sizeof points / sizeof points[0]; p++) {
        int fired = 0;
        for (unsigned nth = 1; nth < VISITS_MAX; nth++) {
            enum inc_status st;
            inc_err_clear(&err);
            inc_fault_arm(points[p], nth);
            st = call(&err);
            if (!inc_fault_fired())
                break;
            fired++;
            if (st != (points[p] == INC_FAULT_ALLOC ? INC_E_NOMEM : INC_E_IO))
                fail_msg("%s, point %zu, visit %u: got %d", name, p, nth, st);
            assert_int_equal(err.status, st);
            assert_true(err.what[0] != '\0');
            old_file_is_whole();
        }
        inc_fault_arm(INC_FAULT_COUNT, 0);
        if (points[p] == INC_FAULT_ALLOC && fired < least_allocs)
            fail_msg("%s: only %d allocations failed", name, fired);
        assert_int_equal(call(&err), INC_OK);
        assert_int_equal(train(&err), INC_OK); /* the old file again */
    }
}

static void
saving(void **state)
{
    (void)state;
    press("save", save, 3);
}

static void
loading(void **state)
{
    (void)state;
    press("load", load, 10);
}

static void
parts(void **state)
{
    (void)state;
    press("from_parts", from_parts, 8);
}

static void
training(void **state)
{
    (void)state;
    press("train", train, 60);
}

static void
learning(void **state)
{
    (void)state;
    press("learn", learn, 80);
}

/* The lists of like skills: without memory they are not made, or made without
 * their file; a file that cannot be written is no error. Never wrong lists. */
static void
near_once(const char *cache, enum inc_fault point, unsigned nth, int *fired)
{
    struct inc_space *s = NULL;
    struct inc_err err;
    enum inc_status st;
    uint32_t n;

    inc_err_clear(&err);
    assert_int_equal(inc_space_from_parts(&s, &sample, NULL, &err), INC_OK);
    inc_fault_arm(point, nth);
    st = inc_space_make_near(s, cache, &err);
    *fired = inc_fault_fired();
    inc_fault_arm(INC_FAULT_COUNT, 0);
    if (st != INC_OK) {
        assert_int_equal(st, INC_E_NOMEM);
        assert_int_equal(point, INC_FAULT_ALLOC);
        assert_true(*fired);
        assert_int_equal(err.status, st);
        assert_true(err.what[0] != '\0');
        assert_int_equal(inc_space_near_pairs(s), 0);
        assert_int_equal(inc_space_families(s), 0);
        assert_int_equal(inc_space_make_near(s, cache, &err), INC_OK);
    }
    assert_int_equal(inc_space_near_pairs(s), 10);
    assert_true(inc_space_families(s) > 0);
    assert_non_null(inc_space_family(s));
    assert_int_equal(inc_space_near(s, 1, &n)[1].skill, 2);
    assert_int_equal(n, 3);
    inc_space_free(s);
}

static void
near_lists(void **state)
{
    char cache[FOLDER_PATH];

    (void)state;
    folder_name(cache, &dir, "near");
    for (int kept = 0; kept < 3; kept++) { /* no file; to write; to read */
        for (size_t p = 0; p < sizeof points / sizeof points[0]; p++) {
            unsigned nth = 0;
            int fired = 1;

            while (fired && nth < VISITS_MAX) {
                if (kept == 1)
                    (void)unlink(cache);
                near_once(kept == 0 ? NULL : cache, points[p], ++nth, &fired);
            }
            assert_in_range(nth, 1, VISITS_MAX - 1);
            if (points[p] == INC_FAULT_ALLOC)
                assert_true(nth > (kept == 0 ? 6 : kept == 1 ? 8 : 3));
            else if (kept == 1)
                assert_int_equal(nth, 2);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(saving),   cmocka_unit_test(loading),
        cmocka_unit_test(parts),    cmocka_unit_test(training),
        cmocka_unit_test(learning), cmocka_unit_test(near_lists),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
