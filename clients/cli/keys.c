/* keys.c - who may come in: new, list, revoke, rotate. A secret key is made on
 * this machine and goes into a file of mode 0600, and nowhere else. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clients/cli/admin.h"
#include "clients/cli/cli.h"
#include "clients/cli/show.h"
#include "engine/base/date.h"
#include "engine/base/keys.h"

enum { PATH_BYTES = 4096, PAGE = 500, ARENA_BYTES = 1 << 22, COLUMN = 20 };

/* --out, or ID.key here. */
static void
path_of(char out[PATH_BYTES], const struct inc_cli *c, const char *id)
{
    const char *given = inc_arg(&c->args, INC_OPT_OUT);

    if (given != NULL)
        (void)snprintf(out, PATH_BYTES, "%s", given);
    else
        (void)snprintf(out, PATH_BYTES, "%s.key", id);
}

/* The daemon's public key goes into the file too, so that one file is all a
 * user needs. A daemon that serves ipc only has none. */
static enum inc_status
server_key(struct inc_cli *c, struct inc_keys *k, struct inc_err *err)
{
    struct inc_answer a = {0};
    const struct inc_node *n;
    unsigned char bytes[INC_CURVE];
    enum inc_status st;
    size_t len;

    INC_TRY(inc_ask(c, INC_OP_STATUS, NULL, 0, &a, err));
    n = inc_node_get(a.body, "server_key");
    if (n != NULL && inc_node_kind(n) == INC_NODE_TEXT) {
        const char *text = inc_node_text(n, &len);

        if (inc_z85_read(bytes, text, len) == 0)
            memcpy(k->server, text, INC_Z85);
    }
out:
    inc_answer_release(&a);
    return st;
}

static void
add_office(void *arg, const char *item, size_t len)
{
    inc_w_textn(arg, item, len);
}

static void
write_user(struct inc_cli *c, struct inc_writer *w, const struct inc_keys *k)
{
    const struct inc_args *a = &c->args;

    inc_w_map(w);
    inc_w_key(w, "record");
    inc_w_map(w);
    inc_w_ktext(w, "id", a->word[0]);
    inc_w_ktext(w, "role", inc_arg(a, INC_OPT_ROLE));
    if (inc_arg_has(a, INC_OPT_OFFICE)) {
        inc_w_key(w, "offices");
        inc_w_list(w);
        (void)inc_arg_items(a, INC_OPT_OFFICE, add_office, w);
        inc_w_end(w);
    }
    if (inc_arg_has(a, INC_OPT_COMPANY))
        inc_w_ktext(w, "company", inc_arg(a, INC_OPT_COMPANY));
    inc_w_ktext(w, "key", k->public_key);
    if (inc_arg_has(a, INC_OPT_UNTIL))
        inc_w_ktext(w, "until", inc_arg(a, INC_OPT_UNTIL));
    inc_w_end(w);
    inc_w_kint(w, "if_revision", 0);
    inc_w_end(w);
}

static void
make_pair(const struct inc_cli *c, struct inc_keys *k)
{
    inc_keys_make(k);
    (void)snprintf(k->user, sizeof k->user, "%s", c->args.word[0]);
}

/* In its file before anybody is told of it. */
static enum inc_status
keep_pair(const struct inc_cli *c, const struct inc_keys *k,
          char path[PATH_BYTES], struct inc_err *err)
{
    path_of(path, c, k->user);
    return inc_keys_write(path, k, 1, err);
}

/* A pair of our own, or the public key that somebody gave. */
static enum inc_status
take_pair(struct inc_cli *c, struct inc_keys *k, char path[PATH_BYTES],
          struct inc_err *err)
{
    const char *given = inc_arg(&c->args, INC_OPT_PUBLIC);
    unsigned char bytes[INC_CURVE];
    enum inc_status st = INC_OK;

    path[0] = '\0';
    if (given != NULL) {
        if (inc_z85_read(bytes, given, strlen(given)) != 0)
            return inc_fail(err, INC_E_CONFIG, 0,
                            _("--public is not a public key"));
        (void)snprintf(k->public_key, sizeof k->public_key, "%s", given);
        return INC_OK;
    }
    make_pair(c, k);
    INC_TRY(server_key(c, k, err));
    st = keep_pair(c, k, path, err);
out:
    return st;
}

