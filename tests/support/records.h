/*
 * records.h - random people and needs over a world, seeded. Everything lives
 * in the arena; memory trouble ends the test program.
 */
#ifndef INC_TESTS_SUPPORT_RECORDS_H
#define INC_TESTS_SUPPORT_RECORDS_H

#include <stdio.h>
#include <stdlib.h>

#include "engine/base/check.h"
#include "engine/base/date.h"
#include "engine/base/rng.h"
#include "engine/match/estate.h"

static inline void *
rec_array(struct inc_arena *a, size_t n, size_t size)
{
    void *p = inc_arena_array(a, n, size);
    INC_CHECK(p != NULL);
    return p;
}

static inline int
rec_chance(struct inc_rng *r, uint32_t percent)
{
    return inc_rng_below(r, 100) < percent;
}

static inline int64_t
rec_between(struct inc_rng *r, int64_t lo, int64_t hi)
{
    return lo + inc_rng_below(r, (uint32_t)(hi - lo + 1));
}

static inline const char *
rec_id(struct inc_arena *a, char letter, uint64_t n)
{
    char text[32];
    char *p;
    int len =
        snprintf(text, sizeof text, "%c-%05llu", letter, (unsigned long long)n);
    p = inc_arena_text(a, text, (size_t)len);
    INC_CHECK(p != NULL);
    return p;
}

/* A skill, more often one of an occupation's than any. */
static inline uint32_t
rec_skill(struct inc_rng *r, const struct inc_taxonomy *t, uint32_t occupation)
{
    const uint32_t *skills;
    size_t n = inc_occupation_essential(t, occupation, &skills);

    if (n > 0 && rec_chance(r, 70))
        return skills[inc_rng_below(r, (uint32_t)n)];
    return inc_rng_below(r, inc_concept_count(t, INC_PILLAR_SKILL));
}

static inline void
rec_skills(struct inc_candidate *c, struct inc_rng *r, struct inc_arena *a,
           const struct inc_taxonomy *t, uint32_t most)
{
    uint32_t occupation =
        inc_rng_below(r, inc_concept_count(t, INC_PILLAR_OCCUPATION));
    uint32_t want = inc_rng_below(r, most + 1);

    c->has |= UINT64_C(1) << INC_CANDIDATE_SKILLS;
    c->skills = rec_array(a, want, sizeof *c->skills);
    for (uint32_t i = 0; i < want; i++) {
        uint32_t id = rec_skill(r, t, occupation);
        const char *uri = inc_concept_uri(t, INC_PILLAR_SKILL, id);
        struct inc_skill *s = &c->skills[c->n_skills];
        int twice = 0;

        for (uint32_t j = 0; j < c->n_skills; j++)
            twice |= c->skills[j].uri == uri;
        if (twice)
            continue;
        s->has = UINT64_C(1) << INC_SKILL_URI;
        s->uri = uri;
        s->level = INC_LEVEL_DEFAULT;
        if (rec_chance(r, 80)) {
            s->has |= UINT64_C(1) << INC_SKILL_LEVEL;
            s->level = rec_between(r, 0, 4);
        }
        if (rec_chance(r, 60)) {
            s->has |= UINT64_C(1) << INC_SKILL_EVIDENCE;
            s->evidence = rec_between(r, 0, 2);
        }
        if (rec_chance(r, 60)) {
            s->has |= UINT64_C(1) << INC_SKILL_LAST_USED;
            s->last_used = rec_between(r, inc_date_from(1999, 1, 1),
                                       inc_date_from(2026, 11, 1));
        }
        c->n_skills++;
    }
}

