/*
 * block.h - people in one relocatable piece of memory. Floor 5, private.
 *
 * A block is a head and sections of plain arrays, each from a multiple of 64
 * bytes on and found by its offset: nothing in it points, so the same bytes
 * work in memory and mapped from a file. Sections that the pass reads come
 * first; what only contenders need (cold) follows, in blocks with a tree from
 * a multiple of a page on. Integers are of this machine's byte order.
 */
#ifndef INC_POOL_BLOCK_H
#define INC_POOL_BLOCK_H

#include <stdatomic.h>

#include "engine/pool/pool.h"

/* What the pass does not read as a column. */
struct inc_row {
    uint32_t no, norm;
    uint16_t known;
    uint16_t windows; /* code: span_at */
    uint16_t max_minutes;
    uint16_t n_stated;
    uint8_t eqf, modes, hours_week, n_trades;
};

/*
 * The sections: X(name, type of an element). A code is a number in a table of
 * the block; x_at[n + 1] are ends of lists, from 0.
 *   skill_at .. order     [rows], skill_at [rows + 1]; class8 or class16
 *                         [words], the other one empty: a code into classes;
 *                         order: rows by ascending number
 *   classes .. office_text the tables; texts end with NUL; office 0 is ""
 *   family_at .. flags    struct inc_tree, empty without one
 *   tie .. unknown        cold. trades [rows][INC_TRADES]; unknown: n_unknown;
 *                         implied: see inc_implied_read()
 */
#define INC_HOT_SECTIONS(X)                                                    \
    X(skill_at, uint32_t)                                                      \
    X(skill, uint16_t)                                                         \
    X(class8, uint8_t)                                                         \
    X(class16, uint16_t)                                                       \
    X(home, uint16_t)                                                          \
    X(office, uint16_t)                                                        \
    X(licences, uint16_t)                                                      \
    X(languages, uint16_t)                                                     \
    X(from, uint16_t)                                                          \
    X(until, uint16_t)                                                         \
    X(updated, uint16_t)                                                       \
    X(row, struct inc_row)                                                     \
    X(order, uint16_t)                                                         \
    X(classes, struct inc_class)                                               \
    X(days, int32_t)                                                           \
    X(licence_sets, uint32_t)                                                  \
    X(language_at, uint32_t)                                                   \
    X(language, struct inc_person_language)                                    \
    X(span_at, uint32_t)                                                       \
    X(span, struct inc_span)                                                   \
    X(office_at, uint32_t)                                                     \
    X(office_text, char)                                                       \
    X(family_at, uint32_t)                                                     \
    X(family, uint16_t)                                                        \
    X(trade_at, uint32_t)                                                      \
    X(trade, uint16_t)                                                         \
    X(trade_best, uint8_t)                                                     \
    X(family_spans, uint64_t)                                                  \
    X(trade_span_at, uint32_t)                                                 \
    X(trade_span, uint8_t)                                                     \
    X(trade_span_best, uint8_t)                                                \
    X(home_least, uint16_t)                                                    \
    X(home_most, uint16_t)                                                     \
    X(minutes_most, uint16_t)                                                  \
    X(flags, uint8_t)
#define INC_COLD_SECTIONS(X)                                                   \
    X(tie, uint64_t)                                                           \
    X(trades, struct inc_trade)                                                \
    X(id_at, uint32_t)                                                         \
    X(id_text, char)                                                           \
    X(implied_at, uint32_t)                                                    \
    X(implied, uint16_t)                                                       \
    X(unknown, uint16_t)
#define INC_ALL_SECTIONS(X) INC_HOT_SECTIONS(X) INC_COLD_SECTIONS(X)

enum inc_section {
#define INC_X(name, type) INC_SEC_##name,
    INC_ALL_SECTIONS(INC_X)
#undef INC_X
        INC_SECTIONS
};
enum { INC_FIRST_COLD = INC_SEC_tie };

/* A format change raises the version; a block of another version is refused
 * (an image is a cache). */
enum {
    INC_BLOCK_VERSION = 1,
    INC_BLOCK_ALIGN = 64,
    INC_BLOCK_PAGE = 4096,
    INC_CODES_MAX = 65536, /* of a table: a code is 16 bits */
    INC_TRADE_FULL = 10000 /* largest weight of a trade */
};
#define INC_BLOCK_MAGIC "INCBLOCK"
#define INC_BYTE_ORDER UINT32_C(0x01020304)

