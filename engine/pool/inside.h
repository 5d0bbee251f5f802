/*
 * inside.h - what the files of engine/pool share. Floor 5, private.
 *
 *   person    a decoded candidate -> struct inc_person over scratch memory
 *   draft     persons of one builder, piled up in arrival order
 *   block     persons in one immutable allocation, ascending by number
 *   needs     open needs: leaves of counted items, ascending by number
 *   builder   what changed; pool: the list of blocks and leaves published
 */
#ifndef INC_POOL_INSIDE_H
#define INC_POOL_INSIDE_H

#include <stdatomic.h>

#include "engine/base/map.h"
#include "engine/pool/pool.h"

/*
 * While a person is being read the class field of a word holds the quality
 * itself, 13 bits; a block numbers the qualities it has densely.
 *   bits 0..7 half-year, 8..9 evidence, 10..12 level
 */
enum { INC_RAW_CLASSES = 1 << 13 };
#define INC_RAW_CLASS(level, evidence, half_year)                              \
    ((uint32_t)(level) << 10 | (uint32_t)(evidence) << 8 |                     \
     (uint32_t)(half_year))
_Static_assert((int)INC_RAW_CLASSES <= (int)INC_CLASSES_MAX,
               "a raw class fits a word");
_Static_assert((int)INC_EVIDENCE_COUNT <= 4, "evidence fits its two bits");
_Static_assert(INC_LEVEL_MAX < 8, "a level fits its three bits");

/* ---- reading a candidate ---- */

enum { INC_WEEK = 7 * 1440, INC_SPANS_MAX = INC_WEEK / 2 };

/* Memory a person is read into; one per builder. All zero is ready to use. */
struct inc_scratch {
    uint64_t *items; /* one a skill mentioned, see words.c */
    size_t items_cap;
    struct inc_person_language *languages;
    size_t languages_cap;
    uint32_t words[INC_WORDS_MAX];
    uint32_t implied_by[INC_WORDS_MAX];
    uint32_t skills[INC_WORDS_MAX]; /* the words' concepts */
    struct inc_trade trades[INC_TRADES];
    uint32_t *hits; /* [occupations of the space], zero between people */
    struct inc_span spans[INC_SPANS_MAX];
    int32_t sum[INC_DIM_MAX];
    uint32_t licence_closure[INC_LICENCE_COUNT];
};
void inc_scratch_release(struct inc_scratch *s);

/* *out views s, c and the world until the next call. Fills everything but
 * `no` and `office`; words hold raw classes. INC_E_NOMEM, INC_E_LIMIT. */
enum inc_status inc_person_read(struct inc_person *out, struct inc_scratch *s,
                                const struct inc_world *w,
                                const struct inc_candidate *c,
                                struct inc_err *err);

/* Parts of it. Words: fills words, n_words, n_stated, implied_by, norm,
 * trades, n_trades, n_unknown. */
enum inc_status inc_words_read(struct inc_person *out, struct inc_scratch *s,
                               const struct inc_world *w,
                               const struct inc_candidate *c,
                               struct inc_err *err);

/* The stretches of the week the windows leave once the absences are cut out,
 * sorted and merged; windows NULL means the whole week.
 *   spans  out [INC_SPANS_MAX]
 * Returns how many. Windows outside the week are cut at its edge. */
uint32_t inc_week_spans(struct inc_span *spans,
                        const struct inc_window *windows, uint32_t n_windows,
                        const struct inc_window *absences, uint32_t n_absences);

/* closure[i]: bits of licence i and of those it contains. */
void inc_licence_closure(uint32_t closure[INC_LICENCE_COUNT]);

/* ---- rows ---- */

/* What a row keeps of a person besides number and words. The tail holds, from
 * tail_at on and 4-byte aligned: implied_by, spans, languages, id with NUL. */
struct inc_row {
    uint64_t tie;
    uint64_t tail_at; /* bytes into the block's tail */
    uint32_t norm, licences;
    int32_t from, until, updated;
    uint16_t n_stated, n_windows, n_languages, n_unknown;
    uint16_t known, home, max_minutes, office;
    uint8_t eqf, modes, hours_week, n_trades;
    struct inc_trade trades[INC_TRADES];
};

/* Bytes of the tail of a row with that many members, a multiple of 4. */
size_t inc_tail_bytes(size_t n_implied, size_t n_windows, size_t n_languages,
                      size_t id_len);

struct inc_block {
    atomic_size_t refs;
    size_t bytes; /* of the whole allocation */
    uint32_t rows, n_classes, n_offices;
    const uint64_t *no;      /* [rows] ascending */
    const uint64_t *word_at; /* [rows + 1] */
    const uint32_t *words;
    const struct inc_row *row; /* [rows] */
    const unsigned char *tail;
    uint64_t tail_bytes;
    const struct inc_class *classes; /* [n_classes] */
    const char *const *office;       /* [n_offices]; number 0 is "" */
};

