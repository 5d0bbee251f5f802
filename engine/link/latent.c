#include "engine/link/latent.h"

#include <math.h>
#include <string.h>

#include "engine/base/intmath.h"
#include "engine/base/map.h"
#include "engine/base/mem.h"
#include "engine/text/words.h"
#include "engine/train/sparse.h"
#include "engine/train/svd.h"

enum {
    DIMENSIONS = 200,
    POWER = 1,
    SEED = 5,
    WORD_ONE = 16384,    /* the longest component of a word's vector */
    DOCUMENT_ONE = 2048, /* length of a document's vector */
    SQUARE = DOCUMENT_ONE * DOCUMENT_ONE,
    TERM_BYTES = INC_WORD_BYTES + 1,
    CHUNK_BYTES = 1 << 16
};

/* The terms' own bytes: the map only borrows its keys. */
struct chunk {
    struct chunk *next;
    size_t used;
    char bytes[CHUNK_BYTES];
};

struct inc_latent {
    struct inc_map by_text; /* stemmer's digit and stem -> term */
    struct chunk *chunks;
    uint32_t terms, documents, dimensions;
    int16_t *word;     /* [terms][dimensions], times the term's idf */
    int16_t *document; /* [documents][dimensions] */
};

struct builder {
    struct inc_latent *l;
    const struct inc_taxonomy *t;
    struct inc_entries counts[INC_STEM_COUNT]; /* document, term: times met */
    int failed;
};

static enum inc_status
no_memory(struct inc_err *err)
{
    return inc_fail(err, INC_E_NOMEM, 0, "no memory for the words of labels");
}

/* The key of a word in `term`; its length, 0 when the word says nothing. */
static size_t
term_of(char term[TERM_BYTES], const char *word, size_t len, enum inc_stemmer s)
{
    if (inc_stop_word(word, len, s))
        return 0;
    term[0] = (char)('0' + (int)s);
    memcpy(term + 1, word, len);
    return 1 + inc_stem(term + 1, len, s);
}

static const char *
keep(struct inc_latent *l, const char *term, size_t len)
{
    struct chunk *c = l->chunks;

    if (c == NULL || c->used + len > sizeof c->bytes) {
        c = inc_mem_zero(1, sizeof *c);
        if (c == NULL)
            return NULL;
        c->next = l->chunks;
        l->chunks = c;
    }
    c->used += len;
    return memcpy(c->bytes + c->used - len, term, len);
}

static void
add_term(struct builder *b, uint32_t document, const char *term, size_t len,
         enum inc_stemmer s)
{
    struct inc_latent *l = b->l;
    uint32_t number = inc_map_get(&l->by_text, term, len);

    if (number == INC_MAP_NONE) {
        const char *key = keep(l, term, len);
        if (key == NULL ||
            inc_map_add(&l->by_text, key, len, l->terms, NULL) != INC_OK) {
            b->failed = 1;
            return;
        }
        number = l->terms++;
    }
    inc_entries_add(&b->counts[s], document, number, 1.0F);
}

static void
add_text(struct builder *b, uint32_t document, const char *text,
         enum inc_stemmer s)
{
    struct inc_words words = inc_words_of(text, strlen(text));
    const char *word;
    size_t len;

    while (!b->failed && inc_words_next(&words, &word, &len)) {
        char term[TERM_BYTES];
        size_t n = term_of(term, word, len, s);
        if (n != 0)
            add_term(b, document, term, n, s);
    }
}

static void
add_labels(struct builder *b, uint32_t document, enum inc_pillar p, uint32_t id)
{
    struct inc_label_walk l = inc_label_walk(b->t, p, id);

    while (inc_label_walk_next(&l))
        add_text(b, document, l.text,
                 inc_stemmer_of(inc_taxonomy_language(b->t, l.lang)));
}

/* The groups of a code: 7212, 721, 72, 7. */
static void
add_groups(struct builder *b, uint32_t document, const char *code)
{
    for (size_t len = code == NULL ? 0 : strlen(code); len > 0; len--) {
        uint32_t group = inc_isco_find(b->t, code, len);
        if (group != INC_NO_CONCEPT)
            add_labels(b, document, INC_PILLAR_ISCO, group);
    }
}

static void
add_documents(struct builder *b)
{
    uint32_t occupations = inc_concept_count(b->t, INC_PILLAR_OCCUPATION);
    uint32_t groups = inc_concept_count(b->t, INC_PILLAR_ISCO);

    for (uint32_t i = 0; i < occupations && !b->failed; i++) {
        if (inc_concept_retired(b->t, INC_PILLAR_OCCUPATION, i))
            continue;
        add_labels(b, i, INC_PILLAR_OCCUPATION, i);
        add_groups(b, i, inc_occupation_isco(b->t, i));
    }
    for (uint32_t i = 0; i < groups && !b->failed; i++) {
        const char *code = inc_isco_code(b->t, i);
        if (code == NULL || *code == '\0')
            add_labels(b, occupations + i, INC_PILLAR_ISCO, i);
        add_groups(b, occupations + i, code);
    }
    b->l->documents = occupations + groups;
}

