/* help.c - help, manual pages and shell completion, all from the tables. */
#include <stdio.h>
#include <string.h>

#include "clients/cli/cli.h"
#include "clients/cli/show.h"

enum { NAME_COLUMNS = 24, FAMILY_MAX = 32 };

static size_t
family_length(const struct inc_command *c)
{
    return strcspn(c->name, " ");
}

static int
same_family(const struct inc_command *a, const struct inc_command *b)
{
    return family_length(a) == family_length(b) &&
           strncmp(a->name, b->name, family_length(a)) == 0;
}

static const char *
italian_family(const struct inc_command *c)
{
    for (size_t i = 0; inc_family_names[i][0] != NULL; i++)
        if (strlen(inc_family_names[i][1]) == family_length(c) &&
            strncmp(c->name, inc_family_names[i][1], family_length(c)) == 0)
            return inc_family_names[i][0];
    return NULL;
}

static void
put_entry(struct inc_cli *c, const char *name, const char *text)
{
    inc_buf_text(&c->out, "  ");
    if (strlen(name) > NAME_COLUMNS - 2)
        inc_buf_printf(&c->out, "%s\n%*s", name, NAME_COLUMNS + 2, "");
    else
        inc_pad(&c->out, name, NAME_COLUMNS);
    (void)inc_wrap(&c->out, text, NAME_COLUMNS + 2, NAME_COLUMNS + 2,
                   c->term.width);
    inc_buf_text(&c->out, "\n");
}

static void
put_options(struct inc_cli *c, inc_option_set options)
{
    char name[96];

    for (int i = 0; i < INC_OPT_COUNT; i++) {
        const struct inc_option *o = &inc_options[i];
        if ((options >> i & 1u) == 0)
            continue;
        int italian = c->lang[0] == 'i' && o->italian[0] != '\0';
        (void)snprintf(name, sizeof name, "--%s%s%s",
                       italian ? o->italian : o->name,
                       o->value[0] != '\0' ? " " : "", o->value);
        put_entry(c, name, _(o->doc));
    }
}

static void
help_all(struct inc_cli *c)
{
    char name[96];

    inc_buf_printf(&c->out, "%s\n\n%s\n\n",
                   _("incrocio - who fits a company's need, and which needs "
                     "fit a person"),
                   _("Usage: incrocio COMMAND [OPTIONS]"));
    for (size_t i = 0; i < inc_commands_count; i++) {
        const struct inc_command *k = &inc_commands[i];
        (void)snprintf(name, sizeof name, "%s", k->name);
        put_entry(c, name, _(k->doc));
    }
    inc_buf_printf(&c->out, "\n%s\n", _("For every command:"));
    put_options(c, inc_global_options);
    inc_buf_printf(&c->out, "\n%s\n%s\n",
                   _("candidate, need and company may be called persona, "
                     "fabbisogno and azienda."),
                   _("More about one command: incrocio help COMMAND"));
}

static void
help_one(struct inc_cli *c, const struct inc_command *k)
{
    inc_buf_printf(&c->out, "incrocio %s%s%s%s\n", k->name,
                   k->operands[0] != '\0' ? " " : "", k->operands,
                   k->options != 0 ? _(" [OPTIONS]") : "");
    (void)inc_wrap(&c->out, _(k->doc), 0, 0, c->term.width);
    inc_buf_text(&c->out, "\n");
    if (k->options != 0) {
        inc_buf_printf(&c->out, "\n%s\n", _("Options:"));
        put_options(c, k->options);
    }
    inc_buf_printf(&c->out, "\n%s\n", _("For every command:"));
    put_options(c, inc_global_options);
}

/* --- manual pages -------------------------------------------------------- */

/* Text for roff: backslashes and leading dots are its commands. */
static void
put_roff(struct inc_buf *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        inc_buf_text(out, "\\&");
    for (; *text != '\0'; text++) {
        if (*text == '\\')
            inc_buf_text(out, "\\e");
        else if (*text == '-')
            inc_buf_text(out, "\\-");
        else
            inc_buf_add(out, text, 1);
    }
}

static void
man_heading(struct inc_buf *out, const char *text)
{
    inc_buf_text(out, ".SH ");
    put_roff(out, text);
    inc_buf_text(out, "\n");
}