static inline void
rec_occupations(struct inc_candidate *c, struct inc_rng *r, struct inc_arena *a,
                const struct inc_taxonomy *t)
{
    c->has |= UINT64_C(1) << INC_CANDIDATE_OCCUPATIONS;
    c->n_occupations = inc_rng_below(r, 3);
    c->occupations = rec_array(a, c->n_occupations, sizeof *c->occupations);
    for (uint32_t i = 0; i < c->n_occupations; i++) {
        struct inc_held *h = &c->occupations[i];
        h->has = UINT64_C(1) << INC_HELD_URI;
        h->uri = inc_concept_uri(
            t, INC_PILLAR_OCCUPATION,
            inc_rng_below(r, inc_concept_count(t, INC_PILLAR_OCCUPATION)));
        if (rec_chance(r, 80)) {
            h->has |= UINT64_C(1) << INC_HELD_MONTHS;
            h->months = rec_between(r, 0, 120);
        }
        if (rec_chance(r, 60)) {
            h->has |= UINT64_C(1) << INC_HELD_LAST;
            h->last = rec_between(r, inc_date_from(2000, 1, 1),
                                  inc_date_from(2026, 11, 1));
        }
    }
}

static const char *const rec_langs[] = {"it", "en", "fr", "ar", "uk"};

static inline void
rec_languages(struct inc_candidate *c, struct inc_rng *r, struct inc_arena *a)
{
    c->has |= UINT64_C(1) << INC_CANDIDATE_LANGUAGES;
    c->n_languages = inc_rng_below(r, 4);
    c->languages = rec_array(a, c->n_languages, sizeof *c->languages);
    for (uint32_t i = 0; i < c->n_languages; i++) {
        struct inc_language *l = &c->languages[i];
        int64_t *level[INC_ABILITIES] = {&l->listening, &l->reading,
                                         &l->interaction, &l->production,
                                         &l->writing};
        l->has = UINT64_C(1) << INC_LANGUAGE_LANG;
        l->lang = rec_langs[i];
        for (int k = 0; k < INC_ABILITIES; k++)
            if (rec_chance(r, 80)) {
                l->has |= UINT64_C(1) << (INC_LANGUAGE_LISTENING + k);
                *level[k] = rec_between(r, 0, 6);
            }
    }
}

/* Windows that never overlap: at most one a day. */
static inline uint32_t
rec_windows(struct inc_window **out, struct inc_rng *r, struct inc_arena *a,
            uint32_t percent)
{
    uint32_t n = 0;

    *out = rec_array(a, 7, sizeof **out);
    for (int day = 0; day < 7; day++) {
        struct inc_window *w = &(*out)[n];
        if (!rec_chance(r, percent))
            continue;
        w->has = 7;
        w->day = day;
        w->from = rec_between(r, 0, 1439);
        w->to = rec_between(r, w->from + 1, 1440);
        n++;
    }
    return n;
}

static inline void
rec_availability(struct inc_candidate *c, struct inc_rng *r,
                 struct inc_arena *a)
{
    struct inc_availability *v = &c->availability;

    c->has |= UINT64_C(1) << INC_CANDIDATE_AVAILABILITY;
    if (rec_chance(r, 50)) {
        v->has |= UINT64_C(1) << INC_AVAILABILITY_FROM;
        v->from = inc_date_from(2026, 11, 1) + rec_between(r, 0, 90);
    }
    if (rec_chance(r, 20)) {
        v->has |= UINT64_C(1) << INC_AVAILABILITY_UNTIL;
        v->until = inc_date_from(2026, 11, 1) + rec_between(r, 100, 400);
    }
    if (rec_chance(r, 50)) {
        v->has |= UINT64_C(1) << INC_AVAILABILITY_HOURS_WEEK;
        v->hours_week = rec_between(r, 4, 48);
    }
    if (rec_chance(r, 60)) {
        v->has |= UINT64_C(1) << INC_AVAILABILITY_WINDOWS;
        v->n_windows = rec_windows(&v->windows, r, a, 75);
    }
    if (rec_chance(r, 30)) {
        v->has |= UINT64_C(1) << INC_AVAILABILITY_ABSENCES;
        v->n_absences = rec_windows(&v->absences, r, a, 25);
    }
}

