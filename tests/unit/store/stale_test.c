/*
 * Rows and pages that went back to an older version of themselves: sealed,
 * whole, and not what the journal says. LMDB does not know, verify must.
 */
#include "tests/unit/store/raw.h"

struct heard {
    unsigned faults;
    char first[320];
};

static void
hear(void *arg, int is_fault, const char *what)
{
    struct heard *h = arg;

    if (is_fault && h->faults++ == 0)
        (void)snprintf(h->first, sizeof h->first, "%s", what);
}

/* The closed store has one fault, and this is it. */
static void
one_fault(struct fixture *f, const char *want)
{
    struct inc_verify_report r;
    struct heard h = {0};

    open_it(f);
    OK(inc_store_verify(f->s, &r, hear, &h, NULL, NULL, &f->err), &f->err);
    close_it(f);
    if (h.faults != 1 || strcmp(h.first, want) != 0)
        fail_msg("%u faults, the first: %s; wanted: %s", h.faults, h.first,
                 want);
}

/* --- rows behind the store's back ----------------------------------------- */

struct row {
    unsigned char key[INC_ID_MAX + INC_NUMBER], value[4096];
    size_t key_len, len; /* len 0: there is none */
};

static struct row
row_of_number(uint64_t no)
{
    struct row r = {.key_len = INC_NUMBER};

    inc_number_put(r.key, no);
    return r;
}

static struct row
row_of_id(const char *id)
{
    struct row r = {.key_len = strlen(id)};

    memcpy(r.key, id, r.key_len);
    return r;
}

static struct row
row_of_former(const char *id, uint64_t no)
{
    struct row r = row_of_id(id);

    inc_number_put(r.key + r.key_len, no);
    r.key_len += INC_NUMBER;
    return r;
}

/* The row as it is now, of the closed store; or put it there, or away. */
static void
raw_row(struct fixture *f, const char *table, struct row *r, int writes)
{
    MDB_env *env = raw_open(f->dir);
    MDB_txn *txn = NULL;
    MDB_dbi dbi;
    MDB_val k = {r->key_len, r->key}, v = {r->len, r->value};
    int rc;

    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, table, 0, &dbi), 0);
    if (!writes) {
        rc = mdb_get(txn, dbi, &k, &v);
        assert_true(rc == 0 || rc == MDB_NOTFOUND);
        r->len = rc == 0 ? v.mv_size : 0;
        assert_true(r->len <= sizeof r->value);
        if (rc == 0)
            memcpy(r->value, v.mv_data, v.mv_size);
    } else if (r->len != 0) {
        assert_int_equal(mdb_put(txn, dbi, &k, &v, 0), 0);
    } else {
        assert_int_equal(mdb_del(txn, dbi, &k, NULL), 0);
    }
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
}

static void
get_row(struct fixture *f, const char *table, struct row *r)
{
    raw_row(f, table, r, 0);
}

static void
set_row(struct fixture *f, const char *table, struct row *r)
{
    raw_row(f, table, r, 1);
}

static void
send(struct fixture *f, enum inc_op op, const char *id, union inc_record *r)
{
    struct inc_command c = command(f, op, id, r);

    if (op == INC_OP_VAULT_PUT) {
        c.vault = "chi sia";
        c.vault_len = 7;
    }
    IS(run(f, &c), INC_OK, &c.err);
}

static void
fill(struct fixture *f)
{
    (void)put_person(f, "p1");
    (void)put_person(f, "p2");
    send(f, INC_OP_NEED_PUT, "n1", need(&f->arena, "n1", NULL));
    send(f, INC_OP_COMPANY_PUT, "c1", company(&f->arena, "c1"));
    send(f, INC_OP_VAULT_PUT, "p2", NULL);
}

/* Everything of `fill` once more, newer. */
static void
again(struct fixture *f)
{
    open_it(f);
    fill(f);
    close_it(f);
}

static void
an_older_row(void **state)
{
    static const struct {
        const char *table;
        uint64_t no;
        const char *says;
    } cases[] = {
        {"candidate", 1,
         "candidate 1 (p1): it has revision 1, the journal says revision 2"},
        {"need", 1,
         "need 1 (n1): it has revision 1, the journal says revision 2"},
        {"company", 1,
         "company 1 (c1): it has revision 1, the journal says revision 2"},
        {"vault", 2,
         "the vault of person 2: it has revision 1, the journal says revision "
         "2"}};
    struct fixture *f = *state;
    struct row old[4], new;

    fill(f);
    close_it(f);
    for (int i = 0; i < 4; i++) {
        old[i] = row_of_number(cases[i].no);
        get_row(f, cases[i].table, &old[i]);
        assert_true(old[i].len != 0);
    }
    again(f);
    for (int i = 0; i < 4; i++) {
        new = row_of_number(cases[i].no);
        get_row(f, cases[i].table, &new);
        set_row(f, cases[i].table, &old[i]);
        one_fault(f, cases[i].says);
        set_row(f, cases[i].table, &new);
    }
    open_it(f);
    assert_clean(f);
}

/* A person who was deleted is there again, with both her rows. */
static void
a_row_that_was_deleted(void **state)
{
    struct fixture *f = *state;
    struct row record = row_of_number(1), id = row_of_id("p1");

    fill(f);
    close_it(f);
    get_row(f, "candidate", &record);
    get_row(f, "candidate_id", &id);
    open_it(f);
    send(f, INC_OP_CANDIDATE_DELETE, "p1", NULL);
    close_it(f);
    set_row(f, "candidate", &record);
    set_row(f, "candidate_id", &id);
    one_fault(f, "candidate 1 (p1): it has revision 1, the journal says it is "
                 "not there");
}

