/* The schema on a small type of its own: every kind, every way to be wrong. */
#include "tests/support/cm.h"

#include <string.h>

#include "proto/schema.h"
#include "tests/unit/proto/mini.h"

struct inner {
    uint64_t has;
    const char *uri;
    int64_t level;
    int64_t colour;
};
struct outer {
    uint64_t has;
    const char *id;
    const char *title;
    int64_t seats;
    int64_t open;
    int64_t colour;
    int64_t day;
    int64_t at;
    struct inner best;
    struct inner *parts;
    uint32_t n_parts;
    const char **words;
    uint32_t n_words;
    int64_t *colours;
    uint32_t n_colours;
    int64_t *sizes;
    uint32_t n_sizes;
    const struct inc_node *any;
    const char *lang;
    int64_t revision;
};

static const char *const colours[] = {"red", "green", "blue", NULL};
static const struct inc_field inner_fields[] = {
    INC_F_TEXT(struct inner, uri, INC_FIELD_REQUIRED, 1, 20, "Uri."),
    INC_F_INT_OR(struct inner, level, 0, 0, 4, 2, "Level."),
    INC_F_ENUM_OR(struct inner, colour, 0, colours, 1, "Colour."),
};
static const struct inc_type inner_type = {"inner", "Inner.",
                                           sizeof(struct inner), inner_fields,
                                           INC_COUNT(inner_fields)};
#define O struct outer
static const struct inc_field outer_fields[] = {
    INC_F_CODE(O, id, INC_FIELD_REQUIRED | INC_FIELD_KEY, 1, 8, "Id."),
    INC_F_TEXT(O, title, 0, 0, 20, "Title."),
    INC_F_INT(O, seats, 0, -5, 100, "Seats."),
    INC_F_BOOL(O, open, 0, "Open."),
    INC_F_ENUM(O, colour, 0, colours, "Colour."),
    INC_F_DATE(O, day, 0, "Day."),
    INC_F_TIME(O, at, 0, "Time."),
    INC_F_MAP(O, best, 0, &inner_type, "Best."),
    INC_F_MAPS(O, parts, 0, 3, &inner_type, "Parts."),
    INC_F_TEXTS(O, words, 0, 3, 5, "Words."),
    INC_F_ENUMS(O, colours, 0, 3, colours, "Colours."),
    INC_F_INTS(O, sizes, 0, 3, 1, 9, "Sizes."),
    INC_F_RECORD(O, any, 0, NULL, "Anything."),
    INC_F_CODE_OR(O, lang, 0, 2, 2, "it", "Language."),
    INC_F_INT(O, revision, INC_FIELD_READONLY, 0, INT64_MAX, "Revision."),
};
static const struct inc_type outer_type = {"outer", "Outer.",
                                           sizeof(struct outer), outer_fields,
                                           INC_COUNT(outer_fields)};

static struct inc_arena arena;

static int
set_up(void **state)
{
    (void)state;
    return inc_arena_init(&arena, 1 << 20) == INC_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    inc_arena_release(&arena);
    return 0;
}

#define FULL                                                                   \
    "{'id': 'a', 'title': 'x y', 'seats': -5, 'open': true, "                  \
    "'colour': 'blue', 'day': '2024-02-29', 'at': '24:00', "                   \
    "'best': {'uri': 'u', 'level': 4}, "                                       \
    "'parts': [{'uri': 'p'}, {'uri': 'q', 'colour': 'red'}], "                 \
    "'words': ['one', 'two'], 'colours': ['blue', 'red'], "                    \
    "'sizes': [1, 9], 'any': {'k': [2.5, null, 'hex:00ff']}, 'lang': 'en', "   \
    "'revision': 7}"

static void
everything_is_read(void **state)
{
    struct mini m = mini_open(FULL);
    struct inc_err err;
    struct outer o;

    (void)state;
    assert_int_equal(inc_schema_decode(&o, &outer_type, m.root, &arena, &err),
                     INC_OK);
    assert_int_equal(o.has, (1 << 15) - 1);
    assert_string_equal(o.id, "a");
    assert_string_equal(o.title, "x y");
    assert_int_equal(o.seats, -5);
    assert_int_equal(o.open, 1);
    assert_int_equal(o.colour, 2);
    assert_int_equal(o.day, 19782);
    assert_int_equal(o.at, 1440);
    assert_int_equal(o.best.has, 3);
    assert_int_equal(o.best.level, 4);
    assert_int_equal(o.n_parts, 2);
    assert_int_equal(o.parts[0].level, 2);
    assert_int_equal(o.parts[0].has, 1);
    assert_int_equal(o.parts[1].colour, 0);
    assert_string_equal(o.words[1], "two");
    assert_int_equal(o.colours[0], 2);
    assert_int_equal(o.sizes[1], 9);
    assert_int_equal(inc_node_count(o.any), 1);
    assert_string_equal(o.lang, "en");
    assert_int_equal(o.revision, 7);
    mini_close(&m);
}

