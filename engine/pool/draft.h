/*
 * draft.h - persons of one builder, piled up in order of arrival. Floor 5,
 * private.
 *
 * A draft is a list of chunks of at most INC_BLOCK_ROWS rows: blocks whose
 * sections grow, without order, index and classes (class16 holds raw classes).
 */
#ifndef INC_POOL_DRAFT_H
#define INC_POOL_DRAFT_H

#include "engine/pool/block.h"
#include "engine/pool/intern.h"

/* The tables of a block. */
enum inc_table {
    INC_TABLE_DAY,
    INC_TABLE_LICENCES,
    INC_TABLE_LANGUAGES,
    INC_TABLE_SPANS,
    INC_TABLE_OFFICE,
    INC_TABLES
};
/* Empty tables, with office 0. 0, or -1 without memory. */
int inc_tables_init(struct inc_intern table[INC_TABLES]);
int inc_tables_reset(struct inc_intern table[INC_TABLES]);
void inc_tables_release(struct inc_intern table[INC_TABLES]);
/* 1 when any row with lists of that many elements fits. */
int inc_tables_room(const struct inc_intern table[INC_TABLES], size_t languages,
                    size_t spans, size_t office);

struct inc_growing {
    void *data;
    size_t cap; /* elements */
};
struct inc_chunk {
    struct inc_block view; /* its rows; head is NULL */
    struct inc_intern table[INC_TABLES];
    struct inc_growing section[INC_SECTIONS];
};
/* All zero is empty. */
struct inc_draft {
    struct inc_chunk **chunk;
    size_t n_chunks, cap;
};
/* A row of a draft: chunk and row in it. */
#define INC_DRAFT_ROW(chunk, row) ((uint32_t)(chunk) << 16 | (uint32_t)(row))
#define INC_DRAFT_CHUNK(at) ((at) >> 16)
#define INC_DRAFT_ROW_IN(at) ((at)&0xffffu)

/* Append; *at is where. Nothing changed on INC_E_NOMEM, INC_E_LIMIT (over
 * 65,535 chunks). p->no is under 2^32. */
enum inc_status inc_draft_push(struct inc_draft *d, const struct inc_person *p,
                               const char *office, uint32_t *at,
                               struct inc_err *err);
void inc_draft_release(struct inc_draft *d);

#endif
