#include "engine/daemon/defaults.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/file.h"

enum { PATH_BYTES = 4096 };

#define TMP_PREFIX "ipc:///tmp/incrocio-"

static enum inc_status
set(struct inc_config *c, enum inc_setting s, const char *value,
    struct inc_err *err)
{
    return inc_config_set(c, s, INC_FROM_DEFAULT, "default", value,
                          strlen(value), err);
}

static enum inc_status
fill_endpoint(struct inc_config *c, const char *(*get)(const char *),
              struct inc_err *err)
{
    const char *run = get("XDG_RUNTIME_DIR");
    char text[PATH_BYTES];

    if (run != NULL && run[0] == '/')
        (void)snprintf(text, sizeof text,
                       "ipc://%.1024s/incrocio/incrociod.sock", run);
    else
        (void)snprintf(text, sizeof text, TMP_PREFIX "%lu/incrociod.sock",
                       (unsigned long)getuid());
    return set(c, INC_SET_endpoint, text, err);
}

static enum inc_status
fill_store(struct inc_config *c, const char *(*get)(const char *),
           struct inc_err *err)
{
    const char *data = get("XDG_DATA_HOME"), *home = get("HOME");
    char text[PATH_BYTES];

    if (data != NULL && data[0] == '/') {
        (void)snprintf(text, sizeof text, "%.3000s/incrocio/store", data);
    } else if (home != NULL && home[0] == '/') {
        (void)snprintf(text, sizeof text, "%.3000s/.local/share/incrocio/store",
                       home);
    } else {
        (void)inc_fail(err, INC_E_CONFIG, 0,
                       "no folder for the store: neither HOME nor "
                       "XDG_DATA_HOME is set");
        inc_err_where(err, "store");
        inc_err_hint(err, "incrociod --store DIR");
        return INC_E_CONFIG;
    }
    return set(c, INC_SET_store, text, err);
}

static int
is_folder(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* The sample: of the source tree for a program in its build tree, else
 * ../share/incrocio/sample beside the program, else where it was installed. */
static void
find_sample(char out[PATH_BYTES])
{
    char self[PATH_BYTES];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    char *slash;

    if (n > 0) {
        self[n] = '\0';
        if (strncmp(self, INC_BUILD_DIR "/", sizeof INC_BUILD_DIR) == 0 &&
            is_folder(INC_SOURCE_SAMPLE)) {
            (void)snprintf(out, PATH_BYTES, "%s", INC_SOURCE_SAMPLE);
            return;
        }
        slash = strrchr(self, '/');
        if (slash != NULL) {
            *slash = '\0';
            (void)snprintf(out, PATH_BYTES, "%.4000s/../share/incrocio/sample",
                           self);
            if (is_folder(out))
                return;
        }
    }
    (void)snprintf(out, PATH_BYTES, "%s/sample", INC_SHARE_DIR);
}

static enum inc_status
fill_reference(struct inc_config *c, struct inc_err *err)
{
    char sample[PATH_BYTES], text[PATH_BYTES + 16];
    enum inc_status st;

    find_sample(sample);
    INC_TRY(set(c, INC_SET_esco, sample, err));
    (void)snprintf(text, sizeof text, "%s/comuni.tsv", sample);
    st = set(c, INC_SET_comuni, text, err);
out:
    return st;
}

/* <store>/../space.incs, without the dots when that is easy to say. */
static enum inc_status
fill_space(struct inc_config *c, struct inc_err *err)
{
    const char *store = inc_config_text(c, INC_SET_store);
    size_t len = strlen(store);
    char text[PATH_BYTES + 32];

    while (len > 1 && store[len - 1] == '/')
        len--;
    while (len > 0 && store[len - 1] != '/')
        len--;
    (void)snprintf(text, sizeof text, "%.*sspace.incs",
                   (int)(len > PATH_BYTES ? PATH_BYTES : len), store);
    return set(c, INC_SET_space, text, err);
}

enum inc_status
inc_defaults_fill(struct inc_config *c, const char *(*get)(const char *name),
                  struct inc_err *err)
{
    enum inc_status st = INC_OK;

    if (c->value[INC_SET_endpoint].source < INC_FROM_DEFAULT)
        INC_TRY(fill_endpoint(c, get, err));
    if (c->value[INC_SET_store].source < INC_FROM_DEFAULT)
        INC_TRY(fill_store(c, get, err));
    INC_TRY(fill_reference(c, err));
    INC_TRY(fill_space(c, err));
out:
    return st;
}

enum inc_status
inc_defaults_check_folder(const char *endpoint, struct inc_err *err)
{
    char dir[PATH_BYTES];
    char *slash;
    struct stat info;
    enum inc_status st = INC_OK;

    if (strncmp(endpoint, TMP_PREFIX, strlen(TMP_PREFIX)) != 0)
        return INC_OK;
    (void)snprintf(dir, sizeof dir, "%s", endpoint + strlen("ipc://"));
    slash = strrchr(dir, '/');
    if (slash != NULL)
        *slash = '\0';
    INC_TRY(inc_file_mkdirs(dir, err));
    if (lstat(dir, &info) != 0)
        return inc_fail(err, INC_E_IO, errno, "cannot look at %.160s", dir);
    if (S_ISDIR(info.st_mode) && info.st_uid == geteuid() &&
        (info.st_mode & 077) == 0)
        return INC_OK;
    (void)inc_fail(err, INC_E_CONFIG, 0,
                   "%.160s is not this user's own private folder", dir);
    inc_err_where(err, "endpoint");
    inc_err_hint(err, "remove it or chmod 700 it, or set XDG_RUNTIME_DIR or "
                      "another endpoint");
    return INC_E_CONFIG;
out:
    return st;
}
