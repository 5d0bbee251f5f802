#include "tests/support/cm.h"

#include <stdio.h>
#include <string.h>

#include "engine/access/judge.h"
#include "engine/base/hash.h"
#include "tests/unit/proto/mini.h"

static const char table[] =
    "purpose good\npurpose other\n"
    "open pong stored candidate_got candidate_page match_page\n"
    "open by_id empty patch put_many candidate_put user_rotate\n"
    "role worker\n"
    "ops ping candidate.put candidate.put_many candidate.get candidate.patch\n"
    "ops candidate.list match.people match.pair user.rotate\n"
    "purposes good\n"
    "scope candidate offices\nscope need company\nscope company all\n"
    "show candidate id office skills availability\nfull candidate home\n"
    "show skill uri level\nfull skill ref\n"
    "show availability from\n"
    "show match_item *\nband match_item score 500\nalias match_item id\n"
    "send candidate id office skills availability\nsend skill uri level\n"
    "send availability *\nsend match_people id options\n"
    "send match_options k\nmost match_options k 20\n"
    "role blind\nops candidate.get\npurposes good\nscope candidate all\n"
    "role root\neverything\n";

static struct inc_roles *roles;
static struct inc_visitor worker, blind, root, local;
static const char *const offices[] = {"A", "B"};
static struct inc_err err;

static int
start(void **state)
{
    (void)state;
    if (inc_hash_start() != 0 ||
        inc_roles_read(&roles, "t", table, sizeof table - 1, &err) != INC_OK)
        return -1;
    worker = (struct inc_visitor){.id = "anna",
                                  .key = "k",
                                  .role = inc_roles_find(roles, "worker"),
                                  .offices = offices,
                                  .n_offices = 2,
                                  .company = "C-1"};
    blind = (struct inc_visitor){
        .id = "bea", .key = "l", .role = inc_roles_find(roles, "blind")};
    root = (struct inc_visitor){
        .id = "root", .key = "m", .role = inc_roles_find(roles, "root")};
    local = (struct inc_visitor){.role = root.role};
    return 0;
}

static int
finish(void **state)
{
    (void)state;
    inc_roles_drop(roles);
    return 0;
}

static enum inc_status
judge_as(const struct inc_visitor *who, enum inc_op op, const char *body,
         const char *purpose, const char *office, int full)
{
    struct inc_request r = {
        .op = op, .purpose = purpose, .office = office, .full = full};
    struct mini m = mini_open(body);
    struct inc_grant g;
    enum inc_status st;

    inc_err_clear(&err);
    r.body = m.root;
    st = inc_judge(&g, roles, who, &r, &err);
    mini_close(&m);
    return st;
}

static void
is(enum inc_op op, const char *body, enum inc_status want, const char *where)
{
    enum inc_status st = judge_as(&worker, op, body, "good", NULL, 0);

    if (st != want || strcmp(err.where, where) != 0)
        fail_msg("%s %s: %d at '%s': %s", inc_ops[op].wire, body, st, err.where,
                 err.what);
}

static void
operations_purposes_offices(void **state)
{
    const enum inc_op get = INC_OP_CANDIDATE_GET;

    (void)state;
    is(get, "{'id': 'x'}", INC_OK, "");
    is(INC_OP_VERIFY, "{}", INC_E_DENIED, "request.op");
    assert_int_equal(judge_as(&worker, get, "{}", NULL, NULL, 0),
                     INC_E_MISSING);
    assert_string_equal(err.where, "request.purpose");
    assert_non_null(strstr(err.hint, "good"));
    assert_null(strstr(err.hint, "other"));
    assert_int_equal(judge_as(&worker, get, "{}", "other", NULL, 0),
                     INC_E_DENIED);
    assert_int_equal(judge_as(&worker, get, "{}", "fun", NULL, 0),
                     INC_E_DENIED);
    assert_int_equal(judge_as(&worker, get, "{}", "good", "B", 0), INC_OK);
    assert_int_equal(judge_as(&worker, get, "{}", "good", "C", 0),
                     INC_E_DENIED);
    assert_string_equal(err.where, "request.office");
    worker.n_offices = 0; /* bound to offices, and has none */
    assert_int_equal(judge_as(&worker, get, "{}", "good", NULL, 0),
                     INC_E_DENIED);
    worker.n_offices = 2;
    /* The local account says no purpose; a user who may do all still does. */
    assert_int_equal(judge_as(&local, INC_OP_VERIFY, "{}", NULL, NULL, 0),
                     INC_OK);
    assert_int_equal(judge_as(&root, INC_OP_VERIFY, "{}", NULL, NULL, 0),
                     INC_E_MISSING);
    assert_int_equal(judge_as(&root, INC_OP_VERIFY, "{}", "other", NULL, 0),
                     INC_OK);
}

