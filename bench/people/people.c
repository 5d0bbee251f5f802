/* people.c - one person from options and number. */
#include "bench/people/people.h"

#include <string.h>

#include "bench/people/inside.h"
#include "engine/base/date.h"
#include "engine/base/mem.h"

const char *const inc_people_kind_names[] = {
    "realistic", "uniform", "shared", "wide", "identical", "empty", NULL};

enum {
    MEAN = 20,     /* skills of a person */
    TODAY = 20779, /* 2026-11-22: records are drawn as of that day */
    TRIES = 8      /* draws of a skill that the person does not have yet */
};
#define BIT(i) (UINT64_C(1) << (i))

/* Hours people can work: days, then hours of each. */
static enum inc_status
patterns(struct inc_people *p, struct inc_err *err)
{
    static const struct {
        int first, last, from, to;
    } shape[INC_PATTERNS] = {{0, 4, 8 * 60, 18 * 60},
                             {0, 4, 8 * 60, 13 * 60},
                             {0, 4, 13 * 60, 19 * 60},
                             {0, 5, 6 * 60, 22 * 60},
                             {4, 6, 9 * 60, 24 * 60}};
    uint32_t n = 0;

    p->windows = inc_mem_zero((size_t)INC_PATTERNS * 7, sizeof *p->windows);
    if (p->windows == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "working hours");
    for (int i = 0; i < INC_PATTERNS; i++) {
        p->pattern[i] = &p->windows[n];
        for (int day = shape[i].first; day <= shape[i].last; day++)
            p->windows[n++] = (struct inc_window){
                .has = 7, .day = day, .from = shape[i].from, .to = shape[i].to};
        p->pattern_n[i] = (uint32_t)(shape[i].last - shape[i].first + 1);
    }
    return INC_OK;
}

enum inc_status
inc_people_open(struct inc_people **out, const struct inc_bench_world *w,
                const struct inc_people_options *o, struct inc_err *err)
{
    struct inc_people *p = inc_mem_zero(1, sizeof *p);
    enum inc_status st = INC_OK;

    *out = NULL;
    if (p == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "people");
    p->world = w;
    p->taxonomy = w->estate->world.taxonomy;
    p->geo = w->estate->world.geo;
    p->o = *o;
    if (p->o.skills == 0)
        p->o.skills = MEAN;
    p->n_skills = inc_concept_count(p->taxonomy, INC_PILLAR_SKILL);
    p->n_occupations = inc_concept_count(p->taxonomy, INC_PILLAR_OCCUPATION);
    INC_TRY(inc_people_trades(p, err));
    INC_TRY(inc_people_places(p, err));
    INC_TRY(patterns(p, err));
    *out = p;
out:
    if (st != INC_OK)
        inc_people_close(p);
    return st;
}

void
inc_people_close(struct inc_people *p)
{
    if (p == NULL)
        return;
    for (uint32_t i = 0; p->trade != NULL && i < p->n_occupations; i++) {
        inc_mem_free(p->trade[i].skill);
        inc_draw_release(&p->trade[i].draw);
    }
    inc_draw_release(&p->occupation);
    inc_draw_release(&p->transversal);
    inc_draw_release(&p->comune);
    inc_mem_free(p->trade);
    inc_mem_free(p->by_isco);
    inc_mem_free(p->isco_at);
    inc_mem_free(p->transversal_skill);
    inc_mem_free(p->province);
    inc_mem_free(p->province_of);
    inc_mem_free(p->office);
    inc_mem_free(p->office_population);
    inc_mem_free(p->windows);
    inc_mem_free(p);
}

const char *
inc_people_id(struct inc_arena *a, char letter, uint64_t no)
{
    char text[] = "P-00000000000000000000";
    size_t digits = 8;

    for (uint64_t rest = no / 100000000; rest > 0; rest /= 10)
        digits++;
    text[0] = letter;
    for (size_t i = digits; i > 0; i--, no /= 10)
        text[1 + i] = (char)('0' + no % 10);
    return inc_arena_text(a, text, digits + 2);
}

/* A person while it is being drawn. */
struct drawing {
    const struct inc_people *p;
    struct inc_rng r;
    struct inc_candidate *c;
    struct inc_arena *a;
    uint32_t job[3]; /* occupations held, the latest first */
    uint32_t months[3];
    uint32_t jobs;
    uint32_t chosen[INC_SKILLS_MAX]; /* concepts of the skills so far */
};

static int
chance(struct drawing *d, uint32_t percent)
{
    return inc_draw_chance(&d->r, percent);
}

static int64_t
between(struct drawing *d, int64_t lo, int64_t hi)
{
    return inc_draw_between(&d->r, lo, hi);
}

