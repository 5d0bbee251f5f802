/* match.proof, register.checkpoint, register.export: what lets somebody else
 * check the register. The clerk's thread; the export the porter's. */
#include "engine/base/clock.h"
#include "engine/server/desk.h"
#include "engine/store/event.h"
#include "engine/store/proof.h"
#include "proto/register.h"

enum { CHECKPOINT_SINCE, PAGE_BYTES = 512 << 10 };

/* What the three share: the view it is read from, and the text it becomes. */
struct evidence {
    struct inc_view *view;
    struct inc_buf text;
    uint64_t next; /* 0: nothing follows */
};

static enum inc_status
begin(struct evidence *e, const struct inc_desk *d, struct inc_job *j,
      void *body, struct inc_err *err)
{
    enum inc_status st;

    INC_TRY(inc_route_body(j, body, err));
    st = inc_view_open(&e->view, d->o.store, err);
out:
    return st;
}

static enum inc_status
finish(struct evidence *e, enum inc_status st, struct inc_writer *w)
{
    if (st == INC_OK) {
        inc_w_map(w);
        inc_w_key(w, "text");
        inc_w_textn(w, (const char *)e->text.data, e->text.len);
        if (e->next != 0)
            inc_w_kint(w, "next", (int64_t)e->next);
        inc_w_end(w);
    }
    inc_buf_release(&e->text);
    inc_view_close(e->view);
    return st;
}

enum inc_status
inc_on_checkpoint(struct inc_desk *d, struct inc_job *j,
                  const struct inc_image *image, struct inc_writer *w,
                  struct inc_err *err)
{
    struct inc_checkpoint body = {0};
    struct evidence e = {0};
    enum inc_status st = begin(&e, d, j, &body, err);

    (void)image;
    INC_TRY(st);
    st = inc_checkpoint_write(
        &e.text, e.view, inc_clock_unix_ms(),
        INC_HAS(&body, CHECKPOINT_SINCE) ? (uint64_t)body.since : 0, err);
    if (st == INC_E_RANGE)
        inc_err_where(err, "since");
out:
    return finish(&e, st, w);
}

enum inc_status
inc_on_proof(struct inc_desk *d, struct inc_job *j,
             const struct inc_image *image, struct inc_writer *w,
             struct inc_err *err)
{
    struct inc_match_proof body = {0};
    struct evidence e = {0};
    uint64_t person = 0;
    enum inc_status st = begin(&e, d, j, &body, err);

    (void)image;
    INC_TRY(st);
    if (body.person != NULL)
        st = inc_view_number(e.view, INC_RECORD_CANDIDATE, body.person, &person,
                             err);
    if (st == INC_OK)
        st = inc_proof_write(&e.text, e.view, inc_clock_unix_ms(),
                             (uint64_t)body.no, person, &j->arena, err);
    if (st == INC_E_NOTFOUND && err->where[0] == '\0')
        inc_err_where(err, body.person != NULL ? "person" : "no");
out:
    return finish(&e, st, w);
}

enum inc_status
inc_on_export(struct inc_desk *d, struct inc_job *j,
              const struct inc_image *image, struct inc_writer *w,
              struct inc_err *err)
{
    struct inc_register_export body = {0};
    struct evidence e = {0};
    enum inc_status st = begin(&e, d, j, &body, err);

    (void)image;
    if (st == INC_OK)
        st = inc_export_write(&e.text, e.view, body.journal != 0,
                              (uint64_t)body.after, PAGE_BYTES, &e.next, err);
    return finish(&e, st, w);
}
