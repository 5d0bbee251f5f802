#include "engine/daemon/keys.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/base/log.h"

enum { PATH_BYTES = 4096, ARENA_BYTES = 1 << 16 };

enum inc_status
inc_daemon_roles(struct inc_roles **out, const struct inc_config *c,
                 struct inc_err *err)
{
    const char *path = inc_config_optional(c, INC_SET_roles), *text;
    struct inc_buf file = {0};
    enum inc_status st = INC_OK;
    size_t len;

    *out = NULL;
    if (path == NULL) {
        text = inc_roles_default(&len);
        return inc_roles_read(out, "roles.conf", text, len, err);
    }
    st = inc_file_read(&file, path, INC_ROLES_BYTES_MAX, err);
    if (st != INC_OK) {
        inc_err_where(err, "%s", c->value[INC_SET_roles].origin);
        goto out;
    }
    st = inc_roles_read(out, path, (const char *)file.data, file.len, err);
out:
    inc_buf_release(&file);
    return st;
}

/* The setting, or a file of that name in the store's folder. */
static void
path_of(char out[PATH_BYTES], const struct inc_config *c, enum inc_setting s,
        const char *name)
{
    const char *set = inc_config_optional(c, s);

    if (set != NULL)
        (void)snprintf(out, PATH_BYTES, "%.4000s", set);
    else
        (void)snprintf(out, PATH_BYTES, "%.4000s/%s",
                       inc_config_text(c, INC_SET_store), name);
}

static void
log_made(const char *event, const char *path, const struct inc_keys *k)
{
    struct inc_log l;

    inc_log_start(&l, INC_LOG_INFO, event);
    inc_log_text(&l, "file", path);
    inc_log_text(&l, "public", k->public_key);
    inc_log_end(&l);
}

enum inc_status
inc_daemon_keys(struct inc_keys *out, const struct inc_config *c,
                struct inc_err *err)
{
    char path[PATH_BYTES];
    enum inc_status st;

    path_of(path, c, INC_SET_server_key, "server.key");
    st = inc_keys_read(out, path, err);
    if (st != INC_E_NOTFOUND)
        return st;
    inc_err_clear(err);
    inc_keys_make(out);
    st = inc_keys_write(path, out, 1, err);
    if (st == INC_OK)
        log_made("server_key_made", path, out);
    return st;
}

static enum inc_status
store_first(struct inc_store *s, const struct inc_keys *k, struct inc_err *err)
{
    union inc_record r = {.user = {.has = 1u << INC_USER_ID |
                                          1u << INC_USER_ROLE |
                                          1u << INC_USER_PUBLIC_KEY,
                                   .id = k->user,
                                   .role = "administrator",
                                   .key = k->public_key}};
    struct inc_arena arena = {0};
    struct inc_command c = {.op = INC_OP_USER_PUT,
                            .kind = INC_RECORD_USER,
                            .actor = "incrociod",
                            .purpose = "gestione",
                            .at_unix_ms = inc_clock_unix_ms(),
                            .id = r.user.id,
                            .record = &r,
                            .if_revision = 0,
                            .arena = &arena};
    struct inc_command *list[] = {&c};
    enum inc_status st = INC_OK;

    if (inc_arena_init(&arena, ARENA_BYTES) != INC_OK)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a user");
    inc_key_make(c.key);
    INC_TRY(inc_store_apply(s, list, 1, err));
    st = c.status;
    if (st != INC_OK && err != NULL)
        *err = c.err;
out:
    inc_arena_release(&arena);
    return st;
}

enum inc_status
inc_daemon_first_user(struct inc_store *s, const struct inc_keys *server,
                      const struct inc_config *c, struct inc_err *err)
{
    struct inc_view *view = NULL;
    struct inc_store_info info;
    struct inc_keys k = {0};
    char path[PATH_BYTES];
    enum inc_status st;

    INC_TRY(inc_view_open(&view, s, err));
    INC_TRY(inc_view_info(view, &info, err));
    inc_view_close(view); /* none may be open while the store writes */
    view = NULL;
    if (info.records[INC_RECORD_USER] != 0)
        goto out;
    path_of(path, c, INC_SET_administrator_key, "administrator.key");
    inc_keys_make(&k);
    (void)snprintf(k.user, sizeof k.user, "administrator");
    memcpy(k.server, server->public_key, sizeof k.server);
    /* The file first: what a crash leaves of it opens nothing, and the next
     * start makes another. */
    INC_TRY(inc_keys_write(path, &k, 0, err));
    INC_TRY(store_first(s, &k, err));
    log_made("administrator_key_made", path, &k);
out:
    inc_view_close(view);
    inc_keys_wipe(&k);
    return st;
}
