/* Every operation of the writer, alone and in batches. */
#include "tests/unit/store/fixture.h"

static void
put_then_put_again(void **state)
{
    struct fixture *f = *state;
    union inc_record r;
    uint64_t no = 0;
    struct inc_command c = put_person(f, "a.1");

    assert_int_equal(c.created, 1);
    assert_int_equal(c.revision, 1);
    assert_int_equal(c.seq, 1);
    assert_int_equal(c.replayed, 0);
    assert_int_equal(c.change.what, INC_CHANGE_SET);
    assert_int_equal(c.change.kind, INC_RECORD_CANDIDATE);
    assert_int_equal(c.change.no, 1);
    assert_string_equal(c.change.record->candidate.id, "a.1");
    assert_int_equal(c.change.record->candidate.revision, 1);
    assert_int_equal(c.record->has >> INC_CANDIDATE_REVISION & 1, 0);

    c = command(f, INC_OP_CANDIDATE_PUT, "a.1", person(&f->arena, "a.1", 5));
    IS(run(f, &c), INC_OK, &c.err);
    assert_int_equal(c.created, 0);
    assert_int_equal(c.revision, 2);
    assert_int_equal(c.change.no, 1);

    IS(get(f, INC_RECORD_CANDIDATE, "a.1", &r, &no), INC_OK, &f->err);
    assert_int_equal(no, 1);
    assert_int_equal(r.candidate.n_skills, 5);
    assert_int_equal(r.candidate.revision, 2);
    assert_string_equal(r.candidate.skills[4].uri,
                        "http://data.europa.eu/esco/skill/5");
    assert_int_equal(r.candidate.updated, 1700000000000 / 86400000);
    IS(get(f, INC_RECORD_CANDIDATE, "a.2", &r, &no), INC_E_NOTFOUND, &f->err);
    IS(get(f, INC_RECORD_NEED, "a.1", &r, &no), INC_E_NOTFOUND, &f->err);
    assert_clean(f);
}

static enum inc_status
refuse_level_4(void *arg, enum inc_record_kind kind, const union inc_record *r,
               struct inc_err *err)
{
    (*(int *)arg)++;
    assert_int_equal(kind, INC_RECORD_CANDIDATE);
    assert_int_equal(r->candidate.n_skills, 3); /* of the stored record */
    if (strcmp(r->candidate.office, "cpi-4") == 0)
        return inc_fail(err, INC_E_RANGE, 0, "no such office");
    return INC_OK;
}

static void
patches(void **state)
{
    struct fixture *f = *state;
    union inc_record r, fields = {.has = 1u << INC_CANDIDATE_OFFICE};
    struct inc_command c;
    int checked = 0;

    (void)put_person(f, "a.1");
    fields.candidate.office = "cpi-2";
    c = command(f, INC_OP_CANDIDATE_PATCH, "a.1", &fields);
    c.removed = UINT64_C(1) << INC_CANDIDATE_HOME;
    c.check = refuse_level_4;
    c.check_arg = &checked;
    IS(run(f, &c), INC_OK, &c.err);
    assert_int_equal(checked, 1);
    assert_int_equal(c.revision, 2);
    assert_int_equal(c.change.record->candidate.n_skills, 3);
    IS(get(f, INC_RECORD_CANDIDATE, "a.1", &r, NULL), INC_OK, &f->err);
    assert_string_equal(r.candidate.office, "cpi-2");
    assert_int_equal(INC_HAS(&r.candidate, INC_CANDIDATE_HOME), 0);
    assert_int_equal(r.candidate.n_skills, 3);

    fields.candidate.office = "cpi-4"; /* the check refuses */
    c = command(f, INC_OP_CANDIDATE_PATCH, "a.1", &fields);
    c.check = refuse_level_4;
    c.check_arg = &checked;
    IS(run(f, &c), INC_E_RANGE, &c.err);
    assert_string_equal(c.err.what, "no such office");
    assert_int_equal(c.change.what, INC_CHANGE_NONE);
    IS(get(f, INC_RECORD_CANDIDATE, "a.1", &r, NULL), INC_OK, &f->err);
    assert_string_equal(r.candidate.office, "cpi-2");
    assert_int_equal(r.candidate.revision, 2);

    c = command(f, INC_OP_CANDIDATE_PATCH, "a.1", &fields); /* required */
    c.removed = UINT64_C(1) << INC_CANDIDATE_ID;
    IS(run(f, &c), INC_E_MISSING, &c.err);

    fields.has = 1u << INC_CANDIDATE_ID;
    fields.candidate.id = "a.2";
    c = command(f, INC_OP_CANDIDATE_PATCH, "a.1", &fields);
    IS(run(f, &c), INC_E_FIELD, &c.err);
    c = command(f, INC_OP_CANDIDATE_PATCH, "a.2", &fields);
    IS(run(f, &c), INC_E_NOTFOUND, &c.err);
    assert_clean(f);
}

