/*
 * Europass CV, the XML of 2020 and later (root Candidate). What each element
 * becomes stands in a table; what the table does not know is left out and said
 * so. Elements are known by their name alone: a prefix cannot hide one that
 * must be left out. Shape: docs/imports.md.
 */
#include <stdio.h>
#include <string.h>

#include "clients/intake/document.h"
#include "clients/intake/forms.h"
#include "clients/intake/words.h"
#include "clients/intake/xml.h"

struct cv {
    struct inc_document *d;
    struct inc_xml_tree tree;
    int32_t today;
};

typedef void take_fn(struct cv *cv, const struct inc_xml *e);

static take_fn enter, words, city, mother, position, schooling, competency,
    licence, wish, schedule, available;

/* What to do with an element: a reader, or the reason to leave it out. */
static const struct rule {
    const char *name;
    take_fn *take;
    enum inc_left why;
} rules[] = {
#define TAKE(name, how)                                                        \
    {                                                                          \
        name, how, INC_LEFT_UNKNOWN                                            \
    }
#define DROP(name, why)                                                        \
    {                                                                          \
        name, NULL, INC_LEFT_##why                                             \
    }
    /* who: never leaves this program */
    DROP("PersonName", IDENTITY),
    DROP("CandidateSupplier", IDENTITY),
    DROP("PersonLegalID", IDENTITY),
    DROP("LegalID", IDENTITY),
    DROP("BirthDate", BIRTH),
    DROP("BirthPlace", BIRTH),
    DROP("BirthCountryCode", ORIGIN),
    DROP("GenderCode", SEX),
    DROP("NationalityCode", ORIGIN),
    DROP("CitizenshipCode", ORIGIN),
    DROP("EthnicityCode", ORIGIN),
    DROP("RaceCode", ORIGIN),
    DROP("VisaCode", ORIGIN),
    DROP("ReligionCode", OPINION),
    DROP("Religion", OPINION),
    DROP("MaritalStatusCode", FAMILY),
    DROP("MaritalStatus", FAMILY),
    DROP("NumberOfChildren", FAMILY),
    DROP("Disability", HEALTH),
    DROP("DisabilitySummary", HEALTH),
    DROP("Attachment", LOOKS),
    DROP("Photo", LOOKS),
    DROP("Picture", LOOKS),
    DROP("SocialAndPoliticalActivities", OPINION),
    DROP("NetworksAndMemberships", OPINION),
    DROP("VoluntaryWorks", OPINION),
    DROP("MilitaryHistory", MILITARY),
    DROP("HobbiesAndInterests", PRIVATE),
    DROP("EmploymentReferences", OTHERS),
    DROP("OrganizationName", OTHERS),
    DROP("OrganizationContact", OTHERS),
    DROP("Link", OTHERS),
    DROP("PublicationHistory", NO_PLACE),
    DROP("CreativeWorks", NO_PLACE),
    DROP("ConferencesAndSeminars", NO_PLACE),
    DROP("HonoursAndAwards", NO_PLACE),
    DROP("IndustryCode", NO_PLACE),
    DROP("EmploymentPeriod", NO_PLACE),
    DROP("City", NO_PLACE),
    DROP("Country", NO_PLACE),
    DROP("AttendancePeriod", NO_PLACE),
    DROP("FinalGrade", NO_PLACE),
    DROP("Thesis", NO_PLACE),
    DROP("FieldOfStudy", NO_PLACE),
    DROP("NationalClassification", NO_PLACE),
    DROP("CreditType", NO_PLACE),
    DROP("NumberOfCredit", NO_PLACE),
    DROP("DocumentID", FORM),
    DROP("RenderingInformation", FORM),
    DROP("ProcessingInformation", FORM),
    DROP("ID", FORM),
    /* what is in it */
    TAKE("Candidate", enter),
    TAKE("CandidatePerson", enter),
    TAKE("CandidateProfile", enter),
    TAKE("Communication", city),
    TAKE("PrimaryLanguageCode", mother),
    TAKE("ExecutiveSummary", words),
    TAKE("EmploymentHistory", enter),
    TAKE("EmployerHistory", enter),
    TAKE("PositionHistory", position),
    TAKE("EducationHistory", enter),
    TAKE("EducationOrganizationAttendance", schooling),
    TAKE("Licenses", enter),
    TAKE("License", licence),
    TAKE("Certifications", enter),
    TAKE("Certification", enter),
    TAKE("CertificationName", words),
    TAKE("CourseCertifications", enter),
    TAKE("CourseCertification", enter),
    TAKE("PersonQualifications", enter),
    TAKE("PersonCompetency", competency),
    TAKE("Skills", enter),
    TAKE("SkillsGroup", enter),
    TAKE("CommunicationAndInterpersonalSkills", words),
    TAKE("ManagementAndLeadershipSkills", words),
    TAKE("OrganisationalSkills", words),
    TAKE("JobRelatedSkills", words),
    TAKE("DigitalSkills", words),
    TAKE("OtherSkills", words),
    TAKE("Projects", enter),
    TAKE("Project", enter),
    TAKE("Others", enter),
    TAKE("Other", enter),
    TAKE("Title", words),
    TAKE("Description", words),
    TAKE("PersonAvailability", available),
    TAKE("CandidatePositionPreferences", enter),
    TAKE("JobCategory", wish),
    TAKE("PositionTitle", wish),
    TAKE("PositionScheduleTypeCode", schedule),
    DROP("PreferredLocation", NO_PLACE),
    DROP("PositionOfferingTypeCode", NO_PLACE),
    DROP("TravelPreference", NO_PLACE),
    DROP("RelocationConsidered", NO_PLACE),
    DROP("WorkingLanguageCode", NO_PLACE),
    DROP("Date", NO_PLACE),
    DROP("Year", NO_PLACE),
#undef TAKE
#undef DROP
};