struct inc_block_head {
    char magic[8]; /* INC_BLOCK_MAGIC, without its NUL */
    uint32_t byte_order, version;
    uint64_t bytes;   /* of head and sections */
    uint64_t cold_at; /* where the cold sections begin */
    uint32_t rows;
    uint32_t skills, trades; /* as of taxonomy and space */
    uint32_t least, most;    /* numbers */
    uint32_t families;       /* of the space; 0: no tree */
    struct {
        uint64_t at; /* bytes from the head, also of an empty section */
        uint64_t n;  /* elements */
    } section[INC_SECTIONS];
};

/* Memory that blocks lie in and that is not theirs alone: a mapping. */
struct inc_owner {
    atomic_size_t refs;
    void (*release)(struct inc_owner *o); /* at 0 */
};
struct inc_owner *inc_owner_hold(struct inc_owner *o);
void inc_owner_drop(struct inc_owner *o); /* NULL is fine */

/* A block as used: its sections' addresses. NULL: class8 when it is empty,
 * flags when there is no tree. */
struct inc_block {
    atomic_size_t refs;
    struct inc_owner *owner; /* NULL: `base` is heap memory of this block */
    void *base;              /* the head */
    const struct inc_block_head *head;
    uint64_t serial;
    size_t bytes;
    uint32_t rows;
    uint32_t n_classes, n_days, n_licence_sets, n_language_sets, n_span_sets,
        n_offices;
#define INC_X(name, type) type *name; /* written while it is made */
    INC_ALL_SECTIONS(INC_X)
#undef INC_X
};

struct inc_block *inc_block_hold(struct inc_block *b);
void inc_block_drop(struct inc_block *b); /* NULL is fine */
/* Row of a number, or INC_NO_ROW. O(log rows). */
#define INC_NO_ROW UINT32_MAX
uint32_t inc_block_find(const struct inc_block *b, uint32_t no);

/* What the numbers in a block must be under. */
struct inc_bounds {
    uint32_t skills, occupations; /* of the taxonomy */
    uint32_t trades;              /* occupations of the space */
    uint32_t comuni;
    uint32_t families; /* of the space, 0: not made */
};
struct inc_bounds inc_bounds_of(const struct inc_world *w);

/*
 * Use a block where it lies, after checking every offset, length, code, list
 * and number in it: bytes that pass cannot lead a reader outside.
 *   base   64-byte aligned (a page for cold pages to stay untouched); stays
 *          valid and unchanged as long as `owner` is held
 *   owner  held by the block; NULL: the block frees base with inc_mem_free(),
 *          from success on
 * INC_E_CORRUPT, INC_E_MISMATCH (another version, byte order, taxonomy or
 * space), INC_E_NOMEM.
 */
enum inc_status inc_block_bind(struct inc_block **out, void *base, size_t bytes,
                               const struct inc_bounds *bounds,
                               struct inc_owner *owner, struct inc_err *err);
/* The checks alone, over a block whose addresses are set. */
enum inc_status inc_block_check(const struct inc_block *b,
                                const struct inc_bounds *bounds,
                                struct inc_err *err);
/* The same without checks, for memory just built. NULL without memory. */
struct inc_block *inc_block_wrap(void *base, struct inc_owner *owner);
/* From rows and lengths: where each section lies, cold_at and bytes. */
void inc_block_place(struct inc_block_head *h);
/* Bytes of the head and the hot sections, of the tree within them. */
size_t inc_block_hot_bytes(const struct inc_block *b);
size_t inc_block_tree_bytes(const struct inc_block *b);

/*
 * implied_by in few bytes, as 16-bit units: how many occupations; these, the
 * low half before the high one; which of them implies each word, in bytes when
 * they are 2..256 and in units when more. Nothing for no words.
 */
size_t inc_implied_write(uint16_t *out, const uint32_t *implied_by, size_t n);
void inc_implied_read(uint32_t *implied_by, size_t n, const uint16_t *from);
/* 0 when `units` from `from` on are right for n words, else -1. */
int inc_implied_check(const uint16_t *from, size_t units, size_t n,
                      uint32_t occupations);

/* Groups and spans of so many rows, words of a bitmap of spans. */
uint32_t inc_tree_groups(uint32_t rows);
uint32_t inc_tree_spans(uint32_t rows);
uint32_t inc_tree_span_words(uint32_t rows);

/* Sections, as bytes of an element. */
size_t inc_section_size(enum inc_section s);

static inline int
inc_bit(const uint64_t *bits, uint32_t i)
{
    return (int)(bits[i / 64] >> (i % 64) & 1);
}

/* Class code of word i of the block (not of a row). */
static inline uint32_t
inc_block_class(const struct inc_block *b, size_t i)
{
    return b->class8 != NULL ? b->class8[i] : b->class16[i];
}

#endif
