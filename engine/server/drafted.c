#include "engine/server/drafted.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/file.h"
#include "engine/base/hex.h"
#include "engine/base/log.h"
#include "engine/base/mem.h"
#include "engine/base/seal.h"

enum {
    FILE_BYTES = 1 << 16,
    FORMAT = 2, /* 1 had no key */
    NAME_BYTES = 32,
    KEY_BYTES = 32,
    ID_BYTES = INC_DRAFT_ID / 2, /* day, number, mark */
    DAY_BYTES = 4,
    NUMBER_BYTES = 4,
    MARK_BYTES = ID_BYTES - DAY_BYTES - NUMBER_BYTES,
    DAYS_MAX = 31, /* from a draft to its confirmation */
    COUNTED = 1024 /* drafts that are known to be counted already */
};

static const enum inc_record_kind kinds[] = {INC_RECORD_NEED,
                                             INC_RECORD_CANDIDATE};

struct inc_drafted_file {
    pthread_mutex_t mutex;
    char *path; /* or NULL */
    unsigned char key[KEY_BYTES];
    int dirty; /* the file has not all that is here */
    unsigned char counted[COUNTED][ID_BYTES]; /* a ring */
    size_t n_counted;
    struct inc_drafted_sums sums[2];
};

static struct inc_drafted_sums *
sums_of(struct inc_drafted_file *f, enum inc_record_kind kind)
{
    return &f->sums[kind == INC_RECORD_NEED ? 0 : 1];
}

/* "key HEX": 1 when it is one. */
static int
read_key(struct inc_drafted_file *f, const char *line)
{
    static const char word[] = "key ";
    const size_t n = sizeof word - 1;

    if (strncmp(line, word, n) != 0 ||
        strlen(line) != n + 2 * (size_t)KEY_BYTES ||
        inc_unhex(f->key, line + n, KEY_BYTES) != 0)
        return 0;
    f->dirty = 0;
    return 1;
}

/* "need drafts N", "need skill KEPT CHANGED ADDED REMOVED". */
static enum inc_status
read_line(struct inc_drafted_file *f, const char *line, struct inc_err *err)
{
    char of[NAME_BYTES], what[NAME_BYTES];
    uint64_t n[INC_DRAFT_FATES] = {0};
    int got;

    if (read_key(f, line))
        return INC_OK;
    /* NOLINTNEXTLINE(cert-err34-c): counts of ours, bounded by the format */
    got = sscanf(
        line, "%31s %31s %20" SCNu64 " %20" SCNu64 " %20" SCNu64 " %20" SCNu64,
        of, what, &n[0], &n[1], &n[2], &n[3]);
    for (size_t k = 0; k < 2 && got >= 3; k++) {
        if (strcmp(of, inc_record_name(kinds[k])) != 0)
            continue;
        if (got == 3 && strcmp(what, "drafts") == 0) {
            f->sums[k].drafts = n[0];
            return INC_OK;
        }
        for (size_t i = 0; i < INC_DRAFT_KINDS && got == 6; i++)
            if (strcmp(what, inc_draft_kind_names[i]) == 0) {
                memcpy(f->sums[k].n[i], n, sizeof n);
                return INC_OK;
            }
    }
    return inc_fail(err, INC_E_FORMAT, 0,
                    "a line of the counts of drafts cannot be read");
}

static enum inc_status
load(struct inc_drafted_file *f, struct inc_err *err)
{
    struct inc_buf text = {0};
    enum inc_status st = inc_file_read(&text, f->path, FILE_BYTES, err);
    char *line, *next;

    if (st == INC_E_NOTFOUND) {
        st = INC_OK;
        inc_err_clear(err);
        goto out;
    }
    if (st != INC_OK)
        goto out;
    (void)inc_buf_cstr(&text);
    if (text.failed || (strncmp((char *)text.data, "drafts 1\n", 9) != 0 &&
                        strncmp((char *)text.data, "drafts 2\n", 9) != 0)) {
        st = inc_fail(err, INC_E_FORMAT, 0,
                      "the counts of drafts begin with another line");
        goto out;
    }
    for (line = (char *)text.data + 9; *line != '\0'; line = next) {
        next = strchr(line, '\n');
        if (next == NULL) {
            st = inc_fail(err, INC_E_FORMAT, 0,
                          "the counts of drafts are cut short");
            goto out;
        }
        *next++ = '\0';
        INC_TRY(read_line(f, line, err));
    }
out:
    if (st != INC_OK) {
        inc_err_where(err, "%s", f->path);
        inc_err_hint(err, "move the file away: counting begins anew");
    }
    inc_buf_release(&text);
    return st;
}