static void
draw_jobs(struct drawing *d)
{
    uint32_t dice = inc_rng_below(&d->r, 100);
    uint32_t drawn = dice < 55 ? 1 : dice < 85 ? 2 : 3;

    d->jobs = 0;
    for (uint32_t i = 0; i < drawn; i++) {
        uint32_t job =
            i > 0 && chance(d, 60)
                ? inc_people_near(d->p, &d->r, d->job[0])
                : d->p->by_isco[inc_draw_one(&d->p->occupation, &d->r)];
        uint32_t months =
            (uint32_t)between(d, 1, 60) * (uint32_t)between(d, 1, 4);
        uint32_t k = 0;

        while (k < d->jobs && d->job[k] != job)
            k++;
        if (k < d->jobs) /* a record names each occupation once */
            continue;
        d->job[d->jobs] = job;
        d->months[d->jobs++] = months;
    }
}

static int
has_skill(const struct drawing *d, uint32_t skill)
{
    for (uint32_t i = 0; i < d->c->n_skills; i++)
        if (d->chosen[i] == skill)
            return 1;
    return 0;
}

/* State a skill; job is the occupation it comes from, or d->jobs. */
static void
state(struct drawing *d, uint32_t skill, uint32_t job)
{
    static const unsigned char level[16] = {1, 1, 1, 2, 2, 2, 2, 2,
                                            2, 2, 3, 3, 3, 3, 4, 4};
    struct inc_skill *s = &d->c->skills[d->c->n_skills];
    uint64_t z = inc_rng_next(&d->r);
    unsigned held = level[z & 15], evidence = z >> 4 & 127, told = z >> 11 & 7;

    d->chosen[d->c->n_skills++] = skill;
    s->has = BIT(INC_SKILL_URI);
    s->uri = inc_concept_uri(d->p->taxonomy, INC_PILLAR_SKILL, skill);
    s->level = INC_LEVEL_DEFAULT;
    if (told != 0) { /* seven of eight say how well */
        if (job < d->jobs && d->months[job] >= 60 && held < INC_LEVEL_MAX)
            held++;
        s->has |= BIT(INC_SKILL_LEVEL);
        s->level = held;
    }
    if (evidence < 32) { /* 16 % observed, 9 % certified, the rest declared */
        s->has |= BIT(INC_SKILL_EVIDENCE);
        s->evidence =
            evidence < 20 ? INC_EVIDENCE_OBSERVED : INC_EVIDENCE_CERTIFIED;
    }
    if ((z >> 14 & 3) != 0) { /* three of four say when */
        uint32_t ago =
            (uint32_t)(z >> 32) % 900 + (job < d->jobs ? job : 0) * 1100;
        if ((z >> 16 & 3) == 0)
            ago *= 4;
        s->has |= BIT(INC_SKILL_LAST_USED);
        s->last_used = TODAY - 1 - (int64_t)ago;
    }
}

static uint32_t
one_skill(struct drawing *d, uint32_t *job)
{
    uint32_t dice = inc_rng_below(&d->r, 100);

    *job = d->jobs;
    if (dice < 80) { /* half of the rest from the latest job, and so on */
        *job = 0;
        while (*job + 1 < d->jobs && (dice & 1) != 0) {
            ++*job;
            dice >>= 1;
        }
        return inc_people_skill(d->p, &d->r, d->job[*job]);
    }
    if (dice < 94 && d->p->transversal.n > 0)
        return d->p->transversal_skill[inc_draw_one(&d->p->transversal, &d->r)];
    return inc_rng_below(&d->r, d->p->n_skills); /* life is not a table */
}

/* How many skills: MEAN on average, with a long tail. */
static uint32_t
how_many(struct drawing *d)
{
    uint32_t n, mean = d->p->o.skills;

    if (chance(d, 97))
        n = 5 + inc_rng_below(&d->r, 11) + inc_rng_below(&d->r, 11) +
            inc_rng_below(&d->r, 10);
    else
        n = 30 + inc_rng_below(&d->r, 51);
    n = (n * mean + MEAN / 2) / MEAN;
    return n == 0 ? 1 : n;
}

static void
realistic_skills(struct drawing *d, uint32_t want)
{
    for (uint32_t i = 0; i < want; i++) {
        for (int t = 0; t < TRIES; t++) {
            uint32_t job, skill = one_skill(d, &job);
            if (has_skill(d, skill))
                continue;
            state(d, skill, job);
            break;
        }
    }
}