static inline void
rec_mobility(struct inc_candidate *c, struct inc_rng *r, struct inc_arena *a)
{
    struct inc_mobility *m = &c->mobility;

    c->has |= UINT64_C(1) << INC_CANDIDATE_MOBILITY;
    if (rec_chance(r, 60)) {
        m->has |= UINT64_C(1) << INC_MOBILITY_CAR;
        m->car = rec_between(r, 0, 1);
    }
    if (rec_chance(r, 50)) {
        m->has |= UINT64_C(1) << INC_MOBILITY_MODES;
        m->modes = rec_array(a, 4, sizeof *m->modes);
        for (int mode = 0; mode < 4; mode++)
            if (rec_chance(r, 50))
                m->modes[m->n_modes++] = mode;
    }
    if (rec_chance(r, 50)) {
        m->has |= UINT64_C(1) << INC_MOBILITY_MAX_MINUTES;
        m->max_minutes = rec_between(r, 1, 120);
    }
}

static inline const char *
rec_comune(struct inc_rng *r, const struct inc_geo *g)
{
    return inc_geo_comune(g, (uint16_t)inc_rng_below(r, inc_geo_count(g)))
        ->istat;
}

/* A random person with up to `skills` skills; every field may be missing. */
static inline void
rec_candidate(struct inc_candidate *c, uint64_t no, struct inc_rng *r,
              struct inc_arena *a, const struct inc_world *w, uint32_t skills)
{
    static const char *const offices[] = {"CPI-LU", "CPI-SP", "CPI-TO"};

    *c = (struct inc_candidate){0};
    c->has = UINT64_C(1) << INC_CANDIDATE_ID;
    c->id = rec_id(a, 'P', no);
    if (rec_chance(r, 70)) {
        c->has |= UINT64_C(1) << INC_CANDIDATE_OFFICE;
        c->office = offices[inc_rng_below(r, 3)];
    }
    if (rec_chance(r, 80)) {
        c->has |= UINT64_C(1) << INC_CANDIDATE_HOME;
        c->home = rec_comune(r, w->geo);
    }
    if (rec_chance(r, 85))
        rec_skills(c, r, a, w->taxonomy, skills);
    if (rec_chance(r, 50))
        rec_occupations(c, r, a, w->taxonomy);
    if (rec_chance(r, 70))
        rec_languages(c, r, a);
    if (rec_chance(r, 60)) {
        c->has |= UINT64_C(1) << INC_CANDIDATE_EDUCATION;
        c->n_education = inc_rng_below(r, 3);
        c->education = rec_array(a, c->n_education, sizeof *c->education);
        for (uint32_t i = 0; i < c->n_education; i++) {
            c->education[i].has = (uint64_t)rec_chance(r, 70);
            c->education[i].eqf = rec_between(r, 1, 8);
        }
    }
    if (rec_chance(r, 60)) {
        c->has |= UINT64_C(1) << INC_CANDIDATE_LICENCES;
        c->n_licences = inc_rng_below(r, 3);
        c->licences = rec_array(a, c->n_licences, sizeof *c->licences);
        for (uint32_t i = 0; i < c->n_licences; i++)
            c->licences[i] = rec_between(r, 0, INC_LICENCE_COUNT - 1);
    }
    if (rec_chance(r, 70))
        rec_availability(c, r, a);
    if (rec_chance(r, 70))
        rec_mobility(c, r, a);
    if (rec_chance(r, 5)) {
        c->has |= UINT64_C(1) << INC_CANDIDATE_FROZEN;
        c->frozen = 1;
    }
    if (rec_chance(r, 80)) {
        c->has |= UINT64_C(1) << INC_CANDIDATE_UPDATED;
        c->updated = inc_date_from(2026, 1, 1) + rec_between(r, 0, 320);
    }
}

