/* What a document states in fields: taken before what words say, never twice,
 * and what cannot be is refused by name. */
#include "tests/unit/draft/one.h"

#define HAS(field) (UINT64_C(1) << INC_FACT_##field)
#define SKILL "http://incrocio.example/esco/skill/"

/* A fact on the first place where the words are. */
static struct inc_draft_fact
fact(const char *text, const char *words, enum inc_draft_kind kind)
{
    const char *at = strstr(text, words);

    assert_non_null(at);
    return (struct inc_draft_fact){
        .has = 7, .kind = kind, .at = at - text, .len = (int64_t)strlen(words)};
}

static struct inc_draft_fact
fact_value(const char *text, const char *words, enum inc_draft_kind kind,
           const char *value)
{
    struct inc_draft_fact f = fact(text, words, kind);

    f.value = value;
    f.has |= HAS(VALUE);
    return f;
}

static struct inc_draft_fact
fact_number(const char *text, const char *words, enum inc_draft_kind kind,
            int64_t number)
{
    struct inc_draft_fact f = fact(text, words, kind);

    f.number = number;
    f.has |= HAS(NUMBER);
    return f;
}

static void
read_ok(enum inc_record_kind kind, const char *text,
        const struct inc_draft_fact *facts, size_t n)
{
    const char *wrong;

    if (drafts_read_facts(&d, kind, text, strlen(text), facts, n) != INC_OK)
        fail_msg("%s: %s %s", text, d.err.where, d.err.what);
    wrong = drafts_wrong(&d, text, strlen(text));
    if (wrong != NULL)
        fail_msg("%s: %s (%s %s)", text, wrong, d.err.where, d.err.what);
}

static const struct inc_draft_item *
item_of(enum inc_draft_kind kind)
{
    for (size_t i = 0; i < d.draft.n_items; i++)
        if (d.draft.items[i].kind == kind)
            return &d.draft.items[i];
    return NULL;
}

static void
facts_of_a_need_come_before_its_words(void **state)
{
    static const char text[] = "Cercasi 2 saldatori a Prato, orario 20 ore\n"
                               "Lucca\n3 posti\n36 ore\n2027-01-31\nINTERN\n"
                               "2027-02-01\nEQF 4\ninglese";
    struct inc_draft_fact f[8];
    const struct inc_need *n;

    (void)state;
    f[0] = fact(text, "Lucca", INC_DRAFT_PLACE);
    f[1] = fact_number(text, "3 posti", INC_DRAFT_SEATS, 3);
    f[2] = fact_number(text, "36 ore", INC_DRAFT_HOURS, 36);
    f[3] = fact(text, "2027-01-31", INC_DRAFT_EXPIRES);
    f[3].date = 20849;
    f[3].has |= HAS(DATE);
    f[4] = fact_value(text, "INTERN", INC_DRAFT_CONTRACT, "tirocinio");
    f[5] = fact(text, "2027-02-01", INC_DRAFT_START);
    f[5].date = 20850;
    f[5].has |= HAS(DATE);
    f[6] = fact_number(text, "EQF 4", INC_DRAFT_EDUCATION, 4);
    f[7] = fact_value(text, "inglese", INC_DRAFT_LANGUAGE, "en");
    f[7].cefr[0] = 4;
    f[7].cefr[1] = 3;
    f[7].has |= HAS(CEFR) | HAS(CEFR) << 1;
    read_ok(INC_RECORD_NEED, text, f, 8);
    n = &d.draft.record.need;
    assert_string_equal(n->comune, "046017");
    assert_int_equal(n->seats, 3);
    assert_int_equal(n->hours_week, 36);
    assert_int_equal(n->expires, 20849);
    assert_int_equal(n->start, 20850);
    assert_int_equal(n->kind, INC_NEED_TIROCINIO);
    assert_int_equal(n->education.eqf, 4);
    assert_int_equal(n->n_languages, 1);
    assert_int_equal(n->languages[0].level, 3); /* the lowest stated */
    assert_string_equal(item_of(INC_DRAFT_EXPIRES)->field, "expires");
    assert_string_equal(item_of(INC_DRAFT_EXPIRES)->rule, "stated");
    assert_int_equal(item_of(INC_DRAFT_EXPIRES)->confidence_bp, 10000);
}

