/* args.c - the command line against the tables. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/cli.h"
#include "engine/base/date.h"
#include "proto/schema.h"

/* 1 when the word is this word of a command's name, Italian names included. */
static int
same_word(const char *word, const char *name, size_t len, int first)
{
    if (strlen(word) == len && strncmp(word, name, len) == 0)
        return 1;
    for (size_t i = 0; first && inc_family_names[i][0] != NULL; i++)
        if (strcmp(word, inc_family_names[i][0]) == 0 &&
            strlen(inc_family_names[i][1]) == len &&
            strncmp(name, inc_family_names[i][1], len) == 0)
            return 1;
    return 0;
}

const char *
inc_command_verb(const struct inc_command *c)
{
    const char *space = strchr(c->name, ' ');

    return space == NULL ? "" : space + 1;
}

/* How many words of the command's name these words are: 0 none, 1 the first
 * of two, or all. */
static size_t
words_of(const struct inc_command *c, const char *const *word, size_t n)
{
    size_t first = strcspn(c->name, " ");
    const char *verb = inc_command_verb(c);

    if (n == 0 || !same_word(word[0], c->name, first, 1))
        return 0;
    return verb[0] != '\0' && n > 1 && strcmp(word[1], verb) == 0 ? 2 : 1;
}

/* Append a name to a list of names in a fixed text; what does not fit is left
 * out. */
static void
add_name(char *list, size_t room, const char *name)
{
    size_t at = strlen(list);

    if (at + strlen(name) + 3 <= room)
        (void)snprintf(list + at, room - at, "%s%s", at > 0 ? ", " : "", name);
}

static enum inc_status
unknown_command(const char *const *word, size_t n, struct inc_err *err)
{
    char known[300] = "";
    const char *names[64];
    size_t count = 0;

    for (size_t i = 0; i < inc_commands_count; i++)
        if (words_of(&inc_commands[i], word, n) == 1 &&
            inc_command_verb(&inc_commands[i])[0] != '\0')
            add_name(known, sizeof known, inc_command_verb(&inc_commands[i]));
    if (known[0] != '\0') {
        (void)inc_fail(err, INC_E_CONFIG, 0, _("\"%.40s\" needs a second word"),
                       word[0]);
        inc_err_hint(err, "%s", known);
        return INC_E_CONFIG;
    }
    for (size_t i = 0; i < inc_commands_count && count < 63; i++)
        names[count++] = inc_commands[i].name;
    names[count] = NULL;
    const char *near = inc_nearest_name(word[0], strlen(word[0]), names);
    (void)inc_fail(err, INC_E_CONFIG, 0, _("unknown command \"%.40s\""),
                   word[0]);
    if (near != NULL)
        inc_err_hint(err, "incrocio %s", near);
    else
        inc_err_hint(err, "incrocio help");
    return INC_E_CONFIG;
}

static enum inc_status
find_command(struct inc_args *a, struct inc_err *err)
{
    size_t used = 0;

    if (a->words == 0)
        return INC_OK;
    for (size_t i = 0; i < inc_commands_count; i++) {
        const struct inc_command *c = &inc_commands[i];
        size_t n = words_of(c, a->word, a->words);
        if (n == 0 || (n == 1) != (inc_command_verb(c)[0] == '\0'))
            continue;
        a->command = c;
        used = n;
    }
    if (a->command == NULL)
        return unknown_command(a->word, a->words, err);
    a->words -= used;
    memmove(a->word, a->word + used, a->words * sizeof a->word[0]);
    return INC_OK;
}

static enum inc_opt
find_option(const char *text, size_t len)
{
    for (int i = 0; i < INC_OPT_COUNT; i++) {
        const struct inc_option *o = &inc_options[i];
        if ((strlen(o->name) == len && strncmp(o->name, text, len) == 0) ||
            (o->italian[0] != '\0' && strlen(o->italian) == len &&
             strncmp(o->italian, text, len) == 0))
            return (enum inc_opt)i;
    }
    return INC_OPT_COUNT;
}

