/* Counts of drafts: only those of this office, each once, written now and
 * then. */
#include "tests/support/cm.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "engine/server/drafted.h"

enum { TODAY = 20000 };

static const unsigned char what[INC_DIGEST] = {1}, other[INC_DIGEST] = {2};

static struct inc_drafted_file *
opened(const char *path)
{
    struct inc_drafted_file *f;
    struct inc_err err = {0};

    if (inc_drafted_open(&f, path, &err) != INC_OK)
        fail_msg("%s", err.what);
    return f;
}

static uint64_t
drafts(struct inc_drafted_file *f)
{
    struct inc_drafted_sums s;

    inc_drafted_sums(&s, f, INC_RECORD_NEED);
    return s.drafts;
}

static void
only_ours(void **state)
{
    struct inc_drafted_file *f = opened(NULL), *elsewhere = opened(NULL);
    char id[INC_DRAFT_ID + 1], again[INC_DRAFT_ID + 1];

    (void)state;
    inc_drafted_name(id, f, INC_RECORD_NEED, what, TODAY);
    inc_drafted_name(again, f, INC_RECORD_NEED, what, TODAY);
    assert_string_not_equal(id, again); /* the same text, another draft */
    assert_int_equal(strlen(id), INC_DRAFT_ID);
    assert_true(inc_drafted_is_ours(f, id, INC_RECORD_NEED, what, TODAY));
    assert_true(inc_drafted_is_ours(f, id, INC_RECORD_NEED, what, TODAY + 31));
    assert_true(inc_drafted_is_ours(f, id, INC_RECORD_NEED, what, TODAY - 1));
    assert_false(inc_drafted_is_ours(f, id, INC_RECORD_NEED, what, TODAY + 32));
    assert_false(inc_drafted_is_ours(f, id, INC_RECORD_NEED, what, TODAY - 2));
    assert_false(inc_drafted_is_ours(f, id, INC_RECORD_NEED, other, TODAY));
    assert_false(inc_drafted_is_ours(f, id, INC_RECORD_CANDIDATE, what, TODAY));
    assert_false(
        inc_drafted_is_ours(elsewhere, id, INC_RECORD_NEED, what, TODAY));
    for (size_t i = 0; i < INC_DRAFT_ID; i++) { /* no letter is free */
        memcpy(again, id, sizeof again);
        again[i] = again[i] == '0' ? '1' : '0';
        assert_false(
            inc_drafted_is_ours(f, again, INC_RECORD_NEED, what, TODAY));
    }
    assert_false(inc_drafted_is_ours(f, "", INC_RECORD_NEED, what, TODAY));
    assert_false(inc_drafted_is_ours(NULL, id, INC_RECORD_NEED, what, TODAY));
    inc_drafted_name(again, NULL, INC_RECORD_NEED, what, TODAY);
    assert_int_equal(strlen(again), INC_DRAFT_ID);
    inc_drafted_close(elsewhere);
    inc_drafted_close(f);
}

static void
each_once(void **state)
{
    static const struct inc_draft_counts none;
    struct inc_drafted_file *f = opened(NULL);
    char id[INC_DRAFT_ID + 1], first[INC_DRAFT_ID + 1];

    (void)state;
    inc_drafted_name(first, f, INC_RECORD_NEED, what, TODAY);
    inc_drafted_add(f, INC_RECORD_NEED, first, &none);
    for (int i = 0; i < 1000; i++) {
        inc_drafted_name(id, f, INC_RECORD_NEED, what, TODAY);
        inc_drafted_add(f, INC_RECORD_NEED, id, &none);
        inc_drafted_add(f, INC_RECORD_NEED, id, &none);
        inc_drafted_add(f, INC_RECORD_NEED, first, &none);
    }
    assert_int_equal(drafts(f), 1001);
    inc_drafted_close(f);
}

/* An add writes nothing; save does, once; the key comes back with the counts,
 * and a file of before the key is read. */
static void
written_now_and_then(void **state)
{
    static const struct inc_draft_counts none;
    static const char old[] = "drafts 1\nneed drafts 7\n";
    char path[] = "/tmp/drafted.XXXXXX", id[INC_DRAFT_ID + 1];
    struct inc_err err = {0};
    struct inc_drafted_file *f;
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    (void)close(fd);
    assert_int_equal(inc_file_write(path, old, sizeof old - 1, &err), INC_OK);
    f = opened(path);
    assert_int_equal(drafts(f), 7);
    inc_drafted_save(f); /* the new key */
    assert_int_equal(unlink(path), 0);
    inc_drafted_save(f); /* nothing is new */
    inc_drafted_name(id, f, INC_RECORD_NEED, what, TODAY);
    inc_drafted_add(f, INC_RECORD_NEED, id, &none);
    assert_int_equal(access(path, F_OK), -1);
    inc_drafted_save(f);
    assert_int_equal(access(path, F_OK), 0);
    inc_drafted_name(id, f, INC_RECORD_NEED, what, TODAY);
    inc_drafted_add(f, INC_RECORD_NEED, id, &none);
    inc_drafted_close(f); /* the end saves too */
    f = opened(path);
    assert_int_equal(drafts(f), 9);
    assert_true(inc_drafted_is_ours(f, id, INC_RECORD_NEED, what, TODAY));
    inc_drafted_close(f);
    assert_int_equal(
        inc_file_write(path, "drafts 3\n", strlen("drafts 3\n"), &err), INC_OK);
    assert_int_not_equal(inc_drafted_open(&f, path, &err), INC_OK);
    assert_null(f);
    (void)unlink(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_ours),
        cmocka_unit_test(each_once),
        cmocka_unit_test(written_now_and_then),
    };

    if (inc_hash_start() != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
