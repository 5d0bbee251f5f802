/* Records: bit numbers, defaults, stored form, what damage does to it. */
#include "tests/support/cm.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/file.h"
#include "engine/base/rng.h"
#include "engine/profile/codec.h"
#include "engine/profile/validate.h"
#include "proto/message.h"
#include "tests/unit/proto/mini.h"

static struct inc_arena arena;

static int
set_up(void **state)
{
    (void)state;
    return inc_arena_init(&arena, 8 << 20) == INC_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    inc_arena_release(&arena);
    return 0;
}

static void
bits_are_in_table_order(void **state)
{
    static const struct {
        const struct inc_type *type;
        const char *name;
        int bit;
    } row[] = {
        {&inc_candidate_type, "id", INC_CANDIDATE_ID},
        {&inc_candidate_type, "office", INC_CANDIDATE_OFFICE},
        {&inc_candidate_type, "home", INC_CANDIDATE_HOME},
        {&inc_candidate_type, "skills", INC_CANDIDATE_SKILLS},
        {&inc_candidate_type, "occupations", INC_CANDIDATE_OCCUPATIONS},
        {&inc_candidate_type, "languages", INC_CANDIDATE_LANGUAGES},
        {&inc_candidate_type, "education", INC_CANDIDATE_EDUCATION},
        {&inc_candidate_type, "licences", INC_CANDIDATE_LICENCES},
        {&inc_candidate_type, "availability", INC_CANDIDATE_AVAILABILITY},
        {&inc_candidate_type, "mobility", INC_CANDIDATE_MOBILITY},
        {&inc_candidate_type, "preferences", INC_CANDIDATE_PREFERENCES},
        {&inc_candidate_type, "frozen", INC_CANDIDATE_FROZEN},
        {&inc_candidate_type, "updated", INC_CANDIDATE_UPDATED},
        {&inc_candidate_type, "revision", INC_CANDIDATE_REVISION},
        {&inc_candidate_type, "notice", INC_CANDIDATE_NOTICE},
        {&inc_need_type, "id", INC_NEED_ID},
        {&inc_need_type, "kind", INC_NEED_KIND},
        {&inc_need_type, "title", INC_NEED_TITLE},
        {&inc_need_type, "company", INC_NEED_COMPANY},
        {&inc_need_type, "office", INC_NEED_OFFICE},
        {&inc_need_type, "comune", INC_NEED_COMUNE},
        {&inc_need_type, "ateco", INC_NEED_ATECO},
        {&inc_need_type, "seats", INC_NEED_SEATS},
        {&inc_need_type, "start", INC_NEED_START},
        {&inc_need_type, "end", INC_NEED_END},
        {&inc_need_type, "expires", INC_NEED_EXPIRES},
        {&inc_need_type, "hours_week", INC_NEED_HOURS_WEEK},
        {&inc_need_type, "schedule", INC_NEED_SCHEDULE},
        {&inc_need_type, "requirements", INC_NEED_REQUIREMENTS},
        {&inc_need_type, "languages", INC_NEED_LANGUAGES},
        {&inc_need_type, "licences", INC_NEED_LICENCES},
        {&inc_need_type, "education", INC_NEED_EDUCATION},
        {&inc_need_type, "tutor", INC_NEED_TUTOR},
        {&inc_need_type, "training_hours", INC_NEED_TRAINING_HOURS},
        {&inc_need_type, "closed", INC_NEED_CLOSED},
        {&inc_need_type, "updated", INC_NEED_UPDATED},
        {&inc_need_type, "revision", INC_NEED_REVISION},
        {&inc_company_type, "id", INC_COMPANY_ID},
        {&inc_company_type, "name", INC_COMPANY_NAME},
        {&inc_company_type, "comune", INC_COMPANY_COMUNE},
        {&inc_company_type, "ateco", INC_COMPANY_ATECO},
        {&inc_company_type, "employees", INC_COMPANY_EMPLOYEES},
        {&inc_company_type, "office", INC_COMPANY_OFFICE},
        {&inc_company_type, "updated", INC_COMPANY_UPDATED},
        {&inc_company_type, "revision", INC_COMPANY_REVISION},
        {&inc_user_type, "id", INC_USER_ID},
        {&inc_user_type, "role", INC_USER_ROLE},
        {&inc_user_type, "offices", INC_USER_OFFICES_},
        {&inc_user_type, "company", INC_USER_COMPANY},
        {&inc_user_type, "key", INC_USER_PUBLIC_KEY},
        {&inc_user_type, "revoked", INC_USER_REVOKED},
        {&inc_user_type, "until", INC_USER_UNTIL},
        {&inc_user_type, "updated", INC_USER_UPDATED},
        {&inc_user_type, "revision", INC_USER_REVISION},
    };
    uint32_t fields = 0;

    (void)state;
    for (size_t i = 0; i < INC_COUNT(row); i++)
        if (inc_field_index(row[i].type, row[i].name) != row[i].bit)
            fail_msg("%s.%s", row[i].type->name, row[i].name);
    for (int k = 0; k < INC_RECORD_KINDS; k++)
        fields += inc_record_type((enum inc_record_kind)k)->n_fields;
    assert_int_equal(fields, INC_COUNT(row)); /* none is forgotten above */
}

