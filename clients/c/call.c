/* call.c - one request, one answer: a window of which one place is used. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

enum inc_status
inc_endpoint_check(const char *endpoint, unsigned long me, struct inc_err *err)
{
    char folder[64];
    struct stat info;

    int n = snprintf(folder, sizeof folder, "ipc:///tmp/incrocio-%lu/", me);
    if (n < 0 || strncmp(endpoint, folder, (size_t)n) != 0)
        return INC_OK;
    folder[n - 1] = '\0';
    const char *path = folder + strlen("ipc://");
    /* Nothing there: no daemon yet, which shows at the first call. */
    if (lstat(path, &info) != 0 ||
        (S_ISDIR(info.st_mode) && (unsigned long)info.st_uid == me))
        return INC_OK;
    (void)inc_fail(err, INC_E_IO, 0,
                   "the folder of the socket belongs to another user");
    inc_err_where(err, "%s", path);
    inc_err_hint(err, "remove the folder, or set XDG_RUNTIME_DIR or another "
                      "endpoint");
    return INC_E_IO;
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
    const struct inc_single to = {single_done, &one, &kept};

    INC_TRY(inc_client_single(c, &to, op, body, body_len, how, err));
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
    /* After a failed drain it may be out still: a later answer is a stray. */
    inc_client_drop(c, &to);
    inc_answer_release(&kept);
    return st;
}
