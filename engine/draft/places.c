/* Where the work is done, where the person lives: comuni of the table. */
#include <string.h>

#include "engine/draft/inside.h"
#include "engine/text/fold.h"

enum {
    NAME_BYTES = 128,
    SLOTS = 8192, /* of the set of first words */
    SIGLA = 60,   /* what speaks for a comune, in points */
    CUED = 40,
    CAPITAL = 20,
    ALONE = 15,
    CENTRE = 40,
    MORE_WORDS = 5,
    CLOSE = 15, /* points that do not tell two places apart */
    HITS = 64,
    LEAST = 35,
    MOST_BP = 9700
};

struct hit {
    size_t from, to;
    uint16_t id;
    int points;
};

static uint32_t
hash(const char *s, size_t n)
{
    uint32_t h = 2166136261u;

    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)s[i]) * 16777619u;
    return h % SLOTS;
}

/* Does the folded name begin at word i? Returns the word after it, or i. */
static size_t
name_at(const struct inc_reader *r, size_t i, const char *name)
{
    size_t j = i;

    for (const char *p = name; *p != '\0';) {
        size_t n = strcspn(p, " ");

        if (j >= r->n || (j > i && r->t[j].gap >= INC_GAP_COMMA) ||
            r->t[j].n != n || memcmp(r->t[j].word, p, n) != 0)
            return i;
        j++;
        p += n + (p[n] == ' ');
    }
    return j;
}

static int
is_sigla(const struct inc_reader *r, size_t i, const struct inc_comune *c)
{
    char sigla[4];
    size_t n = strlen(c->province);

    if (i >= r->n || n > 3 || r->t[i].n != n)
        return 0;
    (void)inc_fold(sigla, c->province, n);
    return strcmp(r->t[i].word, sigla) == 0;
}

static int
judge(const struct inc_reader *r, const struct hit *h,
      const struct inc_comune *c)
{
    const size_t i = h->from;
    const int all_small = !r->t[i].upper;
    const int part_alone =
        inc_part_start(r, i) == i && inc_part_end(r, i) == h->to;
    int points = (int)(h->to - i - 1) * MORE_WORDS;

    if (i > 1 && inc_word_is(r, i - 1, "a|il") &&
        inc_word_is(r, i - 2, "nato|nata"))
        return 0;
    if (i > 1 && inc_word_is(r, i - 1, "di|a|del") &&
        inc_word_is(r, i - 2, "provincia|iscritt*|opi|albo"))
        return 0;
    if (i > 0 && inc_word_is(r, i - 1, "opi|provincia"))
        return 0;
    if (r->d->kind == INC_RECORD_CANDIDATE && i > 1 &&
        inc_word_is(r, i - 1, "di|a") &&
        inc_word_is(r, i - 2,
                    "ditta|azienda|impresa|presso|cantiere|cantieri|"
                    "cooperativa|ristorante|hotel|albergo"))
        return 0; /* where she worked, not where she lives */
    if (is_sigla(r, h->to, c))
        points += SIGLA;
    if (i > 0 && (r->t[i].gap < INC_GAP_COMMA || r->t[i].sep == ':') &&
        inc_word_is(r, i - 1,
                    "a|ad|in|zona|sede|presso|lavoro|abita|vivo|vive|"
                    "residente|res|domiciliat*|comune|pressi|area|based"))
        points += CUED;
    else if (i > 0 && r->t[i].gap < INC_GAP_COMMA &&
             inc_word_is(r, i - 1, "di|da|per|su|azienda|centro"))
        points += ALONE;
    if (inc_word_is(r, h->to, "centro|citta|zona|dintorni") ||
        (inc_word_is(r, h->to, "e") &&
         inc_word_is(r, h->to + 1, "provincia|dintorni")))
        points += CENTRE;
    if (r->t[i].upper)
        points += CAPITAL;
    if (part_alone)
        points += ALONE;
    /* a small common word that happens to be a comune */
    if (all_small && part_alone && h->to - i == 1 && r->t[i].n < 5)
        points -= CAPITAL;
    return points;
}

struct hits {
    struct hit list[HITS];
    size_t n;
};

static void
keep(struct hits *all, const struct hit *h)
{
    if (h->points >= LEAST && all->n < HITS)
        all->list[all->n++] = *h;
}

/* One comune, wherever its name is; "La Spezia" also without its article, and
 * a long first word alone: "Monsummano". */
static void
look_for(const struct inc_reader *r, const unsigned char *first, uint16_t id,
         struct hits *all)
{
    const struct inc_comune *c = inc_geo_comune(r->w->geo, id);
    char name[NAME_BYTES];
    const size_t n = strlen(c->name);
    const char *bare = name;
    size_t word;

    if (n + 1 >= sizeof name)
        return;
    (void)inc_fold(name, c->name, n);
    if (strncmp(name, "la ", 3) == 0 && n > 7)
        bare = name + 3;
    word = strcspn(bare, " ");
    if (!first[hash(bare, word)])
        return;
    for (size_t i = 0; i < r->n; i++) {
        struct hit h = {i, i, id, 0};

        if (r->t[i].used & (INC_USED_WARN | INC_USED_FACT | INC_USED_SKIP))
            continue;
        h.to = name_at(r, i, name);
        if (h.to == i && bare != name)
            h.to = name_at(r, i, bare);
        if (h.to == i && bare[word] == ' ' && word >= 9 && r->t[i].n == word &&
            memcmp(r->t[i].word, bare, word) == 0)
            h.to = i + 1;
        if (h.to == i)
            continue;
        h.points = judge(r, &h, c);
        keep(all, &h);
    }
}

/* The one with most to say for it; of several much alike the first. */
static const struct hit *
choose(const struct hits *all)
{
    const struct hit *best = NULL;
    int most = 0;

    for (size_t i = 0; i < all->n; i++)
        most = all->list[i].points > most ? all->list[i].points : most;
    for (size_t i = 0; i < all->n; i++) {
        const struct hit *h = &all->list[i];

        if (h->points + CLOSE < most)
            continue;
        if (best == NULL || h->from < best->from ||
            (h->from == best->from && h->to > best->to))
            best = h;
    }
    return best;
}

void
inc_draft_places(struct inc_reader *r)
{
    unsigned char *first;
    struct hits all = {.n = 0};
    const struct hit *best;
    struct inc_draft_item *item;
    uint32_t confidence;

    if (r->w->geo == NULL || inc_item_find(r, INC_DRAFT_PLACE) != NULL)
        return;
    first = inc_arena_array(r->a, SLOTS, 1);
    if (first == NULL)
        return; /* the place is left to the person */
    memset(first, 0, SLOTS);
    for (size_t i = 0; i < r->n; i++)
        first[hash(r->t[i].word, r->t[i].n)] = 1;
    for (uint16_t id = 0; id < inc_geo_count(r->w->geo); id++)
        look_for(r, first, id, &all);
    best = choose(&all);
    if (best == NULL)
        return;
    confidence = 5500 + (uint32_t)best->points * 40;
    item = inc_item_add(r, INC_DRAFT_PLACE, best->from, best->to, "comune",
                        confidence > MOST_BP ? MOST_BP : confidence);
    if (item == NULL)
        return;
    item->value = inc_geo_comune(r->w->geo, best->id)->istat;
    inc_use(r, best->from, best->to, INC_USED_FACT);
    if (is_sigla(r, best->to, inc_geo_comune(r->w->geo, best->id)))
        inc_use(r, best->to, best->to + 1, INC_USED_FACT);
}
