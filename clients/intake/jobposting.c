/*
 * schema.org JobPosting as JSON-LD: a file of it, or a saved page with it in a
 * <script>. What each property becomes stands in a table, in the order in
 * which a person would say it; what the table does not know is left out and
 * said so. Shape: docs/imports.md.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "clients/intake/document.h"
#include "clients/intake/forms.h"
#include "clients/intake/html.h"
#include "clients/intake/words.h"

enum {
    JSON_BYTES = 4 << 20, /* of one object: jansson takes many times as much */
    DEPTH = 16,           /* of lists and objects in what is looked for */
    URI_BYTES = 200,
    SEATS_MAX = 10000,
    MONTHS_MAX = 720
};

struct posting {
    struct inc_document *d;
    int has_place;
};

typedef void take_fn(struct posting *p, const char *path, json_t *v);

static take_fn words, kind_of_work, seats, expires, start, place, experience,
    schooling, category, skill, occupation;

/* --- small things ----------------------------------------------------------
 */

static void
drop(struct posting *p, const char *path, enum inc_left why)
{
    inc_document_drop(p->d, path, why);
}

/* "$.skills" + "[2]", "$" + ".title". */
static void
below(char *out, const char *path, const char *key)
{
    (void)snprintf(out, INC_INTAKE_PATH, "%.180s.%.50s", path, key);
}

static void
at_index(char *out, const char *path, size_t i)
{
    (void)snprintf(out, INC_INTAKE_PATH, "%.200s[%zu]", path, i);
}

static const char *
text_of(json_t *v, size_t *n)
{
    *n = json_string_length(v);
    return json_is_string(v) ? json_string_value(v) : "";
}

static const char *
member_text(json_t *v, const char *key, size_t *n)
{
    return text_of(json_object_get(v, key), n);
}

/* Lists are read item by item, whatever a property holds. */
static int
each(struct posting *p, const char *path, json_t *v, take_fn *how)
{
    json_t *item;
    size_t i;

    if (!json_is_array(v))
        return 0;
    json_array_foreach(v, i, item)
    {
        char one[INC_INTAKE_PATH];

        at_index(one, path, i);
        if (json_is_array(item)) /* a list of lists says nothing */
            drop(p, one, INC_LEFT_UNREADABLE);
        else
            how(p, one, item);
    }
    return 1;
}

static struct inc_draft_fact *
state(struct posting *p, const char *path, json_t *v, enum inc_draft_kind kind)
{
    char digits[24];
    size_t n;
    const char *text = text_of(v, &n);

    if (json_is_integer(v)) {
        n = (size_t)snprintf(digits, sizeof digits, "%lld",
                             (long long)json_integer_value(v));
        text = digits;
    }
    return inc_document_fact(p->d, path, text, n, kind);
}

/* The URI of a term: its @id, url, termCode or codeValue; NULL. */
static const char *
uri_of(struct posting *p, json_t *v)
{
    static const char *const keys[] = {"@id", "url", "termCode", "codeValue",
                                       "sameAs"};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        size_t n;
        const char *text = member_text(v, keys[i], &n);
        const char *copy;

        if (n <= 8 || n > URI_BYTES || strncmp(text, "http", 4) != 0 ||
            strstr(text, "/esco/") == NULL)
            continue;
        copy = inc_arena_text(&p->d->arena, text, n);
        if (copy == NULL)
            p->d->text.failed = 1;
        return copy;
    }
    return NULL;
}

/* --- one property each ------------------------------------------------------
 */

static void
words(struct posting *p, const char *path, json_t *v)
{
    size_t n;
    const char *text;

    if (each(p, path, v, words))
        return;
    if (json_is_object(v)) {
        char named[INC_INTAKE_PATH];

        below(named, path, "name");
        text = member_text(v, "name", &n);
        if (n > 0)
            (void)inc_document_add_html(p->d, named, text, n);
        else
            drop(p, path, INC_LEFT_UNREADABLE);
        return;
    }
    text = text_of(v, &n);
    if (n > 0)
        (void)inc_document_add_html(p->d, path, text, n);
    else if (!json_is_null(v))
        drop(p, path, INC_LEFT_UNREADABLE);
}

