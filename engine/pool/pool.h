/*
 * pool.h - everybody and every open need in memory, for matching. Floor 5.
 *
 * Threads: a published pool is immutable; workers hold a counted reference
 * for one batch. The writer makes the next one with inc_pool_next() and
 * publishes it by swapping a pointer.
 *
 * People are in runs, biggest first; a run is a row of blocks in the order of
 * what people can do, so that neighbours share skills; a block is at most
 * INC_BLOCK_ROWS people in one relocatable allocation: in memory, or a part of
 * a mapped image file. Blocks are immutable and shared between pools; a bitmap
 * per block marks rows that a later run replaces or that are gone. Small runs
 * are merged as they pile up, large ones in the background, so a write costs
 * O(log n) amortised and never waits for a large merge.
 */
#ifndef INC_POOL_POOL_H
#define INC_POOL_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/status.h"
#include "engine/kernels/word.h"
#include "engine/profile/record.h"
#include "engine/space/trades.h"
#include "engine/taxonomy/geo.h"
#include "engine/taxonomy/taxonomy.h"

struct inc_need_care;

/* What records are read against; borrowed by every block built with it. */
struct inc_world {
    const struct inc_taxonomy *taxonomy;
    const struct inc_space *space;
    const struct inc_geo *geo;
    /* [occupations of the space] place of each trade in an order that puts
     * like trades side by side; NULL: their own order. */
    const uint16_t *trade_rank;
    /* A number of this process that no other world has, or 0: for caches of
     * what follows from a world. */
    uint64_t serial;
    const struct inc_need_care *care; /* NULL: nothing is kept with needs */
};

/*
 * What a higher floor keeps with every open need: made once when the need
 * enters a pool, dropped with the last pool that holds it. Both run on the
 * thread that builds or drops the pool.
 *   make  *ready from a need that lives at least as long as *ready; *bytes it
 *         takes, for the count. INC_OK or what the builder hands back.
 */
struct inc_need_care {
    enum inc_status (*make)(void **ready, size_t *bytes,
                            const struct inc_need *need,
                            const struct inc_world *w, struct inc_err *err);
    void (*drop)(void *ready); /* NULL is fine */
};

/* Fill such an order: by ISCO group of the occupation, then by number. Trades
 * that the taxonomy does not know come last. out [inc_space_occupations()] */
enum inc_status inc_world_trade_rank(uint16_t *out,
                                     const struct inc_taxonomy *t,
                                     const struct inc_space *s,
                                     struct inc_err *err);

/* Numbers to score a URI by, INC_NO_CONCEPT when unknown. A retired skill that
 * has no vector gives way to what replaces it, a retired occupation that has
 * no skills likewise. */
uint32_t inc_world_skill(const struct inc_world *w, const char *uri);
uint32_t inc_world_occupation(const struct inc_world *w, const char *uri);

enum { INC_WORDS_MAX = 4096 }; /* words of a person; later implied ones drop */
enum { INC_HALF_YEARS = 256 }; /* 0 unknown, 1.. half-years since 1970-01-01 */

/* A quality class: how well a skill is held. */
struct inc_class {
    uint8_t level;     /* 1..4 */
    uint8_t evidence;  /* enum inc_evidence */
    uint8_t half_year; /* when last used; 0 unknown */
};
/* Half-year number of a date: 1 + (years since 1970) * 2 + (month >= 7),
 * clamped to 1..255. */
uint8_t inc_half_year(int32_t days);

/* A stretch of the week in minutes from Monday 00:00, from < to <= 10080. */
struct inc_span {
    uint16_t from, to;
};

struct inc_person_language {
    char lang[2];
    int8_t cefr[INC_ABILITIES]; /* 0..6, -1 unknown */
};

/* Bits of struct inc_person.known: the record says something about it, be it
 * that there is none. */