static uint32_t
common_divisor(uint32_t a, uint32_t b)
{
    while (b != 0) {
        uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Skills spread over the whole taxonomy, each at most once. */
static void
spread_skills(struct drawing *d, uint32_t want)
{
    uint32_t n = d->p->n_skills, at = inc_rng_below(&d->r, n), step;

    do {
        step = 1 + inc_rng_below(&d->r, n);
    } while (common_divisor(step, n) != 1);
    for (uint32_t i = 0; i < want && i < n; i++) {
        state(d, at, d->jobs);
        at = (uint32_t)(((uint64_t)at + step) % n);
    }
}

static enum inc_status
draw_skills(struct drawing *d, struct inc_err *err)
{
    enum inc_people_kind kind = d->p->o.kind;
    uint32_t want = kind == INC_PEOPLE_WIDE ? INC_SKILLS_MAX : how_many(d);

    d->c->skills = inc_arena_array(d->a, want + 1, sizeof *d->c->skills);
    if (d->c->skills == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "a person's skills");
    d->c->has |= BIT(INC_CANDIDATE_SKILLS);
    if (kind == INC_PEOPLE_SHARED)
        state(d, d->p->trade[d->p->by_isco[0]].skill[0], d->jobs);
    if (kind == INC_PEOPLE_WIDE || kind == INC_PEOPLE_UNIFORM)
        spread_skills(d, want);
    else
        realistic_skills(d, want);
    return INC_OK;
}

/* What was done: as wishes (shown, never scored), and as occupations held when
 * the options want implied skills. */
static enum inc_status
tell_jobs(struct drawing *d, struct inc_err *err)
{
    struct inc_candidate *c = d->c;
    struct inc_preferences *w = &c->preferences;

    w->occupations = inc_arena_array(d->a, d->jobs, sizeof *w->occupations);
    c->occupations = inc_arena_array(d->a, d->jobs, sizeof *c->occupations);
    if (w->occupations == NULL || c->occupations == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "a person's occupations");
    for (uint32_t i = 0; i < d->jobs; i++)
        w->occupations[i] =
            inc_concept_uri(d->p->taxonomy, INC_PILLAR_OCCUPATION, d->job[i]);
    w->n_occupations = d->jobs;
    w->has = 1;
    c->has |= BIT(INC_CANDIDATE_PREFERENCES);
    if (!chance(d, d->p->o.implied))
        return INC_OK;
    c->has |= BIT(INC_CANDIDATE_OCCUPATIONS);
    for (; c->n_occupations < d->jobs; c->n_occupations++) {
        uint32_t i = c->n_occupations;
        c->occupations[i] = (struct inc_held){
            .has =
                BIT(INC_HELD_URI) | BIT(INC_HELD_MONTHS) | BIT(INC_HELD_LAST),
            .uri = w->occupations[i],
            .months = d->months[i],
            .last = TODAY - between(d, 1, 700) - (int64_t)i * 1100};
    }
    return INC_OK;
}

static enum inc_status
draw_languages(struct drawing *d, struct inc_err *err)
{
    static const char *const others[] = {"en", "en", "en", "fr", "es",
                                         "de", "ro", "ar", "sq", "uk"};
    struct inc_candidate *c = d->c;

    if (!chance(d, 90))
        return INC_OK;
    c->languages = inc_arena_array(d->a, 2, sizeof *c->languages);
    if (c->languages == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "a person's languages");
    c->has |= BIT(INC_CANDIDATE_LANGUAGES);
    c->n_languages = chance(d, 60) ? 2 : 1;
    for (uint32_t i = 0; i < c->n_languages; i++) {
        struct inc_language *l = &c->languages[i];
        int64_t level = i == 0 && chance(d, 85) ? 6 : between(d, 1, 5);
        int64_t *to[INC_ABILITIES] = {&l->listening, &l->reading,
                                      &l->interaction, &l->production,
                                      &l->writing};
        l->has = BIT(INC_LANGUAGE_LANG);
        l->lang = i == 0 ? "it" : others[inc_rng_below(&d->r, 10)];
        for (int k = 0; k < INC_ABILITIES; k++) {
            l->has |= BIT(INC_LANGUAGE_LISTENING + k);
            *to[k] = k >= 3 && level < 6 && level > 0 ? level - 1 : level;
        }
    }
    return INC_OK;
}

static enum inc_status
draw_papers(struct drawing *d, struct inc_err *err)
{
    static const unsigned char eqf[10] = {1, 2, 2, 3, 3, 4, 4, 4, 6, 7};
    /* B alone; with trucks, forklift or cranes for some (names in proto) */
    static const unsigned char more[6] = {9, 10, 17, 20, 21, 22};
    struct inc_candidate *c = d->c;

    c->education = inc_arena_array(d->a, 1, sizeof *c->education);
    c->licences = inc_arena_array(d->a, 2, sizeof *c->licences);
    if (c->education == NULL || c->licences == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "a person's papers");
    if (chance(d, 85)) {
        c->has |= BIT(INC_CANDIDATE_EDUCATION);
        c->n_education = 1;
        c->education[0].has = BIT(INC_EDUCATION_EQF);
        c->education[0].eqf = eqf[inc_rng_below(&d->r, 10)];
    }
    if (chance(d, 80)) {
        c->has |= BIT(INC_CANDIDATE_LICENCES);
        if (chance(d, 85))
            c->licences[c->n_licences++] = 5; /* B */
        if (chance(d, 12))
            c->licences[c->n_licences++] = more[inc_rng_below(&d->r, 6)];
    }
    return INC_OK;
}

static enum inc_status
draw_hours(struct drawing *d, struct inc_err *err)
{
    struct inc_availability *v = &d->c->availability;

    if (!chance(d, 85))
        return INC_OK;
    d->c->has |= BIT(INC_CANDIDATE_AVAILABILITY);
    if (chance(d, 70)) {
        v->has |= BIT(INC_AVAILABILITY_FROM);
        v->from = TODAY + between(d, -60, 60);
    }
    if (chance(d, 60)) {
        v->has |= BIT(INC_AVAILABILITY_HOURS_WEEK);
        v->hours_week = chance(d, 70) ? 40 : between(d, 10, 36);
    }
    if (chance(d, 50)) {
        uint32_t k = inc_rng_below(&d->r, 2 * INC_PATTERNS);
        if (k >= INC_PATTERNS)
            k = 0; /* half of them: office hours */
        v->has |= BIT(INC_AVAILABILITY_WINDOWS);
        v->windows = d->p->pattern[k];
        v->n_windows = d->p->pattern_n[k];
    }
    if (chance(d, 8)) {
        v->absences = inc_arena_array(d->a, 1, sizeof *v->absences);
        if (v->absences == NULL)
            return inc_fail(err, INC_E_NOMEM, 0, "a person's absences");
        v->has |= BIT(INC_AVAILABILITY_ABSENCES);
        v->n_absences = 1;
        v->absences[0] = (struct inc_window){
            .has = 7, .day = between(d, 0, 4), .from = 540, .to = 660};
    }
    return INC_OK;
}

static enum inc_status
draw_place(struct drawing *d, struct inc_err *err)
{
    struct inc_candidate *c = d->c;
    struct inc_mobility *m = &c->mobility;
    const char *office;
    uint16_t comune = inc_people_home(d->p, &d->r, &office);

    c->has |= BIT(INC_CANDIDATE_OFFICE);
    c->office = office;
    if (chance(d, 97)) {
        c->has |= BIT(INC_CANDIDATE_HOME);
        c->home = inc_geo_comune(d->p->geo, comune)->istat;
    }
    if (!chance(d, 80))
        return INC_OK;
    c->has |= BIT(INC_CANDIDATE_MOBILITY);
    m->has = BIT(INC_MOBILITY_CAR);
    m->car = chance(d, 65);
    if (chance(d, 70)) {
        m->has |= BIT(INC_MOBILITY_MAX_MINUTES);
        m->max_minutes = 15 * between(d, 1, 6);
    }
    if (chance(d, 30)) {
        m->modes = inc_arena_array(d->a, 2, sizeof *m->modes);
        if (m->modes == NULL)
            return inc_fail(err, INC_E_NOMEM, 0, "a person's journeys");
        m->has |= BIT(INC_MOBILITY_MODES);
        m->modes[m->n_modes++] = INC_MODE_BUS;
        if (chance(d, 40))
            m->modes[m->n_modes++] = INC_MODE_BIKE;
    }
    return INC_OK;
}

enum inc_status
inc_people_draw(const struct inc_people *p, uint64_t no,
                struct inc_candidate *out, struct inc_arena *a,
                struct inc_err *err)
{
    uint64_t like = p->o.kind == INC_PEOPLE_IDENTICAL ? 1 : no;
    struct drawing d;
    enum inc_status st = INC_OK;

    d.p = p; /* `chosen` is large: not cleared for every person */
    d.r = inc_people_rng(p, 1, like);
    d.c = out;
    d.a = a;
    *out = (struct inc_candidate){.has = BIT(INC_CANDIDATE_ID),
                                  .id = inc_people_id(a, 'P', no)};
    if (out->id == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "a person's id");
    if (p->o.kind == INC_PEOPLE_EMPTY)
        return INC_OK;
    draw_jobs(&d);
    INC_TRY(draw_skills(&d, err));
    INC_TRY(tell_jobs(&d, err));
    INC_TRY(draw_languages(&d, err));
    INC_TRY(draw_papers(&d, err));
    INC_TRY(draw_hours(&d, err));
    INC_TRY(draw_place(&d, err));
    out->has |= BIT(INC_CANDIDATE_UPDATED);
    out->updated = TODAY - between(&d, 0, 700);
out:
    return st;
}
