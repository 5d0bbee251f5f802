#include "engine/profile/validate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/date.h"
#include "engine/base/keys.h"
#include "engine/base/map.h"
#include "engine/profile/concepts.h"

enum { SUGGESTIONS = 3 };

/* --- concepts ------------------------------------------------------------ */

static const char *
pillar_name(enum inc_pillar p)
{
    return p == INC_PILLAR_OCCUPATION ? "occupation" : "skill";
}

/* A URI may be quoted; a text in its place may be somebody's name. */
static int
looks_like_uri(const char *text)
{
    if (strstr(text, "://") == NULL)
        return 0;
    for (; *text != '\0'; text++)
        if (*text <= ' ' || *text > '~')
            return 0;
    return 1;
}

static void
suggest(const struct inc_reference *ref, const struct inc_mention *m,
        struct inc_err *err)
{
    struct inc_hit hit[SUGGESTIONS];
    struct inc_buf text = {0};
    size_t n;

    if (ref->search == NULL || err == NULL) {
        inc_err_hint(err, "the URI of a known %s", pillar_name(m->pillar));
        return;
    }
    n = looks_like_uri(m->uri)
            ? inc_search_uri(ref->search, m->pillar, m->uri, strlen(m->uri),
                             hit, SUGGESTIONS)
            : inc_search_text(ref->search, m->pillar, m->uri, strlen(m->uri),
                              -1, hit, SUGGESTIONS);
    inc_buf_text(&text, n == 0 ? "the URI of a known " : "nearest known: ");
    if (n == 0)
        inc_buf_text(&text, pillar_name(m->pillar));
    for (size_t i = 0; i < n; i++)
        inc_buf_printf(&text, "%s%.50s <%s>", i == 0 ? "" : "; ", hit[i].label,
                       inc_concept_uri(ref->taxonomy, m->pillar, hit[i].id));
    inc_err_hint(err, "%s", inc_buf_cstr(&text));
    inc_buf_release(&text);
}

struct check {
    const struct inc_reference *ref;
    struct inc_err *err;
};

static enum inc_status
check_concept(void *arg, const struct inc_mention *m)
{
    const struct check *c = arg;
    char place[INC_PLACE_TEXT];

    if (inc_concept_find(c->ref->taxonomy, m->pillar, m->uri, strlen(m->uri)) !=
        INC_NO_CONCEPT)
        return INC_OK;
    if (looks_like_uri(m->uri))
        (void)inc_fail(c->err, INC_E_CONCEPT, 0, "%.200s is not a known %s",
                       m->uri, pillar_name(m->pillar));
    else
        (void)inc_fail(c->err, INC_E_CONCEPT, 0, "not the URI of a known %s",
                       pillar_name(m->pillar));
    suggest(c->ref, m, c->err);
    inc_place_format(place, &m->place);
    inc_err_where(c->err, "%s", place);
    return INC_E_CONCEPT;
}

struct told {
    const struct inc_reference *ref;
    void (*tell)(void *arg, const char *text);
    void *arg;
};

static enum inc_status
tell_concept(void *arg, const struct inc_mention *m)
{
    const struct told *t = arg;
    const struct inc_taxonomy *tax = t->ref->taxonomy;
    uint32_t id = inc_concept_find(tax, m->pillar, m->uri, strlen(m->uri));
    char place[INC_PLACE_TEXT];
    struct inc_buf text = {0};

    inc_place_format(place, &m->place);
    if (id == INC_NO_CONCEPT) {
        inc_buf_printf(&text, "%s: this %s is not in the taxonomy (any more)",
                       place, pillar_name(m->pillar));
        t->tell(t->arg, inc_buf_cstr(&text));
    } else if (inc_concept_retired(tax, m->pillar, id)) {
        uint32_t next = inc_concept_replacement(tax, m->pillar, id);
        inc_buf_printf(&text, "%s: \"%s\" is retired", place,
                       inc_concept_label(tax, m->pillar, id, -1));
        if (next != INC_NO_CONCEPT)
            inc_buf_printf(&text, ", replaced by \"%s\" <%s>",
                           inc_concept_label(tax, m->pillar, next, -1),
                           inc_concept_uri(tax, m->pillar, next));
        t->tell(t->arg, inc_buf_cstr(&text));
    }
    inc_buf_release(&text);
    return INC_OK;
}

