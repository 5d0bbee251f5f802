/*
 * trail.h - the register: who asked what and what came out, one entry a match
 * or administrator's operation. Floor 5. Layout: docs/storage.md, "Register".
 *
 * A hash chain of its own beside the journal's, so that entries disturb no
 * journal position: images, marks and generations count commands only.
 *
 * Threads: entries are written by the writer thread; slips are filled by
 * whoever did the work, and read by any thread through a view.
 */
#ifndef INC_STORE_TRAIL_H
#define INC_STORE_TRAIL_H

#include "engine/base/buf.h"
#include "engine/store/merkle.h"
#include "engine/store/store.h"

enum {
    INC_TRAIL_SUBJECTS = 2, /* a pair has two */
    INC_TRAIL_BATCH = 4096, /* slips of one call of inc_trail_add() */
    INC_TRAIL_SALT = 16,
    INC_TRAIL_NO_SCORE = -1
};

/* Whom the question is about. */
enum inc_trail_about {
    INC_ABOUT_NOBODY, /* a need, or no record */
    INC_ABOUT_PERSON, /* of number `person`: it is kept under her key */
    INC_ABOUT_UNKNOWN /* a profile that came with the question: not kept */
};

/* A record that was asked about, as it was then. */
struct inc_trail_subject {
    enum inc_record_kind kind;
    uint64_t no;
    int64_t revision;
};

/* One line of a ranking. */
struct inc_trail_item {
    uint64_t no;       /* of the person, or need */
    uint32_t rank;     /* 1 is best; 0: a pair, not ranked */
    int32_t score;     /* bp; INC_TRAIL_NO_SCORE: none */
    uint64_t mark;     /* of its bytes in the reply (inc_mark64) */
    uint32_t n_lines;  /* of its explanation */
    const void *lines; /* [n_lines] 2 bytes of each line's mark */
};

/*
 * What the chain covers. Texts are borrowed by the call that fills or reads
 * it.
 *
 * An entry stays when a person in it is erased, and must not say what she can:
 * marks are veiled, and the reply's digest is salted, with keys made of `salt`
 * and the key of each person that is in it. Without them both are noise, and
 * the chain holds. Her number stays, which is then nobody's.
 */
struct inc_trail {
    uint64_t no; /* 1.. without gaps; set by inc_trail_add() */
    int64_t at_unix_ms;
    enum inc_op op;
    enum inc_status result;
    const char *actor, *office, *purpose; /* or NULL */
    uint64_t generation; /* journal number of the image matched against */
    uint64_t view;       /* ... and of the moment subjects were read at */
    int32_t as_of;       /* days; 0 when the operation has none */
    struct inc_trail_subject subject[INC_TRAIL_SUBJECTS];
    uint32_t n_subjects;
    enum inc_record_kind of; /* kind of the items */
    uint32_t n_items;
    unsigned char estate[INC_DIGEST]; /* of the row of inc_trail_estate() */
    unsigned char salt[INC_TRAIL_SALT];
    enum inc_trail_about about;
    uint64_t person;
    /* Set by inc_slip_fill(): */
    unsigned char reply[INC_DIGEST]; /* salted, of the reply's body */
    uint64_t reply_len;
    unsigned char items[INC_DIGEST]; /* root over the items */
    unsigned char body[INC_DIGEST];  /* of what is beside the chain, as kept */
};

/* An entry on its way to the store. All zero is an empty one. */
struct inc_slip {
    struct inc_buf head;  /* without its number */
    struct inc_buf body;  /* request and items */
    struct inc_buf links; /* who is in it, for the index */
    uint64_t need;        /* that was asked about, 0: none */
    uint64_t no;          /* out, 0 when it was not stored */
};
void inc_slip_release(struct inc_slip *s);

/*
 * Any thread: pack an entry, with a salt of the caller. Equal questions,
 * answers and salts give equal heads but for the body's digest.
 *   items  [t->n_items]
 * INC_E_NOMEM; INC_E_BUSY when somebody in it was erased meanwhile;
 * INC_E_CORRUPT when a key is missing.
 */
struct inc_trail_reply {
    const void *request, *reply; /* bodies */
    size_t request_len, reply_len;
    const struct inc_trail_item *items;
};
enum inc_status inc_slip_fill(struct inc_slip *out, const struct inc_store *s,
                              struct inc_trail *t,
                              const struct inc_trail_reply *r,
                              struct inc_err *err);

/*
 * The writer thread: store slips in their order, in one transaction (fsync).
 * All or none. INC_E_FULL when the reserve of the disk or the map is used up;
 * other errors as inc_store_apply().
 *   n  at most INC_TRAIL_BATCH
 */
enum inc_status inc_trail_add(struct inc_store *s,
                              struct inc_slip *const *slips, size_t n,
                              struct inc_err *err);