static int
parse_int(int64_t *out, const char *text)
{
    char *end = NULL;

    errno = 0;
    long long v = strtoll(text, &end, 10);
    *out = v;
    return errno != 0 || end == text || *end != '\0' ? -1 : 0;
}

struct check {
    const char *const *names;
    struct inc_err *err;
    enum inc_opt opt;
    enum inc_status st;
};

static void
check_name(void *arg, const char *item, size_t len)
{
    struct check *c = arg;
    char known[360] = "";

    for (size_t i = 0; c->names[i] != NULL; i++) {
        if (strlen(c->names[i]) == len && strncmp(c->names[i], item, len) == 0)
            return;
        add_name(known, sizeof known, c->names[i]);
    }
    c->st = inc_fail(c->err, INC_E_CONFIG, 0, _("--%s: \"%.*s\" is not known"),
                     inc_options[c->opt].name, len > 40 ? 40 : (int)len, item);
    inc_err_hint(c->err, "%s", known);
}

static void
each_item(const char *text, inc_item_fn *each, void *arg, size_t *n)
{
    while (*text != '\0') {
        size_t len = strcspn(text, ",");
        if (len > 0) {
            each(arg, text, len);
            (*n)++;
        }
        text += len + (text[len] == ',');
    }
}

static enum inc_status
check_value(enum inc_opt opt, const char *value, struct inc_err *err)
{
    const struct inc_option *o = &inc_options[opt];
    struct check check = {inc_option_names(opt), err, opt, INC_OK};
    int64_t v = 0;
    int32_t days = 0;
    size_t n = 0;

    if (o->kind == INC_TAKES_INT &&
        (parse_int(&v, value) != 0 || v < o->low || v > o->high)) {
        if (o->high == INT64_MAX)
            return inc_fail(err, INC_E_CONFIG, 0,
                            _("--%s needs a whole number from %lld up"),
                            o->name, (long long)o->low);
        return inc_fail(err, INC_E_CONFIG, 0,
                        _("--%s needs a whole number from %lld to %lld"),
                        o->name, (long long)o->low, (long long)o->high);
    }
    if (o->kind == INC_TAKES_DATE &&
        inc_date_parse(&days, value, strlen(value)) != 0) {
        (void)inc_fail(err, INC_E_CONFIG, 0, _("--%s needs a date that exists"),
                       o->name);
        inc_err_hint(err, "YYYY-MM-DD");
        return INC_E_CONFIG;
    }
    if (check.names != NULL)
        each_item(value, check_name, &check, &n);
    return check.st;
}

/* One option at argv[*i]; moves *i over a value that stands apart. */
static enum inc_status
take_option(struct inc_args *a, char **argv, int argc, int *i,
            struct inc_err *err)
{
    const char *text = argv[*i] + 2;
    size_t len = strcspn(text, "=");
    enum inc_opt opt = find_option(text, len);
    const char *value = NULL;

    if (opt == INC_OPT_COUNT) {
        const char *names[INC_OPT_COUNT + 1];
        for (int k = 0; k < INC_OPT_COUNT; k++)
            names[k] = inc_options[k].name;
        names[INC_OPT_COUNT] = NULL;
        const char *near = inc_nearest_name(text, len, names);
        (void)inc_fail(err, INC_E_CONFIG, 0, _("unknown option --%.*s"),
                       len > 60 ? 60 : (int)len, text);
        if (near != NULL)
            inc_err_hint(err, "--%s", near);
        return INC_E_CONFIG;
    }
    const struct inc_option *o = &inc_options[opt];
    if (o->kind == INC_TAKES_FLAG) {
        if (text[len] == '=')
            return inc_fail(err, INC_E_CONFIG, 0, _("--%s takes no value"),
                            o->name);
    } else if (text[len] == '=') {
        value = text + len + 1;
    } else if (*i + 1 < argc) {
        value = argv[++*i];
    } else {
        return inc_fail(err, INC_E_CONFIG, 0, _("--%s needs a value: %s"),
                        o->name, o->value);
    }
    if (a->n_given == INC_GIVEN_MAX)
        return inc_fail(err, INC_E_CONFIG, 0, _("too many options"));
    a->given[a->n_given].opt = opt;
    a->given[a->n_given++].value = value;
    return value == NULL ? INC_OK : check_value(opt, value, err);
}

