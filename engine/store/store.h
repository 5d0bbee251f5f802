/*
 * store.h - the journal and the records, in LMDB. Floor 5.
 *
 * Every write is a command appended to the journal and applied to the tables
 * in one transaction. One writer thread calls the inc_store_apply family; any
 * thread may open a read view. LMDB types stay inside this folder.
 * Layout, formats and their history: docs/storage.md.
 */
#ifndef INC_STORE_STORE_H
#define INC_STORE_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/hash.h"
#include "engine/base/status.h"
#include "engine/profile/record.h"
#include "proto/message.h"

struct inc_store;
struct inc_view; /* a read transaction: one moment of the store */

enum {
    INC_STORE_FORMAT = 2,     /* of new stores, and of migrated ones */
    INC_STORE_FORMAT_CUT = 3, /* once the register was pruned */
    INC_STORE_LAG_WARN = 1000
};

struct inc_store_options {
    size_t map_bytes; /* first size of the map, 0 = 64 MiB; grows by itself */
    size_t max_bytes; /* never grow past this, 0 = 64 GiB */
    unsigned reserve_percent; /* writes refused under this much free disk or
                                 map, 0 = 5; deletes always pass */
    int read_only; /* open an existing store without taking its lock */
    /* File with the key-encryption key; NULL: DIR with ".key" after it. Made
     * with a new store when it is not there, never for one that exists. */
    const char *key_file;
    /* Folder whose keys/ring has the data keys; NULL: the store's own. */
    const char *keys;
};

/*
 * Open the store in folder `dir`, created when absent (not when read_only).
 * Every value is sealed: INC_E_CONFIG when the key file is missing, is not this
 * store's or may be read by others. Takes an exclusive lock on
 * DIR/incrocio.lock: INC_E_BUSY names the process that holds it. INC_E_NEWER
 * for a store of a newer format (nothing touched), older formats are migrated
 * in one transaction. Stale readers are cleared.
 */
enum inc_status inc_store_open(struct inc_store **out, const char *dir,
                               const struct inc_store_options *o,
                               struct inc_err *err);
void inc_store_close(struct inc_store *s); /* NULL is fine */

/* The key file when opening the store has made it, else NULL: people must be
 * told to keep a copy of it. Lives as long as the store. */
const char *inc_store_made_key(const struct inc_store *s);

/* People whom this opening erased again, because a backup had them and the list
 * of the erased too. */
uint64_t inc_store_erased_again(const struct inc_store *s);

/* 0: the memory of the keys is not locked and may reach a swap. */
int inc_store_keys_locked(const struct inc_store *s);

/* --- writing: the writer thread only ------------------------------------ */

enum inc_change_kind { INC_CHANGE_NONE, INC_CHANGE_SET, INC_CHANGE_GONE };

/* What a command did to the tables, for the pool. `record` lives in the
 * command's arena, absent when GONE. */
struct inc_change {
    enum inc_change_kind what;
    enum inc_record_kind kind;
    uint64_t no; /* the record's number: unique in its kind, never reused */
    const union inc_record *record;
};

/*
 * One command. The caller fills the first part; `apply` fills the rest.
 * The body was decoded and validated before; apply only checks what depends on
 * the state (exists, revision, key).
 */
struct inc_command {
    /* in */
    enum inc_op op;
    enum inc_record_kind kind;
    unsigned char key[INC_KEY];           /* random when the client had none */
    const char *actor, *office, *purpose; /* or NULL */
    int64_t at_unix_ms;
    const char *id;           /* record id */
    union inc_record *record; /* put: the new one; patch: the fields */
    uint64_t removed;         /* patch: fields to remove */
    const void *vault;        /* vault.put: the stored form, opaque here */
    size_t vault_len;
    int64_t if_revision; /* -1: none given */
    const void *body;    /* the request body as received */
    size_t body_len;
    struct inc_arena *arena; /* for decoding the old record */
    /* NULL, or called on the merged record of a patch before it is written */
    enum inc_status (*check)(void *arg, enum inc_record_kind kind,
                             const union inc_record *r, struct inc_err *err);
    void *check_arg;
    /* NULL, or called on the record that is there, before anything else is
     * said about it: may this command touch it? */
    enum inc_status (*may)(void *arg, const struct inc_command *c,
                           const union inc_record *old, struct inc_err *err);
    void *may_arg;
    int32_t before; /* register.prune: the first day that is kept */
    /* out */
    enum inc_status status;
    struct inc_err err;
    uint64_t seq;     /* journal number of the command */
    int64_t revision; /* of the record now; 0 when gone */
    int created;      /* put made a new record */
    int replayed;     /* the key was seen before: first answer again */
    struct inc_change change;
};