/* A term with a concept of ESCO, or words. */
static void
term(struct posting *p, const char *path, json_t *v, enum inc_draft_kind kind)
{
    const char *uri = uri_of(p, v);
    size_t n;
    const char *name = member_text(v, "name", &n);
    struct inc_draft_fact *f;

    if (uri == NULL) {
        words(p, path, v);
        return;
    }
    f = inc_document_fact(p->d, path, n > 0 ? name : uri,
                          n > 0 ? n : strlen(uri), kind);
    if (f != NULL)
        inc_fact_uri(f, uri);
}

static void
skill(struct posting *p, const char *path, json_t *v)
{
    if (!each(p, path, v, skill))
        term(p, path, v, INC_DRAFT_SKILL);
}

/* A code of some classification says nothing here; its name does. */
static void
category(struct posting *p, const char *path, json_t *v)
{
    size_t n;
    const char *text = text_of(v, &n);

    if (each(p, path, v, category))
        return;
    if (n > 0 && text[0] >= '0' && text[0] <= '9')
        drop(p, path, INC_LEFT_NO_PLACE);
    else
        term(p, path, v, INC_DRAFT_OCCUPATION);
}

static void
occupation(struct posting *p, const char *path, json_t *v)
{
    if (!each(p, path, v, occupation))
        term(p, path, v, INC_DRAFT_OCCUPATION);
}

static void
kind_of_work(struct posting *p, const char *path, json_t *v)
{
    static const struct {
        const char *name;
        enum inc_draft_kind kind;
        const char *value;
    } kinds[] = {{"FULL_TIME", INC_DRAFT_HOURS, "full_time"},
                 {"PART_TIME", INC_DRAFT_HOURS, "part_time"},
                 {"CONTRACTOR", INC_DRAFT_CONTRACT, "lavoro_autonomo"},
                 {"TEMPORARY", INC_DRAFT_CONTRACT, "tempo_determinato"},
                 {"INTERN", INC_DRAFT_CONTRACT, "tirocinio"},
                 {"VOLUNTEER", INC_DRAFT_CONTRACT, "volontariato"}};
    size_t n;
    const char *text = text_of(v, &n);

    if (each(p, path, v, kind_of_work))
        return;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (inc_word_equals(text, n, kinds[i].name)) {
            struct inc_draft_fact *f = state(p, path, v, kinds[i].kind);

            if (f != NULL)
                inc_fact_value(f, kinds[i].value);
            return;
        }
    if (inc_word_equals(text, n, "PER_DIEM") ||
        inc_word_equals(text, n, "OTHER"))
        drop(p, path, INC_LEFT_NO_PLACE);
    else
        words(p, path, v); /* "Tempo indeterminato": not a word of the list */
}

/* A whole number, also as a text; -1. */
static int64_t
number_of(json_t *v)
{
    size_t n;
    const char *text = text_of(v, &n);

    if (json_is_integer(v))
        return json_integer_value(v);
    return n > 0 ? inc_word_number(text, n) : -1;
}

static void
seats(struct posting *p, const char *path, json_t *v)
{
    const int64_t n = number_of(v);
    struct inc_draft_fact *f;

    if (n < 1 || n > SEATS_MAX) {
        drop(p, path, INC_LEFT_UNREADABLE);
        return;
    }
    f = state(p, path, v, INC_DRAFT_SEATS);
    if (f != NULL)
        inc_fact_number(f, n);
}

static void
day(struct posting *p, const char *path, json_t *v, enum inc_draft_kind kind)
{
    size_t n;
    const char *text = text_of(v, &n);
    struct inc_draft_fact *f;
    int32_t days;

    if (inc_word_date(&days, text, n, 0) != 3) {
        drop(p, path, INC_LEFT_UNREADABLE);
        return;
    }
    f = state(p, path, v, kind);
    if (f != NULL)
        inc_fact_date(f, days);
}

static void
expires(struct posting *p, const char *path, json_t *v)
{
    day(p, path, v, INC_DRAFT_EXPIRES);
}

static void
start(struct posting *p, const char *path, json_t *v)
{
    day(p, path, v, INC_DRAFT_START);
}

/* --- where -----------------------------------------------------------------
 */

