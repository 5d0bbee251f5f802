/*
 * private.h - what the files of this folder share. Not for other folders: the
 * LMDB types must not leave here. Layout and formats: docs/storage.md.
 *
 * Who may touch what
 *   env, dbi, dir, limits, id   set by open before any other thread, then read
 *   head, broken, unfinished,
 *   cut_waits                   the writer thread
 *   views, resizing, dead       under `mutex`; `change` tells of a change
 */
#ifndef INC_STORE_PRIVATE_H
#define INC_STORE_PRIVATE_H

#include <lmdb.h>
#include <pthread.h>
#include <sys/types.h>

#include "engine/base/buf.h"
#include "engine/profile/codec.h"
#include "engine/store/prune.h"
#include "engine/store/ring.h"
#include "engine/store/store.h"
#include "proto/bodies.h"

enum inc_table {
    INC_TABLE_META,
    INC_TABLE_JOURNAL,
    INC_TABLE_KEYS,
    INC_TABLE_RECORD, /* + enum inc_record_kind */
    INC_TABLE_ID = INC_TABLE_RECORD + INC_RECORD_KINDS, /* + kind */
    INC_TABLE_VAULT = INC_TABLE_ID + INC_RECORD_KINDS,  /* vault.c */
    INC_TABLE_FORMER,                                   /* erase.c ... */
    INC_TABLE_ERASED,                                   /* ... to here */
    INC_TABLE_EVENT,                                    /* event.c, from here */
    INC_TABLE_EVENT_NEED,
    INC_TABLE_EVENT_PERSON,
    INC_TABLE_EVENT_END,
    INC_TABLE_TRAIL = INC_TABLE_EVENT_END, /* trail.c, from here */
    INC_TABLE_TRAIL_NEED,
    INC_TABLE_TRAIL_PERSON,
    INC_TABLE_TRAIL_ESTATE,
    INC_TABLE_TRAIL_END,
    INC_TABLES = INC_TABLE_TRAIL_END
};

enum {
    INC_VALUE_FRAME = 2, /* version of the frame of a value: sealed */
    INC_VALUE_EXTRA = 1 + INC_SEAL_EXTRA, /* bytes a frame adds */
    INC_TAGGED_FRAME = 1,                 /* until format 1; meta/format */
    INC_TAGGED_EXTRA = 1 + INC_TAG,
    INC_SMALL = 64, /* bytes of any value inc_table_read() reads, at most */
    INC_PATH = 4096,
    INC_NUMBER = 8,                    /* bytes of a number in a key or value */
    INC_STORE_ID = 16,                 /* bytes of the store's identity */
    INC_ENTRY_ARENA = 16384,           /* texts of one journal entry */
    INC_RECORD_ARENA = 4 * 1024 * 1024 /* any one record, decoded */
};

/* The counters that live in `meta`; written once a transaction. */
struct inc_head {
    uint64_t seq; /* of the last journal entry, 0: none */
    unsigned char chain[INC_DIGEST];
    uint64_t next_no[INC_RECORD_KINDS];
};

struct inc_store {
    MDB_env *env;
    MDB_dbi dbi[INC_TABLES];
    char *dir;
    int lock_fd; /* -1: no lock held (read_only) */
    int read_only;
    size_t map_bytes; /* when it was opened */
    size_t max_bytes;
    unsigned reserve_percent;
    unsigned char id[INC_STORE_ID];
    struct inc_ring *ring; /* the keys values are sealed with */
    char *key_file, *keys; /* where the ring lies: KEYS/keys/ring */
    int made_key;          /* by this opening */
    uint64_t erased_again; /* by this opening */
    /* what checkpoints are signed with; NULL: an older store, opened read-only
     */
    unsigned char *signer; /* [INC_SIGN_SECRET], locked */
    unsigned char signer_public[INC_SIGN_PUBLIC];

    struct inc_head head;
    int broken;         /* a commit failed, its outcome is unknown */
    int unfinished;     /* an erasure: keys or the list are behind the tables */
    int has_events;     /* 0: an older store, opened read-only */
    int has_trail;      /* likewise */
    int cut_waits;      /* prune.c: something is left to do */
    uint64_t came_back; /* entries, by this opening */

    pthread_mutex_t mutex;
    pthread_cond_t change;
    unsigned views;
    int resizing;
    int dead; /* the map is gone: nothing works any more */

    /* registry of this process, lock.c */
    struct inc_store *next;
    dev_t dev;
    ino_t ino;
    pid_t pid;
    int registered;
};

struct inc_view {
    struct inc_store *s;
    MDB_txn *txn;
    struct inc_buf plain; /* the value opened last */
};