/*
 * Apply commands in order in ONE transaction and commit it (fsync). Each gets
 * its own status: a refused command (not found, conflict ...) changes nothing
 * and the others go on. INC_OK means: everything that has status INC_OK is
 * durable. On failure (disk full, I/O) nothing of the batch is stored and every
 * command has that failure as status, but those answered from a key.
 *
 * A key seen before with the same operation and body returns the first answer
 * (replayed = 1, status as then, also a refusal, change NONE); with anything
 * else INC_E_CONFLICT with err.where "key", which is not journaled. Trouble of
 * ours (memory, disk, a damaged record) is no answer: the key stays free.
 *
 * if_revision: -1 none; 0 the record must not exist; else it must have that
 * revision (INC_E_CONFLICT). What needs a record and finds none is
 * INC_E_NOTFOUND first. A put gives `updated` the day of `at` when absent, and
 * keeps `frozen` and `closed` of the record that is there when absent. A
 * delete works on a damaged record and on a full disk. The caller's record is
 * not changed: change.record is a copy in the arena, sharing its lists.
 *
 * An erase destroys the keys of everybody who had this id, also of who was
 * deleted before, and is answered after that: INC_E_IO when the rows are gone
 * and a key could not be destroyed, which the next opening does.
 *
 * The map grows when needed: that waits for open views, at most 10 seconds,
 * then INC_E_BUSY. A thread must not hold a view while it calls this.
 * After a commit failure of unknown outcome the store refuses all writes
 * (INC_E_STORE) until reopened.
 */
enum inc_status inc_store_apply(struct inc_store *s,
                                struct inc_command *const *commands, size_t n,
                                struct inc_err *err);

/* Housekeeping, every minute, any thread: clear the slots of readers that
 * died (*cleared of them; may be NULL). With INC_OK err->what is "" or a
 * warning: a reader is more than INC_STORE_LAG_WARN transactions behind. */
enum inc_status inc_store_tidy(struct inc_store *s, size_t *cleared,
                               struct inc_err *err);

/* --- reading: any thread ------------------------------------------------ */

enum inc_status inc_view_open(struct inc_view **out, struct inc_store *s,
                              struct inc_err *err);
void inc_view_close(struct inc_view *v); /* NULL is fine */

/* One record by id, decoded into the arena. INC_E_NOTFOUND, INC_E_CORRUPT. */
enum inc_status inc_view_get(struct inc_view *v, enum inc_record_kind kind,
                             const char *id, union inc_record *out,
                             uint64_t *no, struct inc_arena *a,
                             struct inc_err *err);

/* The same by its number. */
enum inc_status inc_view_by_number(struct inc_view *v,
                                   enum inc_record_kind kind, uint64_t no,
                                   union inc_record *out, struct inc_arena *a,
                                   struct inc_err *err);

/* What the vault has of the person with this id: the bytes a vault.put gave
 * and their revision. *bytes lives until the view is used again.
 * INC_E_NOTFOUND when there is none, or no such person. */
enum inc_status inc_view_vault(struct inc_view *v, const char *id,
                               const void **bytes, size_t *len,
                               int64_t *revision, struct inc_err *err);

/* Records in byte order of id, after `after` (NULL: from the start). `each`
 * returns INC_OK to go on, anything else stops and is handed back. The arena
 * is reset by the walk before every record: the record lives for the call. */
typedef enum inc_status inc_view_each_fn(void *arg, uint64_t no,
                                         const union inc_record *r);
enum inc_status inc_view_walk(struct inc_view *v, enum inc_record_kind kind,
                              const char *after, struct inc_arena *a,
                              inc_view_each_fn *each, void *arg,
                              struct inc_err *err);

