/* The vault's record, and that no field a match reads is one of its own. */
#include "tests/support/cm.h"

#include <stdio.h>
#include <string.h>

#include "engine/profile/record.h"
#include "engine/vault/vault.h"

static int
same(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* What may not be known of a person where people are ranked, in any field's
 * name: parts of words, English and Italian. */
static const char *const told[] = {
    "surname", "birth",   "born",     "age",     "sex",      "gender",
    "citizen", "nation",  "ethnic",   "race",    "relig",    "belief",
    "union",   "tax",     "fiscal",   "phone",   "mail",     "address",
    "disab",   "invalid", "handicap", "health",  "diagn",    "percent",
    "offence", "crime",   "reato",    "pena",    "prison",   "deten",
    "regime",  "status",  "statut",   "permit",  "asylum",   "refug",
    "addict",  "famil",   "child",    "married", "guardian", NULL};

/* Names that are known to be harmless: they hold such a part. */
static const char *const harmless[] = {"languages", "language", "lang", NULL};

static int
is_harmless(const char *name)
{
    for (int i = 0; harmless[i] != NULL; i++)
        if (same(name, harmless[i]))
            return 1;
    return 0;
}

static unsigned looked;

/* NOLINTNEXTLINE(misc-no-recursion): tables nest without cycles */
static void
look(const struct inc_type *t)
{
    for (uint32_t i = 0; i < t->n_fields; i++) {
        const struct inc_field *f = &t->fields[i];

        looked++;
        for (int k = 0; told[k] != NULL && !is_harmless(f->name); k++)
            if (strstr(f->name, told[k]) != NULL)
                fail_msg("%s.%s says %s", t->name, f->name, told[k]);
        /* Shared names mean other things: the id, a term of time. */
        if (inc_field_index(&inc_vault_type, f->name) >= 0 &&
            !same(f->name, "id") && t == &inc_candidate_type)
            fail_msg("%s.%s is a field of the vault", t->name, f->name);
        if (f->type != NULL)
            look(f->type);
    }
}

static void
what_is_ranked_is_blind(void **state)
{
    (void)state;
    look(inc_record_type(INC_RECORD_CANDIDATE));
    look(inc_record_type(INC_RECORD_NEED));
    assert_true(looked > 60); /* or it looked at nothing */
}

static int
is_text(const struct inc_field *f)
{
    return f->kind == INC_KIND_TEXT ||
           (f->kind == INC_KIND_LIST && f->item == INC_KIND_TEXT);
}

/* What a match reads are numbers, dates, codes and names of closed lists. Free
 * text stands only where it is known to be a URI or to be shown. */
static void
free_text_is_known(void **state)
{
    static const char *const known[] = {"candidate.office",
                                        "skill.uri",
                                        "skill.ref",
                                        "held.uri",
                                        "education.title",
                                        "preferences.occupations",
                                        NULL};
    const struct inc_type *types[16] = {&inc_candidate_type};
    unsigned n = 1, texts = 0;

    (void)state;
    for (unsigned at = 0; at < n; at++)
        for (uint32_t i = 0; i < types[at]->n_fields; i++) {
            const struct inc_field *f = &types[at]->fields[i];
            char name[100];
            int found = 0;

            if (f->type != NULL && n < 16)
                types[n++] = f->type;
            if (!is_text(f))
                continue;
            texts++;
            (void)snprintf(name, sizeof name, "%s.%s", types[at]->name,
                           f->name);
            for (int k = 0; known[k] != NULL; k++)
                found |= same(known[k], name);
            if (!found)
                fail_msg("%s holds free text: is it ranked, and why?", name);
        }
    assert_int_equal(texts, 6);
}

static void
stored_form(void **state)
{
    struct inc_vault_status s = {
        .has = 3, .regime = 4, .basis = "b", .from = 0};
    struct inc_vault v = {.has = 0x20003,
                          .id = "P-1",
                          .surname = "Prova",
                          .statuses = &s,
                          .n_statuses = 1};
    struct inc_vault back = {0};
    struct inc_buf bytes = {0};
    struct inc_arena a = {0};
    struct inc_err err = {0};

    (void)state;
    v.has = UINT64_C(1) | UINT64_C(2) |
            UINT64_C(1) << inc_field_index(&inc_vault_type, "statuses");
    assert_int_equal(inc_arena_init(&a, 65536), INC_OK);
    assert_int_equal(inc_vault_encode(&bytes, &v), INC_OK);
    assert_int_equal(inc_vault_decode(&back, bytes.data, bytes.len, &a, &err),
                     INC_OK);
    assert_string_equal(back.surname, "Prova");
    assert_int_equal(back.n_statuses, 1);
    assert_int_equal(back.statuses[0].regime, 4);
    assert_string_equal(back.statuses[0].basis, "b");
    assert_int_equal(back.has, v.has);
    for (size_t cut = 0; cut < bytes.len; cut++) {
        inc_arena_reset(&a);
        assert_int_not_equal(inc_vault_decode(&back, bytes.data, cut, &a, &err),
                             INC_OK);
    }
    bytes.data[1] = 2; /* the format */
    assert_int_equal(inc_vault_decode(&back, bytes.data, bytes.len, &a, &err),
                     INC_E_NEWER);
    inc_buf_release(&bytes);
    inc_arena_release(&a);
}

static void
terms(void **state)
{
    struct inc_vault_status s[2] = {{.has = 0x18, .from = 5, .until = 5},
                                    {.has = 0x18, .from = 5, .until = 4}};
    struct inc_vault v = {.statuses = s, .n_statuses = 1};
    struct inc_err err = {0};

    (void)state;
    assert_int_equal(inc_vault_check(&v, &err), INC_OK);
    v.n_statuses = 2;
    assert_int_equal(inc_vault_check(&v, &err), INC_E_RANGE);
    assert_string_equal(err.where, "statuses[1].until");
    s[1].has = 0x10; /* no first day known */
    assert_int_equal(inc_vault_check(&v, &err), INC_OK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_ranked_is_blind),
        cmocka_unit_test(free_text_is_known),
        cmocka_unit_test(stored_form),
        cmocka_unit_test(terms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