static enum inc_status
check_fit(const struct inc_args *a, struct inc_err *err)
{
    const struct inc_command *c = a->command;

    if (c == NULL || inc_arg_has(a, INC_OPT_HELP))
        return INC_OK;
    for (size_t i = 0; i < a->n_given; i++) {
        inc_option_set bit = (inc_option_set)1 << a->given[i].opt;
        if (((c->options | inc_global_options) & bit) != 0)
            continue;
        (void)inc_fail(err, INC_E_CONFIG, 0,
                       _("--%s does not go with \"incrocio %s\""),
                       inc_options[a->given[i].opt].name, c->name);
        inc_err_hint(err, "incrocio help %s", c->name);
        return INC_E_CONFIG;
    }
    if (a->words >= c->low && a->words <= c->high)
        return INC_OK;
    (void)inc_fail(err, INC_E_CONFIG, 0,
                   a->words < c->low ? _("something is missing after \"%s\"")
                                     : _("too many words after \"%s\""),
                   c->name);
    inc_err_hint(err, "incrocio %s %s", c->name, c->operands);
    return INC_E_CONFIG;
}

enum inc_status
inc_args_parse(struct inc_args *a, int argc, char **argv, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    int only_words = 0;

    memset(a, 0, sizeof *a);
    for (int i = 1; i < argc; i++) {
        if (!only_words && strcmp(argv[i], "--") == 0) {
            only_words = 1;
        } else if (!only_words && strncmp(argv[i], "--", 2) == 0) {
            INC_TRY(take_option(a, argv, argc, &i, err));
        } else if (!only_words && argv[i][0] == '-' && argv[i][1] != '\0') {
            st = inc_fail(err, INC_E_CONFIG, 0, _("unknown option %.40s"),
                          argv[i]);
            inc_err_hint(err, "incrocio help");
            goto out;
        } else if (a->words == INC_WORDS_MAX) {
            st = inc_fail(err, INC_E_CONFIG, 0, _("too many words"));
            goto out;
        } else {
            a->word[a->words++] = argv[i];
        }
    }
    INC_TRY(find_command(a, err));
    st = check_fit(a, err);
out:
    return st;
}

int
inc_arg_has(const struct inc_args *a, enum inc_opt opt)
{
    for (size_t i = 0; i < a->n_given; i++)
        if (a->given[i].opt == opt)
            return 1;
    return 0;
}

const char *
inc_arg(const struct inc_args *a, enum inc_opt opt)
{
    const char *last = NULL;

    for (size_t i = 0; i < a->n_given; i++)
        if (a->given[i].opt == opt)
            last = a->given[i].value;
    return last;
}

int64_t
inc_arg_int(const struct inc_args *a, enum inc_opt opt, int64_t otherwise)
{
    const char *text = inc_arg(a, opt);
    int64_t v = otherwise;

    if (text != NULL)
        (void)parse_int(&v, text); /* checked when it was read */
    return v;
}

size_t
inc_arg_items(const struct inc_args *a, enum inc_opt opt, inc_item_fn *each,
              void *arg)
{
    size_t n = 0;

    for (size_t i = 0; i < a->n_given; i++)
        if (a->given[i].opt == opt && a->given[i].value != NULL)
            each_item(a->given[i].value, each, arg, &n);
    return n;
}