static const struct inc_type *
inside(const struct inc_type *t, const char *name)
{
    return t->fields[inc_field_index(t, name)].type;
}

static void
bits_of_inner_types(void **state)
{
    const struct inc_type *c = &inc_candidate_type;

    (void)state;
#define BIT(TYPE, NAME, WANT)                                                  \
    assert_int_equal(inc_field_index(inside(c, TYPE), NAME), WANT)
    BIT("skills", "uri", INC_SKILL_URI);
    BIT("skills", "level", INC_SKILL_LEVEL);
    BIT("skills", "evidence", INC_SKILL_EVIDENCE);
    BIT("skills", "last_used", INC_SKILL_LAST_USED);
    BIT("skills", "ref", INC_SKILL_REF);
    BIT("occupations", "uri", INC_HELD_URI);
    BIT("occupations", "months", INC_HELD_MONTHS);
    BIT("occupations", "last", INC_HELD_LAST);
    BIT("languages", "lang", INC_LANGUAGE_LANG);
    BIT("languages", "listening", INC_LANGUAGE_LISTENING + INC_LISTENING);
    BIT("languages", "reading", INC_LANGUAGE_LISTENING + INC_READING);
    BIT("languages", "interaction", INC_LANGUAGE_LISTENING + INC_INTERACTION);
    BIT("languages", "production", INC_LANGUAGE_LISTENING + INC_PRODUCTION);
    BIT("languages", "writing", INC_LANGUAGE_LISTENING + INC_WRITING);
    BIT("education", "eqf", INC_EDUCATION_EQF);
    BIT("education", "isced_f", INC_EDUCATION_ISCED_F);
    BIT("education", "title", INC_EDUCATION_TITLE);
    BIT("availability", "from", INC_AVAILABILITY_FROM);
    BIT("availability", "until", INC_AVAILABILITY_UNTIL);
    BIT("availability", "hours_week", INC_AVAILABILITY_HOURS_WEEK);
    BIT("availability", "windows", INC_AVAILABILITY_WINDOWS);
    BIT("availability", "absences", INC_AVAILABILITY_ABSENCES);
    BIT("mobility", "car", INC_MOBILITY_CAR);
    BIT("mobility", "modes", INC_MOBILITY_MODES);
    BIT("mobility", "max_minutes", INC_MOBILITY_MAX_MINUTES);
#undef BIT
    /* A language is five CEFR levels one after another, as the pool reads. */
    assert_int_equal(offsetof(struct inc_language, writing) -
                         offsetof(struct inc_language, listening),
                     (INC_ABILITIES - 1) * sizeof(int64_t));
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
    assert_int_equal(count(inc_evidence_names), INC_EVIDENCE_IMPLIED);
    assert_int_equal(count(inc_shown_names), INC_EVIDENCE_COUNT);
    assert_int_equal(count(inc_cefr_names), INC_CEFR_COUNT);
    assert_int_equal(count(inc_day_names), 7);
    assert_int_equal(count(inc_licence_names), INC_LICENCE_COUNT);
    assert_int_equal(count(inc_importance_names), INC_IMPORTANCES);
    assert_int_equal(count(inc_need_kind_names), INC_NEED_TIROCINIO + 1);
    assert_int_equal(count(inc_travel_names), INC_MODE_COUNT);
    for (int i = 0; i < INC_MODE_COUNT; i++) /* two floors, one order */
        assert_string_equal(inc_travel_names[i], inc_mode_names[i]);
    assert_string_equal(inc_evidence_names[INC_EVIDENCE_CERTIFIED],
                        "certified");
    assert_string_equal(inc_importance_names[INC_NICE], "nice");
    assert_string_equal(inc_need_kind_names[INC_NEED_LPU], "lpu");
    assert_string_equal(inc_cefr_names[6], "C2");
}

