/* Every table of bodies and replies: sound in itself, and as documented. */
#include "tests/support/cm.h"

#include <string.h>

#include "proto/bodies.h"
#include "proto/message.h"
#include "proto/replies.h"
#include "tests/unit/proto/mini.h"

static size_t
size_of(const struct inc_field *f)
{
    switch (f->kind) {
    case INC_KIND_MAP:
        return f->type->size;
    case INC_KIND_TEXT:
    case INC_KIND_CODE:
    case INC_KIND_LIST:
    case INC_KIND_NODE:
        return sizeof(void *);
    case INC_KIND_INT:
    case INC_KIND_BOOL:
    case INC_KIND_ENUM:
    case INC_KIND_DATE:
    case INC_KIND_TIME:
    default:
        return sizeof(int64_t);
    }
}

/* Tables nest without cycles. NOLINTBEGIN(misc-no-recursion) */
static void check_type(const struct inc_type *t);

static void
check_field(const struct inc_type *t, const struct inc_field *f)
{
    if (f->doc == NULL || f->doc[0] == '\0' ||
        f->doc[strlen(f->doc) - 1] != '.')
        fail_msg("%s.%s: doc is no sentence", t->name, f->name);
    if (f->offset < sizeof(uint64_t) || f->offset + size_of(f) > t->size)
        fail_msg("%s.%s: outside the struct", t->name, f->name);
    if (f->max < f->min || f->item_max < f->item_min)
        fail_msg("%s.%s: empty range", t->name, f->name);
    if (f->has_fallback && f->kind == INC_KIND_INT &&
        (f->fallback < f->min || f->fallback > f->max))
        fail_msg("%s.%s: default outside the range", t->name, f->name);
    if ((f->kind == INC_KIND_ENUM || f->item == INC_KIND_ENUM) &&
        (f->names == NULL || f->names[0] == NULL))
        fail_msg("%s.%s: no names", t->name, f->name);
    if (f->kind == INC_KIND_LIST && f->max == 0)
        fail_msg("%s.%s: a list without bound", t->name, f->name);
    if (f->kind == INC_KIND_LIST &&
        (f->count_offset < sizeof(uint64_t) ||
         f->count_offset + sizeof(uint32_t) > t->size))
        fail_msg("%s.%s: count outside the struct", t->name, f->name);
    if (f->kind == INC_KIND_MAP ||
        (f->kind == INC_KIND_LIST && f->item == INC_KIND_MAP))
        check_type(f->type);
}

static void
check_type(const struct inc_type *t)
{
    assert_true(t->n_fields <= 64);
    assert_true(t->doc[strlen(t->doc) - 1] == '.');
    for (uint32_t i = 0; i < t->n_fields; i++) {
        if (inc_field_index(t, t->fields[i].name) != (int)i)
            fail_msg("%s.%s is there twice", t->name, t->fields[i].name);
        for (uint32_t j = 0; j < i; j++)
            if (t->fields[i].offset == t->fields[j].offset)
                fail_msg("%s: %s and %s share a member", t->name,
                         t->fields[i].name, t->fields[j].name);
        check_field(t, &t->fields[i]);
    }
}

/* NOLINTEND(misc-no-recursion) */

static void
tables_are_sound(void **state)
{
    (void)state;
    for (int i = 0; i < INC_OP_COUNT; i++) {
        check_type(inc_ops[i].request);
        check_type(inc_ops[i].reply);
        assert_true(inc_ops[i].doc[strlen(inc_ops[i].doc) - 1] == '.');
    }
}

static void
defaults_of_match(void **state)
{
    struct inc_match_people p;
    struct inc_arena a;
    struct inc_err err;
    struct mini m = mini_open("{'id': 'n1'}");

    (void)state;
    assert_int_equal(inc_arena_init(&a, 4096), INC_OK);
    assert_int_equal(
        inc_schema_decode(&p, &inc_match_people_type, m.root, &a, &err),
        INC_OK);
    assert_int_equal(p.options.k, INC_K_DEFAULT);
    assert_int_equal(p.options.explain, 1);
    assert_int_equal(p.options.facets, 0);
    assert_int_equal(p.options.attitude, INC_PRUDENT);
    assert_string_equal(p.options.lang, "it");
    assert_int_equal(p.options.has, 0);
    mini_close(&m);
    inc_arena_release(&a);
}

static size_t
count(const char *const *names)
{
    size_t n = 0;

    while (names[n] != NULL)
        n++;
    return n;
}

static void
names_fit_their_enums(void **state)
{
    (void)state;
    assert_int_equal(count(inc_rule_names), INC_RULE_COUNT);
    assert_int_equal(count(inc_line_kind_names), INC_LINE_KINDS);
    assert_int_equal(count(inc_line_status_names), INC_LINE_STATUSES);
    assert_int_equal(count(inc_why_names), INC_WHYS);
    assert_string_equal(inc_rule_names[INC_RULE_DISTANCE], "distance");
    assert_string_equal(inc_rule_names[INC_RULE_START], "start");
    assert_string_equal(inc_why_names[INC_WHY_BELOW], "below");
    assert_string_equal(inc_why_names[INC_WHY_TRAINABLE], "trainable");
    assert_string_equal(inc_line_kind_names[INC_LINE_AFFINITY], "affinity");
    assert_string_equal(inc_line_status_names[INC_LINE_NOT_MET], "not_met");
    assert_string_equal(inc_attitude_names[INC_PRUDENT], "prudent");
    for (size_t i = 0; i < count(inc_evidence_names); i++)
        assert_string_equal(inc_evidence_names[i], inc_shown_names[i]);
}

/* A field of a line that is out of range would hide an item from clients. */
static void
match_page_is_read(void **state)
{
    struct inc_match_page p;
    struct inc_arena a;
    struct inc_err err;
    struct mini m = mini_open(
        "{'id': 'n1', 'as_of': '2026-07-22', 'attitude': 'neutral', "
        "'generation': 3, 'taxonomy': '1.2.0', 'space': 'ab', 'considered': 9, "
        "'matched': 8, 'excluded': [{'rule': 'must', 'count': 1}], "
        "'items': [{'rank': 1, 'tied': 1, 'id': 'c1', 'score': 7311, 'lo': "
        "7000, 'hi': 7311, 'lines': [{'kind': 'requirement', 'status': "
        "'partly', 'why': ['similar', 'old'], 'points': 7311, 'lo': 7000, "
        "'hi': 7311, 'max': 10000, 'by_last_used': '2020-07-01', 'mode': "
        "'bus'}]}], 'changed': false, 'facets': [{'name': 'province', "
        "'values': [{'value': 'LU', 'count': 8}]}]}");

    (void)state;
    assert_int_equal(inc_arena_init(&a, 8192), INC_OK);
    assert_int_equal(
        inc_schema_decode(&p, &inc_match_page_type, m.root, &a, &err), INC_OK);
    assert_int_equal(p.items[0].lines[0].why[1], INC_WHY_OLD);
    assert_int_equal(p.items[0].score, 7311);
    assert_string_equal(p.facets[0].values[0].value, "LU");
    mini_close(&m);
    inc_arena_release(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_sound),
        cmocka_unit_test(defaults_of_match),
        cmocka_unit_test(names_fit_their_enums),
        cmocka_unit_test(match_page_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