static void
fields_that_are_sent(void **state)
{
    (void)state;
    is(INC_OP_CANDIDATE_PUT, "{'record': {'id': 'x', 'office': 'A'}}", INC_OK,
       "");
    is(INC_OP_CANDIDATE_PUT, "{'record': {'id': 'x', 'home': '046017'}}",
       INC_E_DENIED, "record.home");
    is(INC_OP_CANDIDATE_PUT, "{'record': {'skills': [{'uri': 'u'}]}}", INC_OK,
       "");
    is(INC_OP_CANDIDATE_PUT,
       "{'record': {'skills': [{'uri': 'u'}, {'ref': 'r'}]}}", INC_E_DENIED,
       "record.skills.ref");
    is(INC_OP_CANDIDATE_PUT_MANY,
       "{'puts': [{'record': {'id': 'x'}}, {'record': {'home': 'y'}}]}",
       INC_E_DENIED, "puts.record.home");
    is(INC_OP_MATCH_PEOPLE, "{'id': 'n', 'options': {'k': 20}}", INC_OK, "");
    is(INC_OP_MATCH_PEOPLE, "{'id': 'n', 'options': {'k': 21}}", INC_E_DENIED,
       "options.k");
    is(INC_OP_MATCH_PEOPLE, "{'id': 'n', 'options': {'filters': {}}}",
       INC_E_DENIED, "options.filters");
    is(INC_OP_MATCH_PEOPLE, "{'need': {'id': 'x'}}", INC_E_DENIED, "need");
    /* What is no field of the table is the decoder's to refuse. */
    is(INC_OP_MATCH_PEOPLE, "{'nothing': 1}", INC_OK, "");
    is(INC_OP_CANDIDATE_PUT, "{'record': 5}", INC_OK, "");
}

static void
patches(void **state)
{
    const enum inc_op op = INC_OP_CANDIDATE_PATCH;

    (void)state;
    is(op, "{'id': 'x', 'set': {'office': 'B'}}", INC_OK, "");
    is(op, "{'id': 'x', 'set': {'home': null}}", INC_E_DENIED, "set.home");
    /* Seen in part: putting it back whole would lose the rest. */
    is(op, "{'id': 'x', 'set': {'availability': {'from': '2026-01-01'}}}",
       INC_E_DENIED, "set.availability");
    is(op, "{'id': 'x', 'set': {'availability': null}}", INC_E_DENIED,
       "set.availability");
    is(op, "{'id': 'x', 'set': {'skills': []}}", INC_E_DENIED, "set.skills");
    is(op, "{'id': 'x'}", INC_OK, ""); /* the decoder's to refuse */
}

static void
whose_key(void **state)
{
    (void)state;
    is(INC_OP_USER_ROTATE, "{'id': 'anna'}", INC_OK, "");
    is(INC_OP_USER_ROTATE, "{'id': 'ann'}", INC_E_DENIED, "id");
    is(INC_OP_USER_ROTATE, "{'id': 'root'}", INC_E_DENIED, "id");
    assert_int_equal(
        judge_as(&root, INC_OP_USER_ROTATE, "{'id': 'anna'}", "good", NULL, 0),
        INC_OK);
}

