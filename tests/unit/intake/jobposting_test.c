/* JobPosting JSON-LD: what becomes of its properties, where it may hide, and
 * JSON that means harm. */
#include "tests/support/cm.h"

#include "tests/support/intake.h"

static struct inc_document d;
static struct inc_err err;

static int
close_document(void **state)
{
    (void)state;
    inc_document_release(&d);
    return 0;
}

static enum inc_status
read_bytes(const void *bytes, size_t len)
{
    inc_document_release(&d);
    return intake_read(&d, bytes, len, INC_DRAFT_OF_NEED, -1, &err);
}

/* A posting of these properties. */
static void
read_with(const char *properties)
{
    char json[2048];

    (void)snprintf(json, sizeof json,
                   "{\"@type\":\"JobPosting\",\"title\":\"Fornaio\",%s}",
                   properties);
    if (read_bytes(json, strlen(json)) != INC_OK)
        fail_msg("%s: %s", properties, err.what);
    if (intake_wrong(&d) != NULL)
        fail_msg("%s: %s", properties, intake_wrong(&d));
}

static const struct inc_draft_fact *
fact_of(enum inc_draft_kind kind)
{
    for (uint32_t i = 0; i < d.n_facts; i++)
        if (d.facts[i].kind == (int64_t)kind)
            return &d.facts[i];
    return NULL;
}

static int
left_out(const char *path, enum inc_left why)
{
    for (size_t i = 0; i < d.n_dropped; i++)
        if (strcmp(d.dropped[i].path, path) == 0)
            return d.dropped[i].why == why;
    return 0;
}

static int
says(const char *words)
{
    return strstr(inc_buf_cstr(&d.text), words) != NULL;
}

static void
kinds_of_work(void **state)
{
    (void)state;
    read_with("\"employmentType\":\"PART_TIME\"");
    assert_string_equal(fact_of(INC_DRAFT_HOURS)->value, "part_time");
    read_with("\"employmentType\":[\"INTERN\",\"OTHER\"]");
    assert_string_equal(fact_of(INC_DRAFT_CONTRACT)->value, "tirocinio");
    assert_true(left_out("$.employmentType[1]", INC_LEFT_NO_PLACE));
    read_with("\"employmentType\":\"Tempo indeterminato\"");
    assert_null(fact_of(INC_DRAFT_CONTRACT));
    assert_true(says("Tempo indeterminato\n"));
    read_with("\"employmentType\":{\"a\":1}");
    assert_true(left_out("$.employmentType", INC_LEFT_UNREADABLE));
}

static void
numbers_and_dates(void **state)
{
    (void)state;
    read_with("\"totalJobOpenings\":\"12\",\"validThrough\":\"2027-01-31T23:"
              "59:00+01:00\"");
    assert_int_equal(fact_of(INC_DRAFT_SEATS)->number, 12);
    assert_int_equal(fact_of(INC_DRAFT_EXPIRES)->date, 20849);
    read_with("\"totalJobOpenings\":0,\"validThrough\":\"2027-02-30\","
              "\"jobStartDate\":\"presto\"");
    assert_int_equal(d.n_facts, 0);
    assert_true(left_out("$.totalJobOpenings", INC_LEFT_UNREADABLE));
    assert_true(left_out("$.validThrough", INC_LEFT_UNREADABLE));
    assert_true(left_out("$.jobStartDate", INC_LEFT_UNREADABLE));
    read_with("\"totalJobOpenings\":2.5");
    assert_true(left_out("$.totalJobOpenings", INC_LEFT_UNREADABLE));
}

