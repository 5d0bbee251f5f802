/*
 * Every fault point of the store, its 1st, 2nd, 3rd ... visit until none
 * fires, in everything the store does: what failed left nothing behind, what
 * is retried works, the store is clean. Lost memory shows under ASan.
 */
#include "tests/fault/scenario.h"
#include "tests/unit/store/raw.h"

#include "engine/store/event.h"

/* --- a batch ------------------------------------------------------------- */

enum { BATCH = 5, STORED = 4 }; /* the last one repeats the first */
static struct inc_command batch[BATCH];
static unsigned char before[INC_DIGEST];
static union inc_record fields;

static void
three_people(struct fixture *f)
{
    (void)put_person(f, "a");
    (void)put_person(f, "b");
    (void)put_person(f, "c");
    digest_of(f, before);
}

static void
prepare_batch(struct fixture *f)
{
    three_people(f);
    fields.has = 1u << INC_CANDIDATE_OFFICE;
    fields.candidate.office = "cpi-9";
    batch[0] =
        command(f, INC_OP_CANDIDATE_PUT, "new", person(&f->arena, "new", 4));
    batch[1] = command(f, INC_OP_CANDIDATE_PATCH, "a", &fields);
    batch[2] = command(f, INC_OP_CANDIDATE_DELETE, "b", NULL);
    batch[3] = command(f, INC_OP_CANDIDATE_FREEZE, "nobody", NULL);
    batch[4] = batch[0];
}

static enum inc_status
apply_batch(struct fixture *f)
{
    struct inc_command *all[BATCH];

    for (int i = 0; i < BATCH; i++)
        all[i] = &batch[i];
    return inc_store_apply(f->s, all, BATCH, &f->err);
}

static void
all_done(struct fixture *f)
{
    union inc_record r;

    for (int i = 0; i < BATCH; i++)
        if (batch[i].status != (i == 3 ? INC_E_NOTFOUND : INC_OK))
            fail_msg("%s: command %d: %s", where, i, batch[i].err.what);
    assert_int_equal(batch[4].seq, batch[0].seq);
    assert_int_equal(info_of(f).head_seq, 3 + STORED);
    IS(get(f, INC_RECORD_CANDIDATE, "new", &r, NULL), INC_OK, &f->err);
    IS(get(f, INC_RECORD_CANDIDATE, "b", &r, NULL), INC_E_NOTFOUND, &f->err);
    IS(get(f, INC_RECORD_CANDIDATE, "a", &r, NULL), INC_OK, &f->err);
    assert_string_equal(r.candidate.office, "cpi-9");
    assert_int_equal(r.candidate.revision, 2);
    assert_clean(f);
}

static void
check_batch(struct fixture *f, enum inc_status st, int fired)
{
    unsigned char after[INC_DIGEST];
    unsigned stored = 0;

    (void)fired;
    for (int i = 0; i < BATCH; i++)
        stored += batch[i].seq != 0 && !batch[i].replayed;
    if (info_of(f).head_seq != 3 + stored)
        fail_msg("%s: %u acknowledged, journal at %llu", where, stored,
                 (unsigned long long)info_of(f).head_seq);
    if (st != INC_OK) { /* nothing of it, and every command says so */
        digest_of(f, after);
        assert_memory_equal(before, after, sizeof after);
        assert_int_equal(stored, 0);
        for (int i = 0; i < BATCH; i++)
            assert_int_equal(batch[i].status, st);
    }
    assert_clean(f);
    if (st != INC_OK && armed == INC_FAULT_STORE_COMMIT) {
        /* What became of the commit is unknown: nothing more until reopened. */
        IS(apply_batch(f), INC_E_STORE, &f->err);
        assert_int_equal(batch[0].status, INC_E_STORE);
        digest_of(f, after); /* reading goes on */
        reopen(f);
    }
    OK(apply_batch(f), &f->err); /* the same keys again */
    all_done(f);
    reopen(f);
    all_done(f);
}

static void
a_batch(void **state)
{
    static const struct scenario s = {"batch", prepare_batch, apply_batch,
                                      check_batch, 0};
    (void)state;
    run_scenario(&s);
}

/* --- a batch that makes the map grow -------------------------------------- */

static void
prepare_growth(struct fixture *f)
{
    static const char zeros[1 << 20];

    close_it(f);
    f->o.map_bytes = (size_t)512 << 10;
    open_it(f);
    prepare_batch(f);
    batch[0].body = zeros;
    batch[0].body_len = sizeof zeros;
    batch[4] = batch[0];
}