static enum inc_status
read_text(union inc_record *r, enum inc_record_kind kind, const char *text,
          struct inc_err *err)
{
    struct mini m = mini_open(text);
    enum inc_status st =
        inc_schema_decode(r, inc_record_type(kind), m.root, &arena, err);

    mini_close(&m); /* the record lives in the arena alone */
    return st;
}

static void
defaults(void **state)
{
    union inc_record r;
    struct inc_err err;

    (void)state;
    assert_int_equal(read_text(&r, INC_RECORD_CANDIDATE,
                               "{'id': 'c', 'skills': [{'uri': 'u'}]}", &err),
                     INC_OK);
    assert_int_equal(r.candidate.skills[0].level, INC_LEVEL_DEFAULT);
    assert_int_equal(r.candidate.skills[0].evidence, INC_EVIDENCE_DECLARED);
    assert_int_equal(r.candidate.skills[0].has, 1);
    assert_int_equal(read_text(&r, INC_RECORD_NEED,
                               "{'id': 'n', 'requirements': [{'uri': 'u'}], "
                               "'licences': [{'any_of': ['C', 'CQC-C']}], "
                               "'education': {'eqf': 4}}",
                               &err),
                     INC_OK);
    assert_int_equal(r.need.kind, INC_NEED_FABBISOGNO);
    assert_int_equal(r.need.seats, 1);
    assert_int_equal(r.need.requirements[0].level, 2);
    assert_int_equal(r.need.requirements[0].importance, INC_SHOULD);
    assert_int_equal(r.need.requirements[0].weight, 100);
    assert_int_equal(r.need.licences[0].weight, 100);
    assert_int_equal(r.need.education.importance, INC_SHOULD);
    assert_false(INC_HAS(&r.need, INC_NEED_KIND));
    assert_false(INC_HAS(&r.need, INC_NEED_SEATS));
}

static void
members_every_kind_has(void **state)
{
    (void)state;
    for (int k = 0; k < INC_RECORD_KINDS; k++) {
        enum inc_record_kind kind = (enum inc_record_kind)k;
        const struct inc_type *t = inc_record_type(kind);
        union inc_record r;
        struct inc_err err;
        int64_t updated;

        assert_string_equal(inc_record_name(kind), t->name);
        assert_int_equal(
            read_text(&r, kind,
                      kind == INC_RECORD_USER
                          ? "{'id': 'x-1', 'role': 'company', 'key': "
                            "'0123456789012345678901234567890123456789'}"
                          : "{'id': 'x-1'}",
                      &err),
            INC_OK);
        assert_string_equal(inc_record_id(kind, &r), "x-1");
        inc_record_set_revision(kind, &r, 7);
        assert_int_equal(inc_record_revision(kind, &r), 7);
        assert_true(r.has >> inc_field_index(t, "revision") & 1);
        inc_record_set_updated(kind, &r, 20000);
        assert_true(r.has >> inc_field_index(t, "updated") & 1);
        inc_record_set_updated(kind, &r, 1); /* there already: stays */
        memcpy(&updated,
               (const char *)&r +
                   t->fields[inc_field_index(t, "updated")].offset,
               sizeof updated);
        assert_int_equal(updated, 20000);
    }
}