/* ln((1 + n) / (1 + df)) + 1 of every term that a language has. */
static void
find_idf(float *idf, const struct inc_sparse *m)
{
    for (size_t i = 0; i < inc_sparse_count(m); i++)
        idf[m->col[i]] += 1.0F;
    for (uint32_t c = 0; c < m->cols; c++)
        if (idf[c] > 0)
            idf[c] = logf((1.0F + (float)m->rows) / (1.0F + idf[c])) + 1.0F;
}

/* Each language's part of a document has the same length, or the language with
 * the most labels would decide alone.
 *   m    out documents x terms, all languages
 *   idf  out [terms] */
static enum inc_status
weigh(struct inc_sparse *m, float *idf, struct builder *b)
{
    struct inc_sparse part[INC_STEM_COUNT] = {0};
    struct inc_entries all = {0};
    enum inc_status st = INC_OK;

    for (int s = 0; s < INC_STEM_COUNT; s++) {
        struct inc_sparse *p = &part[s];
        if (b->counts[s].count == 0 && !b->counts[s].failed)
            continue;
        INC_TRY(
            inc_sparse_gather(p, &b->counts[s], b->l->documents, b->l->terms));
        find_idf(idf, p);
        for (size_t i = 0; i < inc_sparse_count(p); i++)
            p->value[i] = (1.0F + logf(p->value[i])) * idf[p->col[i]];
        inc_sparse_rows_to(p, 1.0);
        for (uint32_t r = 0; r < p->rows; r++)
            for (size_t i = p->start[r]; i < p->start[r + 1]; i++)
                inc_entries_add(&all, r, p->col[i], p->value[i]);
    }
    INC_TRY(inc_sparse_gather(m, &all, b->l->documents, b->l->terms));
    inc_sparse_rows_to(m, 1.0);
out:
    for (int s = 0; s < INC_STEM_COUNT; s++)
        inc_sparse_release(&part[s]);
    inc_entries_release(&all);
    return st;
}

/* v * scale / its length; zeros stay zeros.
 *   out  out [n], zeros before */
static void
to_length(int16_t *out, const float *v, uint32_t n, float scale)
{
    float square = 0;

    for (uint32_t k = 0; k < n; k++)
        square += v[k] * v[k];
    for (uint32_t k = 0; k < n; k++)
        if (square > 0)
            out[k] = (int16_t)lrintf(v[k] * scale / sqrtf(square));
}

/* Words from the left vectors of terms x documents, documents from their
 * words. */
static enum inc_status
quantise(struct inc_latent *l, const struct inc_sparse *m, const float *u,
         const float *idf)
{
    uint32_t d = l->dimensions;
    float *row = inc_mem_zero(d, sizeof *row), largest = 0;

    l->word = inc_mem_zero((size_t)l->terms * d, sizeof *l->word);
    l->document = inc_mem_zero((size_t)l->documents * d, sizeof *l->document);
    if (row == NULL || l->word == NULL || l->document == NULL) {
        inc_mem_free(row);
        return INC_E_NOMEM;
    }
    for (uint32_t t = 0; t < l->terms; t++)
        for (uint32_t k = 0; k < d; k++)
            largest = fmaxf(largest, fabsf(u[(size_t)t * d + k] * idf[t]));
    for (uint32_t t = 0; t < l->terms && largest > 0; t++)
        for (uint32_t k = 0; k < d; k++)
            l->word[(size_t)t * d + k] = (int16_t)lrintf(
                u[(size_t)t * d + k] * idf[t] * WORD_ONE / largest);
    for (uint32_t r = 0; r < l->documents; r++) {
        memset(row, 0, d * sizeof *row);
        for (size_t i = m->start[r]; i < m->start[r + 1]; i++)
            for (uint32_t k = 0; k < d; k++)
                row[k] += m->value[i] * u[(size_t)m->col[i] * d + k];
        to_length(l->document + (size_t)r * d, row, d, DOCUMENT_ONE);
    }
    inc_mem_free(row);
    return INC_OK;
}