static void
whose_records(void **state)
{
    struct inc_grant g = {.roles = roles, .who = &worker};
    union inc_record c = {.candidate = {.id = "x", .office = "B"}};
    union inc_record n = {.need = {.id = "x", .company = "C-1"}};
    union inc_record k = {.company = {.id = "C-2"}};
    union inc_record u = {.user = {.id = "anna"}};

    (void)state;
    assert_false(inc_in_scope(&g, INC_RECORD_CANDIDATE, &c)); /* not there */
    c.has = UINT64_C(1) << INC_CANDIDATE_OFFICE;
    assert_true(inc_in_scope(&g, INC_RECORD_CANDIDATE, &c));
    c.candidate.office = "C";
    assert_false(inc_in_scope(&g, INC_RECORD_CANDIDATE, &c));
    assert_false(inc_in_scope(&g, INC_RECORD_NEED, &n));
    n.has = UINT64_C(1) << INC_NEED_COMPANY;
    assert_true(inc_in_scope(&g, INC_RECORD_NEED, &n));
    n.need.company = "C-11";
    assert_false(inc_in_scope(&g, INC_RECORD_NEED, &n));
    n.need.company = "C-1";
    worker.company = NULL;
    assert_false(inc_in_scope(&g, INC_RECORD_NEED, &n));
    worker.company = "C-1";
    assert_true(inc_in_scope(&g, INC_RECORD_COMPANY, &k));
    assert_true(inc_in_scope(&g, INC_RECORD_USER, &u));
    u.user.id = "bea";
    assert_false(inc_in_scope(&g, INC_RECORD_USER, &u));
    assert_false(inc_all_offices(&g, INC_RECORD_CANDIDATE));
    assert_true(inc_all_offices(&g, INC_RECORD_COMPANY));
    assert_false(inc_sees_whole(&g, INC_RECORD_CANDIDATE));
    g.who = &root;
    assert_true(inc_in_scope(&g, INC_RECORD_USER, &u));
    assert_true(inc_sees_whole(&g, INC_RECORD_CANDIDATE));
}

static void
the_journal_is_told_who(void **state)
{
    struct inc_grant g = {.roles = roles, .who = &worker};
    struct inc_request r = {.actor = "somebody else"};

    (void)state;
    inc_grant_sign(&g, &r);
    assert_string_equal(r.actor, "anna");
    assert_null(r.office); /* has two */
    worker.n_offices = 1;
    inc_grant_sign(&g, &r);
    assert_string_equal(r.office, "A");
    worker.n_offices = 2;
    g.who = &local;
    r = (struct inc_request){.actor = "as it says"};
    inc_grant_sign(&g, &r);
    assert_string_equal(r.actor, "as it says");
}

/* --- masks ------------------------------------------------------------------
 */

static const unsigned char secret[INC_ALIAS_SECRET] = "of this test";

/* The reply as `who` sees it must be the other text. */
static void
seen(const struct inc_visitor *who, enum inc_op op, int full, const char *body,
     const char *want)
{
    struct inc_grant g = {.roles = roles, .who = who, .full = full};
    struct mini in = mini_open(body), out = mini_open(want);
    struct inc_buf got = {0};

    inc_err_clear(&err);
    assert_int_equal(
        inc_mask(&got, &g, op, in.bytes.data, in.bytes.len, "n", secret, &err),
        INC_OK);
    if (got.len != out.bytes.len ||
        memcmp(got.data, out.bytes.data, got.len) != 0)
        fail_msg("%s is not seen as %s", body, want);
    inc_buf_release(&got);
    mini_close(&in);
    mini_close(&out);
}