/* --- table.c: sealed values -------------------------------------------- */

const char *inc_table_name(enum inc_table t);

/* Translate an LMDB or errno code. `doing` completes "cannot ...". */
enum inc_status inc_lmdb_status(int rc, const char *doing, struct inc_err *err);

/*
 * Open the tables from..end-1, which older stores lack: made when they are
 * absent and the store not read_only, `first` then writes what stands in new
 * ones. *has: they are open.
 */
typedef enum inc_status inc_first_fn(struct inc_store *s, MDB_txn *txn,
                                     struct inc_err *err);
enum inc_status inc_tables_open(struct inc_store *s, int from, int end,
                                inc_first_fn *first, int *has,
                                struct inc_err *err);

void inc_number_put(unsigned char out[INC_NUMBER], uint64_t v);
uint64_t inc_number_get(const unsigned char in[INC_NUMBER]);

/*
 * Open a sealed value into *plain; *bytes views it until the next use of
 * *plain, which plain_release() ends. INC_E_CORRUPT, INC_E_NOMEM; and
 * INC_E_NOTFOUND, without a text, when it is about a person who was erased.
 */
enum inc_status inc_value_open(const struct inc_store *s, enum inc_table t,
                               const MDB_val *key, const MDB_val *value,
                               struct inc_buf *plain, const void **bytes,
                               size_t *len, struct inc_err *err);
/* A value of exactly `len` (at most INC_SMALL) bytes, into `out`. */
enum inc_status inc_value_take(const struct inc_store *s, enum inc_table t,
                               const MDB_val *key, const MDB_val *value,
                               void *out, size_t len, struct inc_err *err);
/* A value in the frame of the formats before 2; views LMDB's memory. And one
 * written so: meta/format still is. */
enum inc_status inc_tagged_put(const struct inc_store *s, MDB_txn *txn,
                               enum inc_table t, const void *key,
                               size_t key_len, const void *bytes, size_t len,
                               struct inc_err *err);
enum inc_status inc_value_tagged(enum inc_table t, const MDB_val *key,
                                 const MDB_val *value, const void **bytes,
                                 size_t *len, struct inc_err *err);
void inc_plain_release(struct inc_buf *plain); /* wipes */

/* INC_E_NOTFOUND when the key is not there, *err as it was. */
enum inc_status inc_table_get(const struct inc_store *s, MDB_txn *txn,
                              enum inc_table t, const void *key, size_t key_len,
                              struct inc_buf *plain, const void **bytes,
                              size_t *len, struct inc_err *err);
/* A value of exactly `len` bytes, copied out. */
enum inc_status inc_table_read(const struct inc_store *s, MDB_txn *txn,
                               enum inc_table t, const void *key,
                               size_t key_len, void *out, size_t len,
                               struct inc_err *err);
enum inc_status inc_table_put(const struct inc_store *s, MDB_txn *txn,
                              enum inc_table t, const void *key, size_t key_len,
                              const void *bytes, size_t len, unsigned flags,
                              struct inc_err *err);
enum inc_status inc_table_delete(const struct inc_store *s, MDB_txn *txn,
                                 enum inc_table t, const void *key,
                                 size_t key_len, struct inc_err *err);

/* meta/format, in the frame that every version reads. */
enum inc_status inc_format_load(const struct inc_store *s, MDB_txn *txn,
                                uint64_t *out, struct inc_err *err);
enum inc_status inc_format_save(const struct inc_store *s, MDB_txn *txn,
                                uint64_t format, struct inc_err *err);

/* Seal bytes about person `no` (of a journal entry) with that person's key,
 * or open them. `seq` is the entry's number. INC_E_NOTFOUND: erased. */
enum inc_status inc_body_seal(const struct inc_store *s, uint64_t no,
                              uint64_t seq, const void *bytes, size_t len,
                              struct inc_buf *out, struct inc_err *err);
enum inc_status inc_body_open(const struct inc_store *s, uint64_t no,
                              uint64_t seq, const void *sealed, size_t len,
                              struct inc_buf *out, struct inc_err *err);

/* The rows of `meta`. */
enum inc_status inc_head_load(const struct inc_store *s, MDB_txn *txn,
                              struct inc_head *out, struct inc_err *err);
enum inc_status inc_head_save(const struct inc_store *s, MDB_txn *txn,
                              const struct inc_head *h, struct inc_err *err);

/* --- entry.c: bytes of journal entries and of first answers ------------- */

