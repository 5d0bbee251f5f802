/* options.h - the command line of the load generator. Main thread. */
#ifndef INC_BENCH_LOAD_OPTIONS_H
#define INC_BENCH_LOAD_OPTIONS_H

#include <stdio.h>

#include "bench/load/generator.h"

struct inc_load_options {
    struct inc_load_plan plan;
    struct inc_mix_options ask;
    const char *mix; /* views argv, as all texts here */
    int writes, timeline, help;
    char endpoint[INC_ENDPOINT_MAX];
};

/* INC_E_CONFIG names the option, what is wrong with it and what would be
 * right. `o` keeps views of argv. */
enum inc_status inc_load_options(struct inc_load_options *o, int argc,
                                 char **argv, struct inc_err *err);
void inc_load_help(FILE *to);

#endif