enum inc_status
inc_drafted_open(struct inc_drafted_file **out, const char *path,
                 struct inc_err *err)
{
    struct inc_drafted_file *f = inc_mem_zero(1, sizeof *f);
    enum inc_status st = INC_OK;

    *out = NULL;
    if (f == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for counts of drafts");
    (void)pthread_mutex_init(&f->mutex, NULL);
    inc_random_bytes(f->key, sizeof f->key);
    f->dirty = 1; /* a new key; the file may have an older one */
    if (path != NULL) {
        f->path = inc_mem_text(path, strlen(path));
        st = f->path == NULL ? inc_fail(err, INC_E_NOMEM, 0,
                                        "no memory for counts of drafts")
                             : load(f, err);
    }
    if (st != INC_OK) {
        f->dirty = 0;
        inc_drafted_close(f);
    } else {
        *out = f;
    }
    return st;
}

void
inc_drafted_close(struct inc_drafted_file *f)
{
    if (f == NULL)
        return;
    inc_drafted_save(f);
    (void)pthread_mutex_destroy(&f->mutex);
    inc_mem_free(f->path);
    inc_mem_free(f);
}

void
inc_drafted_complain(const struct inc_err *err)
{
    struct inc_log l;

    inc_log_start(&l, INC_LOG_WARN, "drafts_not_counted");
    inc_log_err(&l, err);
    inc_log_end(&l);
}

static void
print(struct inc_buf *text, const struct inc_drafted_file *f)
{
    inc_buf_printf(text, "drafts %d\nkey ", FORMAT);
    inc_hex_add(text, f->key, sizeof f->key);
    inc_buf_printf(text, "\n");
    for (size_t k = 0; k < 2; k++) {
        const struct inc_drafted_sums *s = &f->sums[k];
        const char *of = inc_record_name(kinds[k]);

        inc_buf_printf(text, "%s drafts %" PRIu64 "\n", of, s->drafts);
        for (size_t i = 0; i < INC_DRAFT_KINDS; i++)
            inc_buf_printf(
                text, "%s %s %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
                of, inc_draft_kind_names[i], s->n[i][0], s->n[i][1], s->n[i][2],
                s->n[i][3]);
    }
}

void
inc_drafted_save(struct inc_drafted_file *f)
{
    struct inc_buf text = {0};
    struct inc_err err = {0};
    enum inc_status st = INC_OK;
    int dirty;

    if (f == NULL || f->path == NULL)
        return;
    (void)pthread_mutex_lock(&f->mutex);
    dirty = f->dirty;
    f->dirty = 0;
    if (dirty)
        print(&text, f);
    (void)pthread_mutex_unlock(&f->mutex);
    if (dirty)
        st = text.failed ? inc_fail(&err, INC_E_NOMEM, 0,
                                    "no memory for counts of drafts")
                         : inc_file_write(f->path, text.data, text.len, &err);
    if (st != INC_OK) {
        inc_drafted_complain(&err);
        (void)pthread_mutex_lock(&f->mutex);
        f->dirty = 1;
        (void)pthread_mutex_unlock(&f->mutex);
    }
    inc_buf_release(&text);
}

/* --- ids ------------------------------------------------------------------ */

/* The mark of an id whose day and number stand in front. A digest that begins
 * with the key: BLAKE2b cannot be lengthened. */
static void
mark(unsigned char id[ID_BYTES], const struct inc_drafted_file *f,
     enum inc_record_kind kind, const unsigned char digest[INC_DIGEST])
{
    const unsigned char of = kind == INC_RECORD_NEED;
    unsigned char out[INC_DIGEST];
    struct inc_hasher h;