/* The writer thread: keep what an estate is called by its digest: text lines
 * that name versions and digests. Known ones are left as they are. */
enum inc_status inc_trail_estate(struct inc_store *s,
                                 const unsigned char digest[INC_DIGEST],
                                 const void *text, size_t len,
                                 struct inc_err *err);
/* The text; INC_E_NOTFOUND. It lives until the view is read again. */
enum inc_status inc_trail_estate_get(struct inc_view *v,
                                     const unsigned char digest[INC_DIGEST],
                                     const void **text, size_t *len,
                                     struct inc_err *err);

/* --- reading ------------------------------------------------------------- */

/* What is there: entries first..last (last + 1 == first: none are), the
 * chain's values before the first and after the last, and the tree over all
 * heads, whose root is inc_merkle_root(). */
struct inc_trail_head {
    uint64_t first, last;
    unsigned char base[INC_DIGEST], chain[INC_DIGEST];
    struct inc_merkle tree;
};
enum inc_status inc_trail_head(struct inc_view *v, struct inc_trail_head *out,
                               struct inc_err *err);

/* One entry as stored, zero at first. Bytes live until the row is read into
 * again or released, texts as the arena. */
struct inc_trail_row {
    struct inc_trail t;
    unsigned char chain[INC_DIGEST];
    const void *head; /* what the chain covers */
    size_t head_len;
    const void *nodes; /* of the tree that end here, lowest first */
    size_t n_nodes;
    const void *body; /* as kept */
    size_t body_len;
    int pruned; /* nothing is left but `leaf` and the nodes */
    unsigned char leaf[INC_DIGEST]; /* of the tree; when pruned */
    int erased;          /* the person it is about is: the rest is empty */
    const void *request; /* NULL: not kept */
    size_t request_len;
    const void *packed; /* items, for inc_trail_item_next() */
    size_t packed_len;
    struct inc_buf plain, opened; /* memory */
};
void inc_trail_row_release(struct inc_trail_row *row);
/* INC_E_NOTFOUND, also for one that was pruned; INC_E_CORRUPT, INC_E_NEWER. */
enum inc_status inc_trail_get(struct inc_view *v, uint64_t no,
                              struct inc_trail_row *out, struct inc_arena *a,
                              struct inc_err *err);

/* Items in order, their marks veiled: *at is 0 at first. 1: *out is one; 0: no
 * more; -1: the bytes are not what was written. */
int inc_trail_item_next(struct inc_trail_item *out, const void *packed,
                        size_t len, size_t *at);

enum { INC_TRAIL_LINES_MAX = 4096 }; /* of one item */
/* Item `at` of an entry as inc_trail_item_next() gave it: its mark and its
 * lines' unveiled; these come into lines[2 * INC_TRAIL_LINES_MAX]. */
enum inc_status inc_trail_item_open(struct inc_trail_item *item,
                                    const struct inc_store *s,
                                    const struct inc_trail *t, uint32_t at,
                                    unsigned char *lines, struct inc_err *err);

/* 1 when the person of this number has been erased: what was veiled with her
 * key is noise. */
int inc_trail_gone(const struct inc_store *s, uint64_t no);

/* The digest of a reply with these items before its body is added: added and
 * ended, it is t->reply. INC_E_BUSY when somebody in it has been erased. */
enum inc_status inc_trail_reply_begin(struct inc_hasher *out,
                                      const struct inc_store *s,
                                      const struct inc_trail *t,
                                      const struct inc_trail_item *items,
                                      size_t n, struct inc_err *err);
/* 1 when the items are those whose root the head has. */
int inc_trail_items_hold(const struct inc_trail_row *row);

/* Which entries to walk; fields that are 0 or NULL do not choose. */
struct inc_trail_filter {
    uint64_t before;           /* numbers under this one; 0: from the newest */
    uint64_t need;             /* asked about this need */
    uint64_t person;           /* this person is in it, asked about or ranked */
    int64_t from_ms, until_ms; /* from <= at < until */
    const char *actor;
};
/* Newest first. Rows looked at are at most `look`; *next is where to go on
 * (`before`), 0 at the end. `each` returns INC_OK to go on, anything else
 * stops before its entry is counted as seen and is handed back. rank and score
 * are the person's when one was named. */
typedef enum inc_status inc_trail_each_fn(void *arg,
                                          const struct inc_trail_row *row,
                                          uint32_t rank, int32_t score);
enum inc_status inc_trail_walk(struct inc_view *v,
                               const struct inc_trail_filter *f, size_t look,
                               struct inc_arena *a, inc_trail_each_fn *each,
                               void *arg, uint64_t *next, struct inc_err *err);

/* Number of the last journal entry: cheaper than inc_view_info(). */
enum inc_status inc_view_head(struct inc_view *v, uint64_t *seq,
                              struct inc_err *err);

#endif