static void
man_options(struct inc_buf *out, inc_option_set options)
{
    for (int i = 0; i < INC_OPT_COUNT; i++) {
        const struct inc_option *o = &inc_options[i];
        const char *const *names = inc_option_names((enum inc_opt)i);
        if ((options >> i & 1u) == 0)
            continue;
        inc_buf_text(out, ".TP\n.BR ");
        put_roff(out, "--");
        put_roff(out, o->name);
        if (o->italian[0] != '\0') {
            inc_buf_text(out, " \", \" ");
            put_roff(out, "--");
            put_roff(out, o->italian);
        }
        if (o->value[0] != '\0')
            inc_buf_printf(out, " \" \\fI%s\"", o->value);
        inc_buf_text(out, "\n");
        put_roff(out, _(o->doc));
        if (names != NULL) {
            inc_buf_text(out, ":");
            for (size_t k = 0; names[k] != NULL; k++) {
                inc_buf_text(out, k > 0 ? ", " : " ");
                put_roff(out, names[k]);
            }
        }
        inc_buf_text(out, ".\n");
    }
}

static void
man_command(struct inc_buf *out, const struct inc_command *k)
{
    inc_buf_text(out, ".SS incrocio ");
    put_roff(out, k->name);
    inc_buf_text(out, " ");
    put_roff(out, k->operands);
    inc_buf_text(out, "\n");
    put_roff(out, _(k->doc));
    inc_buf_text(out, "\n");
    man_options(out, k->options);
}

static void
man_exit(struct inc_buf *out)
{
    static const struct {
        int code;
        const char *text;
    } codes[] = {
        {0, N_("done")},
        {1, N_("wrong command, or data that was refused")},
        {2, N_("no such record, or an empty list")},
        {3, N_("forbidden")},
        {4, N_("the data is not enough for an answer")},
        {5, N_("the service cannot answer now")},
    };

    man_heading(out, _("EXIT STATUS"));
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        inc_buf_printf(out, ".TP\n.B %d\n", codes[i].code);
        put_roff(out, _(codes[i].text));
        inc_buf_text(out, ".\n");
    }
}

static void
man_environment(struct inc_buf *out)
{
    static const struct {
        const char *name, *text;
    } variables[] = {
        {"INCROCIO_ENDPOINT",
         N_("Where the daemon listens. Default: "
            "ipc://$XDG_RUNTIME_DIR/incrocio/incrociod.sock, else "
            "ipc:///tmp/incrocio-UID/incrociod.sock")},
        {"INCROCIO_ACTOR, INCROCIO_PURPOSE",
         N_("Who asks and why, kept in the journal with every write")},
        {"LC_ALL, LC_MESSAGES, LANG",
         N_("Language of messages: Italian unless another language is "
            "named")},
        {"COLUMNS", N_("Width of the screen")},
        {"NO_COLOR", N_("When set, no colour")},
    };

    man_heading(out, _("ENVIRONMENT"));
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        inc_buf_text(out, ".TP\n.B ");
        put_roff(out, variables[i].name);
        inc_buf_text(out, "\n");
        put_roff(out, _(variables[i].text));
        inc_buf_text(out, ".\n");
    }
}

static void
man_title(struct inc_buf *out, const char *name, const char *doc)
{
    inc_buf_printf(out, ".TH \"%s\" 1 \"\" \"incrocio %s\" \"incrocio\"\n",
                   name, INC_RELEASE);
    man_heading(out, _("NAME"));
    put_roff(out, name);
    inc_buf_text(out, " \\- ");
    put_roff(out, doc);
    inc_buf_text(out, "\n");
}

static void
man_family(struct inc_cli *c, const struct inc_command *first)
{
    char name[FAMILY_MAX + 16];
    struct inc_buf *out = &c->out;
    const char *italian = italian_family(first);

    (void)snprintf(name, sizeof name, "incrocio-%.*s",
                   (int)family_length(first), first->name);
    man_title(out, name, _(first->doc));
    man_heading(out, _("COMMANDS"));
    for (size_t i = 0; i < inc_commands_count; i++)
        if (same_family(&inc_commands[i], first))
            man_command(out, &inc_commands[i]);
    if (italian != NULL) {
        inc_buf_text(out, ".PP\n");
        inc_buf_printf(out, _("In Italian: incrocio %s."), italian);
        inc_buf_text(out, "\n");
    }
    man_heading(out, _("OPTIONS FOR EVERY COMMAND"));
    man_options(out, inc_global_options);
    man_exit(out);
    man_environment(out);
    man_heading(out, _("SEE ALSO"));
    inc_buf_text(out, ".BR incrocio (1),\n.BR incrociod (8)\n");
}