/* Records in order of number (fastest; start-up of the pool). */
enum inc_status inc_view_scan(struct inc_view *v, enum inc_record_kind kind,
                              struct inc_arena *a, inc_view_each_fn *each,
                              void *arg, struct inc_err *err);

struct inc_store_info {
    unsigned format;
    uint64_t records[INC_RECORD_KINDS];
    uint64_t head_seq; /* last journal number, 0 when empty */
    unsigned char head_chain[INC_DIGEST];
    char id[33]; /* random identity of the store, hex */
    size_t map_bytes, used_bytes;
    uint64_t oldest_reader_lag; /* transactions behind, 0 when none */
};
enum inc_status inc_view_info(struct inc_view *v, struct inc_store_info *out,
                              struct inc_err *err);

/* Journal entries after `after`, ascending, at most `max`. */
struct inc_entry {
    uint64_t seq;
    int64_t at_unix_ms;
    enum inc_op op;
    enum inc_status result; /* refused commands are journaled too */
    unsigned char key[INC_KEY];
    const char *id; /* record id; the strings live for the call */
    const char *actor, *office, *purpose;
    unsigned char body_sha[INC_DIGEST];
    unsigned char chain[INC_DIGEST];
};
typedef enum inc_status inc_entry_each_fn(void *arg, const struct inc_entry *e);
enum inc_status inc_view_journal(struct inc_view *v, uint64_t after, size_t max,
                                 inc_entry_each_fn *each, void *arg,
                                 struct inc_err *err);

/* --- care --------------------------------------------------------------- */

struct inc_verify_report {
    uint64_t records[INC_RECORD_KINDS];
    uint64_t entries, keys;
    uint64_t trail;    /* entries of the register */
    uint64_t faults;   /* things that are wrong */
    uint64_t warnings; /* references to concepts not in the taxonomy ... */
};
/*
 * Walk everything: integrity tag and decoding of every value, every id <->
 * number pair, every reference (a need's company), the chain from the first
 * entry to the head, counters. Findings go to `tell` as text. INC_OK when the
 * walk ran to the end, also with faults.
 *   extra  called for each record, for checks that need the taxonomy; NULL:
 * none
 */
enum inc_status
inc_store_verify(struct inc_store *s, struct inc_verify_report *out,
                 void (*tell)(void *arg, int is_fault, const char *text),
                 void *tell_arg,
                 void (*extra)(void *arg, enum inc_record_kind kind,
                               const union inc_record *r),
                 void *extra_arg, struct inc_err *err);

/*
 * The same for a store that may be damaged beyond values: LMDB has no
 * checksums, a bad page or a cut file kills the process that touches it. So a
 * forked child opens the folder read-only and walks; when it dies, or is not
 * done after `seconds` (0: an hour), that is one fault with its own text. Not
 * for a process with other threads, nor one that has this store open. Of the
 * options (or NULL) only key_file and keys count.
 * INC_OK: *out and the findings say how it is. `tell` may be NULL.
 */
enum inc_status inc_store_verify_offline(
    const char *dir, const struct inc_store_options *o, unsigned seconds,
    struct inc_verify_report *out,
    void (*tell)(void *arg, int is_fault, const char *text), void *tell_arg,
    struct inc_err *err);

/* Hot compacting copy into folder `to` (must not exist), with the wrapped keys,
 * without the key file: written under a temporary name, verified, fsynced,
 * renamed. */
enum inc_status inc_store_backup(struct inc_store *s, const char *to,
                                 struct inc_err *err);

/*
 * Put a backup in the place of an absent or empty store folder, after
 * verifying it. Given (or NULL): key_file, NULL for DIR's; keys, the folder
 * whose data keys open the backup, NULL for DIR when it still has keys, else
 * the backup. Keys newer than the backup lack those of people erased since, so
 * that nobody comes back.
 */
enum inc_status inc_store_restore(const char *backup, const char *dir,
                                  const struct inc_store_options *given,
                                  struct inc_err *err);

/* Wrap all keys of a store that nobody has open under a new key-encryption key
 * and destroy the old one. *epoch is the new one's number. */
enum inc_status inc_store_rotate(const char *dir, const char *key_file,
                                 uint32_t *epoch, struct inc_err *err);

#endif
