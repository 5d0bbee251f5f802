#include "tests/support/cm.h"

#include <stdio.h>
#include <string.h>

#include "engine/access/book.h"

enum { TODAY = 20000 };

static struct inc_roles *roles;
static struct inc_keys keys[4];

static int
start(void **state)
{
    struct inc_err err = {0};
    size_t len;
    const char *text = inc_roles_default(&len);

    (void)state;
    for (int i = 0; i < 4; i++)
        inc_keys_make(&keys[i]);
    return inc_roles_read(&roles, "roles.conf", text, len, &err) != INC_OK;
}

static int
finish(void **state)
{
    (void)state;
    inc_roles_drop(roles);
    return 0;
}

static struct inc_user
user(const char *id, const char *role, const char *key, int64_t revision)
{
    return (struct inc_user){
        .id = id, .role = role, .key = key, .revision = revision};
}

static struct inc_book *
make(const char *local, const struct inc_user *users, size_t n)
{
    struct inc_book_maker *m = NULL;
    struct inc_err err = {0};

    assert_int_equal(inc_book_begin(&m, roles, local, &err), INC_OK);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(inc_book_add(m, &users[i], &err), INC_OK);
    return inc_book_end(m);
}

static void
who_comes_in(void **state)
{
    static const char *const offices[] = {"A", "B"};
    struct inc_user u[4] = {
        user("anna", "caseworker", keys[0].public_key, 3),
        user("bea", "caseworker", keys[1].public_key, 1),
        user("ciro", "pilot", keys[2].public_key, 1), /* no such role */
        user("dino", "engineer", keys[3].public_key, 1),
    };
    const struct inc_visitor *who;
    struct inc_book *b;

    (void)state;
    u[0].offices = (const char **)offices;
    u[0].n_offices = 2;
    u[1].revoked = 1;
    u[1].has = UINT64_C(1) << INC_USER_REVOKED;
    u[3].until = TODAY;
    u[3].has = UINT64_C(1) << INC_USER_UNTIL;
    b = make(NULL, u, 4);
    assert_int_equal(inc_book_users(b), 4);
    assert_null(inc_book_local(b));
    who = inc_book_find(b, keys[0].public_key, TODAY);
    assert_non_null(who);
    assert_string_equal(who->id, "anna");
    assert_string_equal(who->role->name, "caseworker");
    assert_string_equal(who->offices[1], "B");
    assert_null(inc_book_find(b, keys[1].public_key, TODAY));
    assert_null(inc_book_find(b, keys[2].public_key, TODAY));
    assert_non_null(inc_book_find(b, keys[3].public_key, TODAY));
    assert_null(inc_book_find(b, keys[3].public_key, TODAY + 1));
    assert_null(inc_book_find(b, "", TODAY));
    assert_null(inc_book_find(b, "anna", TODAY));
    assert_null(inc_book_find(b, keys[0].secret, TODAY));
    inc_book_drop(b);
}

static void
a_key_of_two_lets_neither_in(void **state)
{
    struct inc_user u[3] = {
        user("anna", "caseworker", keys[0].public_key, 1),
        user("bea", "engineer", keys[0].public_key, 1),
        user("ciro", "engineer", keys[1].public_key, 1),
    };
    struct inc_book *b = make(NULL, u, 3);

    (void)state;
    assert_null(inc_book_find(b, keys[0].public_key, TODAY));
    assert_non_null(inc_book_find(b, keys[1].public_key, TODAY));
    assert_int_equal(inc_book_has_key(b, keys[0].public_key, "anna"), 1);
    assert_int_equal(inc_book_has_key(b, keys[1].public_key, "ciro"), 0);
    assert_int_equal(inc_book_has_key(b, keys[2].public_key, "ciro"), 0);
    inc_book_drop(b);
}

static void
rights_that_changed_show(void **state)
{
    struct inc_user u[1] = {user("anna", "caseworker", keys[0].public_key, 1)};
    struct inc_book *before = make("administrator", u, 1), *after;
    const struct inc_visitor *who =
        inc_book_find(before, keys[0].public_key, TODAY);
    int same = 0;

    (void)state;
    after = make("administrator", u, 1);
    assert_non_null(inc_book_again(after, who, TODAY, &same));
    assert_int_equal(same, 1);
    assert_non_null(
        inc_book_again(after, inc_book_local(before), TODAY, &same));
    assert_int_equal(same, 1);
    inc_book_drop(after);
    u[0].revision = 2;
    after = make("engineer", u, 1);
    assert_non_null(inc_book_again(after, who, TODAY, &same));
    assert_int_equal(same, 0);
    assert_non_null(
        inc_book_again(after, inc_book_local(before), TODAY, &same));
    assert_int_equal(same, 0);
    inc_book_drop(after);
    after = make(NULL, u, 0);
    assert_null(inc_book_again(after, who, TODAY, &same));
    assert_null(inc_book_again(after, inc_book_local(before), TODAY, &same));
    inc_book_drop(after);
    inc_book_drop(before);
}

static void
a_local_role_is_one_of_the_table(void **state)
{
    struct inc_book_maker *m = NULL;
    struct inc_err err = {0};

    (void)state;
    assert_int_equal(inc_book_begin(&m, roles, "root", &err), INC_E_CONFIG);
    assert_null(m);
    assert_string_equal(err.where, "local_role");
}

static void
the_desk_holds_one(void **state)
{
    struct inc_book_desk *d = inc_book_desk_new();
    struct inc_book *b = make(NULL, NULL, 0), *held;

    (void)state;
    assert_null(inc_book_now(d));
    inc_book_put(d, b);
    held = inc_book_now(d);
    assert_ptr_equal(held, b);
    inc_book_put(d, NULL);
    assert_null(inc_book_now(d));
    assert_int_equal(inc_book_users(held), 0); /* still ours */
    inc_book_drop(held);
    inc_book_desk_free(d);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_comes_in),
        cmocka_unit_test(a_key_of_two_lets_neither_in),
        cmocka_unit_test(rights_that_changed_show),
        cmocka_unit_test(a_local_role_is_one_of_the_table),
        cmocka_unit_test(the_desk_holds_one),
    };

    return cmocka_run_group_tests(tests, start, finish);
}