    inc_hasher_init(&h);
    inc_hasher_add(&h, f->key, sizeof f->key);
    inc_hasher_add(&h, id, DAY_BYTES + NUMBER_BYTES);
    inc_hasher_add(&h, &of, 1);
    inc_hasher_add(&h, digest, INC_DIGEST);
    inc_hasher_end(&h, out);
    memcpy(id + DAY_BYTES + NUMBER_BYTES, out, MARK_BYTES);
}

void
inc_drafted_name(char id[INC_DRAFT_ID + 1], const struct inc_drafted_file *f,
                 enum inc_record_kind kind,
                 const unsigned char digest[INC_DIGEST], int32_t today)
{
    unsigned char raw[ID_BYTES];

    inc_random_bytes(raw, sizeof raw);
    if (f != NULL) {
        for (unsigned i = 0; i < DAY_BYTES; i++)
            raw[i] = (unsigned char)((uint32_t)today >> 8 * i);
        mark(raw, f, kind, digest);
    }
    inc_hex(id, raw, sizeof raw);
}

int
inc_drafted_is_ours(const struct inc_drafted_file *f, const char *id,
                    enum inc_record_kind kind,
                    const unsigned char digest[INC_DIGEST], int32_t today)
{
    unsigned char raw[ID_BYTES], right[ID_BYTES];
    uint32_t day = 0;

    if (f == NULL || strlen(id) != INC_DRAFT_ID ||
        inc_unhex(raw, id, ID_BYTES) != 0)
        return 0;
    for (unsigned i = 0; i < DAY_BYTES; i++)
        day |= (uint32_t)raw[i] << 8 * i;
    memcpy(right, raw, sizeof raw);
    mark(right, f, kind, digest);
    /* a day early is a clock that was set back */
    return inc_same_secret(raw, right, sizeof raw) &&
           (int64_t)today - (int32_t)day <= DAYS_MAX &&
           (int64_t)today - (int32_t)day >= -1;
}

/* 1 when this draft was counted already; else it is from now on. */
static int
again(struct inc_drafted_file *f, const char *id)
{
    unsigned char raw[ID_BYTES];
    const size_t n = f->n_counted < COUNTED ? f->n_counted : COUNTED;

    if (strlen(id) != INC_DRAFT_ID || inc_unhex(raw, id, ID_BYTES) != 0)
        return 1;
    for (size_t i = 0; i < n; i++)
        if (memcmp(f->counted[i], raw, sizeof raw) == 0)
            return 1;
    memcpy(f->counted[f->n_counted++ % COUNTED], raw, sizeof raw);
    return 0;
}

void
inc_drafted_add(struct inc_drafted_file *f, enum inc_record_kind kind,
                const char *id, const struct inc_draft_counts *counts)
{
    struct inc_drafted_sums *s;

    if (f == NULL)
        return;
    s = sums_of(f, kind);
    (void)pthread_mutex_lock(&f->mutex);
    if (!again(f, id)) {
        s->drafts++;
        f->dirty = 1;
        for (size_t i = 0; i < INC_DRAFT_KINDS; i++)
            for (size_t k = 0; k < INC_DRAFT_FATES; k++)
                s->n[i][k] += counts->n[i][k];
    }
    (void)pthread_mutex_unlock(&f->mutex);
}

void
inc_drafted_sums(struct inc_drafted_sums *out, struct inc_drafted_file *f,
                 enum inc_record_kind kind)
{
    memset(out, 0, sizeof *out);
    if (f == NULL) /* a desk without a server: nothing is counted */
        return;
    (void)pthread_mutex_lock(&f->mutex);
    *out = *sums_of(f, kind);
    (void)pthread_mutex_unlock(&f->mutex);
}
