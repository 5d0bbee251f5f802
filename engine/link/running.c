#include "engine/base/mem.h"
#include "engine/link/inside.h"

static size_t
mentions(const struct inc_linker *l, unsigned pillars, const char *text,
         size_t len, int lang, struct inc_link *out, size_t max)
{
    struct inc_mention *m = inc_mem_zero(max, sizeof *m);
    size_t n = 0;

    if (m != NULL)
        n = inc_patterns_find(l->patterns, pillars, text, len, lang, m, max);
    for (size_t i = 0; i < n; i++)
        out[i] = (struct inc_link){
            .pillar = m[i].pillar,
            .id = m[i].id,
            .confidence_bp = inc_link_confidence_of(&m[i]),
            .score_bp = m[i].cover_bp,
            .at = m[i].at,
            .len = m[i].len,
            .label = m[i].label,
            .lang = m[i].lang,
            .words = m[i].words,
            .others = m[i].others,
        };
    inc_mem_free(m);
    return n;
}

size_t
inc_link_mentions(const struct inc_linker *l, enum inc_pillar p,
                  const char *text, size_t len, int lang, struct inc_link *out,
                  size_t max)
{
    return mentions(l, 1U << p, text, len, lang, out, max);
}

size_t
inc_link_all_mentions(const struct inc_linker *l, const char *text, size_t len,
                      int lang, struct inc_link *out, size_t max)
{
    return mentions(l, 1U << INC_PILLAR_SKILL | 1U << INC_PILLAR_OCCUPATION,
                    text, len, lang, out, max);
}