static void
growth(void **state)
{
    static const struct scenario s = {"growth", prepare_growth, apply_batch,
                                      check_batch, 0};
    (void)state;
    run_scenario(&s);
}

/* --- opening ------------------------------------------------------------- */

static void
prepare_create(struct fixture *f)
{
    close_it(f);
    remove_folder(f->dir);
}

static enum inc_status
open_again(struct fixture *f)
{
    return inc_store_open(&f->s, f->dir, &f->o, &f->err);
}

static void
check_create(struct fixture *f, enum inc_status st, int fired)
{
    (void)fired;
    if (st != INC_OK) {
        assert_null(f->s);
        open_it(f);
    }
    assert_false(exists(f->dir, "new"));
    assert_int_equal(info_of(f).head_seq, 0);
    (void)put_person(f, "a");
    assert_clean(f);
}

static void
creation(void **state)
{
    static const struct scenario s = {"creation", prepare_create, open_again,
                                      check_create, 0};
    (void)state;
    run_scenario(&s);
}

static void
prepare_migration(struct fixture *f)
{
    three_people(f);
    raw_make_old(f, 0);
    f->o.map_bytes = (size_t)96 << 10;
}

static void
check_migration(struct fixture *f, enum inc_status st, int fired)
{
    unsigned char after[INC_DIGEST];

    (void)fired;
    if (st != INC_OK) {
        assert_null(f->s);
        /* Still the old format, or today's, to be written anew. */
        f->o.read_only = 1;
        if (inc_store_open(&f->s, f->dir, &f->o, &f->err) == INC_OK)
            assert_clean(f);
        else
            assert_int_equal(f->err.status, INC_E_STORE);
        close_it(f);
        f->o.read_only = 0;
        open_it(f);
    }
    digest_of(f, after);
    assert_memory_equal(before, after, sizeof after);
    assert_clean(f);
}

static void
migration(void **state)
{
    static const struct scenario s = {"migration", prepare_migration,
                                      open_again, check_migration, 0};
    (void)state;
    run_scenario(&s);
}

/* --- changing the key ------------------------------------------------------
 */

static void
prepare_new_key(struct fixture *f)
{
    three_people(f);
    digest_of(f, before);
    close_it(f);
}

static enum inc_status
new_key(struct fixture *f)
{
    uint32_t epoch;

    return inc_store_rotate(f->dir, f->key_file, &epoch, &f->err);
}

static void
check_new_key(struct fixture *f, enum inc_status st, int fired)
{
    unsigned char after[INC_DIGEST];

    (void)fired;
    (void)st;
    open_it(f);
    digest_of(f, after);
    assert_memory_equal(before, after, sizeof after);
    assert_clean(f);
    close_it(f);
    OK(new_key(f), &f->err); /* another try works */
    open_it(f);
    assert_clean(f);
}

static void
changing_the_key(void **state)
{
    static const struct scenario s = {"changing the key", prepare_new_key,
                                      new_key, check_new_key, 0};
    (void)state;
    run_scenario(&s);
}

/* --- erasing ---------------------------------------------------------------
 */

static struct inc_command erase;

static void
put_vault(struct fixture *f, const char *id)
{
    struct inc_command c = command(f, INC_OP_VAULT_PUT, id, NULL);

    c.vault = "who it is";
    c.vault_len = 9;
    IS(run(f, &c), INC_OK, &c.err);
}

static void
prepare_erase(struct fixture *f)
{
    struct inc_command c;

    three_people(f);
    put_vault(f, "a");
    c = command(f, INC_OP_CANDIDATE_DELETE, "a", NULL);
    IS(run(f, &c), INC_OK, &c.err);
    (void)put_person(f, "a"); /* number 4; 1 was hers too */
    put_vault(f, "a");
    erase = command(f, INC_OP_CANDIDATE_ERASE, "a", NULL);
}

static enum inc_status
erase_her(struct fixture *f)
{
    struct inc_command *one[] = {&erase};
    enum inc_status st = inc_store_apply(f->s, one, 1, &f->err);

    return st == INC_OK ? erase.status : st;
}

static int
is_destroyed(struct fixture *f, size_t no)
{
    size_t len, at = 64 + no * 72;
    unsigned char *ring = slurp(f->dir, "keys/ring", &len), any = 0;

    for (size_t i = at; i < at + 72 && i < len; i++)
        any |= ring[i];
    free(ring);
    return any == 0;
}

/* Whoever is told `ok` has it: rows, keys and list; whatever failed, asking
 * again with the same key ends it, at once or after the next start. */
