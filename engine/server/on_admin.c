/* journal.list, verify, backup. The porter's thread: they may take long. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/base/file.h"
#include "engine/base/hex.h"
#include "engine/server/desk.h"
#include "engine/server/survey.h"

enum { FINDINGS_MAX = 100, PATH_BYTES = 4096 };

struct entries {
    struct inc_writer *w;
};

static void
optional(struct inc_writer *w, const char *key, const char *text)
{
    if (text != NULL && *text != '\0')
        inc_w_ktext(w, key, text);
}

static enum inc_status
write_entry(void *arg, const struct inc_entry *e)
{
    struct inc_writer *w = ((struct entries *)arg)->w;
    char text[INC_DIGEST_HEX];

    inc_w_map(w);
    inc_w_kint(w, "seq", (int64_t)e->seq);
    inc_w_kint(w, "at", e->at_unix_ms);
    inc_w_ktext(w, "op", inc_ops[e->op].wire);
    inc_w_ktext(w, "result", inc_status_wire(e->result));
    inc_hex(text, e->key, sizeof e->key);
    inc_w_ktext(w, "key", text);
    optional(w, "id", e->id);
    optional(w, "actor", e->actor);
    optional(w, "office", e->office);
    optional(w, "purpose", e->purpose);
    inc_digest_hex(text, e->body_sha);
    inc_w_ktext(w, "body_sha", text);
    inc_digest_hex(text, e->chain);
    inc_w_ktext(w, "chain", text);
    inc_w_end(w);
    return INC_OK;
}

enum inc_status
inc_on_journal(struct inc_desk *d, struct inc_job *j,
               const struct inc_image *image, struct inc_writer *w,
               struct inc_err *err)
{
    struct inc_journal_list body = {0};
    struct inc_view *view = NULL;
    struct inc_store_info info;
    struct entries entries = {w};
    char text[INC_DIGEST_HEX];
    enum inc_status st = INC_OK;

    (void)image;
    INC_TRY(inc_route_body(j, &body, err));
    INC_TRY(inc_view_open(&view, d->o.store, err));
    INC_TRY(inc_view_info(view, &info, err));
    inc_w_map(w);
    inc_w_key(w, "items");
    inc_w_list(w);
    INC_TRY(inc_view_journal(view, (uint64_t)body.after, (size_t)body.limit,
                             write_entry, &entries, err));
    inc_w_end(w);
    inc_w_kint(w, "head", (int64_t)info.head_seq);
    inc_digest_hex(text, info.head_chain);
    inc_w_ktext(w, "head_chain", text);
    inc_w_end(w);
out:
    inc_view_close(view);
    return st;
}

struct findings {
    struct inc_buf text;
    struct inc_writer w;
    size_t count;
    uint64_t warnings; /* of our own extra check */
    const struct inc_taxonomy *taxonomy;
};

static void
tell(void *arg, int is_fault, const char *text)
{
    struct findings *f = arg;

    (void)is_fault;
    if (f->count++ < FINDINGS_MAX)
        inc_w_text(&f->w, text);
}

static void
tell_unknown(void *arg, enum inc_pillar pillar, const char *uri)
{
    struct findings *f = arg;
    char text[INC_URI_MAX + 64];

    (void)snprintf(text, sizeof text, "%s not in the taxonomy: %s",
                   pillar == INC_PILLAR_SKILL ? "skill" : "occupation", uri);
    f->warnings++;
    tell(f, 0, text);
}

static void
check_concepts(void *arg, enum inc_record_kind kind, const union inc_record *r)
{
    struct findings *f = arg;

    inc_survey_record(kind, r, f->taxonomy, tell_unknown, f);
}

enum inc_status
inc_on_verify(struct inc_desk *d, struct inc_job *j,
              const struct inc_image *image, struct inc_writer *w,
              struct inc_err *err)
{
    struct findings f = {.taxonomy = image->estate->world.taxonomy};
    struct inc_verify_report r = {0};
    enum inc_status st = INC_OK;
    char death[160];

