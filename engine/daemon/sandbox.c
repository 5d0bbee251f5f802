#include "engine/daemon/sandbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "engine/base/log.h"
#include "proto/schema.h"

enum { PATH_BYTES = 4096 };

/* The sanitizers open files and map memory of their own at any time. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* --- what is needed on disk ------------------------------------------------
 */

/* Of the libraries: processors, memory, time zone, ZeroMQ's look at protocols'
 * names, libsodium's and the C library's last resort for random bytes. */
static const char *const of_libraries[] = {"/proc/self",
                                           "/sys/devices/system/cpu",
                                           "/etc/localtime",
                                           "/usr/share/zoneinfo",
                                           "/etc/protocols",
                                           "/etc/nsswitch.conf",
                                           "/etc/ld.so.cache",
                                           "/dev/urandom",
                                           "/proc/sys/vm/overcommit_memory"};

static const enum inc_setting only_read[] = {
    INC_SET_esco,      INC_SET_esco_local,   INC_SET_comuni,
    INC_SET_space,     INC_SET_roles,        INC_SET_demand,
    INC_SET_crosswalk, INC_SET_label_vectors};
static const enum inc_setting written[] = {INC_SET_store, INC_SET_backup_dir};

/* The folder of a path; the path itself right beneath the root. */
static void
folder_of(char out[PATH_BYTES], const char *path)
{
    size_t len = strlen(path);
    char *slash;

    while (len > 1 && path[len - 1] == '/')
        len--;
    (void)snprintf(out, PATH_BYTES, "%.*s",
                   (int)(len < PATH_BYTES ? len : PATH_BYTES - 1), path);
    slash = strrchr(out, '/');
    if (slash == NULL)
        (void)snprintf(out, PATH_BYTES, ".");
    else if (slash != out)
        *slash = '\0';
}

/* The folder of an ipc endpoint; 0 for another. */
static int
folder_of_ipc(char out[PATH_BYTES], const char *endpoint)
{
    if (strncmp(endpoint, "ipc:///", 7) != 0)
        return 0;
    folder_of(out, endpoint + 6);
    return 1;
}

static enum inc_status
reach_ipc(const char *endpoint, inc_reach_fn *fn, void *arg,
          struct inc_err *err)
{
    char folder[PATH_BYTES];

    if (!folder_of_ipc(folder, endpoint))
        return INC_OK;
    return fn(arg, folder, INC_REACH_WRITE, err);
}

/* The key file and the list of who was erased, which lies beside it. */
static enum inc_status
reach_key(const struct inc_config *c, inc_reach_fn *fn, void *arg,
          struct inc_err *err)
{
    const char *set = inc_config_optional(c, INC_SET_key_file);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread */
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");
    char folder[PATH_BYTES];
    enum inc_status st = INC_OK;

    if (credentials != NULL && *credentials != '\0')
        INC_TRY(fn(arg, credentials, INC_REACH_READ, err));
    folder_of(folder, set != NULL ? set : inc_config_text(c, INC_SET_store));
    st = fn(arg, folder, INC_REACH_WRITE, err);
out:
    return st;
}

/* A pair of keys that is not there yet is made in its folder. */
static enum inc_status
reach_pair(const struct inc_config *c, enum inc_setting setting,
           inc_reach_fn *fn, void *arg, struct inc_err *err)
{
    const char *path = inc_config_optional(c, setting);
    char folder[PATH_BYTES];

    if (path == NULL)
        return INC_OK; /* in the store's folder */
    folder_of(folder, path);
    return fn(arg, folder,
              access(path, F_OK) == 0 ? INC_REACH_READ : INC_REACH_WRITE, err);
}

enum inc_status
inc_sandbox_reach(const struct inc_config *c, const char *file,
                  inc_reach_fn *fn, void *arg, struct inc_err *err)
{
    const char *ready = inc_config_optional(c, INC_SET_ready_file);
    char folder[PATH_BYTES];
    enum inc_status st = INC_OK;

    for (size_t i = 0; i < INC_COUNT(of_libraries); i++)
        INC_TRY(fn(arg, of_libraries[i], INC_REACH_READ, err));
    for (size_t i = 0; i < INC_COUNT(only_read); i++) {
        if (inc_config_optional(c, only_read[i]) == NULL)
            continue;
        folder_of(folder, inc_config_text(c, only_read[i]));
        INC_TRY(fn(arg, folder, INC_REACH_READ, err));
    }
    folder_of(folder, file);
    INC_TRY(fn(arg, folder, INC_REACH_READ, err));
    for (size_t i = 0; i < INC_COUNT(written); i++)
        if (inc_config_optional(c, written[i]) != NULL)
            INC_TRY(
                fn(arg, inc_config_text(c, written[i]), INC_REACH_WRITE, err));
    INC_TRY(reach_key(c, fn, arg, err));
    INC_TRY(reach_pair(c, INC_SET_server_key, fn, arg, err));
    INC_TRY(reach_pair(c, INC_SET_administrator_key, fn, arg, err));
    INC_TRY(reach_ipc(inc_config_text(c, INC_SET_endpoint), fn, arg, err));
    INC_TRY(reach_ipc(inc_config_text(c, INC_SET_events), fn, arg, err));
    if (ready != NULL) {
        folder_of(folder, ready);
        INC_TRY(fn(arg, folder, INC_REACH_WRITE, err));
    }
out:
    return st;
}

