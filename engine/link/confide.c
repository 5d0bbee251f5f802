#include <math.h>

#include "engine/link/inside.h"

/*
 * Fitted by maximum likelihood, scores in ten thousandths as parts of one.
 * Occupations: 181 queries of MELO-IT's development half. Skills: 1,990
 * alternative labels of ESCO taken out of the index, the right skill taken out
 * too for every other one, so that a stranger is not believed. How well they
 * hold on queries that were not used: docs/linking.md, "Confidence".
 */
struct scale {
    double score, gap, base; /* of the best: logistic in score and lead */
    double spread, none;     /* of the others, and of "none of them" */
    uint32_t same_bp;        /* of a label with the same text; 0: as above */
};

static const struct scale occupations = {6.63, 1.62, -6.37, 0.128, 0.81, 0};
static const struct scale skills = {4.11, 7.58, -4.71, 0.111, 1.77, 9500};

static double
part(uint32_t bp)
{
    return bp / 10000.0;
}

static uint32_t
to_bp(double p)
{
    return (uint32_t)(p * 10000);
}

/* Several concepts with the very same label share the confidence. */
static size_t
share_same(struct inc_link *links, size_t n, uint32_t same_bp)
{
    size_t same = 0;

    while (same_bp != 0 && same < n && links[same].score_bp == 10000)
        same++;
    for (size_t i = 0; i < same; i++)
        links[i].confidence_bp = same_bp / (uint32_t)same;
    return same;
}

void
inc_link_confide(struct inc_link *links, size_t n, enum inc_pillar p)
{
    const struct scale *s = p == INC_PILLAR_OCCUPATION ? &occupations : &skills;
    size_t first = share_same(links, n, s->same_bp);
    double left = 1 - part(s->same_bp), sum = s->none, next;

    if (n == 0)
        return;
    next = n > 1 ? part(links[1].score_bp) : 0;
    if (first == 0) {
        double best = part(links[0].score_bp);
        double z = s->score * best + s->gap * (best - next) + s->base;
        left = 1 / (1 + exp(z));
        links[0].confidence_bp = to_bp(1 - left);
        first = 1;
    }
    for (size_t i = first; i < n; i++)
        sum += exp((part(links[i].score_bp) - next) / s->spread);
    for (size_t i = first; i < n; i++) {
        double share = exp((part(links[i].score_bp) - next) / s->spread) / sum;
        uint32_t bp = to_bp(left * share), most = links[0].confidence_bp;
        links[i].confidence_bp = bp < most ? bp : most;
    }
}

/* Not fitted: our own judgement until enough texts are marked by hand. Several
 * concepts with the same words share it. */
uint32_t
inc_link_confidence_of(const struct inc_mention *m)
{
    static const uint32_t whole_bp[] = {0, 7500, 9000, 9500};
    uint32_t words = m->words < 3 ? m->words : 3;
    uint32_t bp = whole_bp[words];

    if (m->cover_bp < 10000) /* 10000: as it is; 7500: half of it */
        bp -= bp * (10000 - m->cover_bp) / 5000;
    return bp / (1 + m->others);
}