static void
absent_is_not_empty(void **state)
{
    struct mini m = mini_open("{'id': 'a', 'words': []}");
    struct inc_err err;
    struct outer o;

    (void)state;
    assert_int_equal(inc_schema_decode(&o, &outer_type, m.root, &arena, &err),
                     INC_OK);
    assert_int_equal(o.has, 1 | 1 << 9);
    assert_int_equal(o.n_words, 0);
    assert_int_equal(o.best.level, 2); /* absent map, its fallbacks */
    assert_int_equal(o.best.colour, 1);
    assert_string_equal(o.lang, "it");
    mini_close(&m);
    assert_int_equal(inc_schema_decode(&o, &outer_type, NULL, &arena, &err),
                     INC_E_MISSING);
    assert_string_equal(err.where, "id");
}

static const struct bad {
    const char *text;
    enum inc_status want;
    const char *where, *what, *hint;
} bad_rows[] = {
    {"[]", INC_E_TYPE, "", "outer is a list", "a map"},
    {"{}", INC_E_MISSING, "id", "id is missing",
     "a code of 1 to 8 characters out of A-Z a-z 0-9 . _ : -"},
    {"{'id': 7}", INC_E_TYPE, "id", "id is an integer",
     "a code of 1 to 8 characters out of A-Z a-z 0-9 . _ : -"},
    {"{'id': ''}", INC_E_RANGE, "id", "id is empty", NULL},
    {"{'id': 'a b'}", INC_E_TEXT, "id",
     "id holds a character that is not allowed", NULL},
    {"{'id': 'a/b'}", INC_E_TEXT, "id",
     "id holds a character that is not allowed", NULL},
    {"{'id': '123456789'}", INC_E_LIMIT, "id", "id is 9 bytes long", NULL},
    {"{'id': 'a', 'title': 'a\x01'}", INC_E_TEXT, "title",
     "title holds a control character", "a text of 0 to 20 bytes"},
    {"{'id': 'a', 'seats': 101}", INC_E_RANGE, "seats", "seats is 101",
     "an integer from -5 to 100"},
    {"{'id': 'a', 'seats': -6}", INC_E_RANGE, "seats", "seats is -6",
     "an integer from -5 to 100"},
    {"{'id': 'a', 'seats': 2.5}", INC_E_TYPE, "seats", "seats is a float (2.5)",
     "an integer from -5 to 100"},
    {"{'id': 'a', 'seats': 2.0}", INC_E_TYPE, "seats", "seats is a float (2)",
     "an integer from -5 to 100"},
    {"{'id': 'a', 'seats': nan}", INC_E_TYPE, "seats",
     "seats is not a number (NaN)", "an integer from -5 to 100"},
    {"{'id': 'a', 'seats': null}", INC_E_TYPE, "seats", "seats is null",
     "an integer from -5 to 100; leave the field out when unknown"},
    {"{'id': 'a', 'seats': '3'}", INC_E_TYPE, "seats", "seats is a text",
     "an integer from -5 to 100"},
    {"{'id': 'a', 'open': 1}", INC_E_TYPE, "open", "open is an integer",
     "true or false"},
    {"{'id': 'a', 'colour': 'bleu'}", INC_E_RANGE, "colour",
     "colour is bleu, which is not known here",
     "one of red, green, blue; nearest: blue"},
    {"{'id': 'a', 'colour': 'Mario Rossi'}", INC_E_RANGE, "colour",
     "colour is a text, which is not known here", "one of red, green, blue"},
    {"{'id': 'a', 'day': '2026-02-30'}", INC_E_DATE, "day",
     "day is 2026-02-30, not a date that exists",
     "a date YYYY-MM-DD, from 1900-01-01 to 2199-12-31"},
    {"{'id': 'a', 'day': '30/02/2026'}", INC_E_DATE, "day",
     "day is 30/02/2026, not a date that exists", NULL},
    {"{'id': 'a', 'day': 'il 3 marzo'}", INC_E_DATE, "day",
     "day is a text, not a date that exists", NULL},
    {"{'id': 'a', 'day': 20000}", INC_E_TYPE, "day", "day is an integer", NULL},
    {"{'id': 'a', 'at': '24:01'}", INC_E_DATE, "at",
     "at is 24:01, not a time of day that exists",
     "a time of day HH:MM, from 00:00 to 24:00"},
    {"{'id': 'a', 'best': []}", INC_E_TYPE, "best", "best is a list",
     "a map (inner)"},
    {"{'id': 'a', 'best': {}}", INC_E_MISSING, "best.uri", "uri is missing",
     "a text of 1 to 20 bytes"},
    {"{'id': 'a', 'parts': {}}", INC_E_TYPE, "parts", "parts is a map",
     "a list of at most 3 items, each a map (inner)"},
    {"{'id': 'a', 'parts': [{'uri': 'p'}, {'uri': 'q', 'level': 7}]}",
     INC_E_RANGE, "parts[1].level", "level is 7", "an integer from 0 to 4"},
    {"{'id': 'a', 'parts': [{'uri': 'p'}, 3]}", INC_E_TYPE, "parts[1]",
     "inner is an integer", "a map"},
    {"{'id': 'a', 'parts': [{'uri': 'p', 'lvel': 7}]}", INC_E_FIELD,
     "parts[0].lvel", "inner has no field lvel", "nearest: level"},
    {"{'id': 'a', 'words': ['a', 'b', 'c', 'd']}", INC_E_LIMIT, "words",
     "words has 4 items", "at most 3"},
    {"{'id': 'a', 'words': ['a', 'lunghissimo']}", INC_E_LIMIT, "words[1]",
     "words is 11 bytes long", "a text of 1 to 5 bytes"},
    {"{'id': 'a', 'colours': ['red', 'pink']}", INC_E_RANGE, "colours[1]",
     "colours is pink, which is not known here", "one of red, green, blue"},
    {"{'id': 'a', 'sizes': [1, 0]}", INC_E_RANGE, "sizes[1]", "sizes is 0",
     "an integer from 1 to 9"},
    {"{'id': 'a', 'nome di persona': 1}", INC_E_FIELD, "",
     "outer has no such field", NULL},
    {"{'id': 'a', 'zzzzzzzz': 1}", INC_E_FIELD, "zzzzzzzz",
     "outer has no field zzzzzzzz",
     "known: id, title, seats, open, colour, day, at, best, parts, words, "
     "colours, sizes, any, lang, revision"},
};

