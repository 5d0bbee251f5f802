#include "engine/daemon/options.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/file.h"
#include "engine/daemon/defaults.h"
#include "engine/server/server.h"

#define FILE_DEFAULT "/etc/incrocio/incrociod.conf"

static int
takes_file(const char *arg, const char *next, const char **file)
{
    if (strncmp(arg, "--config=", 9) == 0) {
        *file = arg + 9;
        return 1;
    }
    if (strcmp(arg, "--config") == 0) {
        *file = next;
        return 2;
    }
    return 0;
}

static int
is_run(const char *arg, enum inc_mode_of_run *run)
{
    static const struct {
        const char *flag;
        enum inc_mode_of_run run;
    } table[] = {{"--check", INC_RUN_CHECK},
                 {"--migration-report", INC_RUN_MIGRATION},
                 {"--help", INC_RUN_HELP},
                 {"-h", INC_RUN_HELP},
                 {"--version", INC_RUN_VERSION}};

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strcmp(arg, table[i].flag) == 0) {
            *run = table[i].run;
            return 1;
        }
    return 0;
}

static enum inc_status
unknown_argument(const char *arg, struct inc_err *err)
{
    size_t len = strcspn(arg, "=");
    const char *near = strncmp(arg, "--", 2) == 0
                           ? inc_config_nearest(arg + 2, len - 2)
                           : NULL;

    (void)inc_fail(err, INC_E_CONFIG, 0, "unknown argument '%.*s'",
                   (int)(len > 40 ? 40 : len), arg);
    inc_err_where(err, "command line");
    if (near != NULL)
        inc_err_hint(err, "did you mean --%s?", near);
    else
        inc_err_hint(err, "incrociod --help lists all flags");
    return INC_E_CONFIG;
}

/* One pass over the arguments; c may be NULL to look at the shape only. */
static enum inc_status
walk(struct inc_options *o, struct inc_config *c, struct inc_err *err)
{
    struct inc_config scrap = {0};
    enum inc_status st = INC_OK;

    for (int i = 1; i < o->argc;) {
        const char *next = i + 1 < o->argc ? o->argv[i + 1] : NULL;
        int used = takes_file(o->argv[i], next, &o->file);

        if (used == 2 && next == NULL) {
            st = inc_fail(err, INC_E_CONFIG, 0, "--config needs a file");
            goto out;
        }
        if (used == 0)
            used = is_run(o->argv[i], &o->run);
        if (used == 0)
            INC_TRY(inc_config_flag(c != NULL ? c : &scrap, o->argv[i], next,
                                    &used, err));
        if (used == 0) {
            st = unknown_argument(o->argv[i], err);
            goto out;
        }
        i += used;
    }
out:
    inc_config_release(&scrap);
    return st;
}

enum inc_status
inc_options_read(struct inc_options *o, int argc, char **argv,
                 struct inc_err *err)
{
    *o = (struct inc_options){.argc = argc, .argv = argv};
    return walk(o, NULL, err);
}

const char *
inc_options_file(const struct inc_options *o)
{
    return o->file != NULL ? o->file : FILE_DEFAULT;
}

static enum inc_status
load_file(struct inc_config *c, const char *file, struct inc_err *err)
{
    struct inc_buf text = {0};
    const char *name = file != NULL ? file : FILE_DEFAULT;
    enum inc_status st = inc_file_read(&text, name, INC_CONFIG_BYTES_MAX, err);

    if (st == INC_E_NOTFOUND && file == NULL) {
        inc_err_clear(err);
        st = INC_OK;
        goto out;
    }
    if (st != INC_OK) {
        if (err != NULL)
            err->status = INC_E_CONFIG;
        st = INC_E_CONFIG;
        goto out;
    }
    st = inc_config_file(c, name, text.data, text.len, err);
out:
    inc_buf_release(&text);
    return st;
}

static const char *
environment(const char *name)
{
    /* Nobody changes the environment after main began. */
    return getenv(name); /* NOLINT(concurrency-mt-unsafe) */
}

enum inc_status
inc_options_load(struct inc_config *c, const struct inc_options *o,
                 struct inc_err *err)
{
    struct inc_options copy = *o;
    enum inc_status st;

    INC_TRY(walk(&copy, c, err));
    INC_TRY(inc_config_environment(c, environment, err));
    INC_TRY(load_file(c, copy.file, err));
    INC_TRY(inc_defaults_fill(c, environment, err));
    INC_TRY(inc_config_finish(c, err));
    st = inc_endpoint_check(inc_config_text(c, INC_SET_endpoint), err);
    if (st != INC_OK) {
        inc_err_where(err, "%s", c->value[INC_SET_endpoint].origin);
        goto out;
    }
    if (inc_config_optional(c, INC_SET_metrics) != NULL)
        st = inc_metrics_check(inc_config_text(c, INC_SET_metrics), err);
    if (st != INC_OK) {
        inc_err_where(err, "%s", c->value[INC_SET_metrics].origin);
        goto out;
    }
    st = inc_events_check(inc_config_text(c, INC_SET_events), err);
    if (st != INC_OK)
        inc_err_where(err, "%s", c->value[INC_SET_events].origin);
out:
    return st;
}

void
inc_options_help(FILE *to)
{
    (void)fprintf(
        to, "Usage: incrociod [--config FILE] [--SETTING VALUE ...]\n"
            "       incrociod --check | --migration-report | --help | "
            "--version\n\n"
            "Matches people with companies' training needs; see incrocio(1) "
            "for the client.\n\n"
            "  --config FILE       default " FILE_DEFAULT " when it is there\n"
            "  --check             print the settings, try everything, exit\n"
            "  --migration-report  URIs of stored records that the taxonomy "
            "does not know\n\n"
            "Settings, as flags (--queue-max 100), environment "
            "(INCROCIO_QUEUE_MAX=100) or\nlines of the file (queue_max = "
            "100); the first of these wins:\n\n");
    for (int s = 0; s < INC_SETTINGS; s++)
        (void)fprintf(to, "  %-18s %s\n", inc_setting_name((enum inc_setting)s),
                      inc_setting_doc((enum inc_setting)s));
    (void)fprintf(to,
                  "\nSignals: TERM, INT stop cleanly; HUP reloads taxonomy, "
                  "space, comuni and log level.\n"
                  "Exit codes: 0 stopped as asked, 1 usage or "
                  "configuration, 5 trouble.\n");
}
