/*
 * inside.h - what the files of engine/pool share. Floor 5, private.
 *
 *   person    a decoded candidate -> struct inc_person over scratch memory
 *   draft     persons of one builder, piled up in order of arrival (draft.h)
 *   block     persons in one immutable piece of memory (block.h)
 *   order     which rows go into new blocks, like ones side by side
 *   needs     open needs: leaves of counted items, ascending by number
 *   builder   what changed; pool: the runs of blocks and leaves published
 *   merge     large runs written anew in the background
 */
#ifndef INC_POOL_INSIDE_H
#define INC_POOL_INSIDE_H

#include <stdatomic.h>

#include "engine/pool/block.h"
#include "engine/pool/draft.h"
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
#define INC_CLASS_OF_RAW(raw)                                                  \
    ((struct inc_class){(uint8_t)((raw) >> 10), (uint8_t)((raw) >> 8 & 3),     \
                        (uint8_t)(raw)})
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
    const int8_t *rows[INC_WORDS_MAX]; /* the words' vectors and idf */
    int16_t idf[INC_WORDS_MAX];
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

/* ---- new blocks out of old rows ---- */

/* A row of a draft (INC_DRAFT_ROW), or INC_GONE: what became of `no`. */
struct inc_row_change {
    uint64_t no;
    uint32_t row;
    uint32_t seq; /* in order of arrival */
};
#define INC_GONE UINT32_MAX

/* A row on its way to a new block. */
struct inc_ref {
    uint64_t key; /* nearest trade, home, second trade: see order.c */
    uint32_t no;
    uint32_t at; /* source << 16 | row */
};
enum { INC_SOURCES_MAX = 65536 };
struct inc_gather {
    const uint16_t *rank;            /* as of the world; may be NULL */
    const struct inc_block **source; /* [n_sources], borrowed */
    size_t n_sources;
    struct inc_ref *ref; /* [n] */
    size_t n;
};
/* Room for so many sources and rows. INC_E_NOMEM, INC_E_LIMIT. */
enum inc_status inc_gather_init(struct inc_gather *g, const struct inc_world *w,
                                size_t n_sources, uint64_t rows,
                                struct inc_err *err);
/* The live rows of a block. */
void inc_gather_block(struct inc_gather *g, const struct inc_block *b,
                      const uint64_t *dead);
/* Picked rows of a draft, none gone. Takes a source for each chunk. */
void inc_gather_draft(struct inc_gather *g, const struct inc_draft *d,
                      const struct inc_row_change *pick, size_t n);
/* By key, then by number. 0, or -1 without memory. */
int inc_gather_sort(struct inc_gather *g);
void inc_gather_release(struct inc_gather *g); /* safe on zeroed memory */

/* Stable, by the upper 32 bits. spare [n]. */
void inc_sort_by_upper(uint64_t *a, uint64_t *spare, size_t n);

struct inc_blocks {
    struct inc_block **block;
    size_t n, cap;
};
/* The gathered rows in as few blocks as hold them. INC_E_NOMEM. */
enum inc_status inc_blocks_build(struct inc_blocks *out,
                                 const struct inc_gather *g,
                                 const struct inc_world *w,
                                 struct inc_err *err);
void inc_blocks_release(struct inc_blocks *b); /* safe on zeroed memory */

/* A tree while it is made, rows in their order (tree.c). All zero is empty. */
struct inc_tree_draft {
    const uint16_t *of_skill; /* family of each skill; NULL: no tree is made */
    uint32_t families, trades, rows, groups;
    uint32_t nodes; /* groups and spans when finished; 0: no tree */
    uint64_t words;
    uint32_t *family_at, *trade_at; /* ends of groups' lists, from 0 */
    uint16_t *family, *trade;
    uint8_t *trade_best;
    size_t family_cap, trade_cap;                    /* elements */
    uint16_t *home_least, *home_most, *minutes_most; /* [nodes] */
    uint8_t *flags;                                  /* [nodes] */
    uint32_t *family_mark, *trade_mark; /* last group met in, + 1 */
    uint32_t *trade_place;              /* where its entry of that group is */
    uint64_t n_trade_spans;             /* (trade, span) pairs */
    uint16_t least, most, minutes;      /* of the group at hand */
    uint8_t flag;
};
/* 0, or -1 without memory. */
int inc_tree_init(struct inc_tree_draft *t, const struct inc_world *w);
void inc_tree_reset(struct inc_tree_draft *t); /* for the next block */
int inc_tree_row(struct inc_tree_draft *t, const struct inc_block *b,
                 uint32_t row);
/* Close the last group; without nodes when the tree would be no use. */
void inc_tree_finish(struct inc_tree_draft *t);
/* Into a block with room for it; what spans have comes from the groups. */
void inc_tree_copy(struct inc_tree_draft *t, struct inc_block *b);
void inc_tree_release(struct inc_tree_draft *t);

/* ---- who names what (named.c) ---- */

