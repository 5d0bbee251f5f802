/*
 * pages.c - LMDB's pages, read from the file beside LMDB. It has no checksums
 * and believes what it reads: a bad page ends the process that comes to it, a
 * bad list of free pages the one that writes next. So whoever is about to rely
 * on the file looks here first, where every number is checked before it is
 * used.
 *
 * Format: that of 0.9.24 (mdb.c: MDB_page, MDB_node, MDB_db, MDB_meta), number
 * 1 of the file format, 8 bytes a page number, the machine's byte order.
 *
 *   page   number (8), pad (2), flags (2), lower (2) and upper (2), or of an
 *          overflow how many pages (4); then offsets of nodes, 2 bytes each
 *   node   low and high half of the data's size (2, 2), flags (2), size of the
 *          key (2), key, data; in a branch the first three are a page's number
 *   tree   pad (4), flags (2), depth (2), branch, leaf and overflow pages,
 *          entries, root (8 each)
 *   meta   page's head, magic (4), format (4), address, map (8 each), trees of
 *          the free list and of the tables, last page, transaction (8 each)
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/store/private.h"

enum {
    HEAD = 16,
    FLAGS = 10,
    LOWER = 12,
    UPPER = 14,
    PAGES = 12, /* of an overflow */
    BRANCH = 1,
    LEAF = 2,
    OVERFLOW = 4,
    NODE = 8,
    BIG = 1,   /* the data lies in overflow pages */
    TABLE = 2, /* the data is a tree */
    TREE = 48,
    KEY_MOST = 511,
    TREES = 40, /* in a meta page */
    LAST = 136,
    TRANSACTION = 144,
    META = 152,
    DEPTH = 32,
    TABLES = 64,
    FAULTS = 20 /* told at most */
};

/* LMDB refuses a file of another format than its own. */
_Static_assert(MDB_VERSION_MAJOR == 0 && MDB_VERSION_MINOR == 9,
               "another LMDB may have another format of pages");
static const uint64_t none = UINT64_MAX; /* root of an empty tree */

struct tree {
    char name[32];
    unsigned depth;
    uint64_t branch, leaf, overflow, entries, root;
};

struct pages {
    int fd;
    int whole;
    size_t size;                     /* of a page */
    uint64_t last;                   /* page */
    uint64_t in_file;                /* whole pages */
    unsigned char *in_use, *is_free; /* a bit a page */
    unsigned char *buffer;           /* [DEPTH + 1] pages */
    struct tree table[TABLES];
    unsigned n_tables;
    unsigned faults;
    const struct inc_teller *t;
    struct inc_err trouble; /* memory; status INC_OK: none */
};

static uint64_t
number(const unsigned char *p, size_t bytes)
{
    uint64_t eight;
    uint32_t four;
    uint16_t two;

    switch (bytes) {
    case 2:
        memcpy(&two, p, sizeof two);
        return two;
    case 4:
        memcpy(&four, p, sizeof four);
        return four;
    default:
        memcpy(&eight, p, sizeof eight);
        return eight;
    }
}

__attribute__((format(printf, 2, 3))) static void
fault(struct pages *p, const char *fmt, ...)
{
    char text[200];
    va_list ap;

    if (p->faults++ >= FAULTS)
        return;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    inc_verify_fault(p->t, NULL, "%s", text);
}

/* Set the bit; was it set? */
static int
set(unsigned char *bits, uint64_t no)
{
    unsigned char bit = (unsigned char)(1u << (no % 8));
    int was = (bits[no / 8] & bit) != 0;

    bits[no / 8] |= bit;
    return was;
}

static int
has(const unsigned char *bits, uint64_t no)
{
    return (bits[no / 8] >> (no % 8) & 1) != 0;
}

/* `n` pages from `no` belong to the tree. 0, or -1 when they cannot. */
static int
claim(struct pages *p, const struct tree *t, uint64_t no, uint64_t n)
{
    if (no < 2 || no > p->last || n > p->last - no + 1) {
        fault(p, "%s: page %llu, the last one is %llu", t->name,
              (unsigned long long)(no + n - 1), (unsigned long long)p->last);
        return -1;
    }
    if (no + n > p->in_file) {
        fault(p, "%s: page %llu lies behind the end of data.mdb", t->name,
              (unsigned long long)(no + n - 1));
        return -1;
    }
    for (uint64_t i = no; i < no + n; i++)
        if (set(p->in_use, i)) {
            fault(p, "%s: page %llu is used twice", t->name,
                  (unsigned long long)i);
            return -1;
        }
    return 0;
}

