#include "engine/draft/compare.h"

#include <string.h>

static void
count(struct inc_draft_counts *c, enum inc_draft_kind kind,
      enum inc_draft_fate fate)
{
    c->n[kind][fate]++;
}

/* One value that is there or not on either side. */
static void
scalar(struct inc_draft_counts *c, enum inc_draft_kind kind, int before,
       int after, int same)
{
    if (before && after)
        count(c, kind, same ? INC_DRAFT_KEPT : INC_DRAFT_CHANGED);
    else if (before)
        count(c, kind, INC_DRAFT_REMOVED);
    else if (after)
        count(c, kind, INC_DRAFT_ADDED);
}

/* Two lists of things that are told apart by `match`: 0 another thing, 1 the
 * same thing changed, 2 the same. */
typedef int match_fn(const void *a, const void *b);

static void
lists(struct inc_draft_counts *c, enum inc_draft_kind kind, const void *before,
      size_t n, const void *after, size_t m, size_t size, match_fn *match)
{
    const char *a = before, *b = after;
    size_t met = 0;

    for (size_t i = 0; i < n; i++) {
        int best = 0;

        for (size_t k = 0; k < m && best < 2; k++) {
            int one = match(a + i * size, b + k * size);

            best = one > best ? one : best;
        }
        met += best > 0;
        count(c, kind,
              best == 2   ? INC_DRAFT_KEPT
              : best == 1 ? INC_DRAFT_CHANGED
                          : INC_DRAFT_REMOVED);
    }
    if (m > met)
        c->n[kind][INC_DRAFT_ADDED] += (uint32_t)(m - met);
}