enum {
    INC_KNOWN_SKILLS = 1, /* a skills field is there, maybe empty */
    INC_KNOWN_LANGUAGES = 2,
    INC_KNOWN_LICENCES = 4,
    INC_KNOWN_EDUCATION = 8,
    INC_KNOWN_HOME = 16,    /* given, and in the list of comuni */
    INC_KNOWN_WINDOWS = 32, /* windows or absences given */
    INC_KNOWN_MODES = 64,   /* car or modes given */
    INC_KNOWN_MAX_MINUTES = 128,
    INC_KNOWN_FROM = 256, /* availability.from given */
    INC_KNOWN_AVAILABILITY = 512,
    INC_KNOWN_CAR = 1024
};

/* One row, unpacked; pointers view the block or the caller's room. */
struct inc_person {
    uint64_t no;
    const char *id;
    uint64_t tie;          /* inc_hash64 of the id */
    const uint32_t *words; /* stated skills of level >= 1, then implied ones
                              not stated; by concept within each part. A skill
                              stated at level 0 is in neither. Of two mentions
                              of a concept the higher level counts, then the
                              better evidence, then the later use, then the
                              lower occupation number. */
    uint32_t n_words, n_stated;
    uint32_t n_unknown; /* skills and occupations that the taxonomy does not
                           know: left out of the words */
    const uint32_t *implied_by; /* [n_words - n_stated] occupation numbers */
    uint32_t norm; /* isqrt(p . p), p = sum over words of idf_j * e_j
                      (idf, e of the space; exact in uint64_t for up
                      to INC_WORDS_MAX words); 0: no vector */
    const struct inc_trade *trades; /* nearest trades, ascending */
    uint32_t n_trades;
    uint32_t known; /* INC_KNOWN_ bits */
    const struct inc_person_language *languages;
    uint32_t n_languages;
    uint32_t licences;    /* bit per inc_licence_names, implied ones in */
    uint8_t eqf;          /* highest, 0 unknown or none */
    uint16_t home;        /* comune, INC_NO_COMUNE */
    uint8_t modes;        /* bit per enum inc_mode: those listed, the car not
                             when car is false; nothing listed: walk, bus, and
                             car when car is true */
    uint16_t max_minutes; /* 0 unknown */
    int32_t from, until;  /* availability days, INT32_MIN / MAX unknown */
    uint8_t hours_week;   /* 0 unknown */
    const struct inc_span *windows; /* sorted, merged, absences cut out; the
                                       whole week when none are given */
    uint32_t n_windows;
    uint16_t office; /* number of the office text in the block, 0: "" */
    int32_t updated; /* days; INT32_MIN unknown */
};

struct inc_pool;

/* Build the first pool: call begin, add every record, end. */
struct inc_pool_builder;
enum inc_status inc_pool_begin(struct inc_pool_builder **out,
                               const struct inc_world *w, struct inc_err *err);
/* Both copy what they need. Of several calls for a number the last one counts.
 * A frozen person or a closed need is the same as a drop. After a failure
 * (INC_E_NOMEM, INC_E_LIMIT) the builder is as before. */
enum inc_status inc_pool_add_candidate(struct inc_pool_builder *b, uint64_t no,
                                       const struct inc_candidate *c,
                                       struct inc_err *err);
enum inc_status inc_pool_add_need(struct inc_pool_builder *b, uint64_t no,
                                  const struct inc_need *n,
                                  struct inc_err *err);
/* Number `no` is gone (deleted, frozen, closed); it need not be there. */
enum inc_status inc_pool_drop_candidate(struct inc_pool_builder *b, uint64_t no,
                                        struct inc_err *err);
enum inc_status inc_pool_drop_need(struct inc_pool_builder *b, uint64_t no,
                                   struct inc_err *err);
/*
 * The next pool: `old` (NULL for the first) with what was added in place of
 * the rows with the same numbers. `old` is borrowed and never changed; what did
 * not change is shared with it. Consumes b also on failure. The result has one
 * reference. INC_E_NOMEM, INC_E_LIMIT, INC_E_MISMATCH (b has another taxonomy
 * or space than old).
 * Cost: what was added, and merges of at most INC_MERGE_ROWS rows; larger ones
 * are left to inc_merge_make(). The first pool is built whole.
 */