static void
marks_and_deletes(void **state)
{
    struct fixture *f = *state;
    union inc_record r;
    struct inc_command c;

    (void)put_person(f, "a.1");
    c = command(f, INC_OP_CANDIDATE_FREEZE, "a.1", NULL);
    IS(run(f, &c), INC_OK, &c.err);
    assert_int_equal(c.change.record->candidate.frozen, 1);
    IS(get(f, INC_RECORD_CANDIDATE, "a.1", &r, NULL), INC_OK, &f->err);
    assert_int_equal(r.candidate.frozen, 1);
    c = command(f, INC_OP_CANDIDATE_UNFREEZE, "a.1", NULL);
    IS(run(f, &c), INC_OK, &c.err);
    IS(get(f, INC_RECORD_CANDIDATE, "a.1", &r, NULL), INC_OK, &f->err);
    assert_int_equal(r.candidate.frozen, 0);
    assert_int_equal(r.candidate.revision, 3);

    c = command(f, INC_OP_NEED_PUT, "n.1", need(&f->arena, "n.1", NULL));
    IS(run(f, &c), INC_OK, &c.err);
    c = command(f, INC_OP_NEED_CLOSE, "n.1", NULL);
    IS(run(f, &c), INC_OK, &c.err);
    IS(get(f, INC_RECORD_NEED, "n.1", &r, NULL), INC_OK, &f->err);
    assert_int_equal(r.need.closed, 1);
    c = command(f, INC_OP_NEED_REOPEN, "n.1", NULL);
    IS(run(f, &c), INC_OK, &c.err);
    IS(get(f, INC_RECORD_NEED, "n.1", &r, NULL), INC_OK, &f->err);
    assert_int_equal(r.need.closed, 0);

    c = command(f, INC_OP_CANDIDATE_DELETE, "a.1", NULL);
    IS(run(f, &c), INC_OK, &c.err);
    assert_int_equal(c.revision, 0);
    assert_int_equal(c.change.what, INC_CHANGE_GONE);
    assert_int_equal(c.change.no, 1);
    assert_null(c.change.record);
    IS(get(f, INC_RECORD_CANDIDATE, "a.1", &r, NULL), INC_E_NOTFOUND, &f->err);
    c = command(f, INC_OP_CANDIDATE_DELETE, "a.1", NULL);
    IS(run(f, &c), INC_E_NOTFOUND, &c.err);
    c = command(f, INC_OP_CANDIDATE_FREEZE, "a.1", NULL);
    IS(run(f, &c), INC_E_NOTFOUND, &c.err);
    reopen(f);
    c = put_person(f, "a.1"); /* the number is a new one */
    assert_int_equal(c.change.no, 2);
    assert_int_equal(c.revision, 1);
    assert_clean(f);
}

/* Who sends the whole record again need not know that it was frozen or closed
 * meanwhile: only saying so, or the operation for it, changes that. */
static void
a_put_keeps_marks(void **state)
{
    struct fixture *f = *state;
    union inc_record r, *next;
    struct inc_command c;

    (void)put_person(f, "a.1");
    c = command(f, INC_OP_CANDIDATE_FREEZE, "a.1", NULL);
    IS(run(f, &c), INC_OK, &c.err);
    c = put_person(f, "a.1");
    assert_int_equal(c.change.record->candidate.frozen, 1);
    IS(get(f, INC_RECORD_CANDIDATE, "a.1", &r, NULL), INC_OK, &f->err);
    assert_int_equal(r.candidate.frozen, 1);
    assert_int_equal(r.candidate.revision, 3);
    next = person(&f->arena, "a.1", 3);
    next->has |= 1u << INC_CANDIDATE_FROZEN; /* frozen: false, said so */
    c = command(f, INC_OP_CANDIDATE_PUT, "a.1", next);
    IS(run(f, &c), INC_OK, &c.err);
    IS(get(f, INC_RECORD_CANDIDATE, "a.1", &r, NULL), INC_OK, &f->err);
    assert_int_equal(r.candidate.frozen, 0);

    c = command(f, INC_OP_NEED_PUT, "n.1", need(&f->arena, "n.1", NULL));
    IS(run(f, &c), INC_OK, &c.err);
    c = command(f, INC_OP_NEED_CLOSE, "n.1", NULL);
    IS(run(f, &c), INC_OK, &c.err);
    c = command(f, INC_OP_NEED_PUT, "n.1", need(&f->arena, "n.1", NULL));
    IS(run(f, &c), INC_OK, &c.err);
    IS(get(f, INC_RECORD_NEED, "n.1", &r, NULL), INC_OK, &f->err);
    assert_int_equal(r.need.closed, 1);
    next = need(&f->arena, "n.1", NULL);
    next->has |= 1u << INC_NEED_CLOSED;
    c = command(f, INC_OP_NEED_PUT, "n.1", next);
    IS(run(f, &c), INC_OK, &c.err);
    IS(get(f, INC_RECORD_NEED, "n.1", &r, NULL), INC_OK, &f->err);
    assert_int_equal(r.need.closed, 0);

    /* What is deleted and put again is new. */
    c = command(f, INC_OP_NEED_CLOSE, "n.1", NULL);
    IS(run(f, &c), INC_OK, &c.err);
    c = command(f, INC_OP_NEED_DELETE, "n.1", NULL);
    IS(run(f, &c), INC_OK, &c.err);
    c = command(f, INC_OP_NEED_PUT, "n.1", need(&f->arena, "n.1", NULL));
    IS(run(f, &c), INC_OK, &c.err);
    IS(get(f, INC_RECORD_NEED, "n.1", &r, NULL), INC_OK, &f->err);
    assert_int_equal(r.need.closed, 0);
    assert_clean(f);
}