struct inc_journal_row {
    struct inc_entry e; /* texts in the arena given */
    enum inc_record_kind kind;
    uint64_t no; /* 0: no record was touched */
    int64_t revision;
    int created;
    const void *head; /* what the chain covers; views the value */
    size_t head_len;
    const void *body; /* NULL: none kept */
    size_t body_len;
    int sealed; /* the body is sealed with the key of person `no` */
};

struct inc_answer {
    uint64_t seq;
    const char *op; /* wire name, in the arena given */
    enum inc_status result;
    int64_t revision;
    int created;
    unsigned char body_sha[INC_DIGEST];
};

void inc_chain_first(unsigned char out[INC_DIGEST],
                     const unsigned char id[INC_STORE_ID]);
void inc_chain_next(unsigned char out[INC_DIGEST],
                    const unsigned char prev[INC_DIGEST], const void *head,
                    size_t head_len);

/* Append the head of an entry (all but chain and body); e.chain, head and
 * body are not looked at. Trouble sticks in *out. */
void inc_entry_head(struct inc_buf *out, const struct inc_journal_row *row);
void inc_entry_write(struct inc_buf *out, const struct inc_buf *head,
                     const unsigned char chain[INC_DIGEST], const void *body,
                     size_t body_len, int has_body, int sealed);
enum inc_status inc_entry_read(struct inc_journal_row *out, const void *bytes,
                               size_t len, struct inc_arena *a,
                               struct inc_err *err);

void inc_answer_write(struct inc_buf *out, const struct inc_answer *answer);
enum inc_status inc_answer_read(struct inc_answer *out, const void *bytes,
                                size_t len, struct inc_arena *a,
                                struct inc_err *err);

/* --- command.c, apply.c: one transaction of the writer ------------------- */

struct inc_batch {
    struct inc_store *s;
    MDB_txn *txn;
    struct inc_head head;
    struct inc_err room;    /* status INC_OK: there is room */
    struct inc_arena arena; /* for first answers */
    uint64_t *erased;       /* numbers whose keys go once this is committed */
    size_t n_erased, cap_erased;
    struct inc_cut cut; /* of the register, decided last */
    int has_cut;        /* and written */
    /* scratch, kept between commands: stored bytes of the four values */
    struct inc_buf record, head_bytes, body, entry, answer;
    struct inc_buf plain; /* the value opened last */
};

/* Decide and write one command; c->status is its outcome. What is handed back
 * is the batch's: anything but INC_OK ends the transaction. */
enum inc_status inc_command_run(struct inc_batch *b, struct inc_command *c,
                                const unsigned char body_sha[INC_DIGEST],
                                struct inc_err *err);
/* The record after a command that was applied, in the command's arena; *next is
 * NULL when the command changes none. */
enum inc_status inc_command_next(const struct inc_command *c,
                                 const union inc_record *old, int64_t revision,
                                 union inc_record **next, struct inc_err *err);
/* Does the operation destroy the keys of a person? */
int inc_command_erases(enum inc_op op);
/* Forget the outcome of an earlier try. */
void inc_command_reset(struct inc_command *c);

/* mdb_txn_commit() frees the transaction, also when it fails. A failure of
 * unknown outcome marks the store as broken. */
enum inc_status inc_store_commit(struct inc_store *s, MDB_txn *txn,
                                 struct inc_err *err);
/* INC_E_STORE when nothing can be written any more. */
enum inc_status inc_store_usable(const struct inc_store *s,
                                 struct inc_err *err);

/* --- event.c, verify_event.c: see event.h -------------------------------- */

struct inc_event;
/* Open the tables of events; made when absent and not read_only. */
enum inc_status inc_event_open(struct inc_store *s, struct inc_err *err);
enum inc_status inc_event_unpack(struct inc_event *e, const MDB_val *key,
                                 const void *bytes, size_t len,
                                 struct inc_err *err);
/* `err` is what failed, or NULL; memory is our trouble and no fault. */
typedef void inc_event_tell_fn(void *arg, const struct inc_err *err,
                               const char *text);
/* Tell every fault of the tables. */
void inc_event_verify(struct inc_view *v, uint64_t head_seq,
                      inc_event_tell_fn *tell, void *arg);

/* verify.c: say a fault to whoever listens. `err` is what failed, NULL when two
 * things that were read differ. */
struct inc_teller {
    inc_event_tell_fn *tell;
    void *arg;
};
__attribute__((format(printf, 3, 4))) void
inc_verify_fault(const struct inc_teller *t, const struct inc_err *err,
                 const char *fmt, ...);

/* --- verify_last.c: the journal against the tables ----------------------- */