static enum inc_status
learn(struct builder *b, struct inc_err *err)
{
    struct inc_latent *l = b->l;
    struct inc_svd_options o = {.power = POWER, .seed = SEED};
    struct inc_sparse m = {0}, turned = {0};
    float *idf = inc_mem_zero(l->terms, sizeof *idf), *u = NULL, *sigma = NULL;
    uint32_t least = l->terms < l->documents ? l->terms : l->documents;
    enum inc_status st = INC_OK;

    l->dimensions = o.rank = least < DIMENSIONS ? least : DIMENSIONS;
    if (least == 0)
        goto out;
    u = inc_mem_zero((size_t)l->terms * o.rank, sizeof *u);
    sigma = inc_mem_zero(o.rank, sizeof *sigma);
    if (idf == NULL || u == NULL || sigma == NULL ||
        weigh(&m, idf, b) != INC_OK ||
        inc_sparse_transpose(&turned, &m) != INC_OK) {
        st = no_memory(err);
        goto out;
    }
    INC_TRY(inc_svd(u, sigma, &turned, &o, err));
    if (quantise(l, &m, u, idf) != INC_OK)
        st = no_memory(err);
out:
    inc_sparse_release(&m);
    inc_sparse_release(&turned);
    inc_mem_free(idf);
    inc_mem_free(u);
    inc_mem_free(sigma);
    return st;
}

enum inc_status
inc_latent_build(struct inc_latent **out, const struct inc_taxonomy *t,
                 struct inc_err *err)
{
    struct builder b = {.t = t, .l = inc_mem_zero(1, sizeof *b.l)};
    enum inc_status st = INC_OK;

    *out = NULL;
    if (b.l == NULL)
        return no_memory(err);
    add_documents(&b);
    if (b.failed) {
        st = no_memory(err);
        goto out;
    }
    INC_TRY(learn(&b, err));
    *out = b.l;
    b.l = NULL;
out:
    for (int s = 0; s < INC_STEM_COUNT; s++)
        inc_entries_release(&b.counts[s]);
    inc_latent_free(b.l);
    return st;
}

void
inc_latent_free(struct inc_latent *l)
{
    if (l == NULL)
        return;
    while (l->chunks != NULL) {
        struct chunk *next = l->chunks->next;
        inc_mem_free(l->chunks);
        l->chunks = next;
    }
    inc_map_release(&l->by_text);
    inc_mem_free(l->word);
    inc_mem_free(l->document);
    inc_mem_free(l);
}

size_t
inc_latent_bytes(const struct inc_latent *l)
{
    size_t vectors = (size_t)l->terms + l->documents, n = sizeof *l;

    for (const struct chunk *c = l->chunks; c != NULL; c = c->next)
        n += sizeof *c;
    return n + vectors * l->dimensions * sizeof *l->word +
           l->by_text.cap * (sizeof(char *) + 2 * sizeof(uint32_t));
}

uint32_t
inc_latent_documents(const struct inc_latent *l)
{
    return l->documents;
}

/* The text's vector at length DOCUMENT_ONE; 0 when no word is known. */
static int
place(int16_t *q, const struct inc_latent *l, const char *text, size_t len)
{
    int64_t sum[DIMENSIONS] = {0};
    uint64_t square = 0, length;
    struct inc_words words = inc_words_of(text, len);
    const char *word;
    size_t n;

    while (inc_words_next(&words, &word, &n)) {
        for (int s = 0; s < INC_STEM_COUNT; s++) {
            char term[TERM_BYTES];
            size_t bytes = term_of(term, word, n, (enum inc_stemmer)s);
            uint32_t t = bytes == 0 ? INC_MAP_NONE
                                    : inc_map_get(&l->by_text, term, bytes);
            if (t == INC_MAP_NONE)
                continue;
            for (uint32_t k = 0; k < l->dimensions; k++)
                sum[k] += l->word[(size_t)t * l->dimensions + k];
        }
    }
    for (uint32_t k = 0; k < l->dimensions; k++)
        square += (uint64_t)(sum[k] * sum[k]);
    length = inc_isqrt(square);
    for (uint32_t k = 0; k < l->dimensions && length != 0; k++)
        q[k] = (int16_t)(sum[k] * DOCUMENT_ONE / (int64_t)length);
    return length != 0;
}

void
inc_latent_compare(const struct inc_latent *l, uint16_t *bp, const char *text,
                   size_t len)
{
    int16_t q[DIMENSIONS];

    memset(bp, 0, l->documents * sizeof *bp);
    if (!place(q, l, text, len))
        return;
    for (uint32_t r = 0; r < l->documents; r++) {
        const int16_t *v = l->document + (size_t)r * l->dimensions;
        int32_t dot = 0;
        for (uint32_t k = 0; k < l->dimensions; k++)
            dot += q[k] * v[k];
        if (dot > 0) {
            uint32_t cosine = (uint32_t)((uint64_t)dot * 10000 / SQUARE);
            bp[r] = (uint16_t)(cosine < 10000 ? cosine : 10000);
        }
    }
}