static int
read_at(struct pages *p, void *out, uint64_t no, size_t len)
{
    if (pread(p->fd, out, len, (off_t)(no * p->size)) == (ssize_t)len)
        return 0;
    fault(p, "page %llu cannot be read", (unsigned long long)no);
    return -1;
}

/* --- a tree --------------------------------------------------------------- */

struct level {
    unsigned at, n; /* nodes */
};

struct walk {
    struct pages *p;
    const struct tree *t;
    struct level level[DEPTH];
    unsigned depth; /* levels entered */
    uint64_t branch, leaf, overflow, entries;
    void (*each)(struct walk *w, const unsigned char *key, size_t key_len,
                 unsigned flags, const unsigned char *data, uint64_t len);
};

static unsigned char *
buffer(const struct pages *p, unsigned level)
{
    return p->buffer + level * p->size;
}

static const char *
bad_node(const struct pages *p, const unsigned char *page, unsigned i, int leaf)
{
    uint64_t at = number(page + HEAD + 2 * (size_t)i, 2), keys, len;
    const unsigned char *node = page + at;

    if (at < number(page + UPPER, 2) || at % 2 != 0 || at + NODE > p->size)
        return "a node outside of it";
    keys = number(node + 6, 2);
    len = number(node, 2) | number(node + 2, 2) << 16;
    if (!leaf)
        len = 0;
    else if ((number(node + 4, 2) & BIG) != 0)
        len = 8;
    if (keys > KEY_MOST || at + NODE + keys + len > p->size)
        return "a node that does not fit";
    return NULL;
}

/* Nodes of the page, checked; 0 when it is none of that kind. */
static unsigned
nodes_of(struct walk *w, const unsigned char *page, uint64_t no, int leaf)
{
    const char *bad = NULL;
    uint64_t lower = number(page + LOWER, 2), upper = number(page + UPPER, 2);
    unsigned n = 0;

    if (number(page, 8) != no)
        bad = "it is another page";
    else if (number(page + FLAGS, 2) != (leaf ? LEAF : BRANCH))
        bad = leaf ? "no leaf" : "no branch";
    else if (lower < HEAD + 2 || lower % 2 != 0 || lower > upper ||
             upper > w->p->size)
        bad = "its head is not in order";
    else
        n = (unsigned)(lower - HEAD) / 2;
    if (bad == NULL && !leaf && n < 2)
        bad = "a branch of one";
    for (unsigned i = 0; bad == NULL && i < n; i++)
        bad = bad_node(w->p, page, i, leaf);
    if (bad == NULL)
        return n;
    fault(w->p, "%s: page %llu: %s", w->t->name, (unsigned long long)no, bad);
    return 0;
}

static void
enter(struct walk *w, uint64_t no)
{
    struct pages *p = w->p;
    int leaf = w->depth + 1 == w->t->depth;
    unsigned char *page = buffer(p, w->depth);
    unsigned n;

    if (claim(p, w->t, no, 1) != 0)
        return;
    if (leaf)
        w->leaf++;
    else
        w->branch++;
    if (leaf && w->each == NULL)
        return; /* only where it lies */
    if (read_at(p, page, no, p->size) != 0)
        return;
    n = nodes_of(w, page, no, leaf);
    if (n != 0)
        w->level[w->depth++] = (struct level){0, n};
}

/* Overflow pages of a node's data; their number, 0 when they cannot be. */
static uint64_t
overflow(struct walk *w, const unsigned char *data, uint64_t len)
{
    uint64_t no = number(data, 8), n = (HEAD - 1 + len) / w->p->size + 1;
    unsigned char head[HEAD];

    if (claim(w->p, w->t, no, n) != 0 ||
        read_at(w->p, head, no, sizeof head) != 0)
        return 0;
    w->overflow += n;
    if (number(head, 8) == no && number(head + FLAGS, 2) == OVERFLOW &&
        number(head + PAGES, 4) == n)
        return n;
    fault(w->p, "%s: page %llu: no %llu pages of one value", w->t->name,
          (unsigned long long)no, (unsigned long long)n);
    return 0;
}