static void
errors_say_where_and_what(void **state)
{
    (void)state;
    for (size_t i = 0; i < INC_COUNT(bad_rows); i++) {
        const struct bad *b = &bad_rows[i];
        struct mini m = mini_open(b->text);
        struct inc_err err;
        struct outer o;
        enum inc_status got;

        inc_err_clear(&err);
        got = inc_schema_decode(&o, &outer_type, m.root, &arena, &err);
        if (got != b->want || err.status != b->want)
            fail_msg("%s: got %d, want %d", b->text, got, b->want);
        if (strcmp(err.where, b->where) != 0 || strcmp(err.what, b->what) != 0)
            fail_msg("%s: '%s' at '%s'", b->text, err.what, err.where);
        if (b->hint != NULL && strcmp(err.hint, b->hint) != 0)
            fail_msg("%s: hint '%s'", b->text, err.hint);
        got = inc_schema_decode(&o, &outer_type, m.root, &arena, NULL);
        assert_int_equal(got, b->want); /* without err too */
        mini_close(&m);
    }
}

/* 18446744073709551615 does not fit any integer field. */
static void
big_integers_are_out_of_range(void **state)
{
    static const char bytes[] = "\x82\xa2id\xa1"
                                "a\xa5seats\xcf\xff\xff\xff\xff\xff\xff\xff"
                                "\xff";
    struct inc_frame *f = NULL;
    struct inc_err err;
    struct outer o;

    (void)state;
    assert_int_equal(
        inc_frame_open(&f, bytes, sizeof bytes - 1, &mini_limits, &err),
        INC_OK);
    assert_int_equal(
        inc_schema_decode(&o, &outer_type, inc_frame_root(f), &arena, &err),
        INC_E_RANGE);
    assert_string_equal(err.what, "seats is over 9223372036854775807");
    inc_frame_close(f);
}