static void
views(void **state)
{
    static const char body[] =
        "{'record': {'id': 'x', 'office': 'A', 'home': 'h', 'skills': "
        "[{'uri': 'u', 'level': 2, 'ref': 'r'}, {'ref': 's'}], 'frozen': true},"
        " 'revision': 3, 'unheard': 1}";

    (void)state;
    seen(&root, INC_OP_CANDIDATE_GET, 0, body, body);
    seen(&worker, INC_OP_CANDIDATE_GET, 0, body,
         "{'record': {'id': 'x', 'office': 'A', 'skills': [{'uri': 'u', "
         "'level': 2}, {}]}, 'revision': 3, 'hidden': ['home', "
         "'skills.evidence', 'skills.last_used', 'skills.ref', 'occupations', "
         "'languages', 'education', 'licences', 'availability.until', "
         "'availability.hours_week', 'availability.windows', "
         "'availability.absences', 'mobility', 'preferences', 'frozen', "
         "'updated', 'revision', 'notice']}");
    seen(&worker, INC_OP_CANDIDATE_GET, 1, body,
         "{'record': {'id': 'x', 'office': 'A', 'home': 'h', 'skills': "
         "[{'uri': 'u', 'level': 2, 'ref': 'r'}, {'ref': 's'}]}, 'revision': "
         "3, 'hidden': ['skills.evidence', 'skills.last_used', 'occupations', "
         "'languages', 'education', 'licences', 'availability.until', "
         "'availability.hours_week', 'availability.windows', "
         "'availability.absences', 'mobility', 'preferences', 'frozen', "
         "'updated', 'revision', 'notice']}");
    /* A record that is no map, or a list, cannot be judged. */
    seen(&worker, INC_OP_PING, 0, "5", "null");
    seen(&blind, INC_OP_VERIFY, 0, "{'faults': 0}", "{}");
}

static void
aliases_and_bands(void **state)
{
    struct inc_grant g = {.roles = roles, .who = &worker};
    char a[INC_ALIAS_TEXT], b[INC_ALIAS_TEXT], body[256], want[256];
    struct inc_visitor other = worker;

    (void)state;
    inc_alias(a, "C-1", "n", "P-1", 3, secret);
    (void)snprintf(body, sizeof body,
                   "{'items': [{'id': 'P-1', 'score': 7499}, {'id': 4, "
                   "'score': -1}]}");
    (void)snprintf(want, sizeof want,
                   "{'items': [{'id': '%s', 'score': 7000}, {'id': null, "
                   "'score': -500}]}",
                   a);
    seen(&worker, INC_OP_MATCH_PEOPLE, 0, body, want);
    other.id = "carlo"; /* of the same company: the same name */
    seen(&other, INC_OP_MATCH_PEOPLE, 0, body, want);
    /* another need, company, person or secret: another name */
    inc_alias(b, "C-1", "m", "P-1", 3, secret);
    assert_string_not_equal(a, b);
    inc_alias(b, "C-2", "n", "P-1", 3, secret);
    assert_string_not_equal(a, b);
    inc_alias(b, "C-1", "n", "P-2", 3, secret);
    assert_string_not_equal(a, b);
    inc_alias(b, "C-1", "nP", "-1", 2, secret); /* no sliding of borders */
    assert_string_not_equal(a, b);
    inc_alias(b, "C-1", "n", "P-1", 3, (const unsigned char *)table);
    assert_string_not_equal(a, b);
    (void)g;
}

static void
bodies_that_are_none(void **state)
{
    struct inc_grant g = {.roles = roles, .who = &worker};
    struct inc_buf got = {0};

    (void)state;
    assert_int_equal(
        inc_mask(&got, &g, INC_OP_PING, "\xc1", 1, "n", secret, &err),
        INC_E_BUG);
    assert_int_equal(inc_mask(&got, &g, INC_OP_PING, "", 0, "n", secret, &err),
                     INC_E_BUG);
    inc_buf_release(&got);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations_purposes_offices),
        cmocka_unit_test(fields_that_are_sent),
        cmocka_unit_test(patches),
        cmocka_unit_test(whose_key),
        cmocka_unit_test(whose_records),
        cmocka_unit_test(the_journal_is_told_who),
        cmocka_unit_test(views),
        cmocka_unit_test(aliases_and_bands),
        cmocka_unit_test(bodies_that_are_none),
    };

    return cmocka_run_group_tests(tests, start, finish);
}