/* Numbers and lists the issue names, at both sides of each bound. */
static void
bounds(void **state)
{
    static const struct {
        enum inc_record_kind kind;
        enum inc_status want;
        const char *text, *where;
    } row[] = {
        {INC_RECORD_CANDIDATE, INC_E_TYPE, "{'id': 'c', 'frozen': 1}",
         "frozen"},
        {INC_RECORD_CANDIDATE, INC_E_FIELD, "{'id': 'c', 'name': 'x'}", "name"},
        {INC_RECORD_CANDIDATE, INC_E_RANGE, "{'id': 'c', 'home': '46017'}",
         "home"},
        {INC_RECORD_CANDIDATE, INC_E_RANGE,
         "{'id': 'c', 'skills': [{'uri': 'u', 'evidence': 'implied'}]}",
         "skills[0].evidence"},
        {INC_RECORD_CANDIDATE, INC_E_RANGE,
         "{'id': 'c', 'skills': [{'uri': 'u', 'level': 5}]}",
         "skills[0].level"},
        {INC_RECORD_CANDIDATE, INC_OK,
         "{'id': 'c', 'skills': [{'uri': 'u', 'level': 0}]}", ""},
        {INC_RECORD_CANDIDATE, INC_E_RANGE,
         "{'id': 'c', 'languages': [{'lang': 'it', 'reading': 'B3'}]}",
         "languages[0].reading"},
        {INC_RECORD_CANDIDATE, INC_E_RANGE,
         "{'id': 'c', 'availability': {'windows': [{'day': 'lun', 'from': "
         "'08:00', 'to': '09:00'}]}}",
         "availability.windows[0].day"},
        {INC_RECORD_CANDIDATE, INC_E_MISSING,
         "{'id': 'c', 'availability': {'windows': [{'day': 'mon', 'from': "
         "'08:00'}]}}",
         "availability.windows[0].to"},
        {INC_RECORD_CANDIDATE, INC_E_DATE,
         "{'id': 'c', 'availability': {'from': '2026-02-29'}}",
         "availability.from"},
        {INC_RECORD_CANDIDATE, INC_E_RANGE,
         "{'id': 'c', 'mobility': {'max_minutes': 241}}",
         "mobility.max_minutes"},
        {INC_RECORD_NEED, INC_E_RANGE,
         "{'id': 'n', 'requirements': [{'uri': 'u', 'weight': -5}]}",
         "requirements[0].weight"},
        {INC_RECORD_NEED, INC_E_TYPE,
         "{'id': 'n', 'requirements': [{'uri': 'u', 'weight': nan}]}",
         "requirements[0].weight"},
        {INC_RECORD_NEED, INC_E_RANGE,
         "{'id': 'n', 'requirements': [{'uri': 'u', 'level': 0}]}",
         "requirements[0].level"},
        {INC_RECORD_NEED, INC_E_MISSING,
         "{'id': 'n', 'requirements': [{'level': 2}]}", "requirements[0].uri"},
        {INC_RECORD_NEED, INC_E_RANGE,
         "{'id': 'n', 'licences': [{'any_of': []}]}", "licences[0].any_of"},
        {INC_RECORD_NEED, INC_E_RANGE, "{'id': 'n', 'seats': 0}", "seats"},
        {INC_RECORD_NEED, INC_OK, "{'id': 'n', 'seats': 10000}", ""},
        {INC_RECORD_COMPANY, INC_E_RANGE, "{'id': 'k', 'employees': -1}",
         "employees"},
        {INC_RECORD_COMPANY, INC_E_MISSING, "{'name': 'x'}", "id"},
    };

    (void)state;
    for (size_t i = 0; i < INC_COUNT(row); i++) {
        union inc_record r;
        struct inc_err err;
        enum inc_status got;

        inc_err_clear(&err);
        got = read_text(&r, row[i].kind, row[i].text, &err);
        if (got != row[i].want || strcmp(err.where, row[i].where) != 0)
            fail_msg("%s: got %d at '%s'", row[i].text, got, err.where);
    }
}

/* {'id': 'x', '<list>': [{'uri': 'u0'}, ...]} of n items. */
static struct inc_buf
long_list(const char *list, unsigned n)
{
    struct inc_buf b = {0};

    inc_buf_printf(&b, "{'id': 'x', '%s': [", list);
    for (unsigned i = 0; i < n; i++)
        inc_buf_printf(&b, "{'uri': 'u%u'},", i);
    inc_buf_text(&b, "]}");
    return b;
}

static void
long_lists(void **state)
{
    static const struct {
        enum inc_record_kind kind;
        unsigned n;
        const char *list;
        const char *hint;
        enum inc_status want;
    } row[] = {
        {INC_RECORD_CANDIDATE, 2000, "skills", "", INC_OK},
        {INC_RECORD_CANDIDATE, 2001, "skills", "at most 2000", INC_E_LIMIT},
        {INC_RECORD_CANDIDATE, 64, "occupations", "", INC_OK},
        {INC_RECORD_CANDIDATE, 65, "occupations", "at most 64", INC_E_LIMIT},
        {INC_RECORD_NEED, 128, "requirements", "", INC_OK},
        {INC_RECORD_NEED, 200, "requirements", "at most 128", INC_E_LIMIT},
    };

    (void)state;
    for (size_t i = 0; i < INC_COUNT(row); i++) {
        struct inc_buf text = long_list(row[i].list, row[i].n);
        struct inc_err err;
        union inc_record r;

        inc_err_clear(&err);
        assert_int_equal(read_text(&r, row[i].kind, inc_buf_cstr(&text), &err),
                         row[i].want);
        assert_string_equal(err.hint, row[i].hint);
        if (row[i].want != INC_OK)
            assert_string_equal(err.where, row[i].list);
        inc_buf_release(&text);
    }
}