static void
stated_revisions(void **state)
{
    static const struct {
        const char *id;
        int64_t stated;
        enum inc_op op;
        enum inc_status want;
    } row[] = {
        {"new", 3, INC_OP_CANDIDATE_PUT, INC_E_CONFLICT},
        {"new", 0, INC_OP_CANDIDATE_PUT, INC_OK},
        {"new", 0, INC_OP_CANDIDATE_PUT, INC_E_CONFLICT},
        {"old", 1, INC_OP_CANDIDATE_PUT, INC_OK}, /* 2 afterwards */
        {"old", 1, INC_OP_CANDIDATE_PUT, INC_E_CONFLICT},
        {"old", 1, INC_OP_CANDIDATE_FREEZE, INC_E_CONFLICT},
        {"old", 0, INC_OP_CANDIDATE_FREEZE, INC_E_CONFLICT},
        {"old", 2, INC_OP_CANDIDATE_FREEZE, INC_OK}, /* 3 */
        {"old", 2, INC_OP_CANDIDATE_DELETE, INC_E_CONFLICT},
        {"no", 2, INC_OP_CANDIDATE_DELETE, INC_E_NOTFOUND},
        {"no", 0, INC_OP_CANDIDATE_FREEZE, INC_E_NOTFOUND},
        {"old", 3, INC_OP_CANDIDATE_DELETE, INC_OK},
    };
    struct fixture *f = *state;

    (void)put_person(f, "old");
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct inc_command c =
            command(f, row[i].op, row[i].id, person(&f->arena, row[i].id, 1));
        c.if_revision = row[i].stated;
        if (run(f, &c) != row[i].want)
            fail_msg("row %zu: got %s: %s", i, inc_status_wire(c.status),
                     c.err.what);
        if (c.status == INC_E_CONFLICT)
            assert_string_equal(c.err.where, "if_revision");
    }
    assert_clean(f);
}

static enum inc_status
count_entry(void *arg, const struct inc_entry *e)
{
    struct inc_entry *last = arg;

    assert_int_equal(e->seq, last->seq + 1);
    *last = *e;
    return INC_OK;
}

static void
a_batch_is_many(void **state)
{
    struct fixture *f = *state;
    struct inc_command c[5];
    struct inc_command *all[5];
    struct inc_entry last = {.seq = 0};
    struct inc_view *v = NULL;

    c[0] = command(f, INC_OP_COMPANY_PUT, "c", company(&f->arena, "c"));
    c[1] = command(f, INC_OP_NEED_PUT, "n", need(&f->arena, "n", "c"));
    c[2] = command(f, INC_OP_NEED_DELETE, "absent", NULL);
    c[3] = command(f, INC_OP_NEED_CLOSE, "n", NULL); /* sees its batch */
    c[4] = command(f, INC_OP_COMPANY_PUT, "c", company(&f->arena, "c"));
    for (int i = 0; i < 5; i++)
        all[i] = &c[i];
    OK(inc_store_apply(f->s, all, 5, &f->err), &f->err);
    for (int i = 0; i < 5; i++) {
        IS(c[i].status, i == 2 ? INC_E_NOTFOUND : INC_OK, &c[i].err);
        assert_int_equal(c[i].seq, i + 1);
    }
    assert_int_equal(c[3].revision, 2);
    assert_int_equal(c[4].revision, 2);
    OK(inc_view_open(&v, f->s, &f->err), &f->err);
    OK(inc_view_journal(v, 0, 100, count_entry, &last, &f->err), &f->err);
    inc_view_close(v);
    assert_int_equal(last.seq, 5);
    assert_int_equal(last.op, INC_OP_COMPANY_PUT);
    OK(inc_store_apply(f->s, all, 0, &f->err), &f->err); /* an empty one */
    assert_int_equal(info_of(f).head_seq, 5);
    assert_clean(f);
}

