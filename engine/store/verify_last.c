/*
 * verify_last.c - what the journal says last of every number, against what the
 * tables have. LMDB keeps no checksum of its pages: one that went back to an
 * older version of itself is whole, and so is every sealed row in it. Only the
 * journal knows that a newer one was written.
 *
 * Eight bytes for each number that was ever given, and as many for the vault:
 * the revision below, marks above.
 */
#include <stdio.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/store/private.h"

#define NAMED (UINT64_C(1) << 63)  /* by an entry that changed it */
#define SEEN (UINT64_C(1) << 62)   /* a row that was read has it */
#define FORMER (UINT64_C(1) << 61) /* in table former */
#define ERASED (UINT64_C(1) << 60) /* in table erased */
#define ERASE (UINT64_C(1) << 59)  /* an entry erased it */
#define REVISION ((UINT64_C(1) << 56) - 1)

static const enum inc_record_kind people = INC_RECORD_CANDIDATE;

enum inc_status
inc_last_init(struct inc_last *l, const struct inc_head *head,
              struct inc_err *err)
{
    int short_of = 0;

    memset(l, 0, sizeof *l);
    for (int k = 0; k < INC_RECORD_KINDS; k++) {
        l->n[k] = head->next_no[k];
        l->at[k] = inc_mem_zero(l->n[k], sizeof *l->at[k]);
        short_of |= l->at[k] == NULL;
    }
    l->vault = inc_mem_zero(l->n[people], sizeof *l->vault);
    if (short_of || l->vault == NULL)
        return inc_fail(err, INC_E_NOMEM, 0,
                        "no memory to compare the records with the journal");
    return INC_OK;
}

void
inc_last_release(struct inc_last *l)
{
    for (int k = 0; k < INC_RECORD_KINDS; k++)
        inc_mem_free(l->at[k]);
    inc_mem_free(l->vault);
    memset(l, 0, sizeof *l);
}

/* --- the journal ---------------------------------------------------------- */

/* One more of the same record: a stale one that was changed again shows here,
 * the tables agree with its entry. */
static void
step(uint64_t *at, const struct inc_journal_row *row, const char *what,
     const struct inc_teller *t)
{
    uint64_t was = *at & REVISION, is = (uint64_t)row->revision & REVISION;

    if (is != 0 && is != was + 1)
        inc_verify_fault(t, NULL,
                         "journal %llu: %s %llu (%s) goes from revision %llu "
                         "to %llu",
                         (unsigned long long)row->e.seq, what,
                         (unsigned long long)row->no, row->e.id,
                         (unsigned long long)was, (unsigned long long)is);
    *at = (*at & ~REVISION) | NAMED | is;
}

void
inc_last_entry(struct inc_last *l, const struct inc_journal_row *row,
               const struct inc_teller *t)
{
    if (row->e.result != INC_OK || row->no == 0 || row->no >= l->n[row->kind])
        return;
    if (row->e.op == INC_OP_VAULT_PUT) {
        step(&l->vault[row->no], row, "the vault of", t);
        return;
    }
    step(&l->at[row->kind][row->no], row, inc_record_name(row->kind), t);
    if (row->kind != people || row->revision != 0)
        return;
    l->vault[row->no] &= ~REVISION;
    if (inc_command_erases(row->e.op))
        l->at[people][row->no] |= ERASE;
}

/* --- rows ----------------------------------------------------------------- */

/* `id` may be NULL: numbers alone name the row. */
static void
compare(uint64_t *at, const char *what, uint64_t no, const char *id,
        int64_t revision, const struct inc_teller *t)
{
    unsigned long long want = *at & REVISION;
    char name[INC_ID_MAX + 64], says[40] = "it is not there";

    *at |= SEEN;
    if ((unsigned long long)revision == want)
        return;
    (void)snprintf(name, sizeof name, id != NULL ? "%s %llu (%s)" : "%s %llu",
                   what, (unsigned long long)no, id);
    if (want != 0)
        (void)snprintf(says, sizeof says, "revision %llu", want);
    inc_verify_fault(t, NULL, "%s: it has revision %lld, the journal says %s",
                     name, (long long)revision, says);
}

void
inc_last_record(struct inc_last *l, enum inc_record_kind kind, uint64_t no,
                const char *id, int64_t revision, const struct inc_teller *t)
{
    if (no < l->n[kind]) /* else told: the counter says */
        compare(&l->at[kind][no], inc_record_name(kind), no, id, revision, t);
}

struct rows {
    struct inc_last *l;
    struct inc_view *v;
    const struct inc_teller *t;
};

/* The number at the end of a key is one that was given; 0 when not. */
static uint64_t
number_of(const struct rows *r, enum inc_table t, const MDB_val *key)
{
    uint64_t no = 0;

    if (key->mv_size >= INC_NUMBER &&
        (t == INC_TABLE_FORMER || key->mv_size == INC_NUMBER))
        no = inc_number_get((const unsigned char *)key->mv_data + key->mv_size -
                            INC_NUMBER);
    if (no != 0 && no < r->l->n[people])
        return no;
    inc_verify_fault(r->t, NULL,
                     "table %s: a row of number %llu, which was never given",
                     inc_table_name(t), (unsigned long long)no);
    return 0;
}