/* The request that carries the longest profile fits the frame's limits. */
static void
longest_profile_fits_a_request(void **state)
{
    struct inc_buf b = {0};
    struct inc_frame *f = NULL;
    struct inc_writer w;
    struct inc_err err;
    char uri[INC_URI_MAX + 1], id[64];

    (void)state;
    memset(uri, 'u', INC_URI_MAX);
    uri[INC_URI_MAX] = '\0';
    inc_writer_init(&w, &b);
    inc_w_map(&w);
    inc_w_ktext(&w, "id", "x");
    inc_w_key(&w, "skills");
    inc_w_list(&w);
    for (unsigned i = 0; i < INC_SKILLS_MAX; i++) {
        (void)snprintf(id, sizeof id, "%u", i);
        inc_w_map(&w);
        inc_w_ktext(&w, "uri", uri);
        inc_w_kint(&w, "level", 3);
        inc_w_ktext(&w, "evidence", "certified");
        inc_w_ktext(&w, "last_used", "2026-01-01");
        inc_w_ktext(&w, "ref", id);
        inc_w_end(&w);
    }
    inc_w_end(&w);
    inc_w_end(&w);
    assert_int_equal(
        inc_frame_open(&f, b.data, b.len, &inc_request_limits, &err), INC_OK);
    inc_frame_close(f);
    inc_buf_release(&b);
}

#define RICH_NEED                                                              \
    "{'id': 'n1', 'kind': 'borsa', 'title': 'Banco', 'seats': 3, "             \
    "'start': '2026-09-01', 'schedule': [{'day': 'sat', 'from': '06:00', "     \
    "'to': '24:00'}], 'requirements': [{'uri': 'u', 'weight': 50, "            \
    "'alternatives': ['v', 'w'], 'trainable_hours': 40}], "                    \
    "'licences': [{'any_of': ['C', 'CQC-C'], 'importance': 'must'}], "         \
    "'education': {'eqf': 3}, 'closed': false}"

static void
stored_form_and_back(void **state)
{
    struct inc_buf stored = {0}, wire = {0};
    struct mini want = mini_open(RICH_NEED);
    union inc_record r, back;
    struct inc_writer w;
    struct inc_err err;

    (void)state;
    assert_int_equal(read_text(&r, INC_RECORD_NEED, RICH_NEED, &err), INC_OK);
    assert_int_equal(inc_record_encode(&stored, INC_RECORD_NEED, &r), INC_OK);
    assert_int_equal(inc_record_decode(&back, INC_RECORD_NEED, stored.data,
                                       stored.len, &arena, &err),
                     INC_OK);
    inc_writer_init(&w, &wire);
    inc_schema_encode(&w, &inc_need_type, &back);
    assert_int_equal(wire.len, want.bytes.len);
    assert_memory_equal(wire.data, want.bytes.data, wire.len);
    assert_int_equal(back.need.requirements[0].level, 2); /* default again */
    inc_buf_release(&wire);
    inc_buf_release(&stored);
    mini_close(&want);
}

static void
stored_bytes_that_are_wrong(void **state)
{
    static const struct {
        const char *text;
        enum inc_status want;
    } row[] = {
        {"[1, ['k']]", INC_OK},
        {"[2, ['k']]", INC_E_NEWER},
        {"[0, ['k']]", INC_E_CORRUPT},
        {"[1]", INC_E_CORRUPT},
        {"['1', ['k']]", INC_E_CORRUPT},
        {"[1, {'id': 'k'}]", INC_E_CORRUPT},
        {"[1, []]", INC_E_CORRUPT},
        {"[1, ['k', null, null, null, null, null, null, null, 1]]",
         INC_E_NEWER},
        {"{}", INC_E_CORRUPT},
    };
    union inc_record r;
    struct inc_err err;

    (void)state;
    for (size_t i = 0; i < INC_COUNT(row); i++) {
        struct inc_buf b = mini_bytes(row[i].text);
        enum inc_status got = inc_record_decode(&r, INC_RECORD_COMPANY, b.data,
                                                b.len, &arena, &err);
        if (got != row[i].want)
            fail_msg("%s: got %d, want %d", row[i].text, got, row[i].want);
        inc_buf_release(&b);
    }
    assert_int_equal(
        inc_record_decode(&r, INC_RECORD_COMPANY, "\x92\x01", 2, &arena, &err),
        INC_E_CORRUPT);
    assert_non_null(strstr(err.what, "stored company is damaged: "));
}

