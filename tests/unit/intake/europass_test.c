/* Europass XML: what becomes of each section, what never leaves, and XML that
 * means harm. */
#include "tests/support/cm.h"

#include "tests/support/intake.h"

#include "clients/intake/xml.h"

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
    return intake_read(&d, bytes, len, INC_DRAFT_OF_CANDIDATE, -1, &err);
}

static void
read_file(const char *name)
{
    struct inc_buf bytes = {0};
    char path[128];

    (void)snprintf(path, sizeof path, "tests/data/intake/%s", name);
    if (inc_file_read(&bytes, path, 1 << 20, &err) != INC_OK ||
        read_bytes(bytes.data, bytes.len) != INC_OK)
        fail_msg("%s: %s %s", name, err.where, err.what);
    inc_buf_release(&bytes);
    if (intake_wrong(&d) != NULL)
        fail_msg("%s: %s", name, intake_wrong(&d));
}

static const struct inc_draft_fact *
fact_of(enum inc_draft_kind kind, size_t which)
{
    for (uint32_t i = 0; i < d.n_facts; i++)
        if (d.facts[i].kind == (int64_t)kind && which-- == 0)
            return &d.facts[i];
    fail_msg("no fact of kind %d", (int)kind);
    return NULL;
}

static void
stands_on(const struct inc_draft_fact *f, const char *words, const char *path)
{
    assert_int_equal(f->len, strlen(words));
    assert_memory_equal(d.text.data + f->at, words, strlen(words));
    assert_string_equal(inc_document_source(&d, (size_t)f->at), path);
}

static enum inc_left
why(const char *path)
{
    for (size_t i = 0; i < d.n_dropped; i++)
        if (strcmp(d.dropped[i].path, path) == 0)
            return d.dropped[i].why;
    fail_msg("not left out: %s", path);
    return INC_LEFT_COUNT;
}

#define PERSON "/Candidate/CandidatePerson"
#define PROFILE "/Candidate/CandidateProfile"

static void
a_cv_becomes_text_and_facts(void **state)
{
    const struct inc_draft_fact *f;

    (void)state;
    read_file("europass-magazziniere.xml");
    assert_int_equal(d.form, INC_FORM_EUROPASS);
    f = fact_of(INC_DRAFT_OCCUPATION, 0);
    stands_on(f, "Magazziniere",
              PROFILE "/EmploymentHistory/EmployerHistory/PositionHistory/"
                      "PositionTitle");
    assert_int_equal(f->number, 30); /* January 2019 to July 2021 */
    f = fact_of(INC_DRAFT_LANGUAGE, 1);
    stands_on(f, "eng B2 A2", PROFILE "/PersonQualifications/PersonCompetency");
    assert_string_equal(f->value, "en");
    assert_int_equal(f->cefr[0], 4);
    assert_int_equal(f->cefr[4], 2);
    assert_false(INC_HAS(f, INC_FACT_CEFR + 1));
    f = fact_of(INC_DRAFT_EDUCATION, 0);
    stands_on(f, "Perito meccanico",
              PROFILE "/EducationHistory/EducationOrganizationAttendance/"
                      "EducationDegree/DegreeName");
    assert_int_equal(f->number, 4);
    stands_on(fact_of(INC_DRAFT_LICENCE, 1), "C",
              PROFILE "/Licenses/License[2]/LicenseTypeCode");
    stands_on(fact_of(INC_DRAFT_PLACE, 0), "Lucca",
              PERSON "/Communication/Address/CityName");
    assert_non_null(strstr(inc_buf_cstr(&d.text), "uso del muletto\n"));
    assert_non_null(
        strstr(inc_buf_cstr(&d.text), "Cerco lavoro come magazziniere.\n"));
    assert_null(strstr(inc_buf_cstr(&d.text), "Quadrifogli"));
}