static void
man_main(struct inc_cli *c)
{
    struct inc_buf *out = &c->out;
    const struct inc_command *before = NULL;

    man_title(out, "incrocio",
              _("who fits a company's need, and which needs fit a person"));
    man_heading(out, _("SYNOPSIS"));
    inc_buf_printf(out, ".B incrocio\n%s\n", _("COMMAND [OPTIONS]"));
    man_heading(out, _("DESCRIPTION"));
    put_roff(out, _("incrocio asks incrociod: it stores people's profiles and "
                    "companies' needs, and shows who fits a need and which "
                    "needs fit a person, with an explanation whose lines add "
                    "up to the score."));
    inc_buf_text(out, "\n");
    man_heading(out, _("COMMANDS"));
    for (size_t i = 0; i < inc_commands_count; i++) {
        inc_buf_text(out, ".TP\n.B ");
        put_roff(out, inc_commands[i].name);
        inc_buf_text(out, " ");
        put_roff(out, inc_commands[i].operands);
        inc_buf_text(out, "\n");
        put_roff(out, _(inc_commands[i].doc));
        inc_buf_text(out, "\n");
    }
    man_heading(out, _("OPTIONS FOR EVERY COMMAND"));
    man_options(out, inc_global_options);
    man_exit(out);
    man_environment(out);
    man_heading(out, _("SEE ALSO"));
    for (size_t i = 0; i < inc_commands_count; i++) {
        const struct inc_command *k = &inc_commands[i];
        if (strchr(k->name, ' ') == NULL ||
            (before != NULL && same_family(k, before)))
            continue;
        before = k;
        inc_buf_printf(out, ".BR incrocio\\-%.*s (1),\n", (int)family_length(k),
                       k->name);
    }
    inc_buf_text(out, ".BR incrociod (8)\n");
}

/* --- dispatch ------------------------------------------------------------ */

/* Commands whose name begins with the words asked for. */
static int
begins(const struct inc_command *k, const struct inc_args *a)
{
    const char *italian = italian_family(k);
    size_t len = family_length(k);

    if (a->words == 0)
        return 0;
    if (!(strlen(a->word[0]) == len &&
          strncmp(k->name, a->word[0], len) == 0) &&
        !(italian != NULL && strcmp(a->word[0], italian) == 0))
        return 0;
    return a->words == 1 || strcmp(inc_command_verb(k), a->word[1]) == 0;
}

int
inc_cmd_help(struct inc_cli *c)
{
    const struct inc_command *first = NULL;
    int man = inc_arg_has(&c->args, INC_OPT_MAN);
    size_t n = 0;

    /* "incrocio candidate put --help" has its command already. */
    if (c->args.command != NULL && c->args.command->run != inc_cmd_help) {
        help_one(c, c->args.command);
        return 0;
    }
    if (c->args.words == 0) {
        if (man)
            man_main(c);
        else
            help_all(c);
        return 0;
    }
    for (size_t i = 0; i < inc_commands_count; i++) {
        if (!begins(&inc_commands[i], &c->args))
            continue;
        first = first == NULL ? &inc_commands[i] : first;
        n++;
    }
    if (first == NULL) {
        struct inc_err err;
        (void)inc_fail(&err, INC_E_CONFIG, 0, _("unknown command \"%.40s\""),
                       c->args.word[0]);
        inc_err_hint(&err, "incrocio help");
        return inc_complain(&err);
    }
    if (man) {
        man_family(c, first);
    } else if (n == 1) {
        help_one(c, first);
    } else {
        for (size_t i = 0; i < inc_commands_count; i++)
            if (begins(&inc_commands[i], &c->args))
                put_entry(c, inc_commands[i].name, _(inc_commands[i].doc));
    }
    return 0;
}
