/*
 * tool.h - what the parts of incrocio-offline share. Floor 9.
 *
 * Offline work needs the engine's upper floors (training, taxonomy, store), so
 * it is a program of its own; `incrocio space`, `incrocio taxonomy` and
 * `incrocio restore` start it. One thread.
 */
#ifndef INC_TOOLS_TOOL_H
#define INC_TOOLS_TOOL_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/status.h"
#include "engine/store/store.h"
#include "engine/taxonomy/taxonomy.h"

enum { INC_TOOL_WORDS = 4 };

/* Everything a command line can say; NULL and 0 mean "not said". */
struct inc_tool_args {
    const char *word[INC_TOOL_WORDS]; /* positional, after the command */
    size_t words;
    const char *esco, *local, *comuni, *space, *out, *exclude, *version,
        *key_file, *keys, *with_store, *with_pairs, *match_set, *pairs, *known;
    int64_t dim, k, seed, power, least, weight;
    int json;
};

/* One command: exit code. */
typedef int inc_tool_fn(const struct inc_tool_args *a);
inc_tool_fn inc_tool_space_train, inc_tool_space_info,
    inc_tool_space_neighbours, inc_tool_space_compare, inc_tool_taxonomy_check,
    inc_tool_store_verify, inc_tool_store_restore, inc_tool_store_info,
    inc_tool_store_rotate;

/* Load the taxonomy named by --esco and --local, with a bar. */
enum inc_status inc_tool_taxonomy(struct inc_taxonomy **out, const char *esco,
                                  const struct inc_tool_args *a,
                                  struct inc_err *err);

/* To open a store for reading, as the daemon is told: the option, or the
 * setting in the environment. */
struct inc_store_options inc_tool_store_options(const struct inc_tool_args *a);

/* "Missing --out": prints it and hands back the exit code for bad usage. */
int inc_tool_missing(const char *what);

#endif