/* Exactly `count` random requirements in place of those that n has. */
static inline void
rec_requirements(struct inc_need *n, struct inc_rng *r, struct inc_arena *a,
                 const struct inc_taxonomy *t, uint32_t count)
{
    uint32_t occupation =
        inc_rng_below(r, inc_concept_count(t, INC_PILLAR_OCCUPATION));

    n->has |= UINT64_C(1) << INC_NEED_REQUIREMENTS;
    n->n_requirements = count;
    n->requirements = rec_array(a, n->n_requirements, sizeof *n->requirements);
    for (uint32_t i = 0; i < n->n_requirements; i++) {
        struct inc_requirement *q = &n->requirements[i];
        q->uri =
            inc_concept_uri(t, INC_PILLAR_SKILL, rec_skill(r, t, occupation));
        if (rec_chance(r, 3)) /* a taxonomy that moved on */
            q->uri = "http://incrocio.example/esco/skill/gone";
        q->has = 1 | 2 | 4 | 8;
        q->level = rec_between(r, 1, 4);
        q->importance = rec_between(r, 0, 2);
        q->weight = rec_chance(r, 70) ? 100 : rec_between(r, 1, 1000);
        q->alternatives = rec_array(a, 3, sizeof *q->alternatives);
        q->n_alternatives = rec_chance(r, 25) ? inc_rng_below(r, 4) : 0;
        for (uint32_t j = 0; j < q->n_alternatives; j++)
            q->alternatives[j] =
                rec_chance(r, 10)
                    ? "http://incrocio.example/esco/skill/gone"
                    : inc_concept_uri(t, INC_PILLAR_SKILL,
                                      rec_skill(r, t, occupation));
        q->trainable_hours = rec_chance(r, 30) ? rec_between(r, 1, 80) : 0;
        q->has |= (q->n_alternatives > 0 ? 16u : 0u) |
                  (q->trainable_hours > 0 ? 32u : 0u);
    }
}

/* A random need with up to `requirements` requirements. */
static inline void
rec_need(struct inc_need *n, uint64_t no, struct inc_rng *r,
         struct inc_arena *a, const struct inc_world *w, uint32_t requirements)
{
    *n = (struct inc_need){0};
    n->has = UINT64_C(1) << INC_NEED_ID;
    n->id = rec_id(a, 'N', no);
    n->kind = rec_between(r, 0, 5);
    n->seats = 1;
    if (rec_chance(r, 70)) {
        n->has |= UINT64_C(1) << INC_NEED_COMUNE;
        n->comune = rec_comune(r, w->geo);
    }
    if (rec_chance(r, 60)) {
        n->has |= UINT64_C(1) << INC_NEED_START;
        n->start = inc_date_from(2026, 11, 22) + rec_between(r, 0, 60);
    }
    if (rec_chance(r, 50)) {
        n->has |= UINT64_C(1) << INC_NEED_HOURS_WEEK;
        n->hours_week = rec_between(r, 4, 40);
    }
    if (rec_chance(r, 60)) {
        n->has |= UINT64_C(1) << INC_NEED_SCHEDULE;
        n->n_schedule = rec_windows(&n->schedule, r, a, 60);
    }
    rec_requirements(n, r, a, w->taxonomy, inc_rng_below(r, requirements + 1));
    if (rec_chance(r, 40)) {
        n->has |= UINT64_C(1) << INC_NEED_LANGUAGES;
        n->n_languages = 1 + inc_rng_below(r, 2);
        n->languages = rec_array(a, n->n_languages, sizeof *n->languages);
        for (uint32_t i = 0; i < n->n_languages; i++) {
            n->languages[i].has = 15;
            n->languages[i].lang = rec_langs[i];
            n->languages[i].level = rec_between(r, 0, 6);
            n->languages[i].importance = rec_between(r, 0, 2);
            n->languages[i].weight = 100;
        }
    }
    if (rec_chance(r, 40)) {
        n->has |= UINT64_C(1) << INC_NEED_LICENCES;
        n->n_licences = 1;
        n->licences = rec_array(a, 1, sizeof *n->licences);
        n->licences[0].has = 7;
        n->licences[0].any_of = rec_array(a, 2, sizeof(int64_t));
        n->licences[0].n_any_of = 1 + inc_rng_below(r, 2);
        for (uint32_t i = 0; i < n->licences[0].n_any_of; i++)
            n->licences[0].any_of[i] = rec_between(r, 0, INC_LICENCE_COUNT - 1);
        n->licences[0].importance = rec_between(r, 0, 2);
        n->licences[0].weight = 100;
    }
    if (rec_chance(r, 30)) {
        n->has |= UINT64_C(1) << INC_NEED_EDUCATION;
        n->education.has = 7;
        n->education.eqf = rec_between(r, 1, 8);
        n->education.importance = rec_between(r, 0, 2);
        n->education.weight = 100;
    }
}

#endif