static void
facts_of_a_person(void **state)
{
    static const char text[] =
        "Magazziniere\nFabbro\nMAGAZZINIERE\neng B2 C1\nCE\nTIG\nitaliano";
    struct inc_draft_fact f[6];
    const struct inc_candidate *c;

    (void)state;
    f[0] = fact_number(text, "Magazziniere", INC_DRAFT_OCCUPATION, 20);
    f[1] = fact(text, "Fabbro", INC_DRAFT_OCCUPATION);
    f[2] = fact_number(text, "MAGAZZINIERE", INC_DRAFT_OCCUPATION, 15);
    f[3] = fact_value(text, "eng B2 C1", INC_DRAFT_LANGUAGE, "en");
    f[3].cefr[0] = 4;
    f[3].cefr[4] = 5;
    f[3].has |= HAS(CEFR) | HAS(CEFR) << 4;
    f[4] = fact_value(text, "CE", INC_DRAFT_LICENCE, "CE");
    f[5] = fact(text, "TIG", INC_DRAFT_SKILL);
    f[5].uri = SKILL "tig-welding";
    f[5].level = 3;
    f[5].has |= HAS(URI) | HAS(LEVEL);
    read_ok(INC_RECORD_CANDIDATE, text, f, 6);
    c = &d.draft.record.candidate;
    assert_int_equal(c->n_occupations, 2);
    assert_int_equal(c->occupations[0].months, 35); /* the same trade twice */
    assert_int_equal(c->occupations[1].has & 2, 0);
    assert_int_equal(c->n_licences, 1);
    assert_int_equal(c->n_languages, 1);
    assert_int_equal(c->languages[0].listening, 4);
    assert_int_equal(c->languages[0].writing, 5);
    assert_false(INC_HAS(&c->languages[0], INC_LANGUAGE_LISTENING + 1));
    assert_int_equal(c->n_skills, 1);
    assert_string_equal(c->skills[0].uri, SKILL "tig-welding");
    assert_int_equal(c->skills[0].level, 3);
}

static void
a_trade_wished_for_may_be_one_held(void **state)
{
    static const char text[] = "Cerco lavoro come fornaio.\nFornaio";
    struct inc_draft_fact f =
        fact_number(text, "Fornaio", INC_DRAFT_OCCUPATION, 30);
    const struct inc_candidate *c;

    (void)state;
    read_ok(INC_RECORD_CANDIDATE, text, &f, 1);
    c = &d.draft.record.candidate;
    assert_int_equal(c->n_occupations, 1);
    assert_int_equal(c->occupations[0].months, 30);
    assert_int_equal(c->preferences.n_occupations, 1);
    assert_int_equal(d.draft.n_unknown, 0);
}

static void
what_the_taxonomy_does_not_know_is_read_as_words(void **state)
{
    static const char text[] = "saldatura TIG\nArrotino di comete\nNarnia";
    struct inc_draft_fact f[3];

    (void)state;
    f[0] = fact(text, "saldatura TIG", INC_DRAFT_SKILL);
    f[0].uri = "http://data.europa.eu/esco/skill/none";
    f[0].has |= HAS(URI);
    f[1] = fact_number(text, "Arrotino di comete", INC_DRAFT_OCCUPATION, 3);
    f[2] = fact(text, "Narnia", INC_DRAFT_PLACE);
    read_ok(INC_RECORD_CANDIDATE, text, f, 3);
    assert_int_equal(d.draft.record.candidate.n_skills, 1);
    assert_string_not_equal(item_of(INC_DRAFT_SKILL)->rule, "stated");
    assert_null(item_of(INC_DRAFT_OCCUPATION));
    assert_null(item_of(INC_DRAFT_PLACE));
    assert_int_equal(d.draft.n_notes, 2);
    assert_int_equal(d.draft.n_unknown, 1); /* a trade that is none */
    assert_int_equal(d.draft.unknown[0].at, 14);
}

static void
refused(struct inc_draft_fact f, enum inc_status st, const char *where)
{
    static const char text[] = "una parola sola";

    if (drafts_read_facts(&d, INC_RECORD_NEED, text, strlen(text), &f, 1) != st)
        fail_msg("%s: %d, not %d", where, (int)d.err.status, (int)st);
    assert_string_equal(d.err.where, where);
    assert_true(d.err.hint[0] != '\0');
}