static int
is_italy(json_t *country)
{
    size_t n;
    const char *text = json_is_object(country)
                           ? member_text(country, "name", &n)
                           : text_of(country, &n);

    return n == 0 || inc_word_equals(text, n, "IT") ||
           inc_word_equals(text, n, "ITA") ||
           inc_word_equals(text, n, "Italia") ||
           inc_word_equals(text, n, "Italy");
}

static const char *
province_of(struct posting *p, const char *text, size_t n)
{
    char sigla[3] = "";

    inc_word_trim(&text, &n);
    if (n != 2)
        return NULL;
    for (size_t i = 0; i < 2; i++) {
        const char c = text[i];

        if (c >= 'a' && c <= 'z')
            sigla[i] = (char)(c - 'a' + 'A');
        else if (c >= 'A' && c <= 'Z')
            sigla[i] = c;
        else
            return NULL;
    }
    return inc_arena_text(&p->d->arena, sigla, 2);
}

/* "Lucca", "Livo (CO)". */
static void
town(struct posting *p, const char *path, const char *text, size_t n,
     const char *region, size_t region_n)
{
    const char *province = province_of(p, region, region_n);
    struct inc_draft_fact *f;

    inc_word_trim(&text, &n);
    f = inc_document_fact(p->d, path, text, n, INC_DRAFT_PLACE);
    if (f == NULL)
        return;
    if (f->len > 5 && n > 5 && text[n - 1] == ')' && text[n - 4] == '(') {
        const unsigned char *name = p->d->text.data + f->at;

        province = province_of(p, text + n - 3, 2);
        f->len -= name[f->len - 5] == ' ' ? 5 : 4;
    }
    if (province != NULL)
        inc_fact_value(f, province);
    p->has_place = 1;
}

static void
place(struct posting *p, const char *path, json_t *v)
{
    json_t *address = json_object_get(v, "address");
    char inside[INC_INTAKE_PATH], city[INC_INTAKE_PATH];
    size_t n, region_n;
    const char *text, *region;

    if (each(p, path, v, place))
        return;
    below(inside, path, "address");
    if (json_is_array(address))
        address = json_array_get(address, 0);
    if (!json_is_object(address)) {
        drop(p, path, INC_LEFT_UNREADABLE);
        return;
    }
    text = member_text(address, "addressLocality", &n);
    region = member_text(address, "addressRegion", &region_n);
    below(city, inside, "addressLocality");
    if (n == 0 || p->has_place ||
        !is_italy(json_object_get(address, "addressCountry"))) {
        drop(p, path, INC_LEFT_NO_PLACE);
        return;
    }
    town(p, city, text, n, region, region_n);
    if (json_object_get(address, "streetAddress") != NULL) {
        below(city, inside, "streetAddress");
        drop(p, city, INC_LEFT_NO_PLACE);
    }
}

/* --- what is asked ---------------------------------------------------------
 */

static void
experience(struct posting *p, const char *path, json_t *v)
{
    json_t *count = json_object_get(v, "monthsOfExperience");
    int64_t months = number_of(count);
    struct inc_draft_fact *f;
    char inside[INC_INTAKE_PATH];

    if (each(p, path, v, experience))
        return;
    if (count == NULL) {
        words(p, path, v);
        return;
    }
    below(inside, path, "monthsOfExperience");
    if (json_is_real(count))
        months = -1;
    if (months < 0 || months > MONTHS_MAX) {
        drop(p, inside, INC_LEFT_UNREADABLE);
        return;
    }
    f = state(p, inside, count, INC_DRAFT_OCCUPATION);
    if (f != NULL)
        inc_fact_number(f, months);
}

/* Categories that search engines ask for, and the EQF level they stand for in
 * Italy (D.M. 8 January 2018, not checked against the official text). */
