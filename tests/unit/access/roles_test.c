#include "tests/support/cm.h"

#include <stdio.h>
#include <string.h>

#include "engine/access/roles.h"
#include "proto/bodies.h"
#include "proto/replies.h"

static struct inc_err err;

static struct inc_roles *
read_text(const char *text)
{
    struct inc_roles *r = NULL;

    inc_err_clear(&err);
    (void)inc_roles_read(&r, "t", text, strlen(text), &err);
    return r;
}

static void
the_shipped_table(void **state)
{
    static const char *const names[] = {
        "caseworker", "inclusion_agent", "service",  "company_desk",
        "company",    "analyst",         "engineer", "administrator"};
    size_t len;
    const char *text = inc_roles_default(&len);
    struct inc_roles *r = NULL;

    (void)state;
    assert_int_equal(inc_roles_read(&r, "roles.conf", text, len, &err), INC_OK);
    assert_int_equal(r->n_roles, 8);
    for (int i = 0; i < 8; i++)
        assert_non_null(inc_roles_find(r, names[i]));
    assert_null(inc_roles_find(r, "root"));
    assert_true(r->n_types < INC_ROLE_TYPES); /* none was left without room */
    /* Every operation stands in a role or among the closed ones. */
    for (int op = 0; op < INC_OP_COUNT; op++) {
        int roles = 0;

        for (uint32_t i = 0; i < r->n_roles; i++)
            roles += r->role[i].op[op];
        if (roles == 0 && !r->closed[op])
            fail_msg("roles.conf says nothing of %s: open it to a role or "
                     "close it",
                     inc_ops[op].wire);
        assert_true(roles == 0 || !r->closed[op]);
    }
    inc_roles_drop(r);
}

static void
what_is_not_said_is_not_allowed(void **state)
{
    struct inc_roles *r = read_text("role a\n");
    const struct inc_role *a;

    (void)state;
    assert_non_null(r);
    a = inc_roles_find(r, "a");
    assert_int_equal(a->everything, 0);
    for (int op = 0; op < INC_OP_COUNT; op++)
        assert_int_equal(a->op[op], 0);
    for (uint32_t t = 0; t < INC_ROLE_TYPES; t++)
        assert_true((a->show[t] | a->full[t] | a->send[t]) == 0);
    for (int k = 0; k < INC_RECORD_KINDS; k++)
        assert_int_equal(a->scope[k], INC_SCOPE_NONE);
    inc_roles_drop(r);
}

static void
lines_add_up(void **state)
{
    struct inc_roles *r = read_text(
        "purpose x # why\nopen pong\nclosed verify\n"
        "role a\nops ping\nops\tneed.get\r\npurposes x\nscope need company\n"
        "show need id\nshow need title\nfull need *\nsend match_options k\n"
        "most match_options k 20\nband match_item score 500\n"
        "alias match_item id\nrole b\neverything\n");
    const struct inc_role *a;
    int need, item;

    (void)state;
    assert_non_null(r);
    a = inc_roles_find(r, "a");
    need = inc_roles_type(r, &inc_need_type);
    item = inc_roles_type(r, &inc_match_item_type);
    assert_true(a->op[INC_OP_PING] && a->op[INC_OP_NEED_GET] &&
                !a->op[INC_OP_NEED_PUT]);
    assert_int_equal(a->purposes, 1);
    assert_int_equal(a->scope[INC_RECORD_NEED], INC_SCOPE_COMPANY);
    assert_true(a->show[need] ==
                (UINT64_C(1) << INC_NEED_ID | UINT64_C(1) << INC_NEED_TITLE));
    assert_true(a->full[need] == (UINT64_C(1) << inc_need_type.n_fields) - 1);
    assert_true(a->show[inc_roles_type(r, &inc_pong_type)] != 0);
    assert_true(inc_roles_find(r, "b")->show[item] == 0);
    assert_int_equal(a->n_mosts, 1);
    assert_int_equal(a->most[0].value, 20);
    assert_int_equal(a->n_bands, 1);
    assert_int_equal(a->band[0].step, 500);
    assert_true(a->alias[item] != 0);
    assert_int_equal(inc_roles_find(r, "b")->everything, 1);
    inc_roles_drop(r);
}

