/*
 * cli.h - what the parts of the command line share.
 *
 * One thread. Commands and options are described once, in commands.def and
 * options.def. A command returns its exit code (inc_status_exit()).
 */
#ifndef INC_CLIENTS_CLI_CLI_H
#define INC_CLIENTS_CLI_CLI_H

#include <libintl.h>
#include <stddef.h>
#include <stdint.h>

#include "clients/c/incrocio.h"
#include "engine/base/buf.h"
#include "engine/base/status.h"

#define _(text) gettext(text)
#define N_(text) text /* for xgettext: translated where it is shown */

enum { INC_WORDS_MAX = 16, INC_GIVEN_MAX = 128 };

enum inc_opt {
#define INC_X(name, spelling, italian, value, kind, low, high, doc)            \
    INC_OPT_##name,
#include "clients/cli/options.def"
#undef INC_X
    INC_OPT_COUNT
};

enum inc_opt_kind {
    INC_TAKES_FLAG,
    INC_TAKES_TEXT,
    INC_TAKES_FILE,
    INC_TAKES_INT,
    INC_TAKES_DATE,
    INC_TAKES_LANG, /* from here on: names, checked against a list */
    INC_TAKES_ATTITUDE,
    INC_TAKES_RULE,
    INC_TAKES_LICENCE,
    INC_TAKES_KIND,
    INC_TAKES_PILLAR
};

struct inc_option {
    const char *name, *italian, *value;
    enum inc_opt_kind kind;
    int64_t low, high;
    const char *doc;
};
extern const struct inc_option inc_options[INC_OPT_COUNT];

/* A set of options: there are more than 64. */
__extension__ typedef unsigned __int128 inc_option_set;

/* The names a value may have, NULL-ended, or NULL for free values. */
const char *const *inc_option_names(enum inc_opt opt);

struct inc_cli;
typedef int inc_command_fn(struct inc_cli *c);

struct inc_command {
    const char *name, *operands;
    size_t low, high;
    inc_command_fn *run;
    inc_option_set options; /* bit by enum inc_opt, besides the global ones */
    const char *doc;
};
extern const struct inc_command inc_commands[];
extern const size_t inc_commands_count;
extern const inc_option_set inc_global_options;
/* Italian family names: {"persona", "candidate"} ..., ended by NULLs. */
extern const char *const inc_family_names[][2];

/* A parsed command line; everything views argv. */
struct inc_args {
    const struct inc_command *command;
    const char *word[INC_WORDS_MAX]; /* operands */
    size_t words;
    struct {
        enum inc_opt opt;
        const char *value; /* NULL for a flag */
    } given[INC_GIVEN_MAX];
    size_t n_given;
};

/*
 * Parse. INC_E_CONFIG with a message for people in *err (already translated).
 * a->command stays NULL when there is no command in argv at all.
 */
enum inc_status inc_args_parse(struct inc_args *a, int argc, char **argv,
                               struct inc_err *err);
int inc_arg_has(const struct inc_args *a, enum inc_opt opt);
const char *inc_arg(const struct inc_args *a, enum inc_opt opt); /* last */
int64_t inc_arg_int(const struct inc_args *a, enum inc_opt opt,
                    int64_t otherwise);
/* Call `each` for every comma-separated item of every use of the option; how
 * many there were. */
typedef void inc_item_fn(void *arg, const char *item, size_t len);
size_t inc_arg_items(const struct inc_args *a, enum inc_opt opt,
                     inc_item_fn *each, void *arg);
/* Second word of the command's name: "put" of "candidate put". */
const char *inc_command_verb(const struct inc_command *c);

/* The screen, as far as known. */
struct inc_term {
    size_t width; /* columns, 40..200 */
    int tty;      /* stdout is a terminal */
    int utf8;     /* it shows more than ASCII */
    int colour;
};
void inc_term_look(struct inc_term *t);

struct inc_labels;

struct inc_cli {
    struct inc_args args;
    struct inc_client *client; /* opened by the first question */
    struct inc_term term;
    int json, quiet;
    const char *lang;          /* "it" or "en" */
    struct inc_labels *labels; /* concepts.c */
    struct inc_buf out;        /* what goes to stdout at the end */
};

/* Choose the language of messages: "it", "en", or NULL to ask the
 * environment; returns the choice. */
const char *inc_speak(const char *lang);
/* The folder of this program, without a slash at the end; "" if unknown. */
const char *inc_program_folder(void);

/* A text of the client or the daemon in the reader's language, if known. */
const char *inc_known_text(const char *text);

/* Print an error on stderr; hands back the exit code. */
int inc_complain(const struct inc_err *err);

/* Ask the daemon one question; connects when needed. slow: minutes, not
 * seconds, and never asked twice. */
enum inc_status inc_ask(struct inc_cli *c, enum inc_op op,
                        const struct inc_buf *body, int slow,
                        struct inc_answer *out, struct inc_err *err);
enum inc_status inc_connect(struct inc_cli *c, int64_t connect_ms,
                            struct inc_err *err);
int64_t inc_timeout_ms(const struct inc_cli *c, int64_t otherwise);

/* Put the exact reply on c->out as JSON, with a newline. */
void inc_show_json(struct inc_cli *c, const struct inc_node *body);

/* Handlers: one a name in commands.def. */
#define INC_X(name, operands, low, high, run, options, doc)                    \
    int inc_cmd_##run(struct inc_cli *c);
#include "clients/cli/commands.def"
#undef INC_X

#endif
