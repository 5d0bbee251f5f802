/* call.c - one request, one answer: a window of which one place is used. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "clients/c/inside.h"

void
inc_client_endpoint(char out[INC_ENDPOINT_MAX])
{
    // NOLINTBEGIN(concurrency-mt-unsafe): read before any thread starts
    const char *set = getenv("INCROCIO_ENDPOINT");
    const char *run = getenv("XDG_RUNTIME_DIR");
    // NOLINTEND(concurrency-mt-unsafe)

    if (set != NULL && set[0] != '\0')
        (void)snprintf(out, INC_ENDPOINT_MAX, "%s", set);
    else if (run != NULL && run[0] == '/')
        (void)snprintf(out, INC_ENDPOINT_MAX,
                       "ipc://%s/incrocio/incrociod.sock", run);
    else
        (void)snprintf(out, INC_ENDPOINT_MAX,
                       "ipc:///tmp/incrocio-%ld/incrociod.sock",
                       (long)getuid());
}

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
