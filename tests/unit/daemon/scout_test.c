/* The scout and files that kill who walks them. */
#include "tests/unit/store/fixture.h"

#include "engine/daemon/defaults.h"
#include "engine/daemon/scout.h"

static const char *
no_environment(const char *name)
{
    return strcmp(name, "HOME") == 0 ? "/nonexistent" : NULL;
}

static void
settings(struct inc_config *c)
{
    struct inc_err err;

    OK(inc_defaults_fill(c, no_environment, &err), &err);
    OK(inc_config_finish(c, &err), &err);
}

static void
people(struct fixture *f, int n)
{
    for (int i = 0; i < n; i++) {
        char id[16];

        (void)snprintf(id, sizeof id, "q%d", i);
        (void)put_person(f, id);
    }
}

/* One scout for all of it: children die, it does not. */
static void
tells_of_deaths(void **state)
{
    struct fixture *f = *state;
    struct inc_config c = {0};
    struct inc_scout *scout = NULL;
    unsigned char *file;
    size_t len;
    int died = 0, walked = 0;
    char text[160];

    people(f, 300);
    close_it(f);
    settings(&c);
    OK(inc_scout_start(&scout, &c, f->dir, &f->o, &f->err), &f->err);
    assert_int_equal(inc_scout_ask(scout, text, sizeof text), 1);
    file = slurp(f->dir, "data.mdb", &len);
    for (size_t page = 2; page < len / 4096; page += 1 + page / 20) {
        unsigned char *bad = malloc(len);

        assert_non_null(bad);
        memcpy(bad, file, len);
        memset(bad + page * 4096, 0, 4096);
        spit(f->dir, "data.mdb", bad, len);
        free(bad);
        text[0] = '\0';
        if (inc_scout_ask(scout, text, sizeof text))
            walked++;
        else
            died++;
        assert_int_equal(strstr(text, "died (signal") != NULL, text[0] != '\0');
    }
    assert_true(died > 0); /* or nobody needs it */
    assert_true(walked > 0);
    spit(f->dir, "data.mdb", file, len);
    free(file);
    assert_int_equal(inc_scout_ask(scout, text, sizeof text), 1);
    inc_scout_stop(scout);
    inc_config_release(&c);
    open_it(f);
}

/* Beside the daemon, which has it open and writes. */
static void
walks_what_is_open(void **state)
{
    struct fixture *f = *state;
    struct inc_config c = {0};
    struct inc_scout *scout = NULL;
    char text[160];

    close_it(f);
    settings(&c);
    OK(inc_scout_start(&scout, &c, f->dir, &f->o, &f->err), &f->err);
    open_it(f);
    for (int i = 0; i < 3; i++) {
        people(f, 20);
        assert_int_equal(inc_scout_ask(scout, text, sizeof text), 1);
    }
    inc_scout_stop(scout);
    inc_config_release(&c);
}

static void
nobody_to_ask(void **state)
{
    char text[160];

    (void)state;
    assert_int_equal(inc_scout_ask(NULL, text, sizeof text), 1);
    inc_scout_stop(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tells_of_deaths, start, stop),
        cmocka_unit_test_setup_teardown(walks_what_is_open, start, stop),
        cmocka_unit_test(nobody_to_ask)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
