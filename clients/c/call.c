/* call.c - one request, one answer: a window of which one place is used. */
#include "clients/c/inside.h"

struct single {
    enum inc_status st;
    struct inc_err err;
};

static void
single_done(void *arg, uint64_t tag, enum inc_status st,
            const struct inc_err *err, const struct inc_node *body)
{
    struct single *one = arg;

    (void)tag;
    (void)body;
    one->st = st;
    if (err != NULL)
        one->err = *err;
}

enum inc_status
inc_client_call(struct inc_client *c, enum inc_op op, const void *body,
                size_t body_len, const struct inc_call *how,
                struct inc_answer *out, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct single one = {.st = INC_E_BUG};
    struct inc_answer kept = {0};

    inc_client_on_done(c, single_done, &one);
    inc_client_keep(c, &kept);
    INC_TRY(inc_client_submit(c, 0, op, body, body_len, how, err));
    INC_TRY(inc_client_drain(c, err));
    st = one.st;
    if (st != INC_OK) {
        if (err != NULL)
            *err = one.err;
        goto out;
    }
    inc_answer_release(out);
    *out = kept;
    kept = (struct inc_answer){0};
out:
    inc_client_keep(c, NULL);
    inc_client_on_done(c, NULL, NULL);
    inc_answer_release(&kept);
    return st;
}
