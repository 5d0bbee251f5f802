#include "engine/store/private.h"

#include <errno.h>
#include <string.h>

#include "engine/base/fault.h"
#include "engine/base/mem.h"

/* Commits up to this size are short enough to gain from a file that is long
 * enough already; for larger ones the zeros would only be written twice. */
enum { AHEAD_COMMANDS = 128 };

/* What apply knows of a command besides the command. */
struct work {
    unsigned char body_sha[INC_DIGEST];
    size_t arena_used; /* before the first try */
};

/* A page that makes a transaction count could not be written, for whatever
 * reason: LMDB answers nothing any more, and what is on the disk is unknown. */
static int
has_panicked(const struct inc_store *s)
{
    MDB_txn *txn = NULL;
    int rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn);

    mdb_txn_abort(txn);
    return rc == MDB_PANIC;
}

enum inc_status
inc_store_commit(struct inc_store *s, MDB_txn *txn, struct inc_err *err)
{
    enum inc_status st;
    int rc;

    if (INC_FAULT(STORE_COMMIT)) {
        mdb_txn_abort(txn);
        rc = EIO;
    } else {
        rc = mdb_txn_commit(txn);
    }
    st = inc_lmdb_status(rc, "commit", err);
    if (st == INC_OK)
        return st;
    if (has_panicked(s)) {
        st = inc_fail(err, INC_E_STORE, rc,
                      "cannot write the page that makes a commit count: %s",
                      mdb_strerror(rc));
    } else if (st == INC_E_FULL || st == INC_E_NOMEM) {
        return st;
    } else if (rc == EIO && inc_room_disk_is_full(s)) {
        /* A full disk also answers EIO, when a write came out short. */
        (void)inc_fail(err, INC_E_FULL, rc, "the disk is full");
        inc_err_hint(err, "make room; nothing of these commands was stored");
        return INC_E_FULL;
    }
    s->broken = 1;
    inc_err_hint(err, "what became of the last commands is not known; the "
                      "store takes no more until it is opened again, then "
                      "repeat them with the same keys");
    return st;
}

/* Keys for everybody who may be new in these commands: before anything is
 * written, so that a disk that is full has stored nothing. Any other trouble
 * says that this disk is not to be written to. */
static enum inc_status
make_keys(struct inc_store *s, struct inc_command *const *commands, size_t n,
          struct inc_err *err)
{
    uint64_t next = s->head.next_no[INC_RECORD_CANDIDATE], puts = 0;
    enum inc_status st;

    for (size_t i = 0; i < n; i++)
        puts += commands[i]->op == INC_OP_CANDIDATE_PUT;
    if (puts == 0)
        return INC_OK;
    st = inc_ring_more(s->ring, next - 1 + puts, err);
    if (st == INC_E_IO) {
        s->broken = 1;
        inc_err_hint(err, "the store takes no more until it is opened again: "
                          "look at the disk");
    }
    return st;
}

struct applying {
    struct inc_batch *b;
    struct inc_command *const *commands;
    size_t n;
    const struct work *works;
};

/* One try. */
static enum inc_status
attempt(void *arg, struct inc_err *err)
{
    const struct applying *a = arg;
    struct inc_batch *b = a->b;
    struct inc_command *const *commands = a->commands;
    size_t n = a->n;
    enum inc_status st;
    struct inc_store *s = b->s;

    /* What the try before left. Backwards, as commands may share an arena. */
    for (size_t i = n; i-- > 0;)
        if (commands[i]->arena != NULL)
            commands[i]->arena->used = a->works[i].arena_used;
    b->txn = NULL;
    b->head = s->head;
    b->n_erased = 0;
    b->has_cut = 0;
    inc_err_clear(&b->room);
    if (INC_FAULT(STORE_BEGIN))
        INC_TRY(inc_lmdb_status(ENOMEM, "begin to write", err));
    INC_TRY(inc_lmdb_status(mdb_txn_begin(s->env, NULL, 0, &b->txn),
                            "begin to write", err));
    (void)inc_room_check(s, &b->room);
    if (b->room.status == INC_OK) /* else nobody new comes */
        INC_TRY(make_keys(s, commands, n, err));
    for (size_t i = 0; i < n; i++)
        INC_TRY(inc_command_run(b, commands[i], a->works[i].body_sha, err));
    if (b->head.seq == s->head.seq)
        goto out; /* replays and refusals that are not kept */
    INC_TRY(inc_head_save(s, b->txn, &b->head, err));
    if (n <= AHEAD_COMMANDS && b->room.status == INC_OK)
        inc_room_ahead(s);
    st = inc_store_commit(s, b->txn, err);
    b->txn = NULL;
    if (st == INC_OK) {
        s->head = b->head;
        s->cut_waits |= b->has_cut;
    }
out:
    mdb_txn_abort(b->txn);
    return st;
}