    (void)j;
    inc_writer_init(&f.w, &f.text);
    inc_w_list(&f.w);
    if (d->o.scout != NULL &&
        !d->o.scout(d->o.scout_arg, death, sizeof death)) {
        tell(&f, 1, death);
        r.faults = 1; /* and nothing was counted */
    } else {
        INC_TRY(inc_store_verify(d->o.store, &r, tell, &f, check_concepts, &f,
                                 err));
    }
    inc_w_end(&f.w);
    if (f.text.failed) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for the findings");
        goto out;
    }
    inc_w_map(w);
    inc_w_kint(w, "candidates", (int64_t)r.records[INC_RECORD_CANDIDATE]);
    inc_w_kint(w, "needs", (int64_t)r.records[INC_RECORD_NEED]);
    inc_w_kint(w, "companies", (int64_t)r.records[INC_RECORD_COMPANY]);
    inc_w_kint(w, "users", (int64_t)r.records[INC_RECORD_USER]);
    inc_w_kint(w, "entries", (int64_t)r.entries);
    inc_w_kint(w, "keys", (int64_t)r.keys);
    inc_w_kint(w, "faults", (int64_t)r.faults);
    inc_w_kint(w, "warnings", (int64_t)(r.warnings + f.warnings));
    inc_w_key(w, "findings");
    inc_w_raw(w, f.text.data, f.text.len);
    inc_w_end(w);
out:
    inc_buf_release(&f.text);
    return st;
}

static int64_t
folder_bytes(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *e;
    int64_t sum = 0;

    if (dir == NULL)
        return 0;
    /* One stream, one thread: readdir is safe. */
    while ((e = readdir(dir)) != NULL) { /* NOLINT(concurrency-mt-unsafe) */
        char file[PATH_BYTES];
        struct stat info;
        int n = snprintf(file, sizeof file, "%s/%s", path, e->d_name);

        if (n > 0 && (size_t)n < sizeof file && lstat(file, &info) == 0 &&
            S_ISREG(info.st_mode))
            sum += info.st_size;
    }
    (void)closedir(dir);
    return sum;
}

enum inc_status
inc_on_backup(struct inc_desk *d, struct inc_job *j,
              const struct inc_image *image, struct inc_writer *w,
              struct inc_err *err)
{
    struct inc_backup body = {0};
    struct inc_view *view = NULL;
    struct inc_store_info info;
    char path[PATH_BYTES];
    enum inc_status st = INC_OK;
    int n;

    (void)image;
    INC_TRY(inc_route_body(j, &body, err));
    if (d->o.backup_dir == NULL) {
        st = inc_fail(err, INC_E_DENIED, 0, "no backup folder is configured");
        inc_err_hint(err, "set backup_dir in the configuration");
        goto out;
    }
    if (body.name[0] == '.') {
        st = inc_fail(err, INC_E_RANGE, 0,
                      "the name of a backup cannot begin with a dot");
        inc_err_where(err, "name");
        inc_err_hint(err, "such as 2026-11-22");
        goto out;
    }
    n = snprintf(path, sizeof path, "%s/%s", d->o.backup_dir, body.name);
    if (n < 0 || (size_t)n >= sizeof path) {
        st = inc_fail(err, INC_E_LIMIT, 0, "the backup's path is too long");
        goto out;
    }
    /* Everything up to this number is in the copy; more may be. */
    INC_TRY(inc_view_open(&view, d->o.store, err));
    INC_TRY(inc_view_info(view, &info, err));
    inc_view_close(view);
    view = NULL;
    INC_TRY(inc_file_mkdirs(d->o.backup_dir, err));
    INC_TRY(inc_store_backup(d->o.store, path, err));
    inc_w_map(w);
    inc_w_ktext(w, "name", body.name);
    inc_w_kint(w, "bytes", folder_bytes(path));
    inc_w_kint(w, "seq", (int64_t)info.head_seq);
    inc_w_end(w);
out:
    inc_view_close(view);
    return st;
}