static void
tables_that_are_refused(void **state)
{
    static const struct {
        const char *text, *where, *hint;
    } cases[] = {
        {"", "t", NULL},
        {"# only a comment\n", "t", NULL},
        {"role a\nop ping\n", "t:2", "ops"},
        {"ops ping\n", "t:1", NULL},
        {"role a\npurpose x\n", "t:2", NULL},
        {"role a\nops pong\n", "t:2", "ping"},
        {"closed verify\nrole a\nops verify\n", "t:3", NULL},
        {"closed verfy\nrole a\n", "t:1", "verify"},
        {"role a\nrole a\n", "t:2", NULL},
        {"role A\n", "t:1", NULL},
        {"role a b\n", "t:1", NULL},
        {"role a\neverything else\n", "t:2", NULL},
        {"role a\nshow need\n", "t:2", NULL},
        {"role a\nshow neeed id\n", "t:2", "need"},
        {"role a\nshow need tittle\n", "t:2", "title"},
        {"role a\nscope need mine\n", "t:2", NULL},
        {"role a\nscope need\n", "t:2", NULL},
        {"role a\nscope persons all\n", "t:2", NULL},
        {"role a\npurposes x\n", "t:2", NULL},
        {"purpose x\npurpose x\nrole a\n", "t:2", NULL},
        {"role a\nband match_item id 5\n", "t:2", NULL},
        {"role a\nband match_item score 0\n", "t:2", NULL},
        {"role a\nband match_item score 5x\n", "t:2", NULL},
        {"role a\nband match_item score\n", "t:2", NULL},
        {"role a\nmost match_options k -1\n", "t:2", NULL},
        {"role a\nmost match_options k 99999999999999999999\n", "t:2", NULL},
        {"open nothing\nrole a\n", "t:1", NULL},
        {"role a\nshow need \x01\n", "t:2", NULL},
        {"role a\nshow need caf\xc3\xa9\n", "t:2", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct inc_roles *r = read_text(cases[i].text);

        if (r != NULL || err.status != INC_E_CONFIG ||
            strcmp(err.where, cases[i].where) != 0 ||
            (cases[i].hint != NULL && strstr(err.hint, cases[i].hint) == NULL))
            fail_msg("%s: at '%s': %s (%s)", cases[i].text, err.where, err.what,
                     err.hint);
    }
}

static void
tables_that_are_too_large(void **state)
{
    static char text[INC_ROLES_BYTES_MAX + 2];
    struct inc_roles *r = NULL;
    size_t at = 0;

    (void)state;
    memset(text, '#', sizeof text);
    assert_int_equal(
        inc_roles_read(&r, "t", text, INC_ROLES_BYTES_MAX + 1, &err),
        INC_E_CONFIG);
    assert_int_equal(inc_roles_read(&r, "t", text, 5000, &err), INC_E_CONFIG);
    for (int i = 0; i <= INC_ROLES_MAX; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "role r%d\n", i);
    assert_int_equal(inc_roles_read(&r, "t", text, at, &err), INC_E_CONFIG);
    at = 0;
    for (int i = 0; i <= INC_PURPOSES_MAX; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "purpose r%d\n", i);
    assert_int_equal(inc_roles_read(&r, "t", text, at, &err), INC_E_CONFIG);
    at = (size_t)snprintf(text, sizeof text, "role a\n");
    for (int i = 0; i <= INC_ROLE_MOSTS; i++)
        at += (size_t)snprintf(text + at, sizeof text - at,
                               "most match_options k 1\n");
    assert_int_equal(inc_roles_read(&r, "t", text, at, &err), INC_E_CONFIG);
    assert_null(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shipped_table),
        cmocka_unit_test(what_is_not_said_is_not_allowed),
        cmocka_unit_test(lines_add_up),
        cmocka_unit_test(tables_that_are_refused),
        cmocka_unit_test(tables_that_are_too_large),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