static const struct rule *
rule_of(const struct inc_xml *e)
{
    static const struct rule none = {"", NULL, INC_LEFT_UNKNOWN};

    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (strcmp(rules[i].name, e->name) == 0)
            return &rules[i];
    return &none;
}

static const char *
text_of(const struct cv *cv, const struct inc_xml *e, size_t *n)
{
    const char *text = (const char *)cv->tree.text.data;

    *n = 0;
    if (e == NULL || e->len == 0)
        return "";
    *n = e->len;
    text += e->at;
    inc_word_trim(&text, n);
    return text;
}

static void
drop(struct cv *cv, const struct inc_xml *e, enum inc_left why)
{
    char path[INC_INTAKE_PATH];
    size_t n;

    (void)text_of(cv, e, &n);
    if (n == 0)
        return; /* an empty element says nothing */
    if (cv->d->n_dropped == INC_INTAKE_DROPPED) {
        cv->d->cut = 1; /* a path looks at all siblings: not for nothing */
        return;
    }
    inc_xml_path(path, sizeof path, e);
    inc_document_drop(cv->d, path, why);
}

/* At most INC_XML_DEPTH deep. NOLINTBEGIN(misc-no-recursion) */
static void
take(struct cv *cv, const struct inc_xml *e)
{
    const struct rule *r = rule_of(e);

    if (r->take == NULL)
        drop(cv, e, r->why);
    else
        r->take(cv, e);
}

/* Words of its own, between or without elements? */
static int
has_words(const struct cv *cv, const struct inc_xml *e)
{
    const char *text = (const char *)cv->tree.text.data;
    const struct inc_xml *c = e->child;

    for (size_t i = e->at; i < e->at + e->len; i++) {
        while (c != NULL && c->at + c->len <= i)
            c = c->next;
        if (c != NULL && i >= c->at)
            i = c->at + c->len - 1;
        else if ((unsigned char)text[i] > ' ')
            return 1;
    }
    return 0;
}

static void
enter(struct cv *cv, const struct inc_xml *e)
{
    if (has_words(cv, e))
        drop(cv, e, INC_LEFT_UNKNOWN); /* words where elements should be */
    for (const struct inc_xml *c = e->child; c != NULL; c = c->next)
        take(cv, c);
}

/* NOLINTEND(misc-no-recursion) */

/* 1 when no piece has a place any more. */
static int
is_full(struct cv *cv)
{
    if (cv->d->n_sources < INC_INTAKE_SOURCES)
        return 0;
    cv->d->cut = 1;
    return 1;
}

static void
words(struct cv *cv, const struct inc_xml *e)
{
    char path[INC_INTAKE_PATH];
    size_t n;
    const char *text = text_of(cv, e, &n);

    if (e->child != NULL) { /* what is in it has a rule of its own */
        enter(cv, e);
        return;
    }
    if (n == 0 || is_full(cv))
        return;
    inc_xml_path(path, sizeof path, e);
    (void)inc_document_add_html(cv->d, path, text, n);
}

