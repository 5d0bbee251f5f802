/* How much something matters and how well it must be done: words such as
 * "indispensabile", "gradito", "ottima", "base", and how far they reach. */
#include <string.h>

#include "engine/draft/inside.h"

enum sort {
    CUE_IMPORTANCE,
    CUE_LEVEL,
    CUE_NOT,  /* "non è richiesta": what it reaches is not asked */
    CUE_OFFER /* what the company gives: no requirement */
};

static const struct cue {
    enum sort sort;
    int value;
    const char *pattern;
} cues[] = {
#define INC_CUE(sort, value, pattern) {CUE_##sort, value, pattern},
#include "engine/draft/cues.def"
#undef INC_CUE
};

struct placed {
    size_t from, to;
    const struct cue *cue;
    int postfix; /* speaks of what stands before it */
};

enum { PLACED_MAX = 64 }; /* of one sentence */

/* "Excel: ottimo", "Excel - ottimo": said of what stands before it. */
static int
is_after_colon(const struct inc_reader *r, const struct placed *p)
{
    const struct inc_token *t = &r->t[p->from];

    return p->cue->sort == CUE_LEVEL && t->gap == INC_GAP_COMMA &&
           (t->sep == ':' || t->sep == '-');
}

/* Reaches back: "patente B preferibile,", "(requisito indispensabile)". */
static int
is_postfix(const struct inc_reader *r, const struct placed *p, size_t start)
{
    const int closed = p->to >= r->n || r->t[p->to].gap >= INC_GAP_COMMA;

    if (p->from == start)
        return 0;
    if (p->to < r->n && r->t[p->to].sep == ':')
        return 0;
    if (r->t[p->from].sep == '(' && p->to < r->n && r->t[p->to].closes)
        return 1;
    if (is_after_colon(r, p))
        return closed;
    if (r->t[p->from].gap >= INC_GAP_COMMA && r->t[p->from].sep != '(')
        return 0;
    return closed || inc_word_is(r, p->to, "e|ed|ma|per");
}

/* Where what stands before a cue begins. */
static size_t
reach_back(const struct inc_reader *r, const struct placed *p, size_t floor)
{
    size_t i = p->from;

    if ((r->t[i].sep == '(' || is_after_colon(r, p)) && i > floor)
        /* before the bracket */
        i--;
    else if (r->t[i].gap >= INC_GAP_COMMA)
        return p->from;
    while (i > floor && r->t[i].gap < INC_GAP_COMMA)
        i--;
    return i;
}

static void
set(struct inc_reader *r, size_t from, size_t to, const struct cue *c)
{
    for (size_t i = from; i < to; i++) {
        if (c->sort == CUE_IMPORTANCE)
            r->t[i].importance = (short)c->value;
        else if (c->sort == CUE_LEVEL)
            r->t[i].level = (short)c->value;
        else if (!(r->t[i].used & INC_USED_CUE))
            r->t[i].used |= INC_USED_NOISE;
    }
}

/* An adjective of level speaks of its part of the sentence. */
static void
reach(struct inc_reader *r, const struct placed *p, size_t n, size_t k,
      size_t start, size_t end)
{
    const struct placed *c = &p[k];
    size_t to = end, floor = start;

    for (size_t i = 0; i < n; i++)
        if (i < k && p[i].cue->sort == c->cue->sort)
            floor = p[i].to;
    if (c->postfix) {
        set(r, reach_back(r, c, floor), c->from, c->cue);
        return;
    }
    for (size_t i = k + 1; i < n && to == end; i++)
        if (p[i].cue->sort == c->cue->sort)
            to = p[i].postfix ? reach_back(r, &p[i], c->to) : p[i].from;
    if (c->cue->sort == CUE_LEVEL || c->cue->sort == CUE_NOT) {
        size_t part = c->to;

        while (part < to && r->t[part].gap < INC_GAP_COMMA)
            part++;
        if (c->to < to && r->t[c->to].gap == INC_GAP_COMMA &&
            r->t[c->to].sep == ':')
            part = to;
        to = part;
    }
    set(r, c->to, to, c->cue);
}

static size_t
find(struct inc_reader *r, struct placed *out, size_t start, size_t end)
{
    size_t n = 0;

    for (size_t i = start; i < end && n < PLACED_MAX; i++) {
        const int heads = i == start;
        size_t best = i;

        if (r->t[i].used)
            continue;
        for (size_t k = 0; k < sizeof cues / sizeof cues[0]; k++) {
            struct inc_found f;

            if (!inc_pattern_at(&f, r, i, cues[k].pattern) || f.end <= best)
                continue;
            /* "capacità di", "competenze": headings only */
            if (cues[k].sort == CUE_IMPORTANCE && cues[k].value == INC_SHOULD &&
                !(heads && (f.end >= r->n || r->t[f.end].sep == ':' ||
                            r->t[f.end].gap == INC_GAP_LINE)))
                continue;
            {
                best = f.end;
                out[n] =
                    (struct placed){.from = i, .to = f.end, .cue = &cues[k]};
            }
        }
        if (best == i)
            continue;
        out[n].postfix = is_postfix(r, &out[n], start);
        inc_use(r, i, best, INC_USED_CUE);
        n++;
        i = best - 1;
    }
    return n;
}

/* "Requisiti:" on a line of its own speaks of the lines that follow. */
static const struct cue *
is_header(const struct inc_reader *r, const struct placed *p, size_t n,
          size_t start, size_t end)
{
    if (n == 0 || p[0].from - start > 2 || end - p[n - 1].to > 1)
        return NULL;
    if (end >= r->n || (r->t[end].gap != INC_GAP_LINE && r->t[end].sep != ':'))
        return NULL;
    if (p[0].cue->sort == CUE_LEVEL || p[0].cue->sort == CUE_NOT)
        return NULL;
    return p[0].cue;
}

void
inc_draft_cues(struct inc_reader *r)
{
    const struct cue *section = NULL;

    for (size_t start = 0; start < r->n;) {
        const size_t end = inc_sentence_end(r, start);
        struct placed p[PLACED_MAX];
        const size_t n = find(r, p, start, end);
        const struct cue *header = is_header(r, p, n, start, end);

        if (header != NULL) {
            section =
                header->sort == CUE_IMPORTANCE || header->sort == CUE_OFFER
                    ? header
                    : NULL;
            inc_use(r, start, end, INC_USED_CUE);
        } else if (section != NULL) {
            set(r, start, end, section);
        }
        for (size_t k = 0; k < n; k++)
            reach(r, p, n, k, start, end);
        start = end;
    }
}