static void
check_erase(struct fixture *f, enum inc_status st, int fired)
{
    union inc_record r;
    char list[PATH_ROOM + 16];

    (void)fired;
    if (st != INC_OK && armed == INC_FAULT_STORE_COMMIT)
        reopen(f);
    if (st != INC_OK)
        OK(erase_her(f), &f->err);
    for (int i = 0; i < 2; i++) {
        IS(get(f, INC_RECORD_CANDIDATE, "a", &r, NULL), INC_E_NOTFOUND,
           &f->err);
        IS(get(f, INC_RECORD_CANDIDATE, "b", &r, NULL), INC_OK, &f->err);
        assert_true(is_destroyed(f, 1) && is_destroyed(f, 4));
        assert_false(is_destroyed(f, 2));
        assert_clean(f);
        reopen(f);
    }
    (void)snprintf(list, sizeof list, "%s.erased", f->key_file);
    assert_int_equal(access(list, F_OK), 0);
}

static void
erasing(void **state)
{
    static const struct scenario s = {"erasing", prepare_erase, erase_her,
                                      check_erase, 0};
    (void)state;
    run_scenario(&s);
}

/* --- backup and restore -------------------------------------------------- */

static char to[PATH_ROOM], back[PATH_ROOM];

static void
prepare_backup(struct fixture *f)
{
    three_people(f);
    join(to, f->dir, "copy");
    join(back, f->dir, "back");
}

static enum inc_status
back_up(struct fixture *f)
{
    return inc_store_backup(f->s, to, &f->err);
}

static unsigned
folders_in(const char *dir)
{
    DIR *d = opendir(dir);
    struct dirent *e;
    unsigned n = 0;

    assert_non_null(d);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
    while ((e = readdir(d)) != NULL)
        n += (strchr(e->d_name, '.') == NULL && strcmp(e->d_name, "keys")) ||
             strstr(e->d_name, ".new");
    (void)closedir(d);
    return n;
}

static void
check_backup(struct fixture *f, enum inc_status st, int fired)
{
    (void)fired;
    if (st != INC_OK) {
        if (folders_in(f->dir) != 0)
            fail_msg("%s: something was left behind", where);
        OK(back_up(f), &f->err);
    }
    assert_int_equal(folders_in(f->dir), 1);
    (void)put_person(f, "d");
    assert_clean(f);
}

static void
backups(void **state)
{
    static const struct scenario s = {"backup", prepare_backup, back_up,
                                      check_backup, 0};
    (void)state;
    run_scenario(&s);
}

static void
prepare_restore(struct fixture *f)
{
    prepare_backup(f);
    OK(back_up(f), &f->err);
    close_it(f);
}

static enum inc_status
restore(struct fixture *f)
{
    return inc_store_restore(to, back, &f->o, &f->err);
}

static void
check_restore(struct fixture *f, enum inc_status st, int fired)
{
    unsigned char after[INC_DIGEST];

    (void)fired;
    if (st != INC_OK) {
        assert_false(exists(back, "data.mdb"));
        OK(restore(f), &f->err);
    }
    assert_false(exists(back, "new"));
    OK(inc_store_open(&f->s, back, &f->o, &f->err), &f->err);
    digest_of(f, after);
    assert_memory_equal(before, after, sizeof after);
    assert_clean(f);
}

static void
restoring(void **state)
{
    static const struct scenario s = {"restore", prepare_restore, restore,
                                      check_restore, 1};
    (void)state;
    run_scenario(&s);
}

/* --- reading ------------------------------------------------------------- */

static enum inc_status
each_record(void *arg, uint64_t no, const union inc_record *r)
{
    (void)arg;
    (void)no;
    (void)r;
    return INC_OK;
}

static enum inc_status
each_entry(void *arg, const struct inc_entry *e)
{
    (void)arg;
    (void)e;
    return INC_OK;
}

static enum inc_status
read_all(struct fixture *f)
{
    enum inc_status st;
    struct inc_view *v = NULL;
    struct inc_verify_report report;
    union inc_record r;

    INC_TRY(inc_view_open(&v, f->s, &f->err));
    inc_arena_reset(&f->read);
    INC_TRY(inc_view_get(v, INC_RECORD_CANDIDATE, "b", &r, NULL, &f->read,
                         &f->err));
    INC_TRY(inc_view_walk(v, INC_RECORD_CANDIDATE, "a", &f->read, each_record,
                          NULL, &f->err));
    INC_TRY(inc_view_scan(v, INC_RECORD_CANDIDATE, &f->read, each_record, NULL,
                          &f->err));
    INC_TRY(inc_view_journal(v, 0, 9, each_entry, NULL, &f->err));
    INC_TRY(inc_store_verify(f->s, &report, NULL, NULL, NULL, NULL, &f->err));
    INC_TRY(inc_store_tidy(f->s, NULL, &f->err));
    if (report.faults != 0) /* no memory is not damage */
        st = INC_E_NOMEM;
out:
    inc_view_close(v);
    return st;
}