/* Every truncation and many flips: an answer or an error, never a crash. */
static void
damaged_stored_records(void **state)
{
    enum { ROUNDS = 20000, SEED = 7 };
    struct inc_buf stored = {0};
    struct inc_rng rng = {SEED};
    struct inc_arena small;
    union inc_record r;
    struct inc_err err;

    (void)state;
    assert_int_equal(inc_arena_init(&small, 65536), INC_OK);
    assert_int_equal(read_text(&r, INC_RECORD_NEED, RICH_NEED, &err), INC_OK);
    assert_int_equal(inc_record_encode(&stored, INC_RECORD_NEED, &r), INC_OK);
    for (size_t len = 0; len < stored.len; len++) {
        inc_arena_reset(&small);
        assert_int_equal(inc_record_decode(&r, INC_RECORD_NEED, stored.data,
                                           len, &small, &err),
                         INC_E_CORRUPT);
    }
    for (int i = 0; i < ROUNDS; i++) {
        size_t at = inc_rng_below(&rng, (uint32_t)stored.len);
        unsigned char was = stored.data[at];
        enum inc_status st;

        stored.data[at] = (unsigned char)inc_rng_next(&rng);
        inc_arena_reset(&small);
        st = inc_record_decode(&r, INC_RECORD_NEED, stored.data, stored.len,
                               &small, &err);
        if (st != INC_OK && st != INC_E_CORRUPT && st != INC_E_NEWER &&
            st != INC_E_NOMEM)
            fail_msg("seed %d round %d: got %d", SEED, i, st);
        stored.data[at] = was;
    }
    inc_buf_release(&stored);
    inc_arena_release(&small);
}

/* Every record of the shipped sample, through the wire and the store. */
static void
sample_records(void **state)
{
    static const char *const files[INC_RECORD_KINDS] = {
        "engine/profile/sample/people.jsonl",
        "engine/profile/sample/needs.jsonl",
        "engine/profile/sample/companies.jsonl", NULL};

    (void)state;
    for (int k = 0; k < INC_RECORD_KINDS; k++) {
        enum inc_record_kind kind = (enum inc_record_kind)k;
        struct inc_buf file = {0};
        struct inc_err err;
        unsigned lines = 0;
        char *rest = NULL;

        if (files[k] == NULL) /* nobody is let in by a sample */
            continue;
        assert_int_equal(inc_file_read(&file, files[k], 1 << 22, &err), INC_OK);
        inc_buf_add(&file, "", 1);
        for (char *line = strtok_r((char *)file.data, "\n", &rest);
             line != NULL; line = strtok_r(NULL, "\n", &rest)) {
            struct inc_buf stored = {0}, wire = {0};
            struct mini m = mini_open(line);
            union inc_record r;
            struct inc_writer w;

            inc_arena_reset(&arena);
            if (inc_schema_decode(&r, inc_record_type(kind), m.root, &arena,
                                  &err) != INC_OK)
                fail_msg("%s:%u: %s: %s", files[k], lines + 1, err.where,
                         err.what);
            assert_int_equal(inc_record_encode(&stored, kind, &r), INC_OK);
            assert_int_equal(inc_record_decode(&r, kind, stored.data,
                                               stored.len, &arena, &err),
                             INC_OK);
            inc_writer_init(&w, &wire);
            inc_schema_encode(&w, inc_record_type(kind), &r);
            if (wire.len != m.bytes.len)
                fail_msg("%s:%u: %zu bytes became %zu", files[k], lines + 1,
                         m.bytes.len, wire.len);
            inc_buf_release(&wire);
            inc_buf_release(&stored);
            mini_close(&m);
            lines++;
        }
        assert_true(lines >= 10);
        inc_buf_release(&file);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_are_in_table_order),
        cmocka_unit_test(bits_of_inner_types),
        cmocka_unit_test(names_fit_their_enums),
        cmocka_unit_test(defaults),
        cmocka_unit_test(members_every_kind_has),
        cmocka_unit_test(bounds),
        cmocka_unit_test(long_lists),
        cmocka_unit_test(longest_profile_fits_a_request),
        cmocka_unit_test(stored_form_and_back),
        cmocka_unit_test(stored_bytes_that_are_wrong),
        cmocka_unit_test(damaged_stored_records),
        cmocka_unit_test(sample_records),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
