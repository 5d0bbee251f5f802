/* match.proof, register.checkpoint, register.export: what lets somebody else
 * check the register. The clerk's thread; the export the porter's. */
#include "engine/base/clock.h"
#include "engine/server/desk.h"
#include "engine/store/event.h"
#include "engine/store/proof.h"
#include "proto/register.h"

enum { CHECKPOINT_SINCE, PAGE_BYTES = 512 << 10 };

static void
write_text(struct inc_writer *w, const struct inc_buf *text, uint64_t next)
{
    inc_w_map(w);
    inc_w_key(w, "text");
    inc_w_textn(w, (const char *)text->data, text->len);
    if (next != 0)
        inc_w_kint(w, "next", (int64_t)next);
    inc_w_end(w);
}

enum inc_status
inc_on_checkpoint(struct inc_desk *d, struct inc_job *j,
                  const struct inc_image *image, struct inc_writer *w,
                  struct inc_err *err)
{
    struct inc_checkpoint body = {0};
    struct inc_view *view = NULL;
    struct inc_buf text = {0};
    enum inc_status st = INC_OK;

    (void)image;
    INC_TRY(inc_route_body(j, &body, err));
    INC_TRY(inc_view_open(&view, d->o.store, err));
    st = inc_checkpoint_write(
        &text, view, inc_clock_unix_ms(),
        INC_HAS(&body, CHECKPOINT_SINCE) ? (uint64_t)body.since : 0, err);
    if (st == INC_E_RANGE)
        inc_err_where(err, "since");
    INC_TRY(st);
    write_text(w, &text, 0);
out:
    inc_buf_release(&text);
    inc_view_close(view);
    return st;
}

enum inc_status
inc_on_proof(struct inc_desk *d, struct inc_job *j,
             const struct inc_image *image, struct inc_writer *w,
             struct inc_err *err)
{
    struct inc_match_proof body = {0};
    struct inc_view *view = NULL;
    struct inc_buf text = {0};
    uint64_t person = 0;
    enum inc_status st = INC_OK;

    (void)image;
    INC_TRY(inc_route_body(j, &body, err));
    INC_TRY(inc_view_open(&view, d->o.store, err));
    if (body.person != NULL)
        st = inc_view_number(view, INC_RECORD_CANDIDATE, body.person, &person,
                             err);
    if (st == INC_OK)
        st = inc_proof_write(&text, view, inc_clock_unix_ms(),
                             (uint64_t)body.no, person, &j->arena, err);
    if (st == INC_E_NOTFOUND && err->where[0] == '\0')
        inc_err_where(err, body.person != NULL ? "person" : "no");
    INC_TRY(st);
    write_text(w, &text, 0);
out:
    inc_buf_release(&text);
    inc_view_close(view);
    return st;
}

enum inc_status
inc_on_export(struct inc_desk *d, struct inc_job *j,
              const struct inc_image *image, struct inc_writer *w,
              struct inc_err *err)
{
    struct inc_register_export body = {0};
    struct inc_view *view = NULL;
    struct inc_buf text = {0};
    uint64_t next = 0;
    enum inc_status st = INC_OK;

    (void)image;
    INC_TRY(inc_route_body(j, &body, err));
    INC_TRY(inc_view_open(&view, d->o.store, err));
    INC_TRY(inc_export_write(&text, view, body.journal != 0,
                             (uint64_t)body.after, PAGE_BYTES, &next, err));
    write_text(w, &text, next);
out:
    inc_buf_release(&text);
    inc_view_close(view);
    return st;
}