static void
spent_budget_is_no_memory(void **state)
{
    struct mini m = mini_open(FULL);
    struct inc_arena small;
    struct inc_err err;
    struct outer o;

    (void)state;
    for (size_t cap = 0; cap < 256; cap += 64) {
        assert_int_equal(inc_arena_init(&small, cap == 0 ? 1 : cap), INC_OK);
        assert_int_equal(
            inc_schema_decode(&o, &outer_type, m.root, &small, &err),
            INC_E_NOMEM);
        inc_arena_release(&small);
    }
    mini_close(&m);
}

static void
open_reading_leaves_the_unknown_out(void **state)
{
    struct mini m = mini_open("{'id': 'a', 'newer': {'x': 1}, "
                              "'colour': 'pink', "
                              "'colours': ['red', 'pink', 'blue'], "
                              "'parts': [{'uri': 'p', 'newer': 1}]}");
    struct inc_err err;
    struct outer o;

    (void)state;
    assert_int_equal(
        inc_schema_decode_open(&o, &outer_type, m.root, &arena, &err), INC_OK);
    assert_int_equal(o.has, 1 | 1 << 8 | 1 << 10);
    assert_int_equal(o.n_colours, 2);
    assert_int_equal(o.colours[1], 2);
    mini_close(&m);
}

static void
encode_gives_back_the_bytes(void **state)
{
    struct mini m = mini_open(FULL);
    struct inc_buf out = {0};
    struct inc_writer w;
    struct inc_err err;
    struct outer o;

    (void)state;
    assert_int_equal(inc_schema_decode(&o, &outer_type, m.root, &arena, &err),
                     INC_OK);
    inc_writer_init(&w, &out);
    inc_schema_encode(&w, &outer_type, &o);
    assert_int_equal(out.len, m.bytes.len);
    assert_memory_equal(out.data, m.bytes.data, out.len);
    inc_buf_release(&out);
    mini_close(&m);
}

static void
packed_form_and_back(void **state)
{
    static const char want[] =
        "['a', 'x y', -5, true, 2, 19782, 1440, ['u', 4], "
        "[['p'], ['q', null, 0]], ['one', 'two'], [2, 0], [1, 9], null, 'en', "
        "7]";
    struct mini m = mini_open(FULL), list = mini_open(want);
    struct inc_buf out = {0};
    struct inc_writer w;
    struct inc_err err;
    struct outer o, back;

    (void)state;
    assert_int_equal(inc_schema_decode(&o, &outer_type, m.root, &arena, &err),
                     INC_OK);
    inc_writer_init(&w, &out);
    inc_schema_pack(&w, &outer_type, &o);
    assert_int_equal(out.len, list.bytes.len);
    assert_memory_equal(out.data, list.bytes.data, out.len);
    assert_int_equal(
        inc_schema_unpack(&back, &outer_type, list.root, &arena, &err), INC_OK);
    assert_int_equal(back.has, o.has & ~(UINT64_C(1) << 12));
    assert_int_equal(back.parts[1].has, 1 | 4);
    assert_int_equal(back.parts[0].level, 2);
    assert_int_equal(back.day, 19782);
    inc_buf_release(&out);
    mini_close(&list);
    mini_close(&m);
}

static void
packed_form_of_other_versions(void **state)
{
    static const struct {
        const char *text;
        enum inc_status want;
    } row[] = {
        {"['a']", INC_OK}, /* older: fields came later */
        {"['a', null, null]", INC_OK},
        {"['a',1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", INC_E_NEWER},
        {"['a', null, null, null, 3]", INC_E_NEWER}, /* a fourth colour */
        {"['a', null, null, null, -1]", INC_E_RANGE},
        {"['a', null, 101]", INC_E_RANGE},
        {"[]", INC_E_MISSING},
        {"{'id': 'a'}", INC_E_TYPE},
        {"['a', null, null, null, null, 999999]", INC_E_RANGE},
        {"['a', null, null, null, null, null, 1441]", INC_E_RANGE},
    };
    struct inc_err err;
    struct outer o;

    (void)state;
    for (size_t i = 0; i < INC_COUNT(row); i++) {
        struct mini m = mini_open(row[i].text);
        enum inc_status got =
            inc_schema_unpack(&o, &outer_type, m.root, &arena, &err);
        if (got != row[i].want)
            fail_msg("%s: got %d, want %d", row[i].text, got, row[i].want);
        mini_close(&m);
    }
}