static void
places(void **state)
{
    (void)state;
    read_with("\"jobLocation\":{\"address\":{\"addressLocality\":\"Livo\","
              "\"addressRegion\":\"co\"}}");
    assert_string_equal(fact_of(INC_DRAFT_PLACE)->value, "CO");
    read_with("\"jobLocation\":{\"address\":{\"addressLocality\":\"Livo (TN)\""
              "}}");
    assert_string_equal(fact_of(INC_DRAFT_PLACE)->value, "TN");
    assert_int_equal(fact_of(INC_DRAFT_PLACE)->len, 4);
    read_with("\"jobLocation\":{\"address\":{\"addressLocality\":\"Livo(TN)\""
              "}}");
    assert_int_equal(fact_of(INC_DRAFT_PLACE)->len, 4);
    read_with("\"jobLocation\":{\"address\":{\"addressLocality\":\"Nice\","
              "\"addressCountry\":\"FR\"}}");
    assert_null(fact_of(INC_DRAFT_PLACE));
    assert_true(left_out("$.jobLocation", INC_LEFT_NO_PLACE));
    read_with("\"jobLocation\":\"Lucca\"");
    assert_true(left_out("$.jobLocation", INC_LEFT_UNREADABLE));
}

static void
what_is_asked(void **state)
{
    (void)state;
    read_with("\"skills\":[\"uso del forno\",{\"name\":\"impastare\",\"@id\":"
              "\"http://data.europa.eu/esco/skill/7\"},[[\"a\"]]],"
              "\"experienceRequirements\":{\"monthsOfExperience\":24},"
              "\"educationRequirements\":[{\"credentialCategory\":"
              "\"bachelor degree\"},\"laurea in chimica\"]");
    assert_true(says("uso del forno\n"));
    assert_string_equal(fact_of(INC_DRAFT_SKILL)->uri,
                        "http://data.europa.eu/esco/skill/7");
    assert_int_equal(fact_of(INC_DRAFT_OCCUPATION)->number, 24);
    assert_int_equal(fact_of(INC_DRAFT_EDUCATION)->number, 6);
    assert_true(says("laurea in chimica\n"));
    assert_true(left_out("$.skills[2]", INC_LEFT_UNREADABLE));
    /* a link that is no concept is not one */
    read_with("\"skills\":{\"name\":\"impastare\",\"url\":\"http://x.it/\"}");
    assert_null(fact_of(INC_DRAFT_SKILL));
    assert_true(says("impastare\n"));
    read_with("\"experienceRequirements\":{\"monthsOfExperience\":2.5}");
    assert_true(left_out("$.experienceRequirements.monthsOfExperience",
                         INC_LEFT_UNREADABLE));
}

static void
html_becomes_words(void **state)
{
    (void)state;
    read_with("\"description\":\"<p>Caff&egrave; &amp; pane&#33;</p><script>"
              "alert(1)</script><li>forno<!-- nascosto --> a legna\"");
    assert_true(says("Caff\xc3\xa8 & pane!\nforno a legna\n"));
    assert_false(says("alert"));
    assert_false(says("nascosto"));
    read_with("\"description\":\"&lt;p&gt;due volte&lt;/p&gt;\"");
    assert_true(says("\ndue volte\n"));
    read_with("\"description\":\"3 < 4 e <\"");
    assert_true(says("3 < 4 e <\n"));
}

/* Names are of anybody's choosing: no escape sequence reaches a screen. */
static void
names_are_made_harmless(void **state)
{
    (void)state;
    read_with("\"a\\u001b[31m\\u009b\":1,\"b\\u202e\":2");
    assert_true(left_out("$.a?[31m??", INC_LEFT_UNKNOWN));
    assert_true(left_out("$.b???", INC_LEFT_UNKNOWN));
}

static void
refused(const void *bytes, size_t len, enum inc_status st, const char *what)
{
    inc_document_release(&d);
    if (intake_read(&d, bytes, len, INC_DRAFT_OF_NEED, INC_FORM_JOBPOSTING,
                    &err) != st ||
        strstr(err.what, what) == NULL)
        fail_msg("%d \"%s\", not %d \"%s\"", (int)err.status, err.what, (int)st,
                 what);
}