/* A piece with a fact on it. */
static struct inc_draft_fact *
state(struct cv *cv, const struct inc_xml *e, enum inc_draft_kind kind)
{
    char path[INC_INTAKE_PATH];
    size_t n;
    const char *text = text_of(cv, e, &n);

    if (n == 0 || is_full(cv))
        return NULL;
    inc_xml_path(path, sizeof path, e);
    return inc_document_fact(cv->d, path, text, n, kind);
}

/* Everything in e but the named children, which were read. */
static void
drop_others(struct cv *cv, const struct inc_xml *e, const char *const *read)
{
    for (const struct inc_xml *c = e->child; c != NULL; c = c->next) {
        const struct rule *r = rule_of(c);
        int is_read = 0;

        for (size_t i = 0; read[i] != NULL; i++)
            is_read |= strcmp(c->name, read[i]) == 0;
        if (!is_read)
            drop(cv, c, r->take == NULL ? r->why : INC_LEFT_NO_PLACE);
    }
}

/* --- the person ------------------------------------------------------------
 */

/* Of an address the comune counts: how far it is to work. The rest is who the
 * person is. */
static void
city(struct cv *cv, const struct inc_xml *e)
{
    const struct inc_xml *address = inc_xml_child(e, "Address");
    const struct inc_xml *town =
        address == NULL ? NULL : inc_xml_child(address, "CityName");
    size_t n;
    const char *country = text_of(
        cv, address == NULL ? NULL : inc_xml_child(address, "CountryCode"), &n);

    if (town != NULL && (n == 0 || inc_word_equals(country, n, "it"))) {
        (void)state(cv, town, INC_DRAFT_PLACE);
        for (const struct inc_xml *c = address->child; c != NULL; c = c->next)
            if (c != town)
                drop(cv, c, INC_LEFT_IDENTITY);
        for (const struct inc_xml *c = e->child; c != NULL; c = c->next)
            if (c != address)
                drop(cv, c, INC_LEFT_IDENTITY);
        return;
    }
    drop(cv, e, INC_LEFT_IDENTITY);
}

static void
set_language(struct inc_draft_fact *f, const char *code, const int cefr[5])
{
    if (f == NULL)
        return;
    inc_fact_value(f, code);
    for (int i = 0; i < 5; i++) {
        if (cefr[i] < 0)
            continue;
        f->cefr[i] = cefr[i];
        f->has |= UINT64_C(1) << (INC_FACT_CEFR + i);
    }
}

/* That it is the mother tongue says where somebody comes from; that she
 * speaks it is a language like others. */
static void
mother(struct cv *cv, const struct inc_xml *e)
{
    static const int best[5] = {6, 6, 6, 6, 6};
    size_t n;
    const char *text = text_of(cv, e, &n);
    const char *code = inc_word_language(text, n);

    if (code == NULL)
        drop(cv, e, INC_LEFT_UNREADABLE);
    else
        set_language(state(cv, e, INC_DRAFT_LANGUAGE), code, best);
}

/* --- work ------------------------------------------------------------------
 */

/* The day an element says, however deep: 0 none. */
static int
day_in(const struct cv *cv, const struct inc_xml *e, int32_t *days)
{
    size_t n;
    const char *text = text_of(cv, e, &n);

    return e == NULL ? 0 : inc_word_date(days, text, n, 0);
}

/* Months of a period, -1: not said. */
static int64_t
months_of(const struct cv *cv, const struct inc_xml *period)
{
    const struct inc_xml *end;
    int32_t from, to;
    size_t n;
    const char *now;
    int64_t months;

    if (period == NULL)
        return -1;
    end = inc_xml_find(period, "EndDate");
    now = text_of(cv, inc_xml_find(period, "CurrentIndicator"), &n);
    if (day_in(cv, inc_xml_find(period, "StartDate"), &from) == 0)
        return -1;
    if (day_in(cv, end, &to) == 0) {
        if (!inc_word_equals(now, n, "true"))
            return -1;
        to = cv->today;
    }
    months = inc_months_between(from, to);
    return months < 1 ? -1 : months > 720 ? 720 : months;
}

static int
is_uri(const char *text, size_t n)
{
    return n > 7 && n <= 200 &&
           (memcmp(text, "http://", 7) == 0 ||
            (n > 8 && memcmp(text, "https://", 8) == 0));
}

/* A concept where the words are a URI. */
static void
set_uri(struct cv *cv, struct inc_draft_fact *f, const struct inc_xml *e)
{
    size_t n;
    const char *text = text_of(cv, e, &n);
    const char *uri;

    if (f == NULL || !is_uri(text, n))
        return;
    uri = inc_arena_text(&cv->d->arena, text, n);
    if (uri == NULL)
        cv->d->text.failed = 1;
    else
        inc_fact_uri(f, uri);
}