static void
schooling(struct posting *p, const char *path, json_t *v)
{
    static const struct {
        const char *name;
        int64_t eqf;
    } levels[] = {{"high school", 4},
                  {"associate degree", 5},
                  {"bachelor degree", 6},
                  {"postgraduate degree", 7}};
    json_t *credential = json_object_get(v, "credentialCategory");
    char inside[INC_INTAKE_PATH];
    size_t n;
    const char *text = text_of(credential, &n);

    if (each(p, path, v, schooling))
        return;
    below(inside, path, "credentialCategory");
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (inc_word_equals(text, n, levels[i].name)) {
            struct inc_draft_fact *f =
                state(p, inside, credential, INC_DRAFT_EDUCATION);

            if (f != NULL)
                inc_fact_number(f, levels[i].eqf);
            return;
        }
    if (inc_word_equals(text, n, "no requirements") ||
        inc_word_equals(text, n, "professional certificate"))
        drop(p, inside, INC_LEFT_NO_PLACE);
    else if (n > 0)
        words(p, inside, credential);
    else
        words(p, path, v);
}

/* --- the table -------------------------------------------------------------
 */

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
    TAKE("title", words),
    TAKE("relevantOccupation", occupation),
    TAKE("occupationalCategory", category),
    TAKE("totalJobOpenings", seats),
    TAKE("jobLocation", place),
    TAKE("employmentType", kind_of_work),
    TAKE("jobStartDate", start),
    TAKE("validThrough", expires),
    TAKE("workHours", words),
    TAKE("experienceRequirements", experience),
    TAKE("educationRequirements", schooling),
    TAKE("qualifications", skill),
    TAKE("skills", skill),
    TAKE("responsibilities", words),
    TAKE("description", words),
    DROP("physicalRequirement", BODY),
    DROP("sensoryRequirement", BODY),
    DROP("eligibilityToWorkRequirement", ORIGIN),
    DROP("applicantLocationRequirements", NO_PLACE),
    DROP("securityClearanceRequirement", NO_PLACE),
    DROP("hiringOrganization", OTHERS),
    DROP("employmentUnit", OTHERS),
    DROP("employerOverview", OTHERS),
    DROP("applicationContact", OTHERS),
    DROP("baseSalary", NO_PLACE),
    DROP("estimatedSalary", NO_PLACE),
    DROP("salaryCurrency", NO_PLACE),
    DROP("incentiveCompensation", NO_PLACE),
    DROP("incentives", NO_PLACE),
    DROP("jobBenefits", NO_PLACE),
    DROP("benefits", NO_PLACE),
    DROP("industry", NO_PLACE),
    DROP("specialCommitments", NO_PLACE),
    DROP("experienceInPlaceOfEducation", NO_PLACE),
    DROP("jobImmediateStart", NO_PLACE),
    DROP("jobLocationType", NO_PLACE),
    DROP("name", FORM),
    DROP("datePosted", FORM),
    DROP("directApply", FORM),
    DROP("identifier", FORM),
    DROP("image", FORM),
    DROP("url", FORM),
    DROP("mainEntityOfPage", FORM),
    DROP("sameAs", FORM),
    DROP("@context", FORM),
    DROP("@type", FORM),
    DROP("@id", FORM),
#undef TAKE
#undef DROP
};

static void
read_posting(struct posting *p, const char *path, json_t *v)
{
    const char *key;
    json_t *value;
    char one[INC_INTAKE_PATH];

    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        value = json_object_get(v, rules[i].name);
        if (value == NULL || json_is_null(value))
            continue;
        below(one, path, rules[i].name);
        if (rules[i].take != NULL)
            rules[i].take(p, one, value);
        else if (rules[i].name[0] != '@')
            drop(p, one, rules[i].why);
    }
    json_object_foreach(v, key, value)
    {
        int known = 0;

        for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
            known |= strcmp(rules[i].name, key) == 0;
        if (known)
            continue;
        below(one, path, key);
        drop(p, one, INC_LEFT_UNKNOWN);
    }
}

/* --- finding it ------------------------------------------------------------
 */

struct search {
    json_t *found; /* borrowed */
    char path[INC_INTAKE_PATH];
    size_t n;
};

static int
is_posting(json_t *v)
{
    json_t *type = json_object_get(v, "@type"), *one;
    size_t i, n;
    const char *text = text_of(type, &n), *word;

    word = strrchr(text, '/');
    word = word == NULL ? strrchr(text, ':') : word;
    if (strcmp(word == NULL ? text : word + 1, "JobPosting") == 0)
        return 1;
    json_array_foreach(type, i, one)
    {
        text = text_of(one, &n);
        word = strrchr(text, '/');
        word = word == NULL ? strrchr(text, ':') : word;
        if (strcmp(word == NULL ? text : word + 1, "JobPosting") == 0)
            return 1;
    }
    return 0;
}

