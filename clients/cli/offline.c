/* offline.c - commands that work on files run in incrocio-offline, which holds
 * the parts of the engine they need. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clients/cli/cli.h"

enum { PATH_BYTES = 4200, ARGV_MAX = 2 * INC_GIVEN_MAX + INC_WORDS_MAX + 8 };

int
inc_cmd_offline(struct inc_cli *c)
{
    /* Beside this program, installed apart, or in a build tree. */
    static const char *const places[] = {"", "/../libexec/incrocio",
                                         "/../../engine/tools"};
    char path[PATH_BYTES], family[32];
    const char *argv[ARGV_MAX];
    size_t n = 0;
    const struct inc_args *a = &c->args;
    const char *verb = inc_command_verb(a->command);

    (void)snprintf(family, sizeof family, "%.*s",
                   (int)strcspn(a->command->name, " "), a->command->name);
    argv[n++] = "incrocio-offline";
    argv[n++] = "--lang";
    argv[n++] = c->lang;
    argv[n++] = verb[0] == '\0' ? "store" : family; /* restore stands alone */
    argv[n++] = verb[0] == '\0' ? family : verb;
    for (size_t i = 0; i < a->words; i++)
        argv[n++] = a->word[i];
    for (size_t i = 0; i < a->n_given; i++) {
        static char names[INC_OPT_COUNT][40];
        enum inc_opt opt = a->given[i].opt;
        if (((((inc_option_set)1 << opt)) & a->command->options) == 0 &&
            opt != INC_OPT_JSON)
            continue;
        (void)snprintf(names[opt], sizeof names[opt], "--%s",
                       inc_options[opt].name);
        argv[n++] = names[opt];
        if (a->given[i].value != NULL)
            argv[n++] = a->given[i].value;
    }
    argv[n] = NULL;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        (void)snprintf(path, sizeof path, "%s%s/incrocio-offline",
                       inc_program_folder(), places[i]);
        (void)execv(path, (char *const *)argv);
    }
    (void)fprintf(stderr, "incrocio: %s\n",
                  _("incrocio-offline is not installed beside this program"));
    return 5;
}
