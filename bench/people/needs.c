/* needs.c - one vacancy from options and number. */
#include <string.h>

#include "bench/people/inside.h"
#include "engine/base/date.h"

enum { START = 20790, TRIES = 16 };
#define BIT(i) (UINT64_C(1) << (i))

static int
asked(const struct inc_need *n, const char *uri)
{
    for (uint32_t i = 0; i < n->n_requirements; i++)
        if (n->requirements[i].uri == uri)
            return 1;
    return 0;
}

/* Skill number i of the vacancy: of its occupation while that has enough, now
 * and then a transversal one; then of occupations near it. */
static uint32_t
wanted(const struct inc_people *p, struct inc_rng *r, uint32_t occ, int tries)
{
    if (tries >= TRIES / 2)
        return inc_people_skill(p, r, inc_people_near(p, r, occ));
    if (p->transversal.n > 0 && inc_draw_chance(r, 10))
        return p->transversal_skill[inc_draw_one(&p->transversal, r)];
    return inc_people_skill(p, r, occ);
}

static enum inc_status
requirements(const struct inc_people *p, struct inc_rng *r, uint32_t want,
             struct inc_need *n, struct inc_arena *a, struct inc_err *err)
{
    static const unsigned char importance[10] = {0, 0, 0, 1, 1, 1, 1, 1, 2, 2};
    static const unsigned char level[10] = {1, 1, 2, 2, 2, 2, 3, 3, 3, 4};
    uint32_t occ = p->by_isco[inc_draw_one(&p->occupation, r)];

    n->title = inc_concept_label(p->taxonomy, INC_PILLAR_OCCUPATION, occ, 0);
    n->requirements = inc_arena_array(a, want, sizeof *n->requirements);
    if (n->requirements == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "requirements");
    n->has |= BIT(INC_NEED_REQUIREMENTS);
    while (n->n_requirements < want) {
        struct inc_requirement *q = &n->requirements[n->n_requirements];
        const char *uri = NULL;
        int tries = 0;

        do { /* the last resort is any skill at all */
            uint32_t skill = tries < TRIES ? wanted(p, r, occ, tries)
                                           : inc_rng_below(r, p->n_skills);
            uri = inc_concept_uri(p->taxonomy, INC_PILLAR_SKILL, skill);
        } while (asked(n, uri) && ++tries < 1000);
        if (tries >= 1000)
            break; /* the sample taxonomy is small */
        *q = (struct inc_requirement){.has = 15, .uri = uri, .weight = 100};
        q->level = level[inc_rng_below(r, 10)];
        q->importance = importance[inc_rng_below(r, 10)];
        n->n_requirements++;
    }
    return INC_OK;
}

static enum inc_status
papers(struct inc_rng *r, struct inc_need *n, struct inc_arena *a,
       struct inc_err *err)
{
    n->languages = inc_arena_array(a, 1, sizeof *n->languages);
    n->licences = inc_arena_array(a, 1, sizeof *n->licences);
    if (n->languages == NULL || n->licences == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "a need's papers");
    if (inc_draw_chance(r, 40)) {
        n->has |= BIT(INC_NEED_LANGUAGES);
        n->n_languages = 1;
        n->languages[0] = (struct inc_need_language){.has = 15,
                                                     .lang = "it",
                                                     .level = 3,
                                                     .importance = INC_SHOULD,
                                                     .weight = 100};
    }
    if (inc_draw_chance(r, 25)) {
        n->licences[0].any_of = inc_arena_array(a, 1, sizeof(int64_t));
        if (n->licences[0].any_of == NULL)
            return inc_fail(err, INC_E_NOMEM, 0, "a need's licence");
        n->has |= BIT(INC_NEED_LICENCES);
        n->n_licences = 1;
        n->licences[0].has = 7;
        n->licences[0].any_of[0] = 5; /* B */
        n->licences[0].n_any_of = 1;
        n->licences[0].importance = INC_MUST;
        n->licences[0].weight = 100;
    }
    if (inc_draw_chance(r, 30)) {
        n->has |= BIT(INC_NEED_EDUCATION);
        n->education =
            (struct inc_need_education){.has = 7,
                                        .eqf = 3 + (int64_t)inc_rng_below(r, 2),
                                        .importance = INC_SHOULD,
                                        .weight = 100};
    }
    return INC_OK;
}

enum inc_status
inc_people_need(const struct inc_people *p, uint64_t no,
                const struct inc_people_ask *ask, struct inc_need *out,
                struct inc_arena *a, struct inc_err *err)
{
    struct inc_rng r = inc_people_rng(p, 2, no);
    enum inc_status st = INC_OK;
    const char *office;
    uint16_t comune;

    inc_schema_init(out, &inc_need_type);
    out->has |= BIT(INC_NEED_ID) | BIT(INC_NEED_KIND) | BIT(INC_NEED_OFFICE) |
                BIT(INC_NEED_START) | BIT(INC_NEED_TITLE);
    out->id = inc_people_id(a, 'N', no);
    out->kind = INC_NEED_VACANCY;
    out->start = START + (int64_t)inc_rng_below(&r, 60);
    if (out->id == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "a need's id");
    /* Both kinds draw the same numbers, so that needs with and without a place
     * ask the same skills. */
    comune = inc_people_home(p, &r, &office);
    out->office = office;
    if (ask->place) {
        out->has |= BIT(INC_NEED_COMUNE) | BIT(INC_NEED_SCHEDULE) |
                    BIT(INC_NEED_HOURS_WEEK);
        out->comune = inc_geo_comune(p->geo, comune)->istat;
        out->schedule = p->pattern[inc_rng_below(&r, 3)];
        out->n_schedule = p->pattern_n[0]; /* the first three: five days */
        out->hours_week = 38;
    } else {
        (void)inc_rng_below(&r, 3);
    }
    INC_TRY(papers(&r, out, a, err));
    st = requirements(p, &r, ask->requirements, out, a, err);
out:
    return st;
}