struct inc_named {
    uint32_t skills;          /* of the taxonomy */
    uint32_t *people, *needs; /* [skills], one allocation */
};
/* All zero. 0, or -1 without memory. */
int inc_named_init(struct inc_named *n, const struct inc_world *w);
void inc_named_release(struct inc_named *n); /* safe on zeroed memory */
void inc_named_copy(struct inc_named *to, const struct inc_named *from);
/* A row or a need comes (1) or goes (0); implied skills do not count. */
void inc_named_row(struct inc_named *n, const struct inc_block *b, uint32_t row,
                   int come);
void inc_named_need(struct inc_named *n, const struct inc_world *w,
                    const struct inc_need *need, int come);
/* All rows that are not dead come. */
void inc_named_rows(struct inc_named *n, const struct inc_block *b,
                    const uint64_t *dead);

/* ---- needs ---- */

struct inc_need_item {
    atomic_size_t refs;
    size_t bytes;
    struct inc_pool_need pub;         /* pub.need is in the same allocation */
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
/* *out: what `old` becomes; changes ascend by `no`, each number once. Counted
 * in and out of `named`. */
enum inc_status inc_needs_next(struct inc_needs *out,
                               const struct inc_needs *old,
                               const struct inc_need_change *changes, size_t n,
                               struct inc_named *named,
                               const struct inc_world *w, struct inc_err *err);
void inc_needs_release(struct inc_needs *n); /* safe on zeroed memory */

/* ---- pools ---- */

struct inc_dead {
    atomic_size_t refs;
    uint64_t bits[];
};
/* A bitmap for `rows` rows, as `old` (may be NULL: clear). NULL without
 * memory. */
struct inc_dead *inc_dead_copy(const struct inc_dead *old, uint32_t rows);
struct inc_dead *inc_dead_hold(struct inc_dead *d);
void inc_dead_drop(struct inc_dead *d); /* NULL is fine */

/* Where in a run a number is: the block it is in when the run has several and
 * its numbers lie close; else whether it may be there at all. */
struct inc_directory {
    atomic_size_t refs;
    size_t bytes;
    uint32_t least, n; /* numbers least .. least + n - 1; n 0: a filter */
    uint16_t *block;   /* [n] of the run, 0 for the first */
    uint64_t *filter;  /* 2^bits bits */
    uint32_t bits;     /* 6..31 */
    uint64_t room[];   /* what one of the two points to */
};

struct inc_slot {
    struct inc_block *block;
    struct inc_dead *dead;
    uint32_t live;
};
/* Slots first .. first + n - 1 of a pool. */
struct inc_run {
    size_t first, n;
    uint64_t rows, live;
    struct inc_directory *directory;
};
struct inc_pool {
    atomic_size_t refs;
    struct inc_world world;
    uint64_t generation;
    uint64_t people;
    uint64_t unknown;
    struct inc_slot *slot;
    size_t n_slots;
    struct inc_run *run;
    size_t n_runs;
    struct inc_needs needs;
    struct inc_named named;
    size_t bytes;
};

/* ---- a pool while it is made (runs.c) ---- */

/* An empty pool. NULL without memory. */
struct inc_pool *inc_pool_new(const struct inc_world *w, uint64_t generation);
/* All runs of `old` in an empty pool, shared, and its counts of unknowns and of
 * who names what. */
int inc_pool_share(struct inc_pool *p, const struct inc_pool *old);
/* Put one run of these slots (n 0: none) in the place of `gone` runs from run
 * `at` on. Holds blocks, bitmaps and directory (may be NULL: it is made). 0 or
 * -1; p is then good for inc_pool_free() only. */
int inc_pool_splice(struct inc_pool *p, size_t at, size_t gone,
                    const struct inc_slot *slot, size_t n,
                    struct inc_directory *directory);
/* The same with new blocks, in which nobody is dead. */
int inc_pool_splice_blocks(struct inc_pool *p, size_t at, size_t gone,
                           const struct inc_blocks *b);
/* Mark a live row dead in bitmap and counts. 0 or -1. */
int inc_pool_kill(struct inc_pool *p, size_t slot, uint32_t row);
/* Take runs out that nobody lives in. 0 or -1. */
int inc_pool_cut_empty(struct inc_pool *p);
/* Run of a slot. */
size_t inc_pool_run_of(const struct inc_pool *p, size_t slot);
/* Needs of `old` (may be NULL), changed; then people and bytes are counted and
 * the pool can be used. INC_E_NOMEM. */
enum inc_status inc_pool_finish(struct inc_pool *p, const struct inc_pool *old,
                                const struct inc_need_change *changes, size_t n,
                                struct inc_err *err);
void inc_pool_free(struct inc_pool *p); /* NULL is fine */

/*
 * Invariant: the live rows of all runs behind a run are fewer than half of its
 * own, and at least half of a run's rows are live.
 *
 * The first run to write anew with all behind it, so that this holds again for
 * the last runs of together at most `limit` rows; p->n_runs when it does.
 *   more  rows that are to become a further run
 */
size_t inc_pool_first_due(const struct inc_pool *p, uint64_t more,
                          uint64_t limit);
/* A run of at most `limit` live rows that is mostly dead; or p->n_runs. */
size_t inc_pool_wasted(const struct inc_pool *p, uint64_t limit);

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

#endif