static void
leaf_node(struct walk *w, const unsigned char *node)
{
    size_t keys = (size_t)number(node + 6, 2);
    uint64_t len = number(node, 2) | number(node + 2, 2) << 16;
    unsigned flags = (unsigned)number(node + 4, 2);

    w->entries++;
    if (w->each == NULL) /* then no leaf is entered */
        return;
    if ((flags & BIG) == 0 || overflow(w, node + NODE + keys, len) != 0)
        w->each(w, node + NODE, keys, flags, node + NODE + keys, len);
}

static void
counted(struct walk *w, const char *what, uint64_t found, uint64_t want)
{
    if (found != want)
        fault(w->p, "%s: %llu %s, counted as %llu", w->t->name,
              (unsigned long long)found, what, (unsigned long long)want);
}

static void
walk_tree(struct walk *w)
{
    const struct tree *t = w->t;
    unsigned before = w->p->faults;

    if (t->depth > DEPTH || (t->depth == 0) != (t->root == none)) {
        fault(w->p, "%s: a depth of %u", t->name, t->depth);
        return;
    }
    if (t->depth != 0)
        enter(w, t->root);
    while (w->depth != 0 && w->p->faults < FAULTS) {
        struct level *l = &w->level[w->depth - 1];
        const unsigned char *page = buffer(w->p, w->depth - 1), *node;

        if (l->at == l->n) {
            w->depth--;
            continue;
        }
        node = page + number(page + HEAD + 2 * (size_t)l->at++, 2);
        if (w->depth == t->depth)
            leaf_node(w, node);
        else
            enter(w, number(node, 4) | number(node + 4, 2) << 32);
    }
    if (w->p->faults != before)
        return;
    counted(w, "branch pages", w->branch, t->branch);
    counted(w, "leaf pages", w->leaf, t->leaf);
    if (w->each == NULL)
        return;
    counted(w, "overflow pages", w->overflow, t->overflow);
    counted(w, "entries", w->entries, t->entries);
}

/* --- what lies in the trees ----------------------------------------------- */

static void
read_tree(struct tree *t, const char *name, size_t len, const void *bytes)
{
    const unsigned char *p = bytes;

    (void)snprintf(t->name, sizeof t->name, "%.*s", (int)len, name);
    t->depth = (unsigned)number(p + 6, 2);
    t->branch = number(p + 8, 8);
    t->leaf = number(p + 16, 8);
    t->overflow = number(p + 24, 8);
    t->entries = number(p + 32, 8);
    t->root = number(p + 40, 8);
}

static void
on_table(struct walk *w, const unsigned char *key, size_t key_len,
         unsigned flags, const unsigned char *data, uint64_t len)
{
    if (flags != TABLE || len != TREE || w->p->n_tables == TABLES)
        fault(w->p, "the list of tables has something else");
    else
        read_tree(&w->p->table[w->p->n_tables++], (const char *)key, key_len,
                  data);
}

static void
on_value(struct walk *w, const unsigned char *key, size_t key_len,
         unsigned flags, const unsigned char *data, uint64_t len)
{
    (void)key;
    (void)key_len;
    (void)data;
    (void)len;
    if ((flags & ~(unsigned)BIG) != 0)
        fault(w->p, "%s: a node of another kind", w->t->name);
}

/* Pages that one transaction has freed: how many, then their numbers, falling.
 * LMDB aborts at a write when one is there twice, and overwrites what is used.
 */
static void
listed(struct walk *w, const unsigned char *list, uint64_t len)
{
    struct pages *p = w->p;
    uint64_t n = len < 8 ? 0 : number(list, 8), before = p->last + 1;

    if (len < 8 || n > len / 8 - 1) {
        fault(p, "the free list: an entry that is cut short");
        return;
    }
    for (uint64_t i = 1; i <= n && p->faults < FAULTS; i++) {
        uint64_t no = number(list + i * 8, 8);

        if (no < 2 || no > p->last)
            fault(p, "the free list: page %llu, the last one is %llu",
                  (unsigned long long)no, (unsigned long long)p->last);
        else if (no >= before)
            fault(p, "the free list: page %llu is out of order",
                  (unsigned long long)no);
        else if (set(p->is_free, no))
            fault(p, "the free list: page %llu is in it twice",
                  (unsigned long long)no);
        before = no;
    }
}