/* What the journal says last of every number. */
struct inc_last {
    uint64_t *at[INC_RECORD_KINDS]; /* [n], by number */
    uint64_t *vault;                /* likewise, of people */
    uint64_t n[INC_RECORD_KINDS];
};
/* INC_E_NOMEM; released in any case. */
enum inc_status inc_last_init(struct inc_last *l, const struct inc_head *head,
                              struct inc_err *err);
void inc_last_release(struct inc_last *l);
/* The entries, in order; then each record that was read; then what else the
 * tables have, and lack. */
void inc_last_entry(struct inc_last *l, const struct inc_journal_row *row,
                    const struct inc_teller *t);
void inc_last_record(struct inc_last *l, enum inc_record_kind kind, uint64_t no,
                     const char *id, int64_t revision,
                     const struct inc_teller *t);
void inc_last_tables(struct inc_last *l, struct inc_view *v,
                     const struct inc_teller *t);

/* --- pages.c: LMDB's pages, beside LMDB ----------------------------------- */

/*
 * Walk the trees of the moment `txn` reads and the list of free pages: every
 * page in the file and in order, none used twice, none free twice or free and
 * in use. Faults are told (the first twenty) and counted.
 *   whole  1: every page but values' own; 0: branches, the free list and the
 *          list of tables, which is a hundredth of the file
 * INC_E_BUSY: two commits passed before it could begin; try with a new txn.
 */
enum inc_status inc_pages_check(const struct inc_store *s, MDB_txn *txn,
                                int whole, const struct inc_teller *t,
                                unsigned *faults, struct inc_err *err);

/* --- trail.c, verify_trail.c: see trail.h --------------------------------- */

/* Open the register's tables; made when absent and not read_only. */
enum inc_status inc_trail_open(struct inc_store *s, struct inc_err *err);
/* Read the key that signs, made when absent and not read_only. */
enum inc_status inc_signer_open(struct inc_store *s, struct inc_err *err);
/* Tell every fault of the tables; hands back how many entries there are. */
uint64_t inc_trail_verify(struct inc_view *v, inc_event_tell_fn *tell,
                          void *arg);

/* --- prune.c: see prune.h ------------------------------------------------- */

/* Where the command cuts, signed, in b->cut. INC_E_NOTFOUND: nothing is so old.
 */
enum inc_status inc_cut_decide(struct inc_batch *b, const struct inc_command *c,
                               int64_t *revision, struct inc_err *err);
enum inc_status inc_cut_write(struct inc_batch *b, struct inc_err *err);
/* At opening: what is left to do, and what a backup brought back. */
enum inc_status inc_cut_settle(struct inc_store *s, int64_t now_ms,
                               struct inc_err *err);

/* --- vault.c --------------------------------------------------------------
 */

/* Revision of person `no`'s vault record, 0 when there is none. */
enum inc_status inc_vault_revision(struct inc_batch *b, uint64_t no,
                                   int64_t *revision, struct inc_err *err);
/* The row as stored: revision, then the bytes. Appended. */
void inc_vault_pack(struct inc_buf *out, int64_t revision, const void *bytes,
                    size_t len);

/* --- erase.c ---------------------------------------------------------------
 */

/* Remember that person `no` once had this id. */
enum inc_status inc_former_add(const struct inc_store *s, MDB_txn *txn,
                               const char *id, uint64_t no,
                               struct inc_err *err);
/* 1 when somebody had this id before. */
enum inc_status inc_former_any(struct inc_batch *b, const char *id, int *any,
                               struct inc_err *err);
/* In the transaction: all who had this id (their records are gone) count as
 * erased; their keys go with inc_erase_finish(). */
enum inc_status inc_erase(struct inc_batch *b, const char *id,
                          int64_t at_unix_ms, struct inc_err *err);
/* After the commit: destroy the keys and write the list. INC_E_IO. */
enum inc_status inc_erase_finish(struct inc_store *s, const uint64_t *no,
                                 size_t n, struct inc_err *err);
/* At opening: the ring knows who is gone; when writing, whoever is in the list
 * and came back with a backup is erased again, and what a crash left undone is
 * done. */
enum inc_status inc_erase_settle(struct inc_store *s, struct inc_err *err);

/* --- erased_list.c: files beside the key file ------------------------------
 */

enum inc_beside {
    INC_BESIDE_ERASED, /* numbers of people */
    INC_BESIDE_PRUNED  /* days before which the register was pruned */
};
/* Numbers of the ring `name` in the list, ascending; the caller frees *no. No
 * file is an empty list. */
enum inc_status inc_beside_read(enum inc_beside list, uint64_t **no, size_t *n,
                                const char *key_file, const char *dir,
                                const char *name, struct inc_err *err);