static enum inc_status
patch(struct outer *base, const char *text, struct inc_err *err)
{
    struct mini m = mini_open(text);
    struct outer p;
    uint64_t removed = 0;
    enum inc_status st;

    st =
        inc_schema_decode_patch(&p, &removed, &outer_type, m.root, &arena, err);
    if (st == INC_OK)
        st = inc_schema_merge(base, &p, removed, &outer_type, err);
    mini_close(&m);
    return st;
}

static void
patches(void **state)
{
    struct mini m = mini_open("{'id': 'a', 'title': 't', 'seats': 3, "
                              "'words': ['x'], 'lang': 'en', "
                              "'best': {'uri': 'u', 'level': 4}}");
    struct inc_err err;
    struct outer o, kept;

    (void)state;
    assert_int_equal(inc_schema_decode(&o, &outer_type, m.root, &arena, &err),
                     INC_OK);
    assert_int_equal(patch(&o,
                           "{'title': null, 'words': ['y', 'z'], 'best': null, "
                           "'lang': null, 'open': false}",
                           &err),
                     INC_OK);
    assert_int_equal(o.has, 1 | 1 << 2 | 1 << 3 | 1 << 9);
    assert_null(o.title);
    assert_int_equal(o.seats, 3);
    assert_int_equal(o.n_words, 2);
    assert_string_equal(o.words[1], "z");
    assert_int_equal(o.best.level, 2);
    assert_string_equal(o.lang, "it");
    assert_int_equal(patch(&o, "{'words': null}", &err), INC_OK);
    assert_int_equal(o.n_words, 0);
    kept = o;
    assert_int_equal(patch(&o, "{'id': 'b'}", &err), INC_E_FIELD);
    assert_string_equal(err.where, "id");
    assert_int_equal(patch(&o, "{'revision': 3}", &err), INC_E_FIELD);
    assert_int_equal(patch(&o, "{'seats': 1000}", &err), INC_E_RANGE);
    assert_int_equal(patch(&o, "{'best': {'level': null}}", &err), INC_E_TYPE);
    assert_int_equal(patch(&o, "[]", &err), INC_E_TYPE);
    assert_memory_equal(&kept, &o, sizeof o);
    mini_close(&m);
}

static void
required_fields_cannot_be_merged_away(void **state)
{
    struct inner base, none;
    struct inc_err err;

    (void)state;
    inc_schema_init(&base, &inner_type);
    inc_schema_init(&none, &inner_type);
    base.has = 1;
    base.uri = "u";
    assert_int_equal(inc_schema_merge(&base, &none, 3, &inner_type, &err),
                     INC_E_MISSING);
    assert_string_equal(err.where, "uri");
    assert_int_equal(base.has, 1);
}

static void
nearest_names(void **state)
{
    static const char *const names[] = {"must", "should", "nice",
                                        "B",    "the",    NULL};
    static const struct {
        const char *text, *want;
    } row[] = {{"shuold", "should"}, {"SHOULD", "should"}, {"mus", "must"},
               {"b", "B"},           {"x", NULL},          {"zzzzzz", NULL},
               {"", NULL},           {"nicest", "nice"},   {"hte", "the"}};

    (void)state;
    for (size_t i = 0; i < INC_COUNT(row); i++) {
        const char *got =
            inc_nearest_name(row[i].text, strlen(row[i].text), names);
        if (got == NULL ? row[i].want != NULL
                        : row[i].want == NULL || strcmp(got, row[i].want) != 0)
            fail_msg("%s: %s", row[i].text, got == NULL ? "nothing" : got);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_read),
        cmocka_unit_test(absent_is_not_empty),
        cmocka_unit_test(errors_say_where_and_what),
        cmocka_unit_test(big_integers_are_out_of_range),
        cmocka_unit_test(spent_budget_is_no_memory),
        cmocka_unit_test(open_reading_leaves_the_unknown_out),
        cmocka_unit_test(encode_gives_back_the_bytes),
        cmocka_unit_test(packed_form_and_back),
        cmocka_unit_test(packed_form_of_other_versions),
        cmocka_unit_test(patches),
        cmocka_unit_test(required_fields_cannot_be_merged_away),
        cmocka_unit_test(nearest_names),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