static void
row(const struct rows *r, enum inc_table t, uint64_t no, const void *bytes,
    size_t len)
{
    if (t == INC_TABLE_FORMER)
        r->l->at[people][no] |= FORMER;
    else if (t == INC_TABLE_ERASED)
        r->l->at[people][no] |= ERASED;
    else if (len < INC_NUMBER)
        inc_verify_fault(r->t, NULL, "the vault of person %llu is cut short",
                         (unsigned long long)no);
    else
        compare(&r->l->vault[no], "the vault of person", no, NULL,
                (int64_t)inc_number_get(bytes), r->t);
}

static void
walk(const struct rows *r, enum inc_table t)
{
    MDB_cursor *c = NULL;
    MDB_val k, v;
    int rc = mdb_cursor_open(r->v->txn, r->v->s->dbi[t], &c);

    while (rc == 0 && (rc = mdb_cursor_get(c, &k, &v, MDB_NEXT)) == 0) {
        struct inc_err err;
        const void *bytes;
        size_t len;
        uint64_t no = number_of(r, t, &k);
        enum inc_status st = inc_value_open(r->v->s, t, &k, &v, &r->v->plain,
                                            &bytes, &len, &err);

        if (st == INC_E_NOTFOUND || no == 0)
            continue; /* erased since this view began, or with a backup */
        if (st == INC_OK)
            row(r, t, no, bytes, len);
        else
            inc_verify_fault(r->t, &err, "table %s, number %llu: %s",
                             inc_table_name(t), (unsigned long long)no,
                             err.what);
    }
    if (rc != MDB_NOTFOUND)
        inc_verify_fault(r->t, NULL, "table %s: %s", inc_table_name(t),
                         mdb_strerror(rc));
    mdb_cursor_close(c);
}

/* --- what is not there ---------------------------------------------------- */

static int
is_there(const struct rows *r, enum inc_table t, uint64_t no)
{
    unsigned char key[INC_NUMBER];
    MDB_val k = {sizeof key, key}, v;

    inc_number_put(key, no);
    return mdb_get(r->v->txn, r->v->s->dbi[t], &k, &v) == 0;
}

/* A row that is there and was not seen does not open: told before, or its
 * person is erased. Who was erased again after a restore has no entry. */
static void
look_for(const struct rows *r, enum inc_table t, uint64_t at, int erased,
         const char *what, uint64_t no)
{
    unsigned long long want = at & REVISION;

    if (want != 0 && (at & SEEN) == 0 && !erased && !is_there(r, t, no))
        inc_verify_fault(r->t, NULL,
                         "%s %llu: it is not there, the journal says revision "
                         "%llu",
                         what, (unsigned long long)no, want);
    if (want == 0 && erased && is_there(r, t, no))
        inc_verify_fault(r->t, NULL, "%s %llu: it is there, and was erased",
                         what, (unsigned long long)no);
}

static void
look_for_person(const struct rows *r, uint64_t no)
{
    uint64_t at = r->l->at[people][no];
    int erased = (at & ERASED) != 0, gone = (at & REVISION) == 0;
    unsigned long long n = no;

    look_for(r, INC_TABLE_VAULT, r->l->vault[no], erased, "the vault of person",
             no);
    if ((at & ERASE) != 0 && !erased)
        inc_verify_fault(r->t, NULL,
                         "person %llu: the journal says she was erased, table "
                         "erased does not",
                         n);
    else if (gone && (at & NAMED) != 0 && (at & (FORMER | ERASED)) == 0)
        inc_verify_fault(r->t, NULL,
                         "person %llu: the journal says she was deleted, table "
                         "former does not",
                         n);
    else if ((at & FORMER) != 0 && (erased || !gone))
        inc_verify_fault(
            r->t, NULL, "person %llu: table former says she was deleted, %s", n,
            erased ? "table erased that she was erased"
                   : "the journal does not");
}

void
inc_last_tables(struct inc_last *l, struct inc_view *v,
                const struct inc_teller *t)
{
    const struct rows r = {l, v, t};

    walk(&r, INC_TABLE_VAULT);
    walk(&r, INC_TABLE_FORMER);
    walk(&r, INC_TABLE_ERASED);
    for (int k = 0; k < INC_RECORD_KINDS; k++)
        for (uint64_t no = 1; no < l->n[k]; no++) {
            uint64_t at = l->at[k][no];

            look_for(&r, INC_TABLE_RECORD + (enum inc_table)k, at,
                     k == (int)people && (at & ERASED) != 0,
                     inc_record_name((enum inc_record_kind)k), no);
            if (k == (int)people)
                look_for_person(&r, no);
        }
}