void
inc_validate_notes(enum inc_record_kind kind, const union inc_record *r,
                   const struct inc_reference *ref,
                   void (*tell)(void *arg, const char *text), void *arg)
{
    struct told t = {ref, tell, arg};

    if (ref->taxonomy != NULL)
        (void)inc_concepts_walk(kind, r, tell_concept, &t);
}

/* --- things that are there twice ----------------------------------------- */

static enum inc_status
twice(const char *list, uint32_t first, uint32_t second, const char *under,
      const char *what, struct inc_err *err)
{
    (void)inc_fail(err, INC_E_DUPLICATE, 0, "the same %s as %s[%" PRIu32 "]",
                   what, list, first);
    inc_err_where(err, "%s[%" PRIu32 "]%s", list, second, under);
    inc_err_hint(err, "each %s once", what);
    return INC_E_DUPLICATE;
}

/* `step` bytes lie between the texts; their places are list[i]under. */
static enum inc_status
check_texts_once(const char *const *first, size_t step, uint32_t n,
                 const char *list, const char *under, const char *what,
                 struct inc_err *err)
{
    struct inc_map seen = {0};
    enum inc_status st = INC_OK;

    for (uint32_t i = 0; i < n; i++) {
        const char *text;
        uint32_t was;
        memcpy(&text, (const char *)first + i * step, sizeof text);
        st = inc_map_add(&seen, text, strlen(text), i, &was);
        if (st != INC_OK)
            st = inc_fail(err, INC_E_NOMEM, 0, "checking %s", list);
        else if (was != INC_MAP_NONE)
            st = twice(list, was, i, under, what, err);
        if (st != INC_OK)
            break;
    }
    inc_map_release(&seen);
    return st;
}
#define TEXTS_ONCE(ITEMS, N, MEMBER, LIST, WHAT, ERR)                          \
    ((N) == 0 ? INC_OK                                                         \
              : check_texts_once(&(ITEMS)[0].MEMBER, sizeof(ITEMS)[0], N,      \
                                 LIST, "." #MEMBER, WHAT, ERR))

/* Indices of names, each under 64. */
static enum inc_status
check_codes_once(const int64_t *codes, uint32_t n, const char *list,
                 const char *const *names, struct inc_err *err)
{
    uint64_t seen = 0;

    for (uint32_t i = 0; i < n; i++) {
        uint64_t bit = UINT64_C(1) << ((uint64_t)codes[i] & 63);
        if (seen & bit) {
            (void)inc_fail(err, INC_E_DUPLICATE, 0, "%s is there twice",
                           names[codes[i]]);
            inc_err_where(err, "%s[%" PRIu32 "]", list, i);
            inc_err_hint(err, "each one once");
            return INC_E_DUPLICATE;
        }
        seen |= bit;
    }
    return INC_OK;
}

/* --- codes --------------------------------------------------------------- */

static int
all_digits(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text < '0' || *text > '9')
            return 0;
    return 1;
}

static enum inc_status
check_comune(const char *istat, const char *where,
             const struct inc_reference *ref, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    if (!all_digits(istat))
        st = inc_fail(err, INC_E_COMUNE, 0, "not an ISTAT code");
    else if (ref->geo != NULL &&
             inc_geo_find(ref->geo, istat, strlen(istat)) == INC_NO_COMUNE)
        st = inc_fail(err, INC_E_COMUNE, 0, "no comune has the ISTAT code %s",
                      istat);
    if (st != INC_OK) {
        uint16_t near[SUGGESTIONS];
        size_t n = ref->geo == NULL
                       ? 0
                       : inc_geo_search(ref->geo, istat, strlen(istat), near,
                                        SUGGESTIONS);
        struct inc_buf text = {0};
        inc_buf_text(&text, "the 6-digit ISTAT code of a comune (046017 is "
                            "Lucca); comune.find looks names up");
        for (size_t i = 0; i < n; i++) {
            const struct inc_comune *c = inc_geo_comune(ref->geo, near[i]);
            inc_buf_printf(&text, "%s%s %s", i == 0 ? "; nearest: " : ", ",
                           c->istat, c->name);
        }
        inc_err_hint(err, "%s", inc_buf_cstr(&text));
        inc_buf_release(&text);
        inc_err_where(err, "%s", where);
    }
    return st;
}

/* NN, NN.NN, NN.NN.N or NN.NN.NN. */
static enum inc_status
check_ateco(const char *code, struct inc_err *err)
{
    static const char shape[] = "NN.NN.NN";
    size_t len = strlen(code);
    int good = len == 2 || len == 5 || len == 7 || len == 8;

    for (size_t i = 0; good && i < len; i++)
        good =
            shape[i] == '.' ? code[i] == '.' : code[i] >= '0' && code[i] <= '9';
    if (good)
        return INC_OK;
    (void)inc_fail(err, INC_E_RANGE, 0, "ateco is %s", code);
    inc_err_where(err, "ateco");
    inc_err_hint(err, "an ATECO 2025 code of digits: 25, 25.11, 25.11.0 or "
                      "25.11.00");
    return INC_E_RANGE;
}

static enum inc_status
check_lang(const char *lang, const char *list, uint32_t i, struct inc_err *err)
{
    if (lang[0] >= 'a' && lang[0] <= 'z' && lang[1] >= 'a' && lang[1] <= 'z')
        return INC_OK;
    (void)inc_fail(err, INC_E_RANGE, 0, "lang is %.2s", lang);
    inc_err_where(err, "%s[%" PRIu32 "].lang", list, i);
    inc_err_hint(err, "two lower-case letters, ISO 639-1: it, en, ar");
    return INC_E_RANGE;
}

/* --- windows and dates --------------------------------------------------- */

static void
window_text(char out[32], const struct inc_window *w)
{
    char from[INC_TIME_TEXT], to[INC_TIME_TEXT];

    inc_time_format(from, (uint16_t)w->from);
    inc_time_format(to, (uint16_t)w->to);
    (void)snprintf(out, 32, "%s %s-%s", inc_day_names[w->day], from, to);
}

static enum inc_status
check_windows(const struct inc_window *w, uint32_t n, const char *list,
              struct inc_err *err)
{
    char a[32], b[32];

    for (uint32_t i = 0; i < n; i++) {
        window_text(b, &w[i]);
        if (w[i].from >= w[i].to) {
            (void)inc_fail(err, INC_E_WINDOW, 0, "the window %s %s", b,
                           w[i].from == w[i].to ? "is empty"
                                                : "ends before it starts");
            inc_err_where(err, "%s[%" PRIu32 "]", list, i);
            inc_err_hint(err, "from before to; a night shift is two windows, "
                              "one to 24:00 and one from 00:00");
            return INC_E_WINDOW;
        }
        for (uint32_t j = 0; j < i; j++) {
            if (w[j].day != w[i].day || w[j].to <= w[i].from ||
                w[i].to <= w[j].from)
                continue;
            window_text(a, &w[j]);
            (void)inc_fail(err, INC_E_WINDOW, 0,
                           "the windows %s and %s overlap", a, b);
            inc_err_where(err, "%s[%" PRIu32 "]", list, i);
            inc_err_hint(err,
                         "windows of one list that do not overlap; the "
                         "other one is %s[%" PRIu32 "]",
                         list, j);
            return INC_E_WINDOW;
        }
    }
    return INC_OK;
}

static enum inc_status
check_order(int64_t first, int64_t last, const char *where,
            const char *first_name, struct inc_err *err)
{
    char a[INC_DATE_TEXT], b[INC_DATE_TEXT];

    if (first <= last)
        return INC_OK;
    inc_date_format(a, (int32_t)first);
    inc_date_format(b, (int32_t)last);
    (void)inc_fail(err, INC_E_DATE, 0, "%s is before %s", b, a);
    inc_err_where(err, "%s", where);
    inc_err_hint(err, "the same day as %s or later", first_name);
    return INC_E_DATE;
}

/* --- records ------------------------------------------------------------- */

static enum inc_status
check_availability(const struct inc_availability *a, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    if (INC_HAS(a, INC_AVAILABILITY_FROM) && INC_HAS(a, INC_AVAILABILITY_UNTIL))
        INC_TRY(check_order(a->from, a->until, "availability.until",
                            "availability.from", err));
    INC_TRY(
        check_windows(a->windows, a->n_windows, "availability.windows", err));
    INC_TRY(check_windows(a->absences, a->n_absences, "availability.absences",
                          err));
out:
    return st;
}

static enum inc_status
check_candidate(const struct inc_candidate *c, const struct inc_reference *ref,
                struct inc_err *err)
{
    enum inc_status st = INC_OK;

    if (INC_HAS(c, INC_CANDIDATE_HOME))
        INC_TRY(check_comune(c->home, "home", ref, err));
    INC_TRY(TEXTS_ONCE(c->skills, c->n_skills, uri, "skills", "skill", err));
    INC_TRY(TEXTS_ONCE(c->occupations, c->n_occupations, uri, "occupations",
                       "occupation", err));
    INC_TRY(TEXTS_ONCE(c->languages, c->n_languages, lang, "languages",
                       "language", err));
    for (uint32_t i = 0; i < c->n_languages; i++)
        INC_TRY(check_lang(c->languages[i].lang, "languages", i, err));
    for (uint32_t i = 0; i < c->n_education; i++) {
        if (!INC_HAS(&c->education[i], INC_EDUCATION_ISCED_F) ||
            all_digits(c->education[i].isced_f))
            continue;
        st = inc_fail(err, INC_E_RANGE, 0, "isced_f is %s",
                      c->education[i].isced_f);
        inc_err_where(err, "education[%" PRIu32 "].isced_f", i);
        inc_err_hint(err, "2 to 4 digits, ISCED-F 2013");
        goto out;
    }
    INC_TRY(check_codes_once(c->licences, c->n_licences, "licences",
                             inc_licence_names, err));
    INC_TRY(check_availability(&c->availability, err));
    INC_TRY(check_codes_once(c->mobility.modes, c->mobility.n_modes,
                             "mobility.modes", inc_travel_names, err));
    if (c->preferences.n_occupations != 0)
        INC_TRY(check_texts_once(
            c->preferences.occupations, sizeof c->preferences.occupations[0],
            c->preferences.n_occupations, "preferences.occupations", "",
            "occupation", err));
    INC_TRY(check_codes_once(c->preferences.kinds, c->preferences.n_kinds,
                             "preferences.kinds", inc_need_kind_names, err));
out:
    return st;
}

/* An alternative must be another skill than the one asked for, and once. */
static enum inc_status
check_alternatives(const struct inc_requirement *q, uint32_t i,
                   struct inc_err *err)
{
    for (uint32_t j = 0; j < q->n_alternatives; j++) {
        int same = strcmp(q->alternatives[j], q->uri) == 0;
        for (uint32_t k = 0; k < j && !same; k++)
            same = strcmp(q->alternatives[j], q->alternatives[k]) == 0;
        if (!same)
            continue;
        (void)inc_fail(err, INC_E_DUPLICATE, 0,
                       "this alternative is in the requirement already");
        inc_err_where(
            err, "requirements[%" PRIu32 "].alternatives[%" PRIu32 "]", i, j);
        inc_err_hint(err, "each skill once in a requirement");
        return INC_E_DUPLICATE;
    }
    return INC_OK;
}

static enum inc_status
check_need(const struct inc_need *n, const struct inc_reference *ref,
           struct inc_err *err)
{
    enum inc_status st = INC_OK;
    char list[48];

    if (INC_HAS(n, INC_NEED_COMUNE))
        INC_TRY(check_comune(n->comune, "comune", ref, err));
    if (INC_HAS(n, INC_NEED_ATECO))
        INC_TRY(check_ateco(n->ateco, err));
    if (INC_HAS(n, INC_NEED_START) && INC_HAS(n, INC_NEED_END))
        INC_TRY(check_order(n->start, n->end, "end", "start", err));
    INC_TRY(check_windows(n->schedule, n->n_schedule, "schedule", err));
    INC_TRY(TEXTS_ONCE(n->requirements, n->n_requirements, uri, "requirements",
                       "skill", err));
    for (uint32_t i = 0; i < n->n_requirements; i++)
        INC_TRY(check_alternatives(&n->requirements[i], i, err));
    INC_TRY(TEXTS_ONCE(n->languages, n->n_languages, lang, "languages",
                       "language", err));
    for (uint32_t i = 0; i < n->n_languages; i++)
        INC_TRY(check_lang(n->languages[i].lang, "languages", i, err));
    for (uint32_t i = 0; i < n->n_licences; i++) {
        (void)snprintf(list, sizeof list, "licences[%" PRIu32 "].any_of", i);
        INC_TRY(check_codes_once(n->licences[i].any_of, n->licences[i].n_any_of,
                                 list, inc_licence_names, err));
    }
out:
    return st;
}

static enum inc_status
check_company(const struct inc_company *c, const struct inc_reference *ref,
              struct inc_err *err)
{
    enum inc_status st = INC_OK;

    if (INC_HAS(c, INC_COMPANY_COMUNE))
        INC_TRY(check_comune(c->comune, "comune", ref, err));
    if (INC_HAS(c, INC_COMPANY_ATECO))
        INC_TRY(check_ateco(c->ateco, err));
out:
    return st;
}

static enum inc_status
check_user(const struct inc_user *u, struct inc_err *err)
{
    unsigned char key[INC_CURVE];
    enum inc_status st = INC_OK;

    if (inc_z85_read(key, u->key, strlen(u->key)) != 0) {
        st = inc_fail(err, INC_E_TEXT, 0, "this is not a public key");
        inc_err_where(err, "key");
        inc_err_hint(err, "40 characters of Z85, as incrocio keys new prints");
        return st;
    }
    for (uint32_t i = 0; i < u->n_offices; i++)
        for (uint32_t k = 0; k < i; k++)
            if (strcmp(u->offices[i], u->offices[k]) == 0) {
                st = inc_fail(err, INC_E_DUPLICATE, 0,
                              "this office is there twice");
                inc_err_where(err, "offices[%" PRIu32 "]", i);
                return st;
            }
    return st;
}

enum inc_status
inc_validate(enum inc_record_kind kind, const union inc_record *r,
             const struct inc_reference *ref, struct inc_err *err)
{
    struct check c = {ref, err};
    enum inc_status st = INC_OK;

    if (kind == INC_RECORD_CANDIDATE)
        INC_TRY(check_candidate(&r->candidate, ref, err));
    else if (kind == INC_RECORD_NEED)
        INC_TRY(check_need(&r->need, ref, err));
    else if (kind == INC_RECORD_COMPANY)
        INC_TRY(check_company(&r->company, ref, err));
    else
        INC_TRY(check_user(&r->user, err));
    if (ref->taxonomy != NULL)
        INC_TRY(inc_concepts_walk(kind, r, check_concept, &c));
out:
    return st;
}