static void
tell_file(struct inc_cli *c, const struct inc_keys *k, const char *path)
{
    if (c->quiet || c->json)
        return;
    inc_buf_printf(&c->out, _("  public key  %s\n"), k->public_key);
    if (path[0] == '\0')
        return;
    inc_buf_printf(&c->out, _("  file        %s\n"), path);
    inc_buf_text(&c->out, _("  The file is the secret: hand it over safely, "
                            "keep no copy.\n"));
}

int
inc_cmd_keys_new(struct inc_cli *c)
{
    struct inc_buf body = {0};
    struct inc_answer a = {0};
    struct inc_keys k = {0};
    struct inc_err err;
    struct inc_writer w;
    char path[PATH_BYTES] = "";
    enum inc_status st;

    inc_err_clear(&err);
    if (!inc_arg_has(&c->args, INC_OPT_ROLE)) {
        st = inc_fail(&err, INC_E_CONFIG, 0, _("--role is missing"));
        inc_err_hint(&err, "caseworker, inclusion_agent, service, "
                           "company_desk, company, analyst, engineer, "
                           "administrator");
        goto out;
    }
    INC_TRY(take_pair(c, &k, path, &err));
    inc_writer_init(&w, &body);
    write_user(c, &w, &k);
    st = inc_ask(c, INC_OP_USER_PUT, &body, 0, &a, &err);
    if (st != INC_OK) {
        if (path[0] != '\0')
            (void)remove(path); /* it opens nothing */
        goto out;
    }
    if (c->json)
        inc_show_json(c, a.body);
    else if (!c->quiet)
        inc_buf_printf(&c->out, _("%s may come in\n"), c->args.word[0]);
    tell_file(c, &k, path);
out:
    inc_keys_wipe(&k);
    inc_answer_release(&a);
    inc_buf_release(&body);
    return st == INC_OK ? 0 : inc_complain(&err);
}

int
inc_cmd_keys_pair(struct inc_cli *c)
{
    struct inc_keys k = {0};
    struct inc_err err;
    char path[PATH_BYTES];
    enum inc_status st;

    inc_err_clear(&err);
    make_pair(c, &k);
    st = keep_pair(c, &k, path, &err);
    if (st == INC_OK && c->json)
        inc_buf_printf(&c->out, "{\"public\":\"%s\"}\n", k.public_key);
    else if (st == INC_OK)
        tell_file(c, &k, path);
    inc_keys_wipe(&k);
    return st == INC_OK ? 0 : inc_complain(&err);
}

/* The new pair waits beside the old file until the daemon has taken it: a
 * crash in between leaves both, and one of them opens. */
int
inc_cmd_keys_rotate(struct inc_cli *c)
{
    struct inc_buf body = {0};
    struct inc_answer a = {0};
    struct inc_keys k = {0};
    struct inc_err err;
    struct inc_writer w;
    char path[PATH_BYTES] = "";
    enum inc_status st;

    inc_err_clear(&err);
    if (inc_arg_has(&c->args, INC_OPT_PUBLIC) ==
        inc_arg_has(&c->args, INC_OPT_OUT)) {
        st = inc_fail(&err, INC_E_CONFIG, 0,
                      _("give --out for the new key's file, or --public, one "
                        "of the two"));
        goto out;
    }
    if (inc_arg_has(&c->args, INC_OPT_OUT)) {
        make_pair(c, &k);
        if (inc_connect(c, 0, &err) == INC_OK)
            inc_client_server_key(c->client, k.server);
        INC_TRY(keep_pair(c, &k, path, &err));
    } else {
        INC_TRY(take_pair(c, &k, path, &err));
    }
    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_ktext(&w, "id", c->args.word[0]);
    inc_w_ktext(&w, "key", k.public_key);
    inc_w_end(&w);
    INC_TRY(inc_ask(c, INC_OP_USER_ROTATE, &body, 0, &a, &err));
    if (c->json)
        inc_show_json(c, a.body);
    else if (!c->quiet)
        inc_buf_printf(&c->out,
                       _("%s has a new key, the old one opens "
                         "nothing\n"),
                       c->args.word[0]);
    tell_file(c, &k, path);
out:
    inc_keys_wipe(&k);
    inc_answer_release(&a);
    inc_buf_release(&body);
    return st == INC_OK ? 0 : inc_complain(&err);
}

