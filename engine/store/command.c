#include "engine/store/private.h"

#include <string.h>

#include "engine/base/check.h"
#include "engine/base/utf8.h"

/*
 * One command against the state: a pure function of the command and the
 * tables. No clock, no chance, no locale in here, so that a replay of the
 * journal gives the same tables.
 */

enum action { PUT, PATCH, MARK, UNMARK, NOTICE, DELETE, ERASE, VAULT, CUT };

enum { ACTOR_MAX = 256, DAY_MS = 86400000 };

static const struct rule {
    enum inc_op op;
    enum inc_record_kind kind;
    enum action action;
} rules[] = {
    {INC_OP_CANDIDATE_PUT, INC_RECORD_CANDIDATE, PUT},
    {INC_OP_CANDIDATE_PATCH, INC_RECORD_CANDIDATE, PATCH},
    {INC_OP_CANDIDATE_FREEZE, INC_RECORD_CANDIDATE, MARK},
    {INC_OP_CANDIDATE_UNFREEZE, INC_RECORD_CANDIDATE, UNMARK},
    {INC_OP_CANDIDATE_NOTICE, INC_RECORD_CANDIDATE, NOTICE},
    {INC_OP_CANDIDATE_DELETE, INC_RECORD_CANDIDATE, DELETE},
    {INC_OP_CANDIDATE_ERASE, INC_RECORD_CANDIDATE, ERASE},
    {INC_OP_RETENTION_APPLY, INC_RECORD_CANDIDATE, ERASE},
    {INC_OP_VAULT_PUT, INC_RECORD_CANDIDATE, VAULT},
    {INC_OP_NEED_PUT, INC_RECORD_NEED, PUT},
    {INC_OP_NEED_PATCH, INC_RECORD_NEED, PATCH},
    {INC_OP_NEED_CLOSE, INC_RECORD_NEED, MARK},
    {INC_OP_NEED_REOPEN, INC_RECORD_NEED, UNMARK},
    {INC_OP_NEED_DELETE, INC_RECORD_NEED, DELETE},
    {INC_OP_COMPANY_PUT, INC_RECORD_COMPANY, PUT},
    {INC_OP_COMPANY_PATCH, INC_RECORD_COMPANY, PATCH},
    {INC_OP_COMPANY_DELETE, INC_RECORD_COMPANY, DELETE},
    {INC_OP_USER_PUT, INC_RECORD_USER, PUT},
    {INC_OP_USER_PATCH, INC_RECORD_USER, PATCH},
    {INC_OP_USER_ROTATE, INC_RECORD_USER, PATCH},
    {INC_OP_USER_REVOKE, INC_RECORD_USER, MARK},
    {INC_OP_REGISTER_PRUNE, INC_RECORD_COMPANY, CUT}, /* no record of it */
};

/* What a command comes to. */
struct step {
    const struct rule *rule;
    int exists;
    uint64_t no;            /* of the record that is there; 0 when not */
    union inc_record *next; /* what is there afterwards; NULL: nothing new */
    int64_t revision;       /* of it */
};

/* The record goes. */
static int
removes(const struct step *step)
{
    return step->rule->action == DELETE || step->rule->action == ERASE;
}

/* What may still be done on a full disk: it makes room. */
static int
frees(const struct step *step)
{
    return removes(step) || step->rule->action == CUT;
}

int
inc_command_erases(enum inc_op op)
{
    return op == INC_OP_CANDIDATE_ERASE || op == INC_OP_RETENTION_APPLY;
}

void
inc_command_reset(struct inc_command *c)
{
    c->status = INC_OK;
    inc_err_clear(&c->err);
    c->seq = 0;
    c->revision = 0;
    c->created = 0;
    c->replayed = 0;
    memset(&c->change, 0, sizeof c->change);
}

static int
text_fits(const char *text)
{
    size_t n = text == NULL ? 0 : strlen(text);

    return n <= ACTOR_MAX && (n == 0 || inc_utf8_valid(text, n));
}