enum { INC_MERGE_ROWS = 2048 };
enum inc_status inc_pool_end(struct inc_pool **out, struct inc_pool_builder *b,
                             struct inc_pool *old, uint64_t generation,
                             struct inc_err *err);
void inc_pool_abandon(struct inc_pool_builder *b); /* NULL is fine */

struct inc_pool *inc_pool_hold(struct inc_pool *p); /* +1, any thread */
void inc_pool_drop(struct inc_pool *p);             /* -1; NULL is fine */

uint64_t inc_pool_generation(const struct inc_pool *p);
size_t inc_pool_bytes(const struct inc_pool *p);
uint64_t inc_pool_people(const struct inc_pool *p); /* live rows */
uint64_t inc_pool_needs(const struct inc_pool *p);
uint64_t inc_pool_unknown(const struct inc_pool *p); /* sum of n_unknown */
/* How many people, how many open needs name each skill, without what an
 * occupation implies: [skills of the taxonomy]. View the pool. */
const uint32_t *inc_pool_people_naming(const struct inc_pool *p);
const uint32_t *inc_pool_needs_naming(const struct inc_pool *p);

/* ---- blocks, for the pass ---- */

enum {
    INC_BLOCK_ROWS = 65536,
    INC_GROUP_ROWS = 16,        /* neighbours that share a bound */
    INC_TREE_ROWS = 1024,       /* smaller blocks have no tree */
    INC_POOL_SKILLS_MAX = 65535 /* of the taxonomy: 16-bit numbers */
};

/*
 * Rows are in order of kind: (rank of the nearest trade, home, rank of the
 * second), then number. What the pass reads of every row, as columns; a code is
 * a number in a table of the block's own.
 */
struct inc_columns {
    uint32_t rows;
    const uint32_t *skill_at;  /* [rows + 1] into skill */
    const uint16_t *skill;     /* skill numbers of each row's words, in the
                                  order of struct inc_person.words */
    const uint16_t *home;      /* [rows] comune, INC_NO_COMUNE */
    const uint16_t *office;    /* [rows] number for inc_block_office() */
    const uint16_t *licences;  /* [rows] code into licence_sets */
    const uint16_t *languages; /* [rows] code for inc_block_languages() */
    const uint16_t *from, *until, *updated; /* [rows] codes into days */
    const uint32_t *licence_sets;           /* [n_licence_sets] bits */
    const int32_t *days;                    /* [n_days] as in inc_person */
    uint32_t n_licence_sets, n_days, n_language_sets, n_offices;
};

/*
 * A tree over the rows of a block: groups of INC_GROUP_ROWS rows, spans of
 * INC_SPAN_GROUPS groups. Each tells what somebody below it has, so that a
 * bound of it is a bound of all its rows. Dead rows are in it: they only loosen
 * bounds. A group lists what it has; of spans each family and trade lists who
 * has it, since all spans are bounded and few groups.
 */
enum {
    INC_SPAN_GROUPS = 16,
    INC_SPAN_ROWS = INC_SPAN_GROUPS * INC_GROUP_ROWS,
    INC_BLOCK_SPANS = INC_BLOCK_ROWS / INC_SPAN_ROWS
};
enum { INC_NODE_UNASKED = 1 }; /* somebody's skills are not known */
struct inc_tree {
    uint32_t families, trades; /* as of the space */
    uint32_t groups, spans;
    uint32_t span_words; /* of a bitmap of spans */
    /* groups: [groups + 1] ends of lists, and the lists */
    const uint32_t *family_at;
    const uint16_t *family; /* families of their skills (near.h) */
    const uint32_t *trade_at;
    const uint16_t *trade;     /* their trades ... */
    const uint8_t *trade_best; /* ... the largest weight, in 1/255 of 10000,
                                  rounded up */
    /* spans */
    const uint64_t *family_spans;  /* [families][span_words] bit per span */
    const uint32_t *trade_span_at; /* [trades + 1] into the next two */
    const uint8_t *trade_span, *trade_span_best;
    /* [groups + spans], the groups first */
    const uint16_t *home_least, *home_most; /* least and greatest known home;
                                               least > most: none */
    const uint16_t *minutes_most; /* largest max_minutes told; 0: none is */
    const uint8_t *flags;         /* INC_NODE_ bits */
};

