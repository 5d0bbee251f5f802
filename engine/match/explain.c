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

/* A word looked at for one line. */
struct best {
    uint32_t have, sim, cosine, quality, word, concept;
    int same; /* the very skill asked, or an alternative */
};

/* 1 when `a` answers a lane better: by what it gives, then by likeness, then
 * the skill itself before one that is like it; else the first stays. */
static int
answers_better(const struct best *a, const struct best *b)
{
    if (a->have != b->have)
        return a->have > b->have;
    if (a->have == 0 || a->sim != b->sim)
        return a->have > 0 && a->sim > b->sim;
    return a->same > b->same;
}

/*
 * Two words of a line: the one that gives most, which the points come from,
 * and the best one that meets the requirement: the skill asked or an
 * alternative, at the level asked, stated. `word` is n_words when there is
 * none.
 */
static void
suppliers(struct best *most, struct best *meets,
          const struct inc_line_spec *spec, const struct inc_plan *p,
          const struct inc_person *person, const struct inc_class *classes,
          const struct inc_kin *kin)
{
    *most = *meets = (struct best){.word = person->n_words};
    for (uint32_t w = 0; w < person->n_words; w++) {
        uint32_t concept = INC_WORD_CONCEPT(person->words[w]);
        const struct inc_class *c = &classes[INC_WORD_CLASS(person->words[w])];
        uint32_t quality;

        if (kin != NULL && !inc_kin_related(kin, concept, spec->lane))
            continue; /* worth nothing: it cannot be shown */
        quality = inc_quality_bp(c, spec->level, p->half_year);
        for (uint32_t i = 0; i < spec->n_concepts; i++) {
            struct best b = {.quality = quality, .word = w, .concept = i};
            b.same = spec->concepts[i] == concept;
            b.sim = inc_pair_similarity(p->world->space, spec->concepts[i],
                                        concept, &b.cosine);
            b.have = inc_have_bp(b.sim, inc_loss(quality));
            if (answers_better(&b, most))
                *most = b;
            if (b.same && c->level >= spec->level &&
                c->evidence != INC_EVIDENCE_IMPLIED &&
                answers_better(&b, meets))
                *meets = b;
        }
    }
}

static unsigned
reasons(const struct inc_line *line, const struct best *b,
        const struct inc_plan *p)
{
    unsigned why = line->why & (INC_WHY(TRAINABLE) | INC_WHY(NOT_ASKED));
    unsigned same =
        b->concept < line->spec->n_own ? INC_WHY(EXACT) : INC_WHY(ALTERNATIVE);

    why |= b->same ? same : INC_WHY(SIMILAR);
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

void
inc_explain(struct inc_line *lines, const struct inc_plan *p,
            const struct inc_person *person, const struct inc_class *classes,
            const uint16_t *cover, const struct inc_kin *kin)
{
    for (uint32_t i = 0; i < p->n_lines; i++) {
        struct inc_line *line = &lines[i];
        struct best most, meets;
        const struct best *shown = &most;

        if (line->spec->kind != INC_LINE_REQUIREMENT)
            continue;
        suppliers(&most, &meets, line->spec, p, person, classes, kin);
        INC_CHECK(most.have == cover[line->spec->lane]);
        if (most.word == person->n_words)
            continue;
        if (meets.word != person->n_words && meets.have < most.have) {
            line->also_word = most.word;
            line->also_cosine_bp = most.cosine;
        }
        if (meets.word != person->n_words)
            shown = &meets;
        line->word = shown->word;
        line->cosine_bp = shown->cosine;
        line->quality_bp = shown->quality;
        line->held = classes[INC_WORD_CLASS(person->words[shown->word])];
        line->why = reasons(line, shown, p);
        /* Evidence and age are reasons for fewer points, not for "partly". */
        line->status = shown == &meets ? INC_LINE_MET : INC_LINE_PARTLY;
        if (line->status == INC_LINE_MET)
            line->why &= ~(INC_WHY(TRAINABLE) | INC_WHY(NOT_ASKED));
    }
}