/* At most DEPTH deep. NOLINTBEGIN(misc-no-recursion) */
static void
look(struct search *s, const char *path, json_t *v, int depth)
{
    char one[INC_INTAKE_PATH];
    const char *key;
    json_t *item;
    size_t i;

    if (depth > DEPTH)
        return;
    if (json_is_object(v) && is_posting(v)) {
        if (s->n++ == 0) {
            s->found = v;
            (void)snprintf(s->path, sizeof s->path, "%s", path);
        }
        return;
    }
    if (json_is_array(v))
        json_array_foreach(v, i, item)
        {
            at_index(one, path, i);
            look(s, one, item, depth + 1);
        }
    if (json_is_object(v))
        json_object_foreach(v, key, item)
        {
            below(one, path, key);
            look(s, one, item, depth + 1);
        }
}

/* NOLINTEND(misc-no-recursion) */

static enum inc_status
load(json_t **out, const char *text, size_t n, struct inc_err *err)
{
    json_error_t trouble;
    enum inc_status st;

    if (n > JSON_BYTES)
        return inc_fail(err, INC_E_LIMIT, 0,
                        "the JSON has %zu bytes, more than %d", n, JSON_BYTES);
    *out = json_loadb(text, n, 0, &trouble);
    if (*out != NULL)
        return INC_OK;
    /* jansson quotes the text near the trouble: only the place is said. */
    st = inc_fail(err, INC_E_FORMAT, 0, "JSON, line %d: not valid here",
                  trouble.line);
    inc_err_where(err, "%d:%d", trouble.line, trouble.column);
    inc_err_hint(err, "is the file whole, and UTF-8?");
    return st;
}

static enum inc_status
make(struct inc_document *out, const struct search *s, size_t bytes,
     struct inc_err *err)
{
    struct posting p = {.d = out};
    enum inc_status st;

    if (s->n != 1) {
        st = inc_fail(err, s->n == 0 ? INC_E_FORMAT : INC_E_LIMIT, 0,
                      s->n == 0 ? "there is no JobPosting in the document"
                                : "there are %zu JobPostings in the document",
                      s->n);
        inc_err_hint(err, s->n == 0 ? "--format text reads it as words"
                                    : "one at a time");
        return st;
    }
    st = inc_document_init(out, INC_FORM_JOBPOSTING, bytes, err);
    if (st != INC_OK)
        return st;
    read_posting(&p, s->path, s->found);
    return inc_document_end(out, err);
}

/* The scripts of a page: the postings in any of them. */
static enum inc_status
look_in_page(struct search *s, json_t **kept, const char *html, size_t n,
             struct inc_err *err)
{
    size_t pos = 0, script = 0, len;
    const char *json;
    enum inc_status st = INC_OK;

    while (inc_html_next_json(&json, &len, html, n, &pos)) {
        json_t *root = NULL;
        const size_t before = s->n;
        char path[INC_INTAKE_PATH];

        (void)snprintf(path, sizeof path, "script[%zu]:$", ++script);
        st = load(&root, json, len, err);
        if (st != INC_OK)
            break;
        look(s, path, root, 0);
        if (before == 0 && s->n > 0)
            *kept = root;
        else
            json_decref(root);
    }
    return st;
}

enum inc_status
inc_read_jobposting(struct inc_document *out, const void *bytes, size_t len,
                    const struct inc_intake *how, struct inc_err *err)
{
    const char *text = bytes;
    struct search s = {0};
    json_t *root = NULL;
    enum inc_status st = INC_OK;
    size_t at = 0;

    (void)how;
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        at = 3;
    while (at < len && (unsigned char)text[at] <= ' ')
        at++;
    if (at < len && text[at] == '<') {
        INC_TRY(look_in_page(&s, &root, text, len, err));
    } else {
        INC_TRY(load(&root, text + at, len - at, err));
        look(&s, "$", root, 0);
    }
    INC_TRY(make(out, &s, len, err));
out:
    json_decref(root);
    if (st != INC_OK)
        inc_document_release(out);
    return st;
}
