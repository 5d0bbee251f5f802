/*
 * options.h - the command line of incrociod, and everything it needs to make
 * a whole configuration. Floor engine/daemon. Main thread; the scribe calls
 * inc_options_load() again for a reload.
 */
#ifndef INC_DAEMON_OPTIONS_H
#define INC_DAEMON_OPTIONS_H

#include <stdio.h>

#include "engine/daemon/config.h"

enum inc_mode_of_run {
    INC_RUN_SERVE,
    INC_RUN_CHECK,
    INC_RUN_MIGRATION,
    INC_RUN_HELP,
    INC_RUN_VERSION
};

struct inc_options {
    enum inc_mode_of_run run;
    const char *file; /* --config, or NULL: the default one when it is there */
    int argc;
    char **argv; /* borrowed from main */
};

/* Which run and which file. Settings' flags are checked by load.
 * INC_E_CONFIG for an argument that is neither. */
enum inc_status inc_options_read(struct inc_options *o, int argc, char **argv,
                                 struct inc_err *err);

/* Flags, environment, file, defaults; checked. *c is the caller's to release
 * whatever comes back. */
enum inc_status inc_options_load(struct inc_config *c,
                                 const struct inc_options *o,
                                 struct inc_err *err);

/* The configuration file, whether it is there or not. */
const char *inc_options_file(const struct inc_options *o);

void inc_options_help(FILE *to);

#endif
