/*
 * geo_search.c - comuni by name as people type them.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/taxonomy/geo_inside.h"
#include "engine/text/fold.h"
#include "engine/text/ngram.h"

enum { QUERY_MAX = 100 };

/* How a name answers; smaller is better. */
enum rank {
    RANK_SAME,
    RANK_STARTS, /* the name begins with the text */
    RANK_WORDS,  /* its words do, in order: Reggio Emilia, S. Giuliano */
    RANK_ONE_EDIT,
    RANK_TWO_EDITS,
    RANK_NONE
};

struct hit {
    const char *name;
    uint16_t id;
    uint8_t rank;
    uint8_t elsewhere; /* in another province than the one asked for */
};

static int
by_rank(const void *a, const void *b)
{
    const struct hit *x = a, *y = b;
    size_t m = strlen(x->name), n = strlen(y->name);
    int order;

    if (x->elsewhere != y->elsewhere)
        return x->elsewhere - y->elsewhere;
    if (x->rank != y->rank)
        return x->rank - y->rank;
    if (m != n)
        return m < n ? -1 : 1;
    order = strcmp(x->name, y->name);
    return order != 0 ? order : x->id - y->id;
}

/* Every word of the text begins a word of the name, in the same order. */
static int
words_begin(const char *name, const char *text)
{
    while (*text != '\0') {
        size_t n = strcspn(text, " ");
        while (*name != '\0' && strncmp(name, text, n) != 0) {
            name += strcspn(name, " ");
            name += *name == ' ';
        }
        if (*name == '\0')
            return 0;
        name += strcspn(name, " ");
        name += *name == ' ';
        text += n;
        text += *text == ' ';
    }
    return 1;
}

static enum rank
answer(const char *name, const char *text, size_t len)
{
    size_t n = strlen(name);
    unsigned edits;

    if (strcmp(name, text) == 0)
        return RANK_SAME;
    if (strncmp(name, text, len) == 0)
        return RANK_STARTS;
    if (words_begin(name, text))
        return RANK_WORDS;
    if (len < 4)
        return RANK_NONE;
    edits = inc_edits(name, n, text, len, len < 8 ? 1 : 2);
    return edits == 1               ? RANK_ONE_EDIT
           : edits == 2 && len >= 8 ? RANK_TWO_EDITS
                                    : RANK_NONE;
}

/* "lucca lu" with LU a province: cut it off and hand it out. */
static size_t
split_province(const struct inc_geo *g, char province[3], char *text,
               size_t len)
{
    province[0] = '\0';
    if (len < 5 || text[len - 3] != ' ')
        return len;
    for (uint16_t i = 0; i < g->count; i++) {
        const char *p = g->comune[i].province;
        if (strlen(p) == 2 && (p[0] | 0x20) == text[len - 2] &&
            (p[1] | 0x20) == text[len - 1]) {
            memcpy(province, p, 3);
            text[len - 3] = '\0';
            return len - 3;
        }
    }
    return len;
}

size_t
inc_geo_search(const struct inc_geo *g, const char *text, size_t len,
               uint16_t *ids, size_t max)
{
    char folded[QUERY_MAX + 1], province[3];
    struct hit *hit = NULL;
    size_t n = 0;

    if (len > QUERY_MAX || max == 0)
        return 0;
    ids[0] = inc_geo_find(g, text, len); /* an ISTAT code is an answer too */
    if (ids[0] != INC_NO_COMUNE)
        return 1;
    len = inc_fold(folded, text, len);
    len = split_province(g, province, folded, len);
    if (len == 0)
        return 0;
    hit = inc_mem_zero(g->count, sizeof *hit);
    if (hit == NULL)
        return 0;
    for (uint16_t i = 0; i < g->count; i++) {
        enum rank rank = answer(g->folded[i], folded, len);
        if (rank == RANK_NONE)
            continue;
        hit[n++] =
            (struct hit){g->folded[i], i, (uint8_t)rank,
                         province[0] != '\0' &&
                             strcmp(province, g->comune[i].province) != 0};
    }
    if (n != 0)
        qsort(hit, n, sizeof *hit, by_rank);
    max = n < max ? n : max;
    for (size_t i = 0; i < max; i++)
        ids[i] = hit[i].id;
    inc_mem_free(hit);
    return max;
}