static void
what_must_not_weigh_never_leaves(void **state)
{
    (void)state;
    read_file("europass-da-togliere.xml");
    assert_null(strstr(inc_buf_cstr(&d.text), "MARCA"));
    for (uint32_t i = 0; i < d.n_facts; i++)
        assert_true(!INC_HAS(&d.facts[i], INC_FACT_VALUE) ||
                    strstr(d.facts[i].value, "MARCA") == NULL);
    for (size_t i = 0; i < d.n_dropped; i++)
        assert_null(strstr(d.dropped[i].path, "MARCA"));
    assert_int_equal(why(PERSON "/PersonName"), INC_LEFT_IDENTITY);
    assert_int_equal(why(PERSON "/BirthDate"), INC_LEFT_BIRTH);
    assert_int_equal(why(PERSON "/BirthPlace"), INC_LEFT_BIRTH);
    assert_int_equal(why(PERSON "/GenderCode"), INC_LEFT_SEX);
    assert_int_equal(why(PERSON "/NationalityCode"), INC_LEFT_ORIGIN);
    assert_int_equal(why(PERSON "/MaritalStatusCode"), INC_LEFT_FAMILY);
    assert_int_equal(why(PERSON "/Disability"), INC_LEFT_HEALTH);
    assert_int_equal(why(PERSON "/QualcosaDiNuovo"), INC_LEFT_UNKNOWN);
    assert_int_equal(why(PROFILE "/ExecutiveSummary/Disability"),
                     INC_LEFT_HEALTH);
    assert_int_equal(why(PROFILE "/Attachment"), INC_LEFT_LOOKS);
    assert_int_equal(why(PROFILE "/MilitaryHistory"), INC_LEFT_MILITARY);
    assert_int_equal(why(PROFILE "/SocialAndPoliticalActivities"),
                     INC_LEFT_OPINION);
    assert_int_equal(why(PROFILE "/NetworksAndMemberships"), INC_LEFT_OPINION);
    assert_int_equal(why(PROFILE "/VoluntaryWorks"), INC_LEFT_OPINION);
    assert_int_equal(why(PROFILE "/HobbiesAndInterests"), INC_LEFT_PRIVATE);
    assert_non_null(strstr(inc_buf_cstr(&d.text), "Pisa\n"));
    assert_non_null(strstr(inc_buf_cstr(&d.text), "saldatura TIG di tubi\n"));
}

/* A CV of one competency or position. */
static void
read_profile(const char *inside)
{
    char xml[2048];

    (void)snprintf(xml, sizeof xml,
                   "<?xml version='1.0'?><Candidate><CandidateProfile>%s"
                   "</CandidateProfile></Candidate>",
                   inside);
    if (read_bytes(xml, strlen(xml)) != INC_OK)
        fail_msg("%s: %s", inside, err.what);
    if (intake_wrong(&d) != NULL)
        fail_msg("%s: %s", inside, intake_wrong(&d));
}

static void
concepts_of_esco_are_facts(void **state)
{
    (void)state;
    read_profile("<PersonCompetency><CompetencyID>http://data.europa.eu/esco/"
                 "skill/1</CompetencyID><CompetencyName>saldare"
                 "</CompetencyName></PersonCompetency>"
                 "<PositionHistory><PositionTitle>http://data.europa.eu/esco/"
                 "occupation/2</PositionTitle></PositionHistory>");
    assert_string_equal(fact_of(INC_DRAFT_SKILL, 0)->uri,
                        "http://data.europa.eu/esco/skill/1");
    assert_string_equal(fact_of(INC_DRAFT_OCCUPATION, 0)->uri,
                        "http://data.europa.eu/esco/occupation/2");
}

static int64_t
months_of(const char *start, const char *end)
{
    char inside[512];
    const struct inc_draft_fact *f;

    (void)snprintf(inside, sizeof inside,
                   "<PositionHistory><PositionTitle>x y</PositionTitle>"
                   "<EmploymentPeriod><StartDate>%s</StartDate>%s"
                   "</EmploymentPeriod></PositionHistory>",
                   start, end);
    read_profile(inside);
    f = fact_of(INC_DRAFT_OCCUPATION, 0);
    return INC_HAS(f, INC_FACT_NUMBER) ? f->number : -1;
}

static void
dates_become_months(void **state)
{
    (void)state;
    assert_int_equal(months_of("2019-01", "<EndDate>2021-07</EndDate>"), 30);
    assert_int_equal(months_of("2019", "<EndDate>2021</EndDate>"), 24);
    assert_int_equal(
        months_of("2026-05-22", "<CurrentIndicator>true</CurrentIndicator>"),
        6);
    /* not said, or not possible: no months, and the report says so */
    assert_int_equal(months_of("2019", "<EndDate>2019</EndDate>"), -1);
    assert_int_equal(months_of("2019-02-30", "<EndDate>2021</EndDate>"), -1);
    assert_int_equal(months_of("2021", "<EndDate>2019</EndDate>"), -1);
    assert_int_equal(months_of("2021", ""), -1);
    assert_int_equal(why(PROFILE "/PositionHistory/EmploymentPeriod"),
                     INC_LEFT_UNREADABLE);
    assert_int_equal(months_of("1900", "<EndDate>2021</EndDate>"), 720);
}

