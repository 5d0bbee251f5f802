#include "engine/match/kin.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/space/near.h"

enum {
    LANES_MAX = (INC_REQUIREMENTS_MAX + INC_LANES - 1) / INC_LANES * INC_LANES,
    FULL8 = 255
};

/* The most skills that can be kin. */
static size_t
most_kin(const struct inc_plan *p)
{
    size_t rows = inc_space_rows(p->world->space), sum = 0;

    for (uint32_t i = 0; i < p->n_lanes; i++) {
        const struct inc_line_spec *line = &p->lines[p->lane_line[i]];

        for (uint32_t j = 0; j < line->n_concepts; j++) {
            uint32_t n;

            (void)inc_space_near(p->world->space, line->concepts[j], &n);
            sum += n;
        }
    }
    return sum < rows ? sum : rows;
}

static int
make_room(struct inc_kin *k, const struct inc_plan *p)
{
    const size_t rows = inc_space_rows(p->world->space), most = most_kin(p);
    size_t fixed = k->weight == NULL ? 0 : LANES_MAX * sizeof *k->weight;
    size_t musts = k->must == NULL ? 0 : LANES_MAX;

    return inc_mem_room(&k->weight, &fixed, LANES_MAX * sizeof *k->weight) ||
           inc_mem_room(&k->must, &musts, LANES_MAX) ||
           inc_mem_room(&k->sim8, &k->sim8_cap, rows * p->lanes) ||
           inc_mem_room(&k->family8, &k->family8_cap,
                        (size_t)inc_space_families(p->world->space) *
                            p->lanes) ||
           inc_mem_room(&k->place, &k->place_cap, rows * sizeof *k->place) ||
           inc_mem_room(&k->sim, &k->sim_cap,
                        most * p->lanes * sizeof *k->sim) ||
           inc_mem_room(&k->skill, &k->skill_cap, most * sizeof *k->skill) ||
           inc_mem_room(&k->pull, &k->pull_cap, rows * sizeof *k->pull) ||
           inc_mem_room(&k->when, &k->when_cap, rows * sizeof *k->when) ||
           inc_mem_room(&k->u, &k->u_cap, inc_space_dim(p->world->space));
}

static void
add(struct inc_kin *k, const uint16_t *family, uint32_t lane, uint32_t skill,
    uint32_t sim_bp)
{
    uint8_t *kind = &k->family8[family[skill] * k->lanes + lane];
    uint16_t *cell;
    uint32_t sim8 = (sim_bp * FULL8 + INC_BP - 1) / INC_BP; /* up */

    if (k->place[skill] == 0) {
        k->skill[k->n] = (uint16_t)skill;
        memset(k->sim + k->n * k->lanes, 0, k->lanes * sizeof *k->sim);
        k->place[skill] = (uint16_t)++k->n;
    }
    cell = &k->sim[(k->place[skill] - 1u) * k->lanes + lane];
    if (sim_bp <= *cell)
        return;
    *cell = (uint16_t)sim_bp;
    k->sim8[skill * k->lanes + lane] = (uint8_t)sim8;
    if (sim8 > *kind)
        *kind = (uint8_t)sim8;
}

/* What 1/255 of a requirement gives, in 1/128 points, rounded up. */
static int16_t
weight_of(const struct inc_line_spec *line)
{
    return (int16_t)((line->max * 128 + FULL8 - 1) / FULL8);
}

static void
fill_lanes(struct inc_kin *k, const struct inc_plan *p)
{
    memset(k->weight, 0, LANES_MAX * sizeof *k->weight);
    memset(k->must, 0, LANES_MAX);
    for (uint32_t i = 0; i < p->n_lanes; i++) {
        const struct inc_line_spec *line = &p->lines[p->lane_line[i]];

        k->weight[i] = weight_of(line);
        if (line->importance == INC_MUST && line->n_concepts > 0)
            k->must[i] = FULL8;
        for (uint32_t j = 0; j < line->n_concepts; j++) {
            uint32_t n;
            const struct inc_near *near =
                inc_space_near(p->world->space, line->concepts[j], &n);

            for (uint32_t c = 0; c < n; c++)
                add(k, inc_space_family(p->world->space), i, near[c].skill,
                    near[c].sim_bp);
        }
    }
}

