/* tables.c - commands and options as const tables, from their .def files. */
#include <stdint.h>

#include "clients/cli/cli.h"
#include "proto/names.h"

const struct inc_option inc_options[INC_OPT_COUNT] = {
#define INC_X(name, spelling, italian, value, kind, low, high, doc)            \
    {spelling, italian, value, INC_TAKES_##kind, low, high, doc},
#include "clients/cli/options.def"
#undef INC_X
};

#define O(name) ((inc_option_set)1 << INC_OPT_##name)
_Static_assert(INC_OPT_COUNT <= 128, "sets of options are 128 bits");

const inc_option_set inc_global_options =
    O(ENDPOINT) | O(JSON) | O(LANG) | O(TIMEOUT) | O(QUIET) | O(ACTOR) |
    O(PURPOSE) | O(KEY) | O(FULL) | O(HELP);

#define INC_MATCH_OPTIONS                                                      \
    (O(K) | O(CURSOR) | O(AS_OF) | O(ATTITUDE) | O(FACETS) | O(EXPLAIN) |      \
     O(NO_EXPLAIN) | O(BRIEF) | O(RULE) | O(COMUNE) | O(PROVINCE) |            \
     O(REGION) | O(RADIUS) | O(AVAILABLE_BY) | O(LANGUAGE) | O(LICENCE) |      \
     O(OFFICE) | O(UPDATED_SINCE))
#define INC_IMPORT_OPTIONS (O(ERRORS) | O(RESTART) | O(DRY_RUN) | O(FORMAT))

const struct inc_command inc_commands[] = {
#define INC_X(name, operands, low, high, run, options, doc)                    \
    {name, operands, low, high, inc_cmd_##run, options, doc},
#include "clients/cli/commands.def"
#undef INC_X
};
const size_t inc_commands_count = sizeof inc_commands / sizeof inc_commands[0];

const char *const inc_family_names[][2] = {{"persona", "candidate"},
                                           {"fabbisogno", "need"},
                                           {"azienda", "company"},
                                           {"chiavi", "keys"},
                                           {"bozza", "draft"},
                                           {"conservazione", "retention"},
                                           {NULL, NULL}};

const char *const *
inc_option_names(enum inc_opt opt)
{
    static const char *const languages[] = {"it", "en", NULL};

    switch (inc_options[opt].kind) {
    case INC_TAKES_FLAG:
    case INC_TAKES_TEXT:
    case INC_TAKES_FILE:
    case INC_TAKES_INT:
    case INC_TAKES_DATE:
        return NULL;
    case INC_TAKES_LANG:
        return languages;
    case INC_TAKES_ATTITUDE:
        return inc_attitude_names;
    case INC_TAKES_RULE:
        return inc_rule_names;
    case INC_TAKES_LICENCE:
        return inc_licence_names;
    case INC_TAKES_KIND:
        return inc_need_kind_names;
    case INC_TAKES_PILLAR:
        return inc_pillar_names;
    }
    return NULL;
}