/* From before the record was put: no row of it. */
static void
a_row_that_is_not_there_yet(void **state)
{
    struct fixture *f = *state;
    struct row record = row_of_number(1), id = row_of_id("n1");

    fill(f);
    close_it(f);
    set_row(f, "need", &record);
    set_row(f, "need_id", &id);
    one_fault(f, "need 1: it is not there, the journal says revision 1");
}

static void
a_vault_row_that_is_gone(void **state)
{
    struct fixture *f = *state;
    struct row vault = row_of_number(2);

    fill(f);
    close_it(f);
    set_row(f, "vault", &vault);
    one_fault(f, "the vault of person 2: it is not there, the journal says "
                 "revision 1");
}

/* Who is gone: an older page forgets that. */
static void
who_is_gone(void **state)
{
    struct fixture *f = *state;
    struct row former = row_of_former("p1", 1), was, erased = row_of_number(2);

    fill(f);
    send(f, INC_OP_CANDIDATE_DELETE, "p1", NULL);
    send(f, INC_OP_CANDIDATE_ERASE, "p2", NULL);
    assert_clean(f);
    close_it(f);
    get_row(f, "former", &former);
    assert_true(former.len != 0);
    was = former;
    former.len = 0;
    set_row(f, "former", &former);
    one_fault(f, "person 1: the journal says she was deleted, table former "
                 "does not");
    set_row(f, "former", &was);
    get_row(f, "erased", &erased);
    assert_true(erased.len != 0);
    was = erased;
    erased.len = 0;
    set_row(f, "erased", &erased);
    /* Reading does not mend it from the list beside the key file. */
    f->o.read_only = 1;
    one_fault(f, "person 2: the journal says she was erased, table erased does "
                 "not");
    f->o.read_only = 0;
    open_it(f);
    assert_clean(f);
}

/* A stale record that was changed again agrees with its last entry; the
 * journal does not agree with itself. */
static void
changed_again(void **state)
{
    struct fixture *f = *state;
    struct row old = row_of_number(1);

    fill(f);
    close_it(f);
    get_row(f, "candidate", &old);
    again(f);
    set_row(f, "candidate", &old);
    open_it(f);
    (void)put_person(f, "p1");
    close_it(f);
    one_fault(f, "journal 11: candidate 1 (p1) goes from revision 2 to 2");
}

/* Restored without her key: nobody is missing, she was erased since. */
static void
who_was_erased_after_a_backup(void **state)
{
    struct fixture *f = *state;
    char to[PATH_ROOM], back[PATH_ROOM];

    fill(f);
    join(to, f->dir, "copy");
    join(back, f->dir, "back");
    OK(inc_store_backup(f->s, to, &f->err), &f->err);
    send(f, INC_OP_CANDIDATE_ERASE, "p2", NULL);
    f->o.keys = f->dir;
    OK(inc_store_restore(to, back, &f->o, &f->err), &f->err);
    close_it(f);
    f->o.keys = NULL;
    OK(inc_store_open(&f->s, back, &f->o, &f->err), &f->err);
    assert_int_equal(inc_store_erased_again(f->s), 1);
    assert_clean(f);
}

/* --- a page --------------------------------------------------------------- */

enum { PAGE = 4096, PAGE_NUMBER = 8 };

/* The page that holds these bytes; there is one. */
static size_t
page_with(const unsigned char *file, size_t len, const void *bytes, size_t n)
{
    size_t found = 0;

    for (size_t p = 0; p + n <= len; p++)
        if (memcmp(file + p, bytes, n) == 0) {
            assert_int_equal(found, 0);
            found = p / PAGE;
        }
    assert_true(found != 0);
    return found;
}

/* One page of the table of people as it was some commits ago: LMDB itself has
 * nothing to say against it. */
static void
an_older_page(void **state)
{
    struct fixture *f = *state;
    struct row old = row_of_number(2), new = row_of_number(2);
    unsigned char *before, *after;
    size_t before_len, after_len, from, to;

    fill(f);
    close_it(f);
    get_row(f, "candidate", &old);
    before = slurp(f->dir, "data.mdb", &before_len);
    open_it(f);
    (void)put_person(f, "p2");
    close_it(f);
    get_row(f, "candidate", &new);
    after = slurp(f->dir, "data.mdb", &after_len);
    from = page_with(before, before_len, old.value, old.len);
    to = page_with(after, after_len, new.value, new.len);
    memcpy(after + to * PAGE + PAGE_NUMBER, before + from * PAGE + PAGE_NUMBER,
           PAGE - PAGE_NUMBER);
    spit(f->dir, "data.mdb", after, after_len);
    free(before);
    free(after);
    one_fault(f, "candidate 2 (p2): it has revision 1, the journal says "
                 "revision 2");
}

#define T(test) cmocka_unit_test_setup_teardown(test, start, stop)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        T(an_older_row),
        T(a_row_that_was_deleted),
        T(a_row_that_is_not_there_yet),
        T(a_vault_row_that_is_gone),
        T(who_is_gone),
        T(changed_again),
        T(who_was_erased_after_a_backup),
        T(an_older_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