static const struct rule *
rule_of(const struct inc_command *c)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].op == c->op && rules[i].kind == c->kind)
            return &rules[i];
    return NULL;
}

/* What a caller can get wrong before the state matters. */
static enum inc_status
sound(const struct inc_command *c, const struct rule **rule,
      struct inc_err *err)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz._:-"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    size_t n = c->id == NULL ? 0 : strlen(c->id);

    *rule = rule_of(c);
    if (*rule == NULL || c->arena == NULL)
        return inc_fail(err, INC_E_BUG, 0,
                        "this is not a command of the store");
    if (n == 0 || n > INC_ID_MAX || strspn(c->id, letters) != n)
        return inc_fail(err, INC_E_RANGE, 0,
                        "an id has 1 to %d of A-Z a-z 0-9 . _ : -", INC_ID_MAX);
    if (!text_fits(c->actor) || !text_fits(c->office) || !text_fits(c->purpose))
        return inc_fail(err, INC_E_TEXT, 0,
                        "actor, office and purpose are texts of at most %d "
                        "bytes",
                        ACTOR_MAX);
    if (((*rule)->action == PUT || (*rule)->action == PATCH) &&
        c->record == NULL)
        return inc_fail(err, INC_E_BUG, 0, "a put or patch needs its record");
    if ((*rule)->action == PUT) {
        const char *own = inc_record_id(c->kind, c->record);
        if (own == NULL || strcmp(own, c->id) != 0)
            return inc_fail(err, INC_E_BUG, 0,
                            "a put and its record name different ids");
    }
    return INC_OK;
}

/* Was the key seen before? INC_E_NOTFOUND: no. */
static enum inc_status
recall(struct inc_batch *b, struct inc_command *c,
       const unsigned char body_sha[INC_DIGEST], struct inc_err *err)
{
    struct inc_answer first;
    const void *bytes;
    size_t len;
    enum inc_status st = inc_table_get(b->s, b->txn, INC_TABLE_KEYS, c->key,
                                       INC_KEY, &b->plain, &bytes, &len, err);

    if (st != INC_OK)
        return st;
    inc_arena_reset(&b->arena);
    st = inc_answer_read(&first, bytes, len, &b->arena, err);
    if (st != INC_OK)
        return st;
    if (strcmp(first.op, inc_ops[c->op].wire) != 0 ||
        memcmp(first.body_sha, body_sha, INC_DIGEST) != 0) {
        (void)inc_fail(err, INC_E_CONFLICT, 0,
                       "this request key belongs to another request");
        inc_err_where(err, "key");
        inc_err_hint(err, "take a new random key for every new request; the "
                          "same key only to repeat one");
        return INC_E_CONFLICT;
    }
    c->seq = first.seq;
    c->revision = first.revision;
    c->created = first.created;
    c->replayed = 1;
    if (first.result != INC_OK) {
        (void)inc_fail(err, first.result, 0,
                       "this request was answered before: %s",
                       inc_status_text(first.result));
        inc_err_hint(err, "a new try after a change needs a new key");
    }
    return first.result;
}

static enum inc_status
find(struct inc_batch *b, const struct inc_command *c, struct step *step,
     struct inc_err *err)
{
    unsigned char no[INC_NUMBER];
    enum inc_status st =
        inc_table_read(b->s, b->txn, INC_TABLE_ID + c->kind, c->id,
                       strlen(c->id), no, sizeof no, err);

    step->exists = st == INC_OK;
    if (st == INC_OK)
        step->no = inc_number_get(no);
    else if (st == INC_E_NOTFOUND)
        st = INC_OK;
    return st;
}

static enum inc_status
old_record(struct inc_batch *b, const struct inc_command *c,
           const struct step *step, union inc_record *out, struct inc_err *err)
{
    unsigned char key[INC_NUMBER];
    const void *bytes;
    size_t len;
    enum inc_status st;

    inc_number_put(key, step->no);
    st = inc_table_get(b->s, b->txn, INC_TABLE_RECORD + c->kind, key,
                       sizeof key, &b->plain, &bytes, &len, err);
    if (st == INC_E_NOTFOUND)
        return inc_fail(err, INC_E_CORRUPT, 0, "%s %llu is named but not there",
                        inc_record_name(c->kind), (unsigned long long)step->no);
    if (st == INC_OK)
        st = inc_record_decode(out, c->kind, bytes, len, c->arena, err);
    return st;
}