struct inc_block *inc_block_hold(struct inc_block *b);
void inc_block_drop(struct inc_block *b); /* NULL is fine */
/* First row >= from whose number is at least `no`, or b->rows. */
uint32_t inc_block_find(const struct inc_block *b, uint64_t no, uint32_t from);

/* A row of a draft, or INC_GONE: what became of number `no`. */
struct inc_row_change {
    uint64_t no;
    uint32_t row;
    uint32_t seq; /* in order of arrival */
};
#define INC_GONE UINT32_MAX

/* Where rows of a new block come from: the live rows of a block (pick NULL),
 * or rows of a draft's view, whose words hold raw classes. */
struct inc_source {
    const struct inc_block *block;
    const uint64_t *dead;              /* bitmap, with a block */
    const struct inc_row_change *pick; /* [n_pick] ascending, none gone */
    uint32_t n_pick;
};
/* One block from rows that all have different numbers. Gives one reference.
 * INC_E_NOMEM, INC_E_LIMIT (over 2^32 - 2 rows or 65,535 offices). */
enum inc_status inc_block_build(struct inc_block **out,
                                const struct inc_source *sources,
                                size_t n_sources, struct inc_err *err);

/* ---- drafts ---- */

/* Rows that pile up; `view` is a block over them, without numbers or classes,
 * valid until the next push. All zero is empty. */
struct inc_draft {
    struct inc_block view;
    uint64_t *word_at;
    uint32_t *words;
    struct inc_row *row;
    unsigned char *tail;
    char **office; /* texts owned */
    struct inc_map office_numbers;
    size_t word_at_cap, words_cap, row_cap, tail_cap, office_cap;
    size_t n_words, n_tail;
};
/* Append; *row is its number. Nothing changed on INC_E_NOMEM, INC_E_LIMIT. */
enum inc_status inc_draft_push(struct inc_draft *d, const struct inc_person *p,
                               const char *office, uint32_t *row,
                               struct inc_err *err);
const struct inc_block *inc_draft_view(struct inc_draft *d);
void inc_draft_release(struct inc_draft *d);

/* ---- needs ---- */

struct inc_need_item {
    atomic_size_t refs;
    size_t bytes;
    struct inc_pool_need pub; /* pub.need is in the same allocation */
    const struct inc_need_care *care; /* that made pub.ready, or NULL */
    void *ready;
};
/* A counted deep copy in one allocation, made ready by the world's care. */
enum inc_status inc_need_item_new(struct inc_need_item **out, uint64_t no,
                                  const struct inc_need *n,
                                  const struct inc_world *w,
                                  struct inc_err *err);
void inc_need_item_drop(struct inc_need_item *i); /* NULL is fine */

enum { INC_LEAF_MAX = 256 };
struct inc_need_leaf {
    atomic_size_t refs;
    uint32_t n; /* at least 1 */
    struct inc_need_item *item[INC_LEAF_MAX];
};
struct inc_needs {
    struct inc_need_leaf **leaf;
    uint64_t *first; /* [n + 1] needs before leaf i */
    size_t n;
    size_t bytes; /* of items */
};
/* A change of one need; item NULL: gone. */
struct inc_need_change {
    uint64_t no;
    struct inc_need_item *item; /* borrowed */
};
/* *out: what `old` becomes; changes ascend by `no`, each number once. */
enum inc_status inc_needs_next(struct inc_needs *out,
                               const struct inc_needs *old,
                               const struct inc_need_change *changes, size_t n,
                               struct inc_err *err);
void inc_needs_release(struct inc_needs *n); /* safe on zeroed memory */

/* ---- pools ---- */

struct inc_dead {
    atomic_size_t refs;
    uint64_t bits[];
};
struct inc_slot {
    struct inc_block *block;
    struct inc_dead *dead;
    uint32_t live;
};
struct inc_pool {
    atomic_size_t refs;
    struct inc_world world;
    uint64_t generation;
    uint64_t people;
    uint64_t unknown;
    struct inc_slot *slot;
    size_t n_slots;
    struct inc_needs needs;
    size_t bytes;
};

struct inc_pool_builder {
    struct inc_world world;
    struct inc_scratch *scratch;
    struct inc_draft draft;
    struct inc_row_change *people;
    size_t people_cap, n_people;
    struct inc_row_change *needs; /* row: index of items */
    size_t needs_cap, n_needs;
    struct inc_need_item **items;
    size_t items_cap, n_items;
};

/* Sort by number and leave the last change of each; how many are left. */
size_t inc_changes_settle(struct inc_row_change *c, size_t n);

static inline int
inc_bit(const uint64_t *bits, uint32_t i)
{
    return (int)(bits[i / 64] >> (i % 64) & 1);
}

#endif