/* The two halves of inc_quality_bp() that do not depend on one another. */
static void
fill_quality(struct inc_kin *k, const struct inc_plan *p)
{
    for (unsigned want = 0; want <= INC_LEVEL_MAX; want++)
        for (unsigned have = 1; have <= INC_LEVEL_MAX; have++)
            for (unsigned e = 0; e < INC_EVIDENCE_COUNT; e++)
                k->held[want][have][e] =
                    (uint16_t)(inc_level_fit_bp(have, want) *
                               inc_evidence_bp(e) / INC_BP);
    for (unsigned h = 0; h < INC_HALF_YEARS; h++)
        k->recency[h] = (uint16_t)inc_recency_bp(h, p->half_year);
}

enum inc_status
inc_kin_fill(struct inc_kin *k, const struct inc_plan *p, int must)
{
    if (make_room(k, p) != 0)
        return INC_E_NOMEM;
    k->lanes = p->lanes;
    k->n = 0;
    fill_lanes(k, p);
    fill_quality(k, p);
    if (p->has_affinity)
        memcpy(k->u, p->u, inc_space_dim(p->world->space));
    if (++k->now == 0) { /* once in 2^32 questions: no stamp may be equal */
        memset(k->when, 0, k->when_cap);
        k->now = 1;
    }
    k->sieve = (struct inc_sieve_table){.sim = k->sim8,
                                        .weight = k->weight,
                                        .must = must ? k->must : NULL,
                                        .lanes = k->lanes};
    k->families = k->sieve;
    k->families.sim = k->family8;
    k->families.must = NULL;
    k->family = inc_space_family(p->world->space);
    return INC_OK;
}

void
inc_kin_clear(struct inc_kin *k)
{
    for (uint32_t i = 0; i < k->n; i++) {
        memset(k->sim8 + k->skill[i] * k->lanes, 0, k->lanes);
        memset(k->family8 + k->family[k->skill[i]] * k->lanes, 0, k->lanes);
        k->place[k->skill[i]] = 0;
    }
    k->n = 0;
}

void
inc_kin_release(struct inc_kin *k)
{
    inc_mem_free(k->sim8);
    inc_mem_free(k->family8);
    inc_mem_free(k->weight);
    inc_mem_free(k->must);
    inc_mem_free(k->place);
    inc_mem_free(k->sim);
    inc_mem_free(k->skill);
    inc_mem_free(k->pull);
    inc_mem_free(k->when);
    inc_mem_free(k->u);
    memset(k, 0, sizeof *k);
}

void
inc_kin_cover(uint16_t *cover, const struct inc_kin *k,
              const struct inc_plan *p, const struct inc_person *person,
              const struct inc_class *classes)
{
    memset(cover, 0, k->lanes * sizeof *cover);
    for (uint32_t w = 0; w < person->n_words; w++) {
        uint32_t skill = INC_WORD_CONCEPT(person->words[w]);
        const struct inc_class *c;
        const uint16_t *sim;

        if (k->place[skill] == 0)
            continue;
        c = &classes[INC_WORD_CLASS(person->words[w])];
        sim = k->sim + (k->place[skill] - 1u) * k->lanes;
        for (uint32_t i = 0; i < p->n_lanes; i++) {
            unsigned want = p->lines[p->lane_line[i]].level;
            uint32_t quality, have;

            if (sim[i] <= cover[i]) /* nothing is worth more than it is like */
                continue;
            quality = (uint32_t)k->held[want][c->level][c->evidence] *
                      k->recency[c->half_year] / INC_BP;
            have = inc_have_bp(sim[i], inc_loss(quality));
            if (have > cover[i])
                cover[i] = (uint16_t)have;
        }
    }
}

int64_t
inc_kin_pull(struct inc_kin *k, const struct inc_plan *p,
             const struct inc_kernels *kernels, const struct inc_person *person)
{
    const struct inc_space *s = p->world->space;
    int64_t sum = 0;

    for (uint32_t w = 0; p->has_affinity && w < person->n_words; w++) {
        uint32_t skill = INC_WORD_CONCEPT(person->words[w]);

        if (k->when[skill] != k->now) {
            int32_t dot;

            kernels->dots(&dot, inc_space_row(s, skill), 1, k->u,
                          inc_space_dim(s));
            k->pull[skill] = (int32_t)inc_space_idf(s, skill) * dot;
            k->when[skill] = k->now;
        }
        sum += k->pull[skill];
    }
    return sum;
}

int
inc_kin_related(const struct inc_kin *k, uint32_t skill, uint32_t lane)
{
    return k->place[skill] != 0 &&
           k->sim[(k->place[skill] - 1u) * k->lanes + lane] != 0;
}