static enum inc_status
conflict(const struct inc_command *c, int exists, int64_t revision,
         struct inc_err *err)
{
    if (!exists)
        (void)inc_fail(err, INC_E_CONFLICT, 0,
                       "there is no such %s, revision %lld was stated",
                       inc_record_name(c->kind), (long long)c->if_revision);
    else if (c->if_revision == 0)
        (void)inc_fail(err, INC_E_CONFLICT, 0,
                       "the %s is there already, with revision %lld",
                       inc_record_name(c->kind), (long long)revision);
    else
        (void)inc_fail(err, INC_E_CONFLICT, 0,
                       "the %s has revision %lld, revision %lld was stated",
                       inc_record_name(c->kind), (long long)revision,
                       (long long)c->if_revision);
    inc_err_where(err, "if_revision");
    inc_err_hint(err, "read the record again and repeat the change on it");
    return INC_E_CONFLICT;
}

static void
mark(enum inc_record_kind kind, union inc_record *r, int yes)
{
    if (kind == INC_RECORD_CANDIDATE) {
        r->candidate.frozen = yes;
        r->has |= UINT64_C(1) << INC_CANDIDATE_FROZEN;
    } else if (kind == INC_RECORD_USER) {
        r->user.revoked = yes;
        r->has |= UINT64_C(1) << INC_USER_REVOKED;
    } else {
        r->need.closed = yes;
        r->has |= UINT64_C(1) << INC_NEED_CLOSED;
    }
}

/* A put that does not say whether the person is frozen or the need closed
 * leaves it as it is: who sends a whole record again may not know. */
static void
keep_mark(enum inc_record_kind kind, union inc_record *r,
          const union inc_record *old)
{
    uint64_t bit;

    switch (kind) {
    case INC_RECORD_CANDIDATE:
        bit = UINT64_C(1) << INC_CANDIDATE_FROZEN;
        if ((r->has & bit) == 0 && (old->has & bit) != 0)
            mark(kind, r, old->candidate.frozen != 0);
        break;
    case INC_RECORD_NEED:
        bit = UINT64_C(1) << INC_NEED_CLOSED;
        if ((r->has & bit) == 0 && (old->has & bit) != 0)
            mark(kind, r, old->need.closed != 0);
        break;
    case INC_RECORD_USER:
        bit = UINT64_C(1) << INC_USER_REVOKED;
        if ((r->has & bit) == 0 && (old->has & bit) != 0)
            mark(kind, r, old->user.revoked != 0);
        break;
    case INC_RECORD_COMPANY:
    case INC_RECORD_KINDS:
        break;
    }
}

static enum inc_status
next_record(const struct inc_command *c, struct step *step,
            const union inc_record *old, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    union inc_record *r = inc_arena_array(c->arena, 1, sizeof *r);

    if (r == NULL)
        return inc_fail(err, INC_E_NOMEM, 0,
                        "the request's memory is not enough for the record");
    *r = step->rule->action == PUT ? *c->record : *old;
    switch (step->rule->action) {
    case PATCH:
        INC_TRY(inc_schema_merge(r, c->record, c->removed,
                                 inc_record_type(c->kind), err));
        if (strcmp(inc_record_id(c->kind, r), c->id) != 0)
            INC_TRY(inc_fail(err, INC_E_FIELD, 0, "an id does not change"));
        if (c->check != NULL)
            INC_TRY(c->check(c->check_arg, c->kind, r, err));
        break;
    case MARK:
    case UNMARK:
        mark(c->kind, r, step->rule->action == MARK);
        break;
    case NOTICE:
        r->candidate.notice = c->at_unix_ms / DAY_MS;
        r->has |= UINT64_C(1) << INC_CANDIDATE_NOTICE;
        break;
    case PUT:
        keep_mark(c->kind, r, old);          /* all zero when there is none */
        if (c->kind == INC_RECORD_CANDIDATE) /* the service's alone */
            r->has &= ~(UINT64_C(1) << INC_CANDIDATE_NOTICE);
        inc_record_set_updated(c->kind, r, (int32_t)(c->at_unix_ms / DAY_MS));
        break;
    case DELETE:
    case ERASE:
    case VAULT:
    case CUT:
        break;
    }
    inc_record_set_revision(c->kind, r, step->revision);
    step->next = r;
out:
    return st;
}