static void
check_reading(struct fixture *f, enum inc_status st, int fired)
{
    if (fired && st != INC_OK)
        assert_int_equal(st, INC_E_NOMEM);
    OK(read_all(f), &f->err);
    (void)put_person(f, "d");
    assert_clean(f);
}

static void
reading(void **state)
{
    static const struct scenario s = {"reading", three_people, read_all,
                                      check_reading, 0};
    (void)state;
    run_scenario(&s);
}

/* --- events -------------------------------------------------------------- */

enum { EVENTS = 3 };
static struct inc_event events[EVENTS];

static void
prepare_events(struct fixture *f)
{
    struct inc_event first = {.need = 1, .person = 9, .score = 6000};

    three_people(f);
    OK(inc_event_add(f->s, &first, 1, NULL, 0, 1, &f->err), &f->err);
    for (uint64_t i = 0; i < EVENTS; i++)
        events[i] =
            (struct inc_event){.need = 1, .person = 7 + i, .score = 7000};
}

/* Two new pairs, one that is there, and person 9 goes in the end. */
static enum inc_status
add_events(struct fixture *f)
{
    static const struct inc_touched gone = {INC_RECORD_CANDIDATE, 9};

    return inc_event_add(f->s, events, EVENTS, &gone, 1, 3, &f->err);
}

static enum inc_status
count_event(void *arg, const struct inc_event *e)
{
    unsigned *sum = arg;

    *sum += (unsigned)e->person;
    return INC_OK;
}

static void
check_events(struct fixture *f, enum inc_status st, int fired)
{
    struct inc_view *v = NULL;
    uint64_t mark = 0;
    unsigned sum = 0;

    (void)fired;
    OK(inc_view_open(&v, f->s, &f->err), &f->err);
    OK(inc_event_walk(v, 0, 0, count_event, &sum, &f->err), &f->err);
    OK(inc_event_mark(v, &mark, &f->err), &f->err);
    inc_view_close(v);
    assert_int_equal(sum, st == INC_OK ? 7 + 8 : 9); /* all or nothing */
    assert_int_equal(mark, st == INC_OK ? 3 : 1);
    assert_int_equal(events[0].seq, st == INC_OK ? 2 : 0);
    assert_int_equal(events[1].seq, st == INC_OK ? 3 : 0);
    assert_int_equal(events[2].seq, 0);
    assert_clean(f);
    if (st != INC_OK && armed == INC_FAULT_STORE_COMMIT) {
        IS(add_events(f), INC_E_STORE, &f->err);
        reopen(f);
    }
    OK(add_events(f), &f->err);
    if (st != INC_OK)
        assert_int_equal(events[2].seq, 0);
    assert_clean(f);
}

static void
telling(void **state)
{
    static const struct scenario s = {"events", prepare_events, add_events,
                                      check_events, 0};
    (void)state;
    run_scenario(&s);
}

static void
prepare_older(struct fixture *f)
{
    static const char *const tables[] = {"event", "event_need", "event_person"};
    MDB_txn *txn = NULL;
    MDB_env *env;
    MDB_dbi dbi;

    three_people(f);
    close_it(f);
    env = raw_open(f->dir);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(mdb_dbi_open(txn, tables[i], 0, &dbi), 0);
        assert_int_equal(mdb_drop(txn, dbi, 1), 0);
    }
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
}

static void
check_older(struct fixture *f, enum inc_status st, int fired)
{
    (void)fired;
    if (st != INC_OK) {
        assert_null(f->s);
        open_it(f);
    }
    assert_clean(f);
    OK(add_events(f), &f->err);
    assert_clean(f);
}

static void
older_stores(void **state)
{
    static const struct scenario s = {"opening a store without events",
                                      prepare_older, open_again, check_older,
                                      0};
    (void)state;
    run_scenario(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch),      cmocka_unit_test(growth),
        cmocka_unit_test(creation),     cmocka_unit_test(migration),
        cmocka_unit_test(backups),      cmocka_unit_test(restoring),
        cmocka_unit_test(reading),      cmocka_unit_test(telling),
        cmocka_unit_test(older_stores), cmocka_unit_test(changing_the_key),
        cmocka_unit_test(erasing),
    };
    /* Hundreds of small stores, and what a disk keeps is not the question. */
    if (access("/dev/shm", W_OK) == 0)
        /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
        (void)setenv("TMPDIR", "/dev/shm", 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
