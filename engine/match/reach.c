#include "engine/match/reach.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/space/near.h"

/* A word of the person: what it loses at each level asked. */
struct word {
    uint32_t skill;
    uint16_t loss[INC_REACH_LEVELS];
};

void
inc_reach_release(struct inc_reach *r)
{
    inc_mem_free(r->have);
    inc_mem_free(r->touched);
    inc_mem_free(r->sum);
    memset(r, 0, sizeof *r);
}

void
inc_reach_clear(struct inc_reach *r)
{
    for (uint32_t i = 0; i < r->n_touched; i++)
        memset(r->have + (size_t)r->touched[i] * INC_REACH_LEVELS, 0,
               INC_REACH_LEVELS * sizeof *r->have);
    r->n_touched = 0;
}

/* A word of that similarity to a skill. What it is worth for the lowest level
 * is the largest, so a row is empty when that one is 0. */
static void
add(struct inc_reach *r, const struct word *w, uint32_t skill, uint32_t sim)
{
    uint16_t *row = r->have + (size_t)skill * INC_REACH_LEVELS;

    if (row[0] == 0 && inc_have_bp(sim, w->loss[0]) != 0)
        r->touched[r->n_touched++] = skill;
    for (int level = 0; level < INC_REACH_LEVELS; level++) {
        uint16_t have = (uint16_t)inc_have_bp(sim, w->loss[level]);

        row[level] = have > row[level] ? have : row[level];
    }
}

/* The skills like the word's, itself among them. */
static void
add_near(struct inc_reach *r, const struct inc_space *s, const struct word *w)
{
    uint32_t n;
    const struct inc_near *near = inc_space_near(s, w->skill, &n);

    for (uint32_t i = 0; i < n; i++)
        add(r, w, near[i].skill, near[i].sim_bp);
}

static void
read_word(struct word *out, uint32_t word, const struct inc_class *classes,
          unsigned half_year)
{
    const struct inc_class *c = &classes[INC_WORD_CLASS(word)];

    out->skill = INC_WORD_CONCEPT(word);
    for (unsigned i = 0; i < INC_REACH_LEVELS; i++)
        out->loss[i] = inc_loss(inc_quality_bp(c, i + 1, half_year));
}

static enum inc_status
room(struct inc_reach *r, const struct inc_space *s)
{
    size_t rows = inc_space_rows(s);

    /* Empty, so nothing is lost where it moves. */
    return inc_mem_room(&r->have, &r->have_cap,
                        rows * INC_REACH_LEVELS * sizeof *r->have) != 0 ||
                   inc_mem_room(&r->touched, &r->touched_cap,
                                rows * sizeof *r->touched) != 0 ||
                   inc_mem_room(&r->sum, &r->sum_cap,
                                inc_space_dim(s) * sizeof *r->sum) != 0
               ? INC_E_NOMEM
               : INC_OK;
}

/* The sum fits: at most INC_WORDS_MAX * 127 * 127 < 2^27. */
static void
add_vector(struct inc_reach *r, const struct inc_space *s, uint32_t skill)
{
    uint32_t dim = inc_space_dim(s);
    int32_t idf = (int32_t)inc_space_idf(s, skill);
    const int8_t *e = inc_space_row(s, skill);

    for (uint32_t d = 0; d < dim; d++)
        r->sum[d] += idf * e[d];
}

enum inc_status
inc_reach_fill(struct inc_reach *r, const struct inc_space *s,
               const struct inc_person *person, const struct inc_class *classes,
               unsigned half_year)
{
    enum inc_status st = room(r, s);

    if (st == INC_OK)
        memset(r->sum, 0, inc_space_dim(s) * sizeof *r->sum);
    for (uint32_t i = 0; st == INC_OK && i < person->n_words; i++) {
        struct word w;

        read_word(&w, person->words[i], classes, half_year);
        add_vector(r, s, w.skill);
        add_near(r, s, &w);
    }
    return st;
}

void
inc_reach_cover(uint16_t *cover, const struct inc_reach *r,
                const struct inc_plan *p)
{
    for (uint32_t lane = 0; lane < p->n_lanes; lane++) {
        const struct inc_line_spec *line = &p->lines[p->lane_line[lane]];
        uint16_t most = 0;

        for (uint32_t i = 0; i < line->n_concepts; i++) {
            uint16_t have =
                r->have[inc_reach_cell(line->concepts[i], line->level)];

            most = have > most ? have : most;
        }
        cover[lane] = most;
    }
}

int64_t
inc_reach_pull(const struct inc_reach *r, const struct inc_plan *p)
{
    uint32_t dim = inc_space_dim(p->world->space);
    int64_t pull = 0;

    for (uint32_t d = 0; p->has_affinity && d < dim; d++)
        pull += (int64_t)r->sum[d] * p->u[d];
    return pull;
}