enum inc_status
inc_command_next(const struct inc_command *c, const union inc_record *old,
                 int64_t revision, union inc_record **next, struct inc_err *err)
{
    struct step step = {.rule = rule_of(c), .revision = revision};
    enum inc_status st;

    *next = NULL;
    if (step.rule == NULL)
        return INC_OK;
    st = next_record(c, &step, old, err);
    *next = step.next;
    return st;
}

/* What a vault.put comes to: the profile stays as it is. */
static enum inc_status
decide_vault(struct inc_batch *b, const struct inc_command *c,
             struct step *step, struct inc_err *err)
{
    enum inc_status st;
    int64_t was;

    INC_TRY(inc_vault_revision(b, step->no, &was, err));
    if (c->if_revision >= 0 && c->if_revision != was)
        INC_TRY(conflict(c, was != 0, was, err));
    step->revision = was + 1;
out:
    return st;
}

/* What the tables say to the command; fills step->next and its revision. */
static enum inc_status
decide(struct inc_batch *b, const struct inc_command *c, struct step *step,
       struct inc_err *err)
{
    enum inc_status st;
    enum action action = step->rule->action;
    union inc_record old = {.has = 0};
    int64_t was = 0;
    int former = 0;
    size_t mark_used = c->arena->used;

    if (action == CUT)
        return inc_cut_decide(b, c, &step->revision, err);
    INC_TRY(find(b, c, step, err));
    if (!step->exists && action == ERASE)
        INC_TRY(inc_former_any(b, c->id, &former, err));
    /* Of who was deleted nothing is left to judge by. */
    if (!step->exists && action != PUT && (!former || c->may != NULL))
        INC_TRY(inc_fail(err, INC_E_NOTFOUND, 0, "there is no such %s",
                         inc_record_name(c->kind)));
    if (action == VAULT && c->may == NULL)
        return decide_vault(b, c, step, err);
    /* A delete looks at the record only when it must: a damaged one can
     * still be deleted. */
    if (step->exists &&
        (!removes(step) || c->if_revision >= 0 || c->may != NULL)) {
        INC_TRY(old_record(b, c, step, &old, err));
        was = inc_record_revision(c->kind, &old);
        if (c->may != NULL)
            INC_TRY(c->may(c->may_arg, c, &old, err));
    }
    if (action == VAULT)
        return decide_vault(b, c, step, err);
    if (action == PUT || removes(step))
        c->arena->used = mark_used; /* lists and texts of old are gone, its
                                       numbers stay */
    if (c->if_revision >= 0 && c->if_revision != (step->exists ? was : 0))
        INC_TRY(conflict(c, step->exists, was, err));
    if (removes(step))
        goto out;
    step->revision = was + 1;
    st = next_record(c, step, &old, err);
out:
    return st;
}

/* Refusals that will be the same however often the command is sent, so they
 * are an answer to keep. Trouble of ours (memory, disk, damage) is not. */
static int
settled(enum inc_status st)
{
    return inc_status_exit(st) != 5;
}

/* The body as the journal keeps it: under the person's key when it is about
 * one. */
static enum inc_status
body_of(struct inc_batch *b, const struct inc_command *c,
        const struct step *step, struct inc_journal_row *row, const void **body,
        size_t *len, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    *body = c->body;
    *len = c->body_len;
    /* A delete says nothing but the id, and works without the key. */
    if (row->e.result != INC_OK || c->kind != INC_RECORD_CANDIDATE ||
        removes(step))
        return INC_OK;
    INC_TRY(inc_body_seal(b->s, row->no, row->e.seq, c->body, c->body_len,
                          &b->body, err));
    *body = b->body.data;
    *len = b->body.len;
    row->sealed = 1;
out:
    return st;
}