static void
position(struct cv *cv, const struct inc_xml *e)
{
    static const char *const read[] = {"PositionTitle", "EmploymentPeriod",
                                       "Description", NULL};
    const struct inc_xml *title = inc_xml_child(e, "PositionTitle");
    const struct inc_xml *period = inc_xml_child(e, "EmploymentPeriod");
    const struct inc_xml *what = inc_xml_child(e, "Description");
    const int64_t months = months_of(cv, period);

    if (title != NULL) {
        struct inc_draft_fact *f = state(cv, title, INC_DRAFT_OCCUPATION);

        set_uri(cv, f, title);
        if (f != NULL && months > 0)
            inc_fact_number(f, months);
    }
    if (months < 0 && period != NULL)
        drop(cv, period, INC_LEFT_UNREADABLE);
    if (what != NULL)
        words(cv, what);
    drop_others(cv, e, read);
}

static void
wish(struct cv *cv, const struct inc_xml *e)
{
    struct inc_draft_fact *f;

    if (e->child != NULL) {
        enter(cv, e);
        return;
    }
    f = state(cv, e, INC_DRAFT_OCCUPATION);
    set_uri(cv, f, e);
    if (f != NULL)
        inc_fact_value(f, "wish");
}

static void
schedule(struct cv *cv, const struct inc_xml *e)
{
    size_t n;
    const char *text = text_of(cv, e, &n);
    const char *value = inc_word_equals(text, n, "FullTime")   ? "full_time"
                        : inc_word_equals(text, n, "PartTime") ? "part_time"
                                                               : NULL;
    struct inc_draft_fact *f;

    if (value == NULL) {
        drop(cv, e, INC_LEFT_NO_PLACE);
        return;
    }
    f = state(cv, e, INC_DRAFT_HOURS);
    if (f != NULL)
        inc_fact_value(f, value);
}

static void
available(struct cv *cv, const struct inc_xml *e)
{
    const struct inc_xml *start = inc_xml_find(e, "StartDate");
    struct inc_draft_fact *f;
    int32_t days;

    if (day_in(cv, start, &days) == 3) {
        f = state(cv, start, INC_DRAFT_START);
        if (f != NULL)
            inc_fact_date(f, days);
        return;
    }
    drop(cv, e, INC_LEFT_UNREADABLE);
}

/* --- learning --------------------------------------------------------------
 */

static void
schooling(struct cv *cv, const struct inc_xml *e)
{
    static const char *const read[] = {"EducationDegree", "EducationLevelCode",
                                       NULL};
    static const char *const of_degree[] = {"DegreeName",
                                            "OccupationalSkillsCovered", NULL};
    const struct inc_xml *level = inc_xml_child(e, "EducationLevelCode");
    const struct inc_xml *degree = inc_xml_child(e, "EducationDegree");
    const struct inc_xml *name =
        degree == NULL ? NULL : inc_xml_child(degree, "DegreeName");
    size_t n;
    const char *text = text_of(cv, level, &n);
    const int64_t eqf = inc_word_number(text, n);

    if (eqf >= 1 && eqf <= 8) {
        /* Its name stands for the level: no rule reads it a second time. */
        struct inc_draft_fact *f =
            state(cv, name != NULL && name->len > 0 ? name : level,
                  INC_DRAFT_EDUCATION);

        if (f != NULL)
            inc_fact_number(f, eqf);
    } else {
        if (level != NULL)
            drop(cv, level, INC_LEFT_UNREADABLE);
        if (name != NULL)
            words(cv, name);
    }
    if (degree != NULL) {
        const struct inc_xml *skills =
            inc_xml_child(degree, "OccupationalSkillsCovered");

        if (skills != NULL)
            words(cv, skills);
        drop_others(cv, degree, of_degree);
    }
    drop_others(cv, e, read);
}

/* --- languages and skills ---------------------------------------------------
 */