static void
what_cannot_be_is_refused_by_name(void **state)
{
    static const char t[] = "una parola sola";
    struct inc_draft_fact f = fact(t, "parola", INC_DRAFT_SEATS);

    (void)state;
    refused(f, INC_E_RANGE, "facts[0].number");
    refused(fact_number(t, "parola", INC_DRAFT_SEATS, 0), INC_E_RANGE,
            "facts[0].number");
    refused(fact_number(t, "parola", INC_DRAFT_EDUCATION, 9), INC_E_RANGE,
            "facts[0].number");
    refused(fact_number(t, "parola", INC_DRAFT_HOURS, 81), INC_E_RANGE,
            "facts[0].number");
    refused(fact_number(t, "parola", INC_DRAFT_OCCUPATION, 721), INC_E_RANGE,
            "facts[0].number");
    refused(fact(t, "parola", INC_DRAFT_HOURS), INC_E_RANGE, "facts[0].value");
    refused(fact(t, "parola", INC_DRAFT_SKILL), INC_E_MISSING, "facts[0].uri");
    refused(fact(t, "parola", INC_DRAFT_START), INC_E_MISSING, "facts[0].date");
    refused(fact(t, "parola", INC_DRAFT_LEVEL), INC_E_RANGE, "facts[0].kind");
    refused(fact(t, "parola", INC_DRAFT_MOBILITY), INC_E_RANGE,
            "facts[0].number");
    refused(fact_value(t, "parola", INC_DRAFT_LANGUAGE, "EN"), INC_E_RANGE,
            "facts[0].value");
    refused(fact_value(t, "parola", INC_DRAFT_LICENCE, "Z"), INC_E_RANGE,
            "facts[0].value");
    refused(fact_value(t, "parola", INC_DRAFT_CONTRACT, "corvée"), INC_E_RANGE,
            "facts[0].value");
    refused(fact_value(t, "parola", INC_DRAFT_PLACE, "999999"), INC_E_RANGE,
            "facts[0].value");
    f.at = 3; /* between the words */
    f.len = 1;
    refused(f, INC_E_RANGE, "facts[0].at");
    f.at = 10;
    f.len = INC_DRAFT_TEXT_MAX;
    refused(f, INC_E_RANGE, "facts[0].at");
}

/* Two pieces of so many words, the same; how many months the trade in them
 * has. */
static int64_t
months_of_a_piece_said_twice(int words)
{
    struct inc_buf text = {0};
    struct inc_draft_fact f[2];
    size_t half;

    for (int piece = 0; piece < 2; piece++) {
        inc_buf_text(&text, "magazziniere");
        for (int i = 1; i < words; i++)
            inc_buf_printf(&text, " zz%dq", i);
        inc_buf_text(&text, "\n");
    }
    half = text.len / 2;
    f[0] = fact_number(inc_buf_cstr(&text), inc_buf_cstr(&text),
                       INC_DRAFT_OCCUPATION, 20);
    f[0].len = (int64_t)half - 1;
    f[1] = f[0];
    f[1].at = (int64_t)half;
    f[1].number = 15;
    read_ok(INC_RECORD_CANDIDATE, inc_buf_cstr(&text), f, 2);
    inc_buf_release(&text);
    assert_int_equal(d.draft.record.candidate.n_occupations, 1);
    return d.draft.record.candidate.occupations[0].months;
}

/* Pieces are compared with each other: long ones, which are no titles, would
 * hold up everybody who reads. */
static void
only_what_may_be_a_title_is_looked_for_again(void **state)
{
    (void)state;
    assert_int_equal(months_of_a_piece_said_twice(1), 35);
    assert_int_equal(months_of_a_piece_said_twice(64), 35);
    assert_int_equal(months_of_a_piece_said_twice(65), 20);
}

static void
the_bits_are_those_of_the_table(void **state)
{
    const struct inc_field *facts =
        &inc_draft_request_type.fields[INC_DRAFT_REQUEST_FACTS];

    (void)state;
    assert_string_equal(facts->name, "facts");
    assert_string_equal(facts->type->fields[INC_FACT_VALUE].name, "value");
    assert_string_equal(facts->type->fields[INC_FACT_CEFR].name, "listening");
    assert_string_equal(facts->type->fields[INC_FACT_CEFR + 4].name, "writing");
    assert_string_equal(facts->type->fields[INC_FACT_DATE].name, "date");
    assert_int_equal(facts->type->n_fields, INC_FACT_DATE + 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_of_a_need_come_before_its_words),
        cmocka_unit_test(facts_of_a_person),
        cmocka_unit_test(a_trade_wished_for_may_be_one_held),
        cmocka_unit_test(what_the_taxonomy_does_not_know_is_read_as_words),
        cmocka_unit_test(what_cannot_be_is_refused_by_name),
        cmocka_unit_test(only_what_may_be_a_title_is_looked_for_again),
        cmocka_unit_test(the_bits_are_those_of_the_table),
    };

    return cmocka_run_group_tests(tests, open_all, close_all);
}