struct inc_block; /* of people */
size_t inc_pool_blocks(const struct inc_pool *p);
const struct inc_block *inc_pool_block(const struct inc_pool *p, size_t i);
/* Bitmap of dead rows of block i, (rows + 63) / 64 words; bits past the last
 * row are 0. */
const uint64_t *inc_pool_dead(const struct inc_pool *p, size_t i);
uint32_t inc_pool_live(const struct inc_pool *p, size_t i); /* rows not dead */

uint32_t inc_block_rows(const struct inc_block *b);
/* A number of this process that no other block ever has: for caches. */
uint64_t inc_block_serial(const struct inc_block *b);
void inc_block_columns(const struct inc_block *b, struct inc_columns *out);
/* 0 for a block that has none: it is small, or its neighbours do not share
 * skills. */
int inc_block_tree(const struct inc_block *b, struct inc_tree *out);
uint32_t inc_block_classes(const struct inc_block *b,
                           const struct inc_class **out);
/* Room that one person is unpacked into; see struct inc_person. */
struct inc_room {
    uint32_t words[INC_WORDS_MAX];
    uint32_t implied_by[INC_WORDS_MAX];
};
/* *out views the block and *room, until the room is used again. room NULL:
 * everything but words and implied_by, which are NULL. */
void inc_block_person(const struct inc_block *b, uint32_t row,
                      struct inc_room *room, struct inc_person *out);
/* Words of one row without the rest. out [INC_WORDS_MAX]; how many. */
uint32_t inc_block_words(const struct inc_block *b, uint32_t row,
                         uint32_t *out);
const char *inc_block_office(const struct inc_block *b, uint16_t office);
const struct inc_person_language *
inc_block_languages(const struct inc_block *b, uint16_t code, uint32_t *n);

/* Where a live person is: 0 and block/row, or -1. O(blocks * log rows). */
int inc_pool_find(const struct inc_pool *p, uint64_t no, size_t *block,
                  uint32_t *row);

/* ---- merging in the background ---- */

/* 1 when runs have piled up that inc_pool_end() left for the background. */
int inc_pool_due(const struct inc_pool *p);
struct inc_merge;
/* Write the due runs of a pool anew as one. Slow; any thread, while the writer
 * goes on; holds the pool until it is installed or freed. INC_E_NOMEM. */
enum inc_status inc_merge_make(struct inc_merge **out, struct inc_pool *p,
                               struct inc_err *err);
/* The writer: `now` with the merged run in the place of its sources; rows that
 * died meanwhile are dead in it. Quick. Consumes m, also on failure.
 * INC_E_CONFLICT when the sources are not in `now` any more (a rebuild). */
enum inc_status inc_merge_install(struct inc_pool **out, struct inc_pool *now,
                                  struct inc_merge *m, struct inc_err *err);
void inc_merge_free(struct inc_merge *m); /* NULL is fine */

/* Open needs: decoded records owned by the pool, in ascending number; i from 0
 * to inc_pool_needs() - 1, NULL past the end. O(log n). */
struct inc_pool_need {
    uint64_t no;
    uint64_t tie;
    const struct inc_need *need;
    const void *ready; /* as made by the world's care; NULL without one */
};
const struct inc_pool_need *inc_pool_need_at(const struct inc_pool *p,
                                             uint64_t i);

#endif