static void
language(struct cv *cv, const struct inc_xml *e, const struct inc_xml *id)
{
    static const char *const names[5] = {
        "CEF-Understanding-Listening", "CEF-Understanding-Reading",
        "CEF-Speaking-Interaction", "CEF-Speaking-Production",
        "CEF-Writing-Production"};
    int cefr[5] = {-1, -1, -1, -1, -1};
    char line[256] = "", path[INC_INTAKE_PATH];
    size_t n, at;
    const char *text = text_of(cv, id, &n);
    const char *code = inc_word_language(text, n);

    if (n > 100)
        n = 100;
    at = (size_t)snprintf(line, sizeof line, "%.*s", (int)n, text);
    for (const struct inc_xml *c = e->child; c != NULL; c = c->next) {
        size_t type_n, score_n;
        const char *type, *score;
        int level;

        if (strcmp(c->name, "CompetencyDimension") != 0)
            continue;
        type = text_of(cv, inc_xml_child(c, "CompetencyDimensionTypeCode"),
                       &type_n);
        score = text_of(cv, inc_xml_find(c, "ScoreText"), &score_n);
        level = inc_word_cefr(score, score_n);
        for (int i = 0; i < 5; i++)
            if (inc_word_equals(type, type_n, names[i]))
                cefr[i] = level;
        if (level >= 0 && score_n + 1 < sizeof line - at)
            at += (size_t)snprintf(line + at, sizeof line - at, " %.*s",
                                   (int)score_n, score);
        else
            drop(cv, c, INC_LEFT_UNREADABLE);
    }
    if (is_full(cv))
        return;
    inc_xml_path(path, sizeof path, e);
    if (code != NULL)
        set_language(
            inc_document_fact(cv->d, path, line, at, INC_DRAFT_LANGUAGE), code,
            cefr);
    else
        (void)inc_document_add(cv->d, path, line, at, 0, NULL, NULL);
}

static void
competency(struct cv *cv, const struct inc_xml *e)
{
    const struct inc_xml *id = inc_xml_child(e, "CompetencyID");
    const struct inc_xml *name = inc_xml_child(e, "CompetencyName");
    const struct inc_xml *kind = inc_xml_child(e, "TaxonomyID");
    size_t n, id_n;
    const char *taxonomy = text_of(cv, kind, &n);
    const char *uri = text_of(cv, id, &id_n);

    if (inc_word_equals(taxonomy, n, "language")) {
        if (id_n == 0)
            drop(cv, e, INC_LEFT_UNREADABLE);
        else
            language(cv, e, id);
        return;
    }
    if (is_uri(uri, id_n)) {
        set_uri(cv,
                state(cv, name != NULL && name->len > 0 ? name : id,
                      INC_DRAFT_SKILL),
                id);
        return;
    }
    if (name != NULL)
        words(cv, name);
    else if (id != NULL)
        words(cv, id);
    else
        drop(cv, e, INC_LEFT_UNREADABLE);
}

static void
licence(struct cv *cv, const struct inc_xml *e)
{
    const struct inc_xml *code = inc_xml_child(e, "LicenseTypeCode");
    const struct inc_xml *name = inc_xml_child(e, "LicenseName");
    const struct inc_xml *what = code != NULL ? code : name;
    size_t n;
    const char *text = text_of(cv, what, &n);
    const char *known = inc_word_licence(text, n);

    if (known != NULL) {
        struct inc_draft_fact *f = state(cv, what, INC_DRAFT_LICENCE);

        if (f != NULL)
            inc_fact_value(f, known);
    } else if (what != NULL) {
        words(cv, what);
    } else {
        drop(cv, e, INC_LEFT_UNREADABLE);
    }
    for (const struct inc_xml *c = e->child; c != NULL; c = c->next)
        if (c != what)
            drop(cv, c, INC_LEFT_NO_PLACE);
}

enum inc_status
inc_read_europass(struct inc_document *out, const void *bytes, size_t len,
                  const struct inc_intake *how, struct inc_err *err)
{
    struct cv cv = {.d = out, .today = how->today};
    enum inc_status st = INC_OK;

    INC_TRY(inc_document_init(out, INC_FORM_EUROPASS, len, err));
    INC_TRY(inc_xml_read(&cv.tree, bytes, len, err));
    if (strcmp(cv.tree.root->name, "Candidate") != 0) {
        st = inc_fail(err, INC_E_FORMAT, 0,
                      "the XML is no Europass CV: it begins with %.40s",
                      strcmp(cv.tree.root->name, "SkillsPassport") == 0
                          ? "SkillsPassport"
                          : "another element");
        inc_err_hint(err, "a Europass of before 2020 (SkillsPassport) can be "
                          "opened and saved again on europass.europa.eu");
        goto out;
    }
    take(&cv, cv.tree.root);
    INC_TRY(inc_document_end(out, err));
out:
    inc_xml_release(&cv.tree);
    if (st != INC_OK)
        inc_document_release(out);
    return st;
}