/* Every byte the command will store, before anything is written: what fails
 * here concerns this command only. */
static enum inc_status
encode(struct inc_batch *b, const struct inc_command *c,
       const struct step *step, struct inc_journal_row *row,
       unsigned char chain[INC_DIGEST], struct inc_err *err)
{
    const void *body = NULL;
    size_t body_len = 0;
    enum inc_status st = INC_OK;
    struct inc_answer answer = {.seq = row->e.seq,
                                .op = inc_ops[c->op].wire,
                                .result = row->e.result,
                                .revision = row->revision,
                                .created = row->created};

    memcpy(answer.body_sha, row->e.body_sha, INC_DIGEST);
    inc_buf_reset(&b->record);
    inc_buf_reset(&b->head_bytes);
    inc_buf_reset(&b->entry);
    inc_buf_reset(&b->answer);
    if (row->e.result == INC_OK && step->next != NULL)
        st = inc_record_encode(&b->record, c->kind, step->next);
    if (row->e.result == INC_OK && step->rule->action == VAULT)
        inc_vault_pack(&b->record, step->revision, c->vault, c->vault_len);
    inc_entry_head(&b->head_bytes, row);
    inc_chain_next(chain, b->head.chain, b->head_bytes.data,
                   b->head_bytes.failed ? 0 : b->head_bytes.len);
    if (st == INC_OK)
        st = body_of(b, c, step, row, &body, &body_len, err);
    inc_entry_write(&b->entry, &b->head_bytes, chain, body, body_len,
                    row->e.result == INC_OK, row->sealed);
    inc_answer_write(&b->answer, &answer);
    if (st == INC_E_NOMEM || b->record.failed || b->head_bytes.failed ||
        b->entry.failed || b->answer.failed)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to store a command");
    if (st == INC_OK && b->record.len > INC_RECORD_BYTES_MAX)
        st = inc_fail(err, INC_E_LIMIT, 0, "a record has at most %d bytes",
                      INC_RECORD_BYTES_MAX);
    return st;
}

/* The rows of a record that goes; half a one too: a delete heals it. */
static enum inc_status
remove_rows(struct inc_batch *b, const struct inc_command *c, uint64_t n,
            struct inc_err *err)
{
    unsigned char no[INC_NUMBER];
    enum inc_status st;

    inc_number_put(no, n);
    st = inc_table_delete(b->s, b->txn, INC_TABLE_RECORD + c->kind, no,
                          sizeof no, err);
    if (st != INC_E_NOTFOUND)
        INC_TRY(st);
    INC_TRY(inc_table_delete(b->s, b->txn, INC_TABLE_ID + c->kind, c->id,
                             strlen(c->id), err));
    if (c->kind != INC_RECORD_CANDIDATE)
        goto out;
    st = inc_table_delete(b->s, b->txn, INC_TABLE_VAULT, no, sizeof no, err);
    if (st == INC_E_NOTFOUND)
        st = INC_OK;
    INC_TRY(st);
    INC_TRY(inc_former_add(b->s, b->txn, c->id, n, err));
out:
    return st;
}

static enum inc_status
write_tables(struct inc_batch *b, const struct inc_command *c,
             const struct step *step, const struct inc_journal_row *row,
             struct inc_err *err)
{
    enum inc_status st;
    enum inc_table records = INC_TABLE_RECORD + c->kind;
    enum inc_table ids = INC_TABLE_ID + c->kind;
    unsigned char no[INC_NUMBER], seq[INC_NUMBER];