/* Add these, durably. */
enum inc_status inc_beside_add(enum inc_beside list, const uint64_t *no,
                               size_t n, const char *key_file, const char *dir,
                               const char *name, struct inc_err *err);

/* --- room.c: disk and map ------------------------------------------------ */

/* INC_E_FULL with the reason when less than the reserve is left, of the disk
 * or of the map. The writer thread, also within a transaction. */
enum inc_status inc_room_check(const struct inc_store *s, struct inc_err *err);
int inc_room_disk_is_full(const struct inc_store *s);
/*
 * Before a small commit: write zeros after the end of the file when the pages
 * it will need may lie there. A commit that makes the file longer also has to
 * write the file system's journal, which costs more than its own pages; one
 * within the file does not. LMDB does not read past its last page, so the
 * zeros mean nothing. Failure is no failure: the file grows as it did before.
 */
void inc_room_ahead(const struct inc_store *s);
/* Make the map bigger by `bytes` at least; waits for open views. */
enum inc_status inc_room_grow(struct inc_store *s, size_t bytes,
                              struct inc_err *err);
/* Run a whole transaction, and again in a bigger map for as long as the map was
 * too small for it. Nothing of a failed run may stay.
 *   bytes  more room at least, each time */
typedef enum inc_status inc_attempt_fn(void *arg, struct inc_err *err);
enum inc_status inc_room_attempt(struct inc_store *s, size_t bytes,
                                 inc_attempt_fn *fn, void *arg,
                                 struct inc_err *err);
/* Take over the size another process gave the map. */
enum inc_status inc_room_adopt(struct inc_store *s, struct inc_err *err);

/* --- lock.c: one writer, one environment a process ----------------------- */

enum inc_status inc_lock_take(int *fd, const char *dir, struct inc_err *err);
void inc_lock_drop(int fd);
/* INC_E_BUSY when this process has the file open already (LMDB would lose
 * its locks). The file is DIR/data.mdb and must exist. */
enum inc_status inc_registry_add(struct inc_store *s, struct inc_err *err);
void inc_registry_remove(struct inc_store *s);

/* --- store.c, migrate.c, offline.c --------------------------------------- */

/* inc_store_open() without looking whether the file was cut short. */
enum inc_status inc_store_open_as_is(struct inc_store **out, const char *dir,
                                     const struct inc_store_options *o,
                                     struct inc_err *err);

/* `given`, or DIR.key; freed with inc_mem_free(). NULL: no memory. */
char *inc_key_file_of(const char *dir, const char *given);

/* Open the tables of today's format and read the counters. */
enum inc_status inc_store_load(struct inc_store *s, struct inc_err *err);

/* Bring the tables from format `from` to INC_STORE_FORMAT within txn. */
enum inc_status inc_migrate(struct inc_store *s, MDB_txn *txn, unsigned from,
                            struct inc_err *err);

/* --- compact.c: a file without what deleted rows left ----------------------
 */

/* Ask, in the transaction, for the file to be written anew at the next open. */
enum inc_status inc_compact_ask(const struct inc_store *s, MDB_txn *txn,
                                struct inc_err *err);
/* Do it when it was asked for: the file is copied without free pages, put in
 * the place of the old one, whose blocks are overwritten. The environment is
 * closed and opened again with `reopen`. A crash leaves one file or the other,
 * and it is asked for until it is done. */
enum inc_status inc_compact(struct inc_store *s,
                            enum inc_status (*reopen)(struct inc_store *s,
                                                      struct inc_err *err),
                            struct inc_err *err);

/* --- folder.c: a store file is made aside, then put in place -------------- */

/* out = dir + "/" + name. INC_OK or INC_E_LIMIT. */
enum inc_status inc_path_join(char out[INC_PATH], const char *dir,
                              const char *name, struct inc_err *err);

/* INC_E_NOTFOUND only when there is no DIR/data.mdb for sure; *bytes is its
 * length, may be NULL. */
enum inc_status inc_folder_look(const char *dir, uint64_t *bytes,
                                struct inc_err *err);

/* Make folder `path` empty: leftovers of a crash are removed. */
enum inc_status inc_folder_make(const char *path, struct inc_err *err);
void inc_folder_remove(const char *path); /* with a store's files in it */

/* fsync PATH/data.mdb and the folder; PATH/lock.mdb is removed. No
 * environment may be open on it. */
enum inc_status inc_folder_settle(const char *path, struct inc_err *err);

/* Move a settled PATH/data.mdb into DIR, which has none, durably. */
enum inc_status inc_folder_install(const char *path, const char *dir,
                                   struct inc_err *err);

#endif