static int
same_text(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static int
same_requirement(const void *x, const void *y)
{
    const struct inc_requirement *a = x, *b = y;

    return same_text(a->uri, b->uri) ? 2 : 0;
}

static int
same_skill(const void *x, const void *y)
{
    const struct inc_skill *a = x, *b = y;

    return same_text(a->uri, b->uri) ? 2 : 0;
}

static int
same_held(const void *x, const void *y)
{
    const struct inc_held *a = x, *b = y;

    if (!same_text(a->uri, b->uri))
        return 0;
    return a->months == b->months ? 2 : 1;
}

static int
same_need_language(const void *x, const void *y)
{
    const struct inc_need_language *a = x, *b = y;

    if (!same_text(a->lang, b->lang))
        return 0;
    return a->level == b->level ? 2 : 1;
}

static int
same_language(const void *x, const void *y)
{
    const struct inc_language *a = x, *b = y;

    if (!same_text(a->lang, b->lang))
        return 0;
    return a->listening == b->listening && a->reading == b->reading &&
                   a->interaction == b->interaction &&
                   a->production == b->production && a->writing == b->writing
               ? 2
               : 1;
}

static int
same_licence(const void *x, const void *y)
{
    const struct inc_need_licence *a = x, *b = y;
    uint32_t shared = 0;

    for (uint32_t i = 0; i < a->n_any_of; i++)
        for (uint32_t k = 0; k < b->n_any_of; k++)
            shared += a->any_of[i] == b->any_of[k];
    if (shared == 0)
        return 0;
    return shared == a->n_any_of && shared == b->n_any_of ? 2 : 1;
}

static int
same_number(const void *x, const void *y)
{
    const int64_t *a = x, *b = y;

    return *a == *b ? 2 : 0;
}

static int
same_window(const void *x, const void *y)
{
    const struct inc_window *a = x, *b = y;

    if (a->day != b->day)
        return 0;
    return a->from == b->from && a->to == b->to ? 2 : 1;
}

static int
same_title(const void *x, const void *y)
{
    const struct inc_education *a = x, *b = y;

    return a->eqf == b->eqf ? 2 : 0;
}

#define BOTH(bit) INC_HAS(p, bit), INC_HAS(q, bit)

static void
compare_needs(struct inc_draft_counts *c, const struct inc_need *p,
              const struct inc_need *q)
{
    scalar(c, INC_DRAFT_OCCUPATION, BOTH(INC_NEED_TITLE),
           same_text(p->title, q->title));
    scalar(c, INC_DRAFT_CONTRACT, BOTH(INC_NEED_KIND), p->kind == q->kind);
    scalar(c, INC_DRAFT_PLACE, BOTH(INC_NEED_COMUNE),
           same_text(p->comune, q->comune));
    scalar(c, INC_DRAFT_SEATS, BOTH(INC_NEED_SEATS), p->seats == q->seats);
    scalar(c, INC_DRAFT_START, BOTH(INC_NEED_START), p->start == q->start);
    scalar(c, INC_DRAFT_EXPIRES, BOTH(INC_NEED_EXPIRES),
           p->expires == q->expires);
    scalar(c, INC_DRAFT_HOURS, BOTH(INC_NEED_HOURS_WEEK),
           p->hours_week == q->hours_week);
    scalar(c, INC_DRAFT_EDUCATION, BOTH(INC_NEED_EDUCATION),
           p->education.eqf == q->education.eqf);
    lists(c, INC_DRAFT_HOURS, p->schedule, p->n_schedule, q->schedule,
          q->n_schedule, sizeof *p->schedule, same_window);
    lists(c, INC_DRAFT_SKILL, p->requirements, p->n_requirements,
          q->requirements, q->n_requirements, sizeof *p->requirements,
          same_requirement);
    lists(c, INC_DRAFT_LANGUAGE, p->languages, p->n_languages, q->languages,
          q->n_languages, sizeof *p->languages, same_need_language);
    lists(c, INC_DRAFT_LICENCE, p->licences, p->n_licences, q->licences,
          q->n_licences, sizeof *p->licences, same_licence);
    for (uint32_t i = 0; i < p->n_requirements; i++)
        for (uint32_t k = 0; k < q->n_requirements; k++) {
            const struct inc_requirement *a = &p->requirements[i];
            const struct inc_requirement *b = &q->requirements[k];

            if (!same_text(a->uri, b->uri))
                continue;
            scalar(c, INC_DRAFT_LEVEL, 1, 1, a->level == b->level);
            scalar(c, INC_DRAFT_IMPORTANCE, 1, 1,
                   a->importance == b->importance);
        }
}

static void
compare_people(struct inc_draft_counts *c, const struct inc_candidate *p,
               const struct inc_candidate *q)
{
    const struct inc_availability *v = &p->availability;
    const struct inc_availability *w = &q->availability;

    scalar(c, INC_DRAFT_PLACE, BOTH(INC_CANDIDATE_HOME),
           same_text(p->home, q->home));
    scalar(c, INC_DRAFT_START, INC_HAS(v, INC_AVAILABILITY_FROM),
           INC_HAS(w, INC_AVAILABILITY_FROM), v->from == w->from);
    scalar(c, INC_DRAFT_HOURS, INC_HAS(v, INC_AVAILABILITY_HOURS_WEEK),
           INC_HAS(w, INC_AVAILABILITY_HOURS_WEEK),
           v->hours_week == w->hours_week);
    lists(c, INC_DRAFT_HOURS, v->windows, v->n_windows, w->windows,
          w->n_windows, sizeof *v->windows, same_window);
    lists(c, INC_DRAFT_HOURS, v->absences, v->n_absences, w->absences,
          w->n_absences, sizeof *v->absences, same_window);
    lists(c, INC_DRAFT_OCCUPATION, p->occupations, p->n_occupations,
          q->occupations, q->n_occupations, sizeof *p->occupations, same_held);
    lists(c, INC_DRAFT_SKILL, p->skills, p->n_skills, q->skills, q->n_skills,
          sizeof *p->skills, same_skill);
    lists(c, INC_DRAFT_LANGUAGE, p->languages, p->n_languages, q->languages,
          q->n_languages, sizeof *p->languages, same_language);
    lists(c, INC_DRAFT_LICENCE, p->licences, p->n_licences, q->licences,
          q->n_licences, sizeof *p->licences, same_number);
    lists(c, INC_DRAFT_EDUCATION, p->education, p->n_education, q->education,
          q->n_education, sizeof *p->education, same_title);
    scalar(c, INC_DRAFT_MOBILITY, INC_HAS(&p->mobility, INC_MOBILITY_CAR),
           INC_HAS(&q->mobility, INC_MOBILITY_CAR),
           p->mobility.car == q->mobility.car);
    lists(c, INC_DRAFT_MOBILITY, p->mobility.modes, p->mobility.n_modes,
          q->mobility.modes, q->mobility.n_modes, sizeof *p->mobility.modes,
          same_number);
    for (uint32_t i = 0; i < p->n_skills; i++)
        for (uint32_t k = 0; k < q->n_skills; k++)
            if (same_text(p->skills[i].uri, q->skills[k].uri))
                scalar(c, INC_DRAFT_LEVEL, 1, 1,
                       p->skills[i].level == q->skills[k].level);
}

void
inc_draft_compare(struct inc_draft_counts *out, enum inc_record_kind kind,
                  const union inc_record *proposed,
                  const union inc_record *confirmed)
{
    memset(out, 0, sizeof *out);
    if (kind == INC_RECORD_NEED)
        compare_needs(out, &proposed->need, &confirmed->need);
    else if (kind == INC_RECORD_CANDIDATE)
        compare_people(out, &proposed->candidate, &confirmed->candidate);
}