#define REFUSED(bytes, st, what) refused(bytes, sizeof(bytes) - 1, st, what)

static void
json_that_means_harm_is_refused(void **state)
{
    struct inc_buf b = {0};

    (void)state;
    REFUSED("", INC_E_FORMAT, "line 1");
    REFUSED("{}", INC_E_FORMAT, "no JobPosting");
    REFUSED("{\"@type\":\"JobPosting\"}", INC_E_TEXT, "nothing");
    REFUSED("{\"@type\":\"JobPosting\",\"title\":\"a\0b\"}", INC_E_FORMAT,
            "line 1");
    REFUSED("{\"@type\":\"JobPosting\",\"title\":\"a\\u0000b\"}", INC_E_FORMAT,
            "line 1");
    REFUSED("{\"@type\":\"JobPosting\",\"title\":\"\xff\"}", INC_E_FORMAT,
            "line 1");
    REFUSED("<html><script type='application/ld+json'>{", INC_E_FORMAT,
            "line 1");
    for (int i = 0; i < 100000; i++)
        inc_buf_text(&b, "[");
    refused(b.data, b.len, INC_E_FORMAT, "line 1");
    inc_buf_reset(&b);
    for (int i = 0; i < 40; i++)
        inc_buf_text(&b, "[");
    inc_buf_text(&b, "{\"@type\":\"JobPosting\",\"title\":\"x\"}");
    for (int i = 0; i < 40; i++)
        inc_buf_text(&b, "]");
    refused(b.data, b.len, INC_E_FORMAT, "no JobPosting"); /* too deep */
    inc_buf_reset(&b);
    while (b.len <= (4 << 20))
        inc_buf_text(&b, "                                                ");
    refused(b.data, b.len, INC_E_FORMAT, "line 1");
    inc_buf_text(&b, "{}");
    b.data[0] = '[';
    refused(b.data, b.len, INC_E_LIMIT, "bytes");
    inc_buf_release(&b);
}

/* More than the lists hold: what fits is read, and it is said. */
static void
too_much_is_cut_and_said(void **state)
{
    struct inc_buf b = {0};

    (void)state;
    inc_buf_text(&b, "{\"@type\":\"JobPosting\",\"skills\":[\"x y\"");
    for (int i = 0; i < INC_INTAKE_SOURCES; i++)
        inc_buf_text(&b, ",\"a b\"");
    inc_buf_text(&b, "]}");
    assert_int_equal(read_bytes(b.data, b.len), INC_OK);
    assert_int_equal(d.n_sources, INC_INTAKE_SOURCES);
    assert_true(d.cut);
    assert_null(intake_wrong(&d));
    inc_buf_release(&b);
}

/* What has no JobPosting in it stays the text it was. */
static void
other_json_and_html_are_texts(void **state)
{
    (void)state;
    assert_int_equal(inc_intake_form("{\"a\":1}", 7), INC_FORM_TEXT);
    assert_int_equal(inc_intake_form("<p>Cercasi</p>", 14), INC_FORM_TEXT);
    assert_int_equal(inc_intake_form("", 0), INC_FORM_TEXT);
    assert_int_equal(inc_intake_form("\xef\xbb\xbf [\"JobPosting\"]", 18),
                     INC_FORM_JOBPOSTING);
    assert_int_equal(inc_intake_form("{[JobPosting as a word", 3),
                     INC_FORM_TEXT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_of_work),
        cmocka_unit_test(numbers_and_dates),
        cmocka_unit_test(places),
        cmocka_unit_test(what_is_asked),
        cmocka_unit_test(html_becomes_words),
        cmocka_unit_test(names_are_made_harmless),
        cmocka_unit_test(json_that_means_harm_is_refused),
        cmocka_unit_test(too_much_is_cut_and_said),
        cmocka_unit_test(other_json_and_html_are_texts),
    };

    return cmocka_run_group_tests(tests, NULL, close_document);
}
