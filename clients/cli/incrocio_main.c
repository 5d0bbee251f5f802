/* incrocio - the command line of incrociod. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/cli.h"
#include "clients/cli/concepts.h"
#include "clients/cli/json.h"
#include "engine/base/hash.h"

/* The language must be known before the first message, so --lang is looked
 * for ahead of parsing. */
static const char *
early_language(int argc, char **argv)
{
    static const char *const names[] = {"--lang", "--lingua-messaggi"};

    for (int i = 1; i < argc && argv[i] != NULL; i++) {
        const char *value = NULL;
        for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
            size_t len = strlen(names[k]);
            if (strcmp(argv[i], names[k]) == 0 && i + 1 < argc)
                value = argv[i + 1];
            else if (strncmp(argv[i], names[k], len) == 0 &&
                     argv[i][len] == '=')
                value = argv[i] + len + 1;
        }
        if (value != NULL &&
            (strcmp(value, "it") == 0 || strcmp(value, "en") == 0))
            return value;
    }
    return NULL;
}

int
main(int argc, char **argv)
{
    struct inc_cli c = {0};
    struct inc_err err;
    int code = 0;

    inc_err_clear(&err);
    c.lang = inc_speak(early_language(argc, argv));
    inc_term_look(&c.term);
    if (inc_hash_start() != 0)
        return 5;
    if (inc_args_parse(&c.args, argc, argv, &err) != INC_OK) {
        (void)inc_complain(&err);
        return 1;
    }
    c.json = inc_arg_has(&c.args, INC_OPT_JSON);
    c.quiet = inc_arg_has(&c.args, INC_OPT_QUIET);
    if (c.args.command == NULL || inc_arg_has(&c.args, INC_OPT_HELP)) {
        code = inc_cmd_help(&c);
        if (c.args.command == NULL && argc > 1 &&
            !inc_arg_has(&c.args, INC_OPT_HELP))
            code = 1;
    } else {
        code = c.args.command->run(&c);
    }
    inc_concepts_release(&c);
    inc_client_close(c.client);
    /* A full disk or a closed pipe must not look like success. */
    if (c.out.failed ||
        (c.out.len > 0 &&
         fwrite(c.out.data, 1, c.out.len, stdout) != c.out.len) ||
        fflush(stdout) != 0) {
        (void)fprintf(stderr, "incrocio: %s\n",
                      _("the output could not be written"));
        code = code == 0 ? 5 : code;
    }
    inc_buf_release(&c.out);
    return code;
}
