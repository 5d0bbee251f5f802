/* ask.c - questions to the daemon for every command. */
#include <stdlib.h>

#include "clients/cli/cli.h"
#include "clients/cli/json.h"

enum { MS = 1000, SLOW_MS = 30 * 60 * 1000 };

static const char *
option_or_environment(const struct inc_cli *c, enum inc_opt opt,
                      const char *variable)
{
    const char *value = inc_arg(&c->args, opt);

    if (value == NULL)
        value = getenv(variable); // NOLINT(concurrency-mt-unsafe)
    return value == NULL || value[0] == '\0' ? NULL : value;
}

int64_t
inc_timeout_ms(const struct inc_cli *c, int64_t otherwise)
{
    return inc_arg_has(&c->args, INC_OPT_TIMEOUT)
               ? inc_arg_int(&c->args, INC_OPT_TIMEOUT, 0) * MS
               : otherwise;
}

enum inc_status
inc_connect(struct inc_cli *c, int64_t connect_ms, struct inc_err *err)
{
    char usual[INC_ENDPOINT_MAX];
    const char *endpoint = inc_arg(&c->args, INC_OPT_ENDPOINT);
    struct inc_client_options o = {
        .connect_ms = connect_ms,
        .actor = option_or_environment(c, INC_OPT_ACTOR, "INCROCIO_ACTOR"),
        .purpose =
            option_or_environment(c, INC_OPT_PURPOSE, "INCROCIO_PURPOSE"),
        .full = inc_arg_has(&c->args, INC_OPT_FULL),
        .key_file = inc_arg(&c->args, INC_OPT_KEY),
    };

    if (c->client != NULL)
        return INC_OK;
    if (endpoint == NULL) {
        inc_client_endpoint(usual);
        endpoint = usual;
    }
    return inc_client_open(&c->client, endpoint, &o, err);
}

enum inc_status
inc_ask(struct inc_cli *c, enum inc_op op, const struct inc_buf *body, int slow,
        struct inc_answer *out, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    const struct inc_call how = {
        .deadline_ms =
            inc_timeout_ms(c, slow ? SLOW_MS : INC_CLIENT_DEADLINE_MS),
        .once = slow,
    };

    if (body != NULL && body->failed)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a request");
    INC_TRY(inc_connect(c, 0, err));
    st = inc_client_call(c->client, op, body == NULL ? NULL : body->data,
                         body == NULL ? 0 : body->len, &how, out, err);
out:
    return st;
}

void
inc_show_json(struct inc_cli *c, const struct inc_node *body)
{
    inc_json_node(&c->out, body, NULL);
    inc_buf_text(&c->out, "\n");
}