static void
refused(const void *bytes, size_t len, enum inc_status st, const char *what)
{
    const enum inc_status got = read_bytes(bytes, len);

    if (got != st || strstr(err.what, what) == NULL)
        fail_msg("%d \"%s\", not %d \"%s\"", (int)got, err.what, (int)st, what);
}

static void
refused_text(const char *text, enum inc_status st, const char *what)
{
    refused(text, strlen(text), st, what);
}

static void
xml_that_means_harm_is_refused(void **state)
{
    (void)state;
    refused_text("<?xml version='1.0'?><!DOCTYPE lolz [<!ENTITY a 'ha'>"
                 "<!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"
                 "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'>]>"
                 "<Candidate>&c;</Candidate>",
                 INC_E_FORMAT, "DOCTYPE");
    refused_text("<?xml version='1.0'?><!DOCTYPE x SYSTEM "
                 "'file:///etc/passwd'><Candidate/>",
                 INC_E_FORMAT, "DOCTYPE");
    refused_text("<?xml version='1.0'?><Candidate>&passwd;</Candidate>",
                 INC_E_FORMAT, "entity");
    refused_text("<?xml version='1.0'?><Candidate><a></Candidate>",
                 INC_E_FORMAT, "line 1");
    refused_text("<?xml version='1.0'?><Candidate>", INC_E_FORMAT, "line 1");
    refused_text("<?xml", INC_E_FORMAT, "line 1");
    refused_text("<?xml version='1.0'?><Candidate/>", INC_E_TEXT, "nothing");
    refused_text("<?xml version='1.0'?><SkillsPassport/>", INC_E_FORMAT,
                 "SkillsPassport");
    refused_text("<?xml version='1.0'?><rss>x</rss>", INC_E_FORMAT,
                 "another element");
    refused_text("<?xml version='1.0' encoding='EBCDIC-IT'?><Candidate/>",
                 INC_E_FORMAT, "encoding");
    refused("<?xml version='1.0'?><Candidate>\0</Candidate>", 44, INC_E_FORMAT,
            "line 1");
}

static void
deep_or_many_is_refused(void **state)
{
    struct inc_buf b = {0};

    (void)state;
    inc_buf_text(&b, "<?xml version='1.0'?><Candidate>");
    for (int i = 0; i < 100; i++)
        inc_buf_text(&b, "<Skills>");
    refused(b.data, b.len, INC_E_LIMIT, "too deep");
    inc_buf_reset(&b);
    inc_buf_text(&b, "<?xml version='1.0'?><Candidate>");
    for (int i = 0; i < INC_XML_NODES + 1; i++)
        inc_buf_text(&b, "<a/>");
    inc_buf_text(&b, "</Candidate>");
    refused(b.data, b.len, INC_E_LIMIT, "more elements");
    inc_buf_reset(&b);
    inc_buf_text(&b, "<?xml version='1.0'?><Candidate><CandidateProfile>"
                     "<ExecutiveSummary>");
    for (int i = 0; i < 20000; i++)
        inc_buf_text(&b, "parola ");
    inc_buf_text(&b, "</ExecutiveSummary></CandidateProfile></Candidate>");
    refused(b.data, b.len, INC_E_LIMIT, "bytes of text");
    inc_buf_release(&b);
}

static void
other_encodings_are_read(void **state)
{
    static const char latin[] =
        "<?xml version='1.0' encoding='ISO-8859-1'?><Candidate>"
        "<CandidateProfile><ExecutiveSummary>abilit\xe0</ExecutiveSummary>"
        "</CandidateProfile></Candidate>";
    static const char plain[] =
        "<?xml version='1.0'?><Candidate><CandidateProfile>"
        "<ExecutiveSummary>saldatore</ExecutiveSummary></CandidateProfile>"
        "</Candidate>";
    char wide[2 * sizeof plain + 2] = "\xff\xfe";

    (void)state;
    assert_int_equal(read_bytes(latin, strlen(latin)), INC_OK);
    assert_string_equal(inc_buf_cstr(&d.text), "abilit\xc3\xa0\n");
    for (size_t i = 0; i < strlen(plain); i++) {
        wide[2 + 2 * i] = plain[i];
        wide[3 + 2 * i] = 0;
    }
    assert_int_equal(read_bytes(wide, 2 + 2 * strlen(plain)), INC_OK);
    assert_string_equal(inc_buf_cstr(&d.text), "saldatore\n");
}