    inc_number_put(no, row->no);
    inc_number_put(seq, row->e.seq);
    if (row->e.result == INC_OK && step->next != NULL) {
        INC_TRY(inc_table_put(b->s, b->txn, records, no, sizeof no,
                              b->record.data, b->record.len,
                              step->exists ? 0 : MDB_APPEND, err));
        if (!step->exists)
            INC_TRY(inc_table_put(b->s, b->txn, ids, c->id, strlen(c->id), no,
                                  sizeof no, MDB_NOOVERWRITE, err));
    } else if (row->e.result == INC_OK && removes(step)) {
        if (step->exists)
            INC_TRY(remove_rows(b, c, row->no, err));
        if (step->rule->action == ERASE)
            INC_TRY(inc_erase(b, c->id, c->at_unix_ms, err));
    } else if (row->e.result == INC_OK && step->rule->action == CUT) {
        INC_TRY(inc_cut_write(b, err));
    } else if (row->e.result == INC_OK) {
        INC_TRY(inc_table_put(b->s, b->txn, INC_TABLE_VAULT, no, sizeof no,
                              b->record.data, b->record.len, 0, err));
    }
    INC_TRY(inc_table_put(b->s, b->txn, INC_TABLE_JOURNAL, seq, sizeof seq,
                          b->entry.data, b->entry.len, MDB_APPEND, err));
    st = inc_table_put(b->s, b->txn, INC_TABLE_KEYS, c->key, INC_KEY,
                       b->answer.data, b->answer.len, MDB_NOOVERWRITE, err);
out:
    return st;
}

/* Write what was decided, refusals too, and fill the answer. */
static enum inc_status
record_it(struct inc_batch *b, struct inc_command *c, const struct step *step,
          const unsigned char body_sha[INC_DIGEST], struct inc_err *err)
{
    enum inc_status st;
    int ok = c->status == INC_OK;
    int fresh = ok && !step->exists && step->rule->action == PUT;
    unsigned char chain[INC_DIGEST];
    struct inc_journal_row row = {
        .e = {.seq = b->head.seq + 1,
              .at_unix_ms = c->at_unix_ms,
              .op = c->op,
              .result = c->status,
              .id = c->id,
              .actor = c->actor,
              .office = c->office,
              .purpose = c->purpose},
        .kind = c->kind,
        .no = fresh ? b->head.next_no[c->kind] : step->no,
        .revision = ok ? step->revision : 0,
        .created = fresh,
    };

    memcpy(row.e.key, c->key, INC_KEY);
    memcpy(row.e.body_sha, body_sha, INC_DIGEST);
    st = encode(b, c, step, &row, chain, &c->err);
    if (st != INC_OK) {
        c->status = st;
        return INC_OK;
    }
    INC_TRY(write_tables(b, c, step, &row, err));
    b->head.seq = row.e.seq;
    memcpy(b->head.chain, chain, INC_DIGEST);
    if (fresh)
        b->head.next_no[c->kind]++;
    c->seq = row.e.seq;
    c->revision = row.revision;
    c->created = fresh;
    if (ok && step->rule->action != VAULT && row.no != 0) {
        c->change.what = step->next != NULL ? INC_CHANGE_SET : INC_CHANGE_GONE;
        c->change.kind = c->kind;
        c->change.no = row.no;
        c->change.record = step->next;
    }
out:
    return st;
}

enum inc_status
inc_command_run(struct inc_batch *b, struct inc_command *c,
                const unsigned char body_sha[INC_DIGEST], struct inc_err *err)
{
    struct step step = {0};

    inc_command_reset(c);
    c->status = sound(c, &step.rule, &c->err);
    if (c->status != INC_OK)
        return INC_OK;
    c->status = recall(b, c, body_sha, &c->err);
    if (c->replayed || c->status != INC_E_NOTFOUND)
        return INC_OK;
    inc_err_clear(&c->err);
    if (b->room.status != INC_OK && !frees(&step)) {
        c->err = b->room;
        c->status = b->room.status;
        return INC_OK;
    }
    c->status = decide(b, c, &step, &c->err);
    if (!settled(c->status))
        return INC_OK;
    /* what is kept free is for deletes that delete, not for refusals */
    if (b->room.status != INC_OK && c->status != INC_OK)
        return INC_OK;
    return record_it(b, c, &step, body_sha, err);
}