static enum inc_status
see_entry(void *arg, const struct inc_entry *e)
{
    const struct inc_command *c = arg;
    unsigned char sha[INC_DIGEST];

    inc_digest(sha, c->body, c->body_len);
    assert_int_equal(e->result, c->status);
    assert_int_equal(e->op, c->op);
    assert_int_equal(e->at_unix_ms, c->at_unix_ms);
    assert_string_equal(e->id, c->id);
    assert_string_equal(e->actor, "operatore-7");
    assert_string_equal(e->office, "cpi-prova");
    assert_null(e->purpose);
    assert_memory_equal(e->key, c->key, INC_KEY);
    assert_memory_equal(e->body_sha, sha, INC_DIGEST);
    return INC_OK;
}

static void
the_journal_tells(void **state)
{
    struct fixture *f = *state;
    struct inc_view *v = NULL;
    struct inc_command c[2] = {
        command(f, INC_OP_CANDIDATE_PUT, "a", person(&f->arena, "a", 1)),
        command(f, INC_OP_CANDIDATE_FREEZE, "b", NULL)};

    (void)run(f, &c[0]);
    (void)run(f, &c[1]);
    OK(inc_view_open(&v, f->s, &f->err), &f->err);
    for (uint64_t i = 0; i < 2; i++)
        OK(inc_view_journal(v, i, 1, see_entry, &c[i], &f->err), &f->err);
    inc_view_close(v);
    assert_clean(f);
}

static void
callers_mistakes(void **state)
{
    struct fixture *f = *state;
    char longer[66];
    struct inc_command c;

    memset(longer, 'x', 65);
    longer[65] = '\0';
    c = command(f, INC_OP_PING, "a", NULL);
    IS(run(f, &c), INC_E_BUG, &c.err);
    c = command(f, INC_OP_NEED_PUT, "a", person(&f->arena, "a", 1));
    c.kind = INC_RECORD_CANDIDATE;
    IS(run(f, &c), INC_E_BUG, &c.err);
    c = command(f, INC_OP_CANDIDATE_PUT, "b", person(&f->arena, "a", 1));
    IS(run(f, &c), INC_E_BUG, &c.err);
    c = command(f, INC_OP_CANDIDATE_DELETE, longer, NULL);
    IS(run(f, &c), INC_E_RANGE, &c.err);
    c = command(f, INC_OP_CANDIDATE_DELETE, "", NULL);
    IS(run(f, &c), INC_E_RANGE, &c.err);
    c = command(f, INC_OP_CANDIDATE_DELETE, "a b", NULL);
    IS(run(f, &c), INC_E_RANGE, &c.err);
    c = command(f, INC_OP_CANDIDATE_DELETE, "a", NULL);
    c.actor = "\xff";
    IS(run(f, &c), INC_E_TEXT, &c.err);
    assert_int_equal(info_of(f).head_seq, 0); /* none of it was kept */
    assert_clean(f);
}

static void
a_small_arena_is_no_memory(void **state)
{
    struct fixture *f = *state;
    struct inc_arena small;
    struct inc_command c;

    (void)put_person(f, "a");
    c = command(f, INC_OP_CANDIDATE_FREEZE, "a", NULL);
    assert_int_equal(inc_arena_init(&small, 128), INC_OK);
    c.arena = &small;
    IS(run(f, &c), INC_E_NOMEM, &c.err);
    c.arena = &f->arena; /* such a refusal is not kept: the key still works */
    IS(run(f, &c), INC_OK, &c.err);
    assert_int_equal(c.replayed, 0);
    inc_arena_release(&small);
    assert_clean(f);
}

static void
a_large_body(void **state)
{
    struct fixture *f = *state;
    const size_t len = (size_t)1 << 20;
    unsigned char *body = malloc(len);
    struct inc_command c =
        command(f, INC_OP_CANDIDATE_PUT, "a", person(&f->arena, "a", 1));

    assert_non_null(body);
    memset(body, 'x', len);
    c.body = body;
    c.body_len = len;
    IS(run(f, &c), INC_OK, &c.err);
    assert_clean(f); /* reads it all */
    free(body);
}

#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        T(put_then_put_again), T(patches),
        T(marks_and_deletes),  T(a_put_keeps_marks),
        T(stated_revisions),   T(a_batch_is_many),
        T(the_journal_tells),  T(callers_mistakes),
        T(a_large_body),       T(a_small_arena_is_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