/* The rows are gone for good; without its keys so is everything else. When that
 * fails those who asked for it are told, also who asks again, until it is done:
 * by the next erasure or the next opening. */
static void
destroy_keys(struct inc_batch *b, struct inc_command *const *commands, size_t n)
{
    struct inc_store *s = b->s;
    struct inc_err why = {0};
    enum inc_status st;
    int asked = b->n_erased != 0;

    for (size_t i = 0; i < n && s->unfinished; i++)
        asked |= inc_command_erases(commands[i]->op) &&
                 commands[i]->status == INC_OK;
    if (!asked)
        return;
    st = s->unfinished ? inc_erase_settle(s, &why)
                       : inc_erase_finish(s, b->erased, b->n_erased, &why);
    s->unfinished = st != INC_OK;
    for (size_t i = 0; i < n && st != INC_OK; i++) {
        struct inc_command *c = commands[i];

        if (!inc_command_erases(c->op) || c->status != INC_OK)
            continue;
        c->status = why.status = INC_E_IO;
        c->err = why;
    }
}

/* Answers to earlier requests stand; everything else did not happen. */
static void
fail_all(const struct inc_store *s, struct inc_command *const *commands,
         size_t n, enum inc_status st, const struct inc_err *err)
{
    for (size_t i = 0; i < n; i++) {
        struct inc_command *c = commands[i];
        if (c->replayed && c->seq <= s->head.seq)
            continue;
        inc_command_reset(c);
        c->status = st;
        c->err = *err;
    }
}

enum inc_status
inc_store_usable(const struct inc_store *s, struct inc_err *err)
{
    if (s->read_only)
        return inc_fail(err, INC_E_STORE, 0, "the store is open for reading");
    if (!s->broken)
        return INC_OK;
    (void)inc_fail(err, INC_E_STORE, 0,
                   "a commit failed before, the store takes no more");
    inc_err_hint(err, "restart the daemon and run verify");
    return INC_E_STORE;
}

static void
batch_release(struct inc_batch *b)
{
    inc_arena_release(&b->arena);
    inc_buf_release(&b->record);
    inc_buf_release(&b->head_bytes);
    inc_buf_release(&b->entry);
    inc_buf_release(&b->answer);
    inc_buf_release(&b->body);
    inc_mem_free(b->erased);
    inc_plain_release(&b->plain);
}

enum inc_status
inc_store_apply(struct inc_store *s, struct inc_command *const *commands,
                size_t n, struct inc_err *err)
{
    enum inc_status st;
    struct inc_batch b = {.s = s};
    struct inc_err mine;
    struct work *works = NULL;
    size_t bytes = 0;

    inc_err_clear(&mine);
    for (size_t i = 0; i < n; i++)
        inc_command_reset(commands[i]);
    INC_TRY(inc_store_usable(s, &mine));
    works = inc_mem_zero(n, sizeof *works);
    if (works == NULL || inc_arena_init(&b.arena, INC_ENTRY_ARENA) != INC_OK) {
        (void)inc_fail(&mine, INC_E_NOMEM, 0, "no memory for a batch");
        st = INC_E_NOMEM;
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        inc_digest(works[i].body_sha, commands[i]->body, commands[i]->body_len);
        if (commands[i]->arena != NULL)
            works[i].arena_used = commands[i]->arena->used;
        bytes += commands[i]->body_len;
    }
    st = inc_room_attempt(s, bytes * 2, attempt,
                          &(struct applying){&b, commands, n, works}, &mine);
    if (st == INC_OK)
        destroy_keys(&b, commands, n);
out:
    if (st != INC_OK) {
        fail_all(s, commands, n, st, &mine);
        if (err != NULL)
            *err = mine;
    }
    batch_release(&b);
    inc_mem_free(works);
    return st;
}