/* --- entering ---------------------------------------------------------------
 */

/* An inc_reach_fn: what the daemon may write to has to be there before. */
static enum inc_status
make_folder(void *arg, const char *path, enum inc_reach reach,
            struct inc_err *err)
{
    (void)arg;
    return reach == INC_REACH_WRITE ? inc_file_mkdirs(path, err) : INC_OK;
}

static enum inc_status
close_files(const struct inc_config *c, const char *file, struct inc_err *err)
{
    struct inc_landlock *l = NULL;
    enum inc_status st;

    INC_TRY(inc_landlock_open(&l, err));
    INC_TRY(inc_sandbox_reach(c, file, make_folder, NULL, err));
    INC_TRY(inc_sandbox_reach(c, file, inc_landlock_allow, l, err));
    INC_TRY(inc_landlock_enter(l, err));
out:
    inc_landlock_free(l);
    return st;
}

/* A door that this kernel does not have: an error when it was asked for. */
static enum inc_status
missing(enum inc_sandbox wish, enum inc_status st, struct inc_err *err)
{
    struct inc_log l;

    if (st != INC_E_NOTFOUND)
        return st;
    if (wish == INC_SANDBOX_ON) {
        err->status = INC_E_CONFIG;
        inc_err_where(err, "sandbox");
        inc_err_hint(err, "sandbox = auto takes what the kernel gives");
        return INC_E_CONFIG;
    }
    inc_log_start(&l, INC_LOG_WARN, "sandbox_incomplete");
    inc_log_err(&l, err);
    inc_log_end(&l);
    inc_err_clear(err);
    return INC_OK;
}

/* 1 when there is something to do. */
static int
wanted(enum inc_sandbox wish, enum inc_status *st, struct inc_err *err)
{
    *st = INC_OK;
    if (wish == INC_SANDBOX_OFF) {
        inc_log_event(INC_LOG_WARN, "sandbox_off");
        return 0;
    }
    if (!SANITIZED)
        return 1;
    if (wish == INC_SANDBOX_ON) {
        *st = inc_fail(err, INC_E_CONFIG, 0,
                       "a build with sanitizers has no sandbox");
        inc_err_where(err, "sandbox");
        inc_err_hint(err, "sandbox = auto, or the release build");
    }
    return 0;
}

enum inc_status
inc_sandbox_files(const struct inc_config *c, const char *file,
                  struct inc_err *err)
{
    const enum inc_sandbox wish =
        (enum inc_sandbox)inc_config_int(c, INC_SET_sandbox);
    struct inc_log l;
    enum inc_status st;

    if (!wanted(wish, &st, err))
        return st;
    st = close_files(c, file, err);
    if (st != INC_OK)
        return missing(wish, st, err);
    inc_log_start(&l, INC_LOG_INFO, "sandbox_files");
    inc_log_int(&l, "landlock_abi", inc_landlock_abi());
    inc_log_end(&l);
    return INC_OK;
}

static enum inc_sandbox
wish_of(const struct inc_config *c)
{
    return SANITIZED ? INC_SANDBOX_OFF
                     : (enum inc_sandbox)inc_config_int(c, INC_SET_sandbox);
}

enum inc_status
inc_sandbox_calls(const struct inc_config *c, struct inc_err *err)
{
    const enum inc_sandbox wish = wish_of(c);
    enum inc_status st;

    if (wish == INC_SANDBOX_OFF)
        return INC_OK;
    st = inc_seccomp_enter(err);
    if (st != INC_OK)
        return missing(wish, st, err);
    inc_log_event(INC_LOG_INFO, "sandbox_calls");
    return INC_OK;
}

enum inc_status
inc_sandbox_calls_of_scout(const struct inc_config *c, struct inc_err *err)
{
    const enum inc_sandbox wish = wish_of(c);
    enum inc_status st;

    if (wish == INC_SANDBOX_OFF)
        return INC_OK;
    st = inc_seccomp_enter_forking(err);
    return st == INC_E_NOTFOUND && wish != INC_SANDBOX_ON ? INC_OK : st;
}

void
inc_sandbox_hint(const struct inc_config *c, struct inc_err *err)
{
    if (err->os == EACCES && !SANITIZED &&
        inc_config_int(c, INC_SET_sandbox) != INC_SANDBOX_OFF)
        inc_err_hint(err, "the sandbox holds to the folders that were "
                          "configured at the start: restart to use others");
}
