#include "engine/draft/index.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/text/fold.h"
#include "engine/text/words.h"

enum { HALVES = 3, LABEL_BYTES = 512 };

struct slot {
    uint64_t hash; /* 0: free */
    uint32_t id;
    unsigned int pillar : 4, english : 1, preferred : 1, ambiguous : 1,
        proper : 1;
};

struct inc_draft_index {
    struct slot *slots;
    size_t mask;
};

int
inc_draft_key_add(struct inc_draft_key *k, const char *word, size_t len,
                  int english)
{
    const enum inc_stemmer s = english ? INC_STEM_EN : INC_STEM_IT;
    char stem[INC_WORD_BYTES];

    if (len == 0 || inc_stop_word(word, len, s))
        return 0;
    if (len >= sizeof stem)
        len = sizeof stem - 1;
    memcpy(stem, word, len);
    len = inc_stem(stem, len, s);
    if (k->words == 0)
        k->hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < len; i++)
        k->hash = (k->hash ^ (unsigned char)stem[i]) * UINT64_C(1099511628211);
    k->hash = (k->hash ^ ' ') * UINT64_C(1099511628211);
    k->words++;
    return 1;
}

static struct slot *
slot_of(const struct inc_draft_index *x, uint64_t hash, enum inc_pillar p,
        int english)
{
    size_t i = (size_t)(hash ^ hash >> 29) & x->mask;

    while (x->slots[i].hash != 0 &&
           !(x->slots[i].hash == hash &&
             x->slots[i].pillar == (unsigned int)p &&
             x->slots[i].english == (unsigned int)english))
        i = (i + 1) & x->mask;
    return &x->slots[i];
}

static int
is_proper(const char *label)
{
    for (const char *p = label; *p != '\0'; p++)
        if ((*p >= 'A' && *p <= 'Z') || *p == '#' || *p == '+')
            return 1;
    return 0;
}

static void
put(struct inc_draft_index *x, enum inc_pillar p, uint32_t id,
    const char *label, size_t len, int english, int preferred)
{
    char folded[LABEL_BYTES];
    struct inc_draft_key k = {0, 0};
    struct slot *s;

    if (len == 0 || len >= sizeof folded)
        return;
    len = inc_fold(folded, label, len);
    for (size_t i = 0; i < len;) {
        size_t n = strcspn(folded + i, " ");

        (void)inc_draft_key_add(&k, folded + i, n, english);
        i += n + 1;
    }
    if (k.words == 0 || k.words > INC_DRAFT_WINDOW || k.hash == 0)
        return;
    s = slot_of(x, k.hash, p, english);
    if (s->hash == 0) {
        *s = (struct slot){.hash = k.hash,
                           .id = id,
                           .pillar = (unsigned int)p & 15u,
                           .english = (unsigned int)english & 1u,
                           .preferred = (unsigned int)preferred & 1u,
                           .proper = (unsigned int)is_proper(label) & 1u};
        return;
    }
    if (s->id == id) {
        s->preferred |= (unsigned int)preferred & 1u;
        return;
    }
    if (preferred && !s->preferred) { /* a preferred label is the better one */
        s->id = id;
        s->preferred = 1;
        s->ambiguous = 0;
    } else if ((unsigned int)preferred == s->preferred) {
        s->ambiguous = 1;
    }
}

/* "saldatore/saldatrice TIG" is also "saldatore TIG" and "saldatrice TIG". */
static void
put_halves(struct inc_draft_index *x, enum inc_pillar p, uint32_t id,
           const char *label, int english, int preferred)
{
    const char *slash = strchr(label, '/');
    size_t len = strlen(label);

    put(x, p, id, label, len, english, preferred);
    if (slash == NULL || strchr(slash + 1, '/') != NULL || english)
        return;
    const size_t left = (size_t)(slash - label);
    const char *right = slash + 1, *tail = strchr(right, ' ');

    put(x, p, id, right, strlen(right), english, preferred);
    if (memchr(label, ' ', left) == NULL && tail != NULL &&
        left + strlen(tail) < LABEL_BYTES) {
        char whole[LABEL_BYTES];

        memcpy(whole, label, left);
        memcpy(whole + left, tail, strlen(tail) + 1);
        put(x, p, id, whole, strlen(whole), english, preferred);
    } else {
        put(x, p, id, label, left, english, preferred);
    }
}

static size_t
each_label(struct inc_draft_index *x, const struct inc_taxonomy *t,
           enum inc_pillar p, int lang, int english)
{
    const uint32_t n = inc_concept_count(t, p);
    size_t count = 0;

    for (uint32_t id = 0; id < n; id++) {
        const char *const *alts;
        const size_t n_alts = inc_concept_alts(t, p, id, lang, &alts);

        if (inc_concept_retired(t, p, id))
            continue;
        count += (english ? 1 : HALVES) * (n_alts + 1);
        if (x == NULL)
            continue;
        if (inc_concept_has_label(t, p, id, lang))
            put_halves(x, p, id, inc_concept_label(t, p, id, lang), english, 1);
        for (size_t k = 0; k < n_alts; k++)
            put_halves(x, p, id, alts[k], english, 0);
    }
    return count;
}

static size_t
all_labels(struct inc_draft_index *x, const struct inc_taxonomy *t)
{
    static const char *const codes[] = {"it", "en"};
    size_t count = 0;

    for (int k = 0; k < 2; k++) {
        const int lang = inc_taxonomy_lang(t, codes[k]);

        if (lang < 0)
            continue;
        count += each_label(x, t, INC_PILLAR_OCCUPATION, lang, k);
        count += each_label(x, t, INC_PILLAR_SKILL, lang, k);
    }
    return count;
}

enum inc_status
inc_draft_index_build(struct inc_draft_index **out,
                      const struct inc_taxonomy *t, struct inc_err *err)
{
    struct inc_draft_index *x = inc_mem_zero(1, sizeof *x);
    size_t size = 64;

    *out = NULL;
    if (x != NULL) {
        const size_t labels = all_labels(NULL, t);

        while (size < labels + labels / 2)
            size *= 2;
        x->slots = inc_mem_zero(size, sizeof *x->slots);
        x->mask = size - 1;
    }
    if (x == NULL || x->slots == NULL) {
        inc_draft_index_free(x);
        return inc_fail(err, INC_E_NOMEM, 0,
                        "no memory for an index of labels");
    }
    (void)all_labels(x, t);
    *out = x;
    return INC_OK;
}

void
inc_draft_index_free(struct inc_draft_index *x)
{
    if (x == NULL)
        return;
    inc_mem_free(x->slots);
    inc_mem_free(x);
}

int
inc_draft_index_find(struct inc_draft_label *out,
                     const struct inc_draft_index *x, enum inc_pillar p,
                     const struct inc_draft_key *k, int english)
{
    const struct slot *s = slot_of(x, k->hash, p, english);

    if (k->words == 0 || s->hash == 0)
        return 0;
    *out =
        (struct inc_draft_label){s->id, s->preferred, s->ambiguous, s->proper};
    return 1;
}
