/* Vault rows and erasure in the store: who is gone, who is not. */
#include "tests/unit/store/fixture.h"

#include "engine/store/ring.h"

static enum inc_status
put_vault(struct fixture *f, const char *id, const char *bytes, int64_t stated,
          struct inc_command *c)
{
    *c = command(f, INC_OP_VAULT_PUT, id, NULL);
    c->vault = bytes;
    c->vault_len = strlen(bytes);
    c->if_revision = stated;
    return run(f, c);
}

/* What the vault has of `id` is `want`; NULL: nothing. */
static void
vault_is(struct fixture *f, const char *id, const char *want, int64_t revision)
{
    struct inc_view *v = NULL;
    const void *bytes;
    enum inc_status st;
    int64_t is = 0;
    size_t len;

    OK(inc_view_open(&v, f->s, &f->err), &f->err);
    st = inc_view_vault(v, id, &bytes, &len, &is, &f->err);
    assert_int_equal(st, want == NULL ? INC_E_NOTFOUND : INC_OK);
    if (want != NULL) {
        assert_int_equal(len, strlen(want));
        assert_memory_equal(bytes, want, len);
        assert_int_equal(is, revision);
    }
    inc_view_close(v);
}

static void
the_vault(void **state)
{
    struct fixture *f = *state;
    struct inc_command c;
    union inc_record r;

    IS(put_vault(f, "a", "x", -1, &c), INC_E_NOTFOUND, &c.err);
    (void)put_person(f, "a");
    vault_is(f, "a", NULL, 0);
    vault_is(f, "nobody", NULL, 0);
    IS(put_vault(f, "a", "one", 1, &c), INC_E_CONFLICT, &c.err);
    IS(put_vault(f, "a", "one", 0, &c), INC_OK, &c.err);
    assert_int_equal(c.change.what, INC_CHANGE_NONE); /* no match knows */
    IS(put_vault(f, "a", "two", 0, &c), INC_E_CONFLICT, &c.err);
    IS(put_vault(f, "a", "two", 1, &c), INC_OK, &c.err);
    vault_is(f, "a", "two", 2);
    OK(get(f, INC_RECORD_CANDIDATE, "a", &r, NULL), &f->err);
    assert_int_equal(r.candidate.revision, 1);
    reopen(f);
    vault_is(f, "a", "two", 2);
    assert_clean(f);
    c = command(f, INC_OP_CANDIDATE_DELETE, "a", NULL);
    IS(run(f, &c), INC_OK, &c.err);
    (void)put_person(f, "a");
    vault_is(f, "a", NULL, 0);
    assert_clean(f);
}

/* 1 when the row of person `no` holds a key. */
static int
has_key(struct fixture *f, size_t no)
{
    size_t len, at = 64 + no * 72;
    unsigned char *ring = slurp(f->dir, "keys/ring", &len), any = 0;

    assert_true(at + 72 <= len);
    for (size_t i = at; i < at + 72; i++)
        any |= ring[i];
    free(ring);
    return any != 0;
}

static void
all_her_numbers_go(void **state)
{
    struct fixture *f = *state;
    struct inc_command c, first;
    uint64_t no;
    union inc_record r;

    /* "a" was 1 and 3 and is 5; ids that begin with it are others */
    for (int i = 0; i < 2; i++) {
        (void)put_person(f, "a");
        c = command(f, INC_OP_CANDIDATE_DELETE, "a", NULL);
        IS(run(f, &c), INC_OK, &c.err);
        (void)put_person(f, i == 0 ? "a-1" : "ab"); /* 2 and 4 */
    }
    c = command(f, INC_OP_CANDIDATE_DELETE, "ab", NULL);
    IS(run(f, &c), INC_OK, &c.err);
    (void)put_person(f, "a");
    first = command(f, INC_OP_CANDIDATE_ERASE, "a", NULL);
    IS(run(f, &first), INC_OK, &first.err);
    assert_int_equal(first.change.what, INC_CHANGE_GONE);
    assert_int_equal(first.change.no, 5);
    for (size_t n = 1; n <= 5; n++)
        assert_int_equal(has_key(f, n), n == 2 || n == 4);
    IS(get(f, INC_RECORD_CANDIDATE, "a", &r, NULL), INC_E_NOTFOUND, &f->err);
    OK(get(f, INC_RECORD_CANDIDATE, "a-1", &r, NULL), &f->err);
    assert_clean(f);
    /* the same request again is answered as it was; another finds nobody */
    c = first;
    IS(run(f, &c), INC_OK, &c.err);
    assert_true(c.replayed);
    c = command(f, INC_OP_CANDIDATE_ERASE, "a", NULL);
    IS(run(f, &c), INC_E_NOTFOUND, &c.err);
    /* who was deleted can be erased; nothing changes for the matches */
    c = command(f, INC_OP_CANDIDATE_ERASE, "ab", NULL);
    IS(run(f, &c), INC_OK, &c.err);
    assert_int_equal(c.change.what, INC_CHANGE_NONE);
    assert_false(has_key(f, 4));
    (void)put_person(f, "a");
    OK(get(f, INC_RECORD_CANDIDATE, "a", &r, &no), &f->err);
    assert_int_equal(no, 6);
    reopen(f);
    OK(get(f, INC_RECORD_CANDIDATE, "a", &r, &no), &f->err);
    assert_clean(f);
}

/* Put and erase in one transaction, and come back in it. */
static void
in_one_batch(void **state)
{
    struct fixture *f = *state;
    struct inc_command c[3];
    struct inc_command *const all[] = {&c[0], &c[1], &c[2]};
    union inc_record r;
    uint64_t no;

    c[0] = command(f, INC_OP_CANDIDATE_PUT, "a", person(&f->arena, "a", 2));
    c[1] = command(f, INC_OP_CANDIDATE_ERASE, "a", NULL);
    c[2] = command(f, INC_OP_CANDIDATE_PUT, "a", person(&f->arena, "a", 2));
    OK(inc_store_apply(f->s, all, 3, &f->err), &f->err);
    for (int i = 0; i < 3; i++)
        IS(c[i].status, INC_OK, &c[i].err);
    assert_false(has_key(f, 1));
    OK(get(f, INC_RECORD_CANDIDATE, "a", &r, &no), &f->err);
    assert_int_equal(no, 2);
    assert_clean(f);
}

#define T(test) cmocka_unit_test_setup_teardown(test, start, stop)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_vault),
        T(all_her_numbers_go),
        T(in_one_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