static void
on_free(struct walk *w, const unsigned char *key, size_t key_len,
        unsigned flags, const unsigned char *data, uint64_t len)
{
    unsigned char *list;

    (void)key;
    if (key_len != 8 || (flags & ~(unsigned)BIG) != 0) {
        fault(w->p, "the free list has something else");
        return;
    }
    if ((flags & BIG) == 0) {
        listed(w, data, len);
        return;
    }
    list = inc_mem_zero(1, len); /* in the file: claimed before */
    if (list == NULL)
        w->p->trouble.status =
            inc_fail(&w->p->trouble, INC_E_NOMEM, 0, "no memory for a page");
    else if (pread(w->p->fd, list, len,
                   (off_t)(number(data, 8) * w->p->size + HEAD)) ==
             (ssize_t)len)
        listed(w, list, len);
    else
        fault(w->p, "the free list cannot be read");
    inc_mem_free(list);
}

/* --- all ------------------------------------------------------------------ */

/* The meta page of the transaction. INC_E_BUSY: later ones have replaced it. */
static enum inc_status
read_meta(struct pages *p, MDB_env *env, MDB_txn *txn, struct tree trees[2],
          struct inc_err *err)
{
    unsigned char meta[META];
    struct stat info;
    MDB_stat stat;

    if (mdb_env_get_fd(env, &p->fd) != 0 || mdb_env_stat(env, &stat) != 0 ||
        fstat(p->fd, &info) != 0)
        return inc_fail(err, INC_E_IO, 0, "cannot look at data.mdb");
    p->size = stat.ms_psize;
    p->in_file = (uint64_t)info.st_size / p->size;
    for (uint64_t i = 0; i < 2; i++) {
        if (read_at(p, meta, i, sizeof meta) != 0 ||
            number(meta + TRANSACTION, 8) != mdb_txn_id(txn))
            continue;
        p->last = number(meta + LAST, 8);
        read_tree(&trees[0], "the free list", 13, meta + TREES);
        read_tree(&trees[1], "the list of tables", 18, meta + TREES + TREE);
        return INC_OK;
    }
    return inc_fail(err, INC_E_BUSY, 0,
                    "the store is written too fast to be "
                    "looked at");
}

static void
look(struct pages *p, const struct tree trees[2])
{
    struct walk free_list = {.p = p, .t = &trees[0], .each = on_free};
    struct walk tables = {.p = p, .t = &trees[1], .each = on_table};

    walk_tree(&free_list);
    walk_tree(&tables);
    for (unsigned i = 0; i < p->n_tables && p->faults < FAULTS; i++) {
        struct walk table = {.p = p, .t = &p->table[i]};

        if (p->whole)
            table.each = on_value;
        walk_tree(&table);
    }
    for (uint64_t no = 2; no <= p->last && p->faults < FAULTS; no++)
        if (has(p->is_free, no) && has(p->in_use, no))
            fault(p, "the free list: page %llu is in use",
                  (unsigned long long)no);
}

enum inc_status
inc_pages_check(const struct inc_store *s, MDB_txn *txn, int whole,
                const struct inc_teller *t, unsigned *faults,
                struct inc_err *err)
{
    struct pages *p = inc_mem_zero(1, sizeof *p);
    struct tree trees[2] = {{.depth = 0}};
    enum inc_status st = INC_OK;
    size_t bytes;

    *faults = 0;
    if (p == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to look at the pages");
    p->whole = whole;
    p->t = t;
    INC_TRY(read_meta(p, s->env, txn, trees, err));
    bytes = (size_t)p->last / 8 + 1; /* within the map, LMDB says */
    p->in_use = inc_mem_zero(bytes, 1);
    p->is_free = inc_mem_zero(bytes, 1);
    p->buffer = inc_mem_zero(DEPTH + 1, p->size);
    if (p->in_use == NULL || p->is_free == NULL || p->buffer == NULL)
        INC_TRY(
            inc_fail(err, INC_E_NOMEM, 0, "no memory to look at the pages"));
    look(p, trees);
    st = p->trouble.status;
    if (st != INC_OK && err != NULL)
        *err = p->trouble;
out:
    *faults = p->faults;
    inc_mem_free(p->in_use);
    inc_mem_free(p->is_free);
    inc_mem_free(p->buffer);
    inc_mem_free(p);
    return st;
}