int
inc_cmd_keys_revoke(struct inc_cli *c)
{
    struct inc_buf body = {0};
    struct inc_answer a = {0};
    struct inc_err err;
    struct inc_writer w;

    inc_err_clear(&err);
    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_ktext(&w, "id", c->args.word[0]);
    inc_w_end(&w);
    enum inc_status st = inc_ask(c, INC_OP_USER_REVOKE, &body, 0, &a, &err);
    if (st == INC_OK && c->json)
        inc_show_json(c, a.body);
    else if (st == INC_OK && !c->quiet)
        inc_buf_printf(&c->out, _("%s is let in no more\n"), c->args.word[0]);
    inc_answer_release(&a);
    inc_buf_release(&body);
    return st == INC_OK ? 0 : inc_complain(&err);
}

static const char *
text_of(const struct inc_node *user, const char *name, char *out, size_t cap)
{
    const struct inc_node *n = inc_node_get(user, name);
    const char *text = "";
    size_t len = 0;

    if (n != NULL && inc_node_kind(n) == INC_NODE_TEXT)
        text = inc_node_text(n, &len);
    (void)snprintf(out, cap, "%.*s", (int)(len >= cap ? cap - 1 : len), text);
    return out;
}

static void
show_user(struct inc_cli *c, const struct inc_node *user)
{
    const struct inc_node *revoked = inc_node_get(user, "revoked");
    const struct inc_node *offices = inc_node_get(user, "offices");
    char text[128];

    inc_pad(&c->out, text_of(user, "id", text, sizeof text), COLUMN);
    inc_buf_text(&c->out, " ");
    inc_pad(&c->out, text_of(user, "role", text, sizeof text), COLUMN - 4);
    inc_buf_printf(&c->out, " %s",
                   revoked != NULL && inc_node_kind(revoked) == INC_NODE_BOOL &&
                           inc_node_bool(revoked)
                       ? _("revoked")
                       : _("active"));
    if (text_of(user, "until", text, sizeof text)[0] != '\0')
        inc_buf_printf(&c->out, _(", until %s"), text);
    if (text_of(user, "company", text, sizeof text)[0] != '\0')
        inc_buf_printf(&c->out, ", %s", text);
    for (size_t i = 0; offices != NULL && i < inc_node_count(offices); i++) {
        size_t len;
        const char *office = inc_node_text(inc_node_at(offices, i), &len);

        inc_buf_printf(&c->out, "%s%.*s", i == 0 ? ", " : " ", (int)len,
                       office);
    }
    inc_buf_printf(&c->out, "  %.8s...\n",
                   text_of(user, "key", text, sizeof text));
}

int
inc_cmd_keys_list(struct inc_cli *c)
{
    struct inc_err err;
    char cursor[256] = "";
    enum inc_status st;

    inc_err_clear(&err);
    do {
        struct inc_answer a = {0};
        struct inc_buf body = {0};
        struct inc_writer w;
        const struct inc_node *items;

        inc_writer_init(&w, &body);
        inc_w_map(&w);
        inc_w_kint(&w, "limit", PAGE);
        if (cursor[0] != '\0')
            inc_w_ktext(&w, "cursor", cursor);
        inc_w_end(&w);
        st = inc_ask(c, INC_OP_USER_LIST, &body, 0, &a, &err);
        cursor[0] = '\0';
        if (st == INC_OK && c->json)
            inc_show_json(c, a.body);
        items = st == INC_OK ? inc_node_get(a.body, "items") : NULL;
        for (size_t i = 0;
             items != NULL && !c->json && i < inc_node_count(items); i++)
            show_user(c, inc_node_at(items, i));
        if (st == INC_OK)
            (void)text_of(a.body, "cursor", cursor, sizeof cursor);
        inc_answer_release(&a);
        inc_buf_release(&body);
    } while (st == INC_OK && cursor[0] != '\0');
    return st == INC_OK ? 0 : inc_complain(&err);
}
