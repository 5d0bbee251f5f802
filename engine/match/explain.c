#include "engine/match/explain.h"

#include "engine/base/check.h"

uint32_t
inc_pair_similarity(const struct inc_space *s, uint32_t a, uint32_t b,
                    uint32_t *cosine_bp)
{
    const int8_t *x = inc_space_row(s, a), *y = inc_space_row(s, b);
    int64_t dot = 0;

    *cosine_bp = INC_BP;
    if (a == b)
        return INC_BP;
    for (uint32_t d = 0; d < inc_space_dim(s); d++)
        dot += (int64_t)x[d] * y[d];
    *cosine_bp =
        inc_cosine_bp(dot, inc_space_norm2(s, a), inc_space_norm2(s, b));
    return inc_similarity_bp(*cosine_bp);
}

struct best {
    uint32_t have, sim, cosine, quality, word, concept;
};

/* The word that answers a lane best: by what it gives, then by likeness, then
 * the first one. */
static struct best
supplier(const struct inc_line_spec *spec, const struct inc_plan *p,
         const struct inc_person *person, const struct inc_class *classes)
{
    struct best b = {.word = person->n_words};

    for (uint32_t w = 0; w < person->n_words; w++) {
        uint32_t concept = INC_WORD_CONCEPT(person->words[w]);
        const struct inc_class *c = &classes[INC_WORD_CLASS(person->words[w])];
        uint32_t quality = inc_quality_bp(c, spec->level, p->half_year);

        for (uint32_t i = 0; i < spec->n_concepts; i++) {
            uint32_t cosine;
            uint32_t sim = inc_pair_similarity(
                p->world->space, spec->concepts[i], concept, &cosine);
            uint32_t have = inc_have_bp(sim, inc_loss(quality));
            if (have > b.have || (have == b.have && have > 0 && sim > b.sim))
                b = (struct best){have, sim, cosine, quality, w, i};
        }
    }
    return b;
}

static unsigned
reasons(const struct inc_line *line, const struct best *b,
        const struct inc_plan *p)
{
    unsigned why = line->why & (INC_WHY(TRAINABLE) | INC_WHY(NOT_ASKED));
    unsigned same =
        b->concept < line->spec->n_own ? INC_WHY(EXACT) : INC_WHY(ALTERNATIVE);

    why |= b->sim < INC_BP ? INC_WHY(SIMILAR) : same;
    if (line->held.level < line->spec->level)
        why |= INC_WHY(LEVEL_LOW);
    if (line->held.evidence == INC_EVIDENCE_IMPLIED)
        why |= INC_WHY(IMPLIED);
    else if (line->held.evidence != INC_EVIDENCE_CERTIFIED)
        why |= INC_WHY(EVIDENCE);
    if (inc_recency_bp(line->held.half_year, p->half_year) < INC_BP)
        why |= INC_WHY(OLD);
    return why;
}

/* A requirement is met when the skill asked, or an alternative, is held at the
 * level asked and the person or somebody else says so. Evidence and age are
 * reasons for fewer points, not for "partly". */
static int
is_met(const struct inc_line *line, const struct best *b)
{
    return b->sim == INC_BP && line->held.level >= line->spec->level &&
           line->held.evidence != INC_EVIDENCE_IMPLIED;
}

void
inc_explain(struct inc_line *lines, const struct inc_plan *p,
            const struct inc_person *person, const struct inc_class *classes,
            const uint16_t *cover)
{
    for (uint32_t i = 0; i < p->n_lines; i++) {
        struct inc_line *line = &lines[i];
        struct best b;

        if (line->spec->kind != INC_LINE_REQUIREMENT)
            continue;
        b = supplier(line->spec, p, person, classes);
        INC_CHECK(b.have == cover[line->spec->lane]);
        if (b.word == person->n_words)
            continue;
        line->word = b.word;
        line->cosine_bp = b.cosine;
        line->quality_bp = b.quality;
        line->concept = b.concept;
        line->held = classes[INC_WORD_CLASS(person->words[b.word])];
        line->why = reasons(line, &b, p);
        line->status = is_met(line, &b) ? INC_LINE_MET : INC_LINE_PARTLY;
        if (line->status == INC_LINE_MET)
            line->why &= ~(INC_WHY(TRAINABLE) | INC_WHY(NOT_ASKED));
    }
}