/* Cut anywhere, a document is read or refused, and never half read. */
static void
a_cut_document_is_refused(void **state)
{
    struct inc_buf bytes = {0};

    (void)state;
    assert_int_equal(inc_file_read(&bytes,
                                   "tests/data/intake/europass-minimo.xml",
                                   1 << 20, &err),
                     INC_OK);
    for (size_t n = 60; n + 2 < bytes.len; n += 7)
        assert_int_equal(read_bytes(bytes.data, n), INC_E_FORMAT);
    inc_buf_release(&bytes);
}

static void
a_cv_is_no_need(void **state)
{
    static const char xml[] = "<?xml version='1.0'?><Candidate/>";

    (void)state;
    inc_document_release(&d);
    assert_int_equal(
        intake_read(&d, xml, strlen(xml), INC_DRAFT_OF_NEED, -1, &err),
        INC_E_CONFIG);
    assert_string_equal(err.hint, "incrocio draft profile FILE");
}

/* More levels than the line of a language holds: those that fit are read. */
static void
a_language_of_many_levels_is_read_as_far_as_it_goes(void **state)
{
    struct inc_buf b = {0}, line = {0};

    (void)state;
    inc_buf_text(&b, "<?xml version='1.0'?><Candidate><PersonQualifications>"
                     "<PersonCompetency><TaxonomyID>language</TaxonomyID>"
                     "<CompetencyID>greco</CompetencyID>");
    inc_buf_text(&line, "greco");
    for (int i = 0; i < 40; i++) {
        inc_buf_text(&b, "<CompetencyDimension><ScoreText>pre-A1</ScoreText>"
                         "</CompetencyDimension>");
        inc_buf_text(&line, i < 35 ? " pre-A1" : "");
    }
    inc_buf_text(&b, "</PersonCompetency></PersonQualifications></Candidate>");
    inc_buf_text(&line, "\n");
    assert_int_equal(read_bytes(b.data, b.len), INC_OK);
    assert_string_equal(inc_buf_cstr(&d.text), inc_buf_cstr(&line));
    inc_buf_release(&line);
    inc_buf_release(&b);
}

/* A path is made for what is listed, not for each of two hundred thousand. */
static void
what_no_list_holds_is_said_to_be_missing(void **state)
{
    struct inc_buf b = {0};

    (void)state;
    inc_buf_text(&b, "<?xml version='1.0'?><Candidate><CandidateProfile>"
                     "<ExecutiveSummary>saldatore</ExecutiveSummary>");
    for (int i = 0; i < INC_XML_NODES - 3; i++)
        inc_buf_text(&b, "<ID>x</ID>");
    inc_buf_text(&b, "</CandidateProfile></Candidate>");
    assert_int_equal(read_bytes(b.data, b.len), INC_OK);
    assert_true(d.cut);
    assert_int_equal(d.n_dropped, INC_INTAKE_DROPPED);
    assert_string_equal(d.dropped[399].path,
                        "/Candidate/CandidateProfile/ID[400]");
    assert_string_equal(inc_buf_cstr(&d.text), "saldatore\n");
    inc_buf_release(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cv_becomes_text_and_facts),
        cmocka_unit_test(what_must_not_weigh_never_leaves),
        cmocka_unit_test(concepts_of_esco_are_facts),
        cmocka_unit_test(dates_become_months),
        cmocka_unit_test(xml_that_means_harm_is_refused),
        cmocka_unit_test(deep_or_many_is_refused),
        cmocka_unit_test(a_language_of_many_levels_is_read_as_far_as_it_goes),
        cmocka_unit_test(what_no_list_holds_is_said_to_be_missing),
        cmocka_unit_test(other_encodings_are_read),
        cmocka_unit_test(a_cut_document_is_refused),
        cmocka_unit_test(a_cv_is_no_need),
    };

    return cmocka_run_group_tests(tests, NULL, close_document);
}
