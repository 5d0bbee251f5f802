/* vault.put and vault.get: who a person is. The only handlers that see it,
 * besides the export (on_person.c). Scribe's and clerk's threads. */
#include <string.h>

#include "engine/server/desk.h"

enum { PUT_IF_REVISION = 1 };

/* The check of a record like any other: decoded, judged, packed. */
static enum inc_status
pack(struct inc_job *j, const struct inc_put *put, struct inc_command *c,
     struct inc_err *err)
{
    struct inc_vault v = {0};
    struct inc_buf bytes = {0};
    enum inc_status st = INC_OK;
    unsigned char *copy;

    INC_TRY(
        inc_schema_decode(&v, &inc_vault_type, put->record, &j->arena, err));
    INC_TRY(inc_vault_check(&v, err));
    if (inc_vault_encode(&bytes, &v) != INC_OK || bytes.data == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory for a vault record");
        goto out;
    }
    copy = inc_arena_array(&j->arena, bytes.len, 1);
    if (copy == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0,
                      "the request's memory is not enough for the record");
        goto out;
    }
    memcpy(copy, bytes.data, bytes.len);
    c->vault = copy;
    c->vault_len = bytes.len;
    c->id = v.id;
out:
    inc_buf_release(&bytes);
    if (st != INC_OK)
        inc_err_under(err, "record");
    return st;
}

enum inc_status
inc_on_vault_put(struct inc_job *j, struct inc_err *err)
{
    struct inc_put put = {0};
    enum inc_status st;

    INC_TRY(inc_route_body(j, &put, err));
    INC_TRY(pack(j, &put, &j->command, err));
    if (INC_HAS(&put, PUT_IF_REVISION))
        j->command.if_revision = put.if_revision;
    j->dry_run = put.dry_run != 0;
out:
    return st;
}

enum inc_status
inc_vault_read(struct inc_vault *out, int64_t *revision, struct inc_view *view,
               const char *id, struct inc_arena *a, struct inc_err *err)
{
    const void *bytes;
    size_t len;
    enum inc_status st;

    INC_TRY(inc_view_vault(view, id, &bytes, &len, revision, err));
    st = inc_vault_decode(out, bytes, len, a, err);
out:
    return st;
}

enum inc_status
inc_on_vault_get(struct inc_desk *d, struct inc_job *j,
                 const struct inc_image *image, struct inc_writer *w,
                 struct inc_err *err)
{
    struct inc_by_id body = {0};
    struct inc_view *view = NULL;
    struct inc_vault v = {0};
    int64_t revision;
    enum inc_status st;

    (void)image;
    INC_TRY(inc_route_body(j, &body, err));
    INC_TRY(inc_view_open(&view, d->o.store, err));
    INC_TRY(inc_vault_read(&v, &revision, view, body.id, &j->arena, err));
    inc_w_map(w);
    inc_w_key(w, "record");
    inc_schema_encode(w, &inc_vault_type, &v);
    inc_w_kint(w, "revision", revision);
    inc_w_end(w);
out:
    inc_view_close(view);
    return st;
}
