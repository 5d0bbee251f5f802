/*
 * score.h - one person against one planned need. Floor 6.
 * The lines and the score come from the same additions: their sums are equal
 * by construction, and a test says so for a million pairs.
 */
#ifndef INC_MATCH_SCORE_H
#define INC_MATCH_SCORE_H

#include "engine/match/plan.h"

/* Reasons of a line are bits, one for each enum inc_why. */
#define INC_WHY(name) (1u << INC_WHY_##name)

/* One line of one explanation. */
struct inc_line {
    const struct inc_line_spec *spec;
    enum inc_line_status status;
    unsigned why; /* INC_WHY() bits */
    int32_t points, lo, hi;
    uint32_t cover_bp; /* of what was asked */
    /* requirement: the word that supplied it; n_words when none did */
    uint32_t word;
    uint32_t cosine_bp, quality_bp;
    /* a similar skill that gives more than the one that meets; n_words: none */
    uint32_t also_word, also_cosine_bp;
    struct inc_class held;
    /* trades: the occupation of the space most shared, or INC_NO_CONCEPT */
    uint32_t occupation;
    /* language */
    int cefr; /* lowest known ability, -1 none */
    /* distance */
    uint32_t metres, minutes, limit;
    int mode;
    /* hours */
    uint32_t overlap_minutes;
};

struct inc_tally {
    int32_t points, lo, hi; /* 0..10000 */
};

/*
 * Add up one person.
 *   cover  in [plan->lanes] bp, as folded; pull as folded
 *   lines  out [plan->n_lines], or NULL; `word`, cosine, quality, held stay
 *          for the explanation to fill (inc_explain in explain.h)
 */
void inc_score(struct inc_tally *total, struct inc_line *lines,
               const struct inc_plan *p, const struct inc_person *person,
               const uint16_t *cover, int64_t pull);

/* One line of it. `cover` and `pull` are read by the lines of skills and of
 * affinity only; so_far: the sums before it, for lines that take away. Status
 * and reasons do not depend on so_far. */
void inc_score_line(struct inc_line *line, const struct inc_line_spec *spec,
                    const struct inc_plan *p, const struct inc_person *person,
                    const uint16_t *cover, int64_t pull,
                    const struct inc_tally *so_far);

/* The affinity in bp from the folded pull. */
uint32_t inc_affinity_bp(const struct inc_plan *p, uint32_t norm, int64_t pull);

/* The journey: metres, best mode and its minutes for a mode set. */
uint32_t inc_journey(const struct inc_plan *p, uint16_t home, unsigned modes,
                     uint32_t *metres, int *mode);

/* Minutes of the need's schedule that the person's hours cover. */
uint32_t inc_overlap(const struct inc_plan *p, const struct inc_person *person);

#endif
