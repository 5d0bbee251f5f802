/* incrocio-offline - work on files without the daemon: train a skill space,
 * check a taxonomy, verify and restore a store. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/tools/speak.h"
#include "engine/tools/tool.h"
#include "engine/train/pairs.h"

#define N_(text) (text) /* marks a text for xgettext; translated when shown */

struct command {
    const char *family, *verb, *usage, *doc;
    size_t words; /* positional words it needs */
    inc_tool_fn *run;
};

static const struct command commands[] = {
    {"space", "train",
     "--esco DIR [--local DIR] [--with-store DIR [--key-file FILE] "
     "[--keys DIR]] [--with-pairs FILE] [--least-people N] [--weight N] "
     "[--exclude-occupations FILE] [--dim N] [--power N] [--seed N] --out FILE",
     N_("Learn a skill space from a taxonomy, and from an office's records."),
     0, inc_tool_space_train},
    {"space", "info", "FILE", N_("What a skill space is made of."), 1,
     inc_tool_space_info},
    {"space", "neighbours", "--esco DIR --space FILE [--k N] TEXT|URI",
     N_("The skills nearest to a skill."), 1, inc_tool_space_neighbours},
    {"space", "compare",
     "A B --esco DIR [--local DIR] [--match-set DIR] [--pairs FILE "
     "[--known FILE]]",
     N_("Two skill spaces side by side: what changed, and whether it helped."),
     2, inc_tool_space_compare},
    {"taxonomy", "check", "DIR [--local DIR] [--comuni FILE]",
     N_("Read a taxonomy and report its defects."), 1, inc_tool_taxonomy_check},
    {"store", "verify", "DIR [--key-file FILE] [--esco DIR] [--local DIR]",
     N_("Walk a whole store; with --esco, also check its URIs."), 1,
     inc_tool_store_verify},
    {"store", "restore", "BACKUP DIR [--key-file FILE] [--keys DIR]",
     N_("Put a backup in place."), 2, inc_tool_store_restore},
    {"store", "info", "DIR [--key-file FILE]", N_("What a store holds."), 1,
     inc_tool_store_info},
    {"store", "rotate", "DIR [--key-file FILE]",
     N_("Change the key of a store (daemon stopped) and destroy the old one."),
     1, inc_tool_store_rotate},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void
help(FILE *to)
{
    (void)fprintf(to, "%s\n\n", _("Usage: incrocio-offline COMMAND ..."));
    for (size_t i = 0; i < COMMANDS; i++)
        (void)fprintf(to, "%s %s %s\n    %s\n", commands[i].family,
                      commands[i].verb, commands[i].usage, _(commands[i].doc));
    (void)fprintf(to, "\n--lang it|en    %s\n--json          %s\n",
                  _("language of messages"), _("result as JSON"));
}

int
inc_tool_missing(const char *what)
{
    (void)fprintf(stderr, _("incrocio-offline: %s is missing\n"), what);
    return 1;
}

/* 0, or -1 when the text is no number or outside low..high. */
static int
number(int64_t *out, const char *text, int64_t low, int64_t high)
{
    char *end = NULL;

    errno = 0;
    long long v = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || v < low || v > high)
        return -1;
    *out = v;
    return 0;
}

struct option {
    const char *name;
    const char **text; /* or */
    int64_t *number;
    int64_t low, high;
};

/* 1 taken (and *used arguments), 0 not an option, -1 wrong (said). */
static int
take_option(struct inc_tool_args *a, char **argv, int left, int *used)
{
    const struct option options[] = {
        {"--esco", &a->esco, NULL, 0, 0},
        {"--local", &a->local, NULL, 0, 0},
        {"--comuni", &a->comuni, NULL, 0, 0},
        {"--space", &a->space, NULL, 0, 0},
        {"--out", &a->out, NULL, 0, 0},
        {"--exclude-occupations", &a->exclude, NULL, 0, 0},
        {"--version-name", &a->version, NULL, 0, 0},
        {"--key-file", &a->key_file, NULL, 0, 0},
        {"--keys", &a->keys, NULL, 0, 0},
        {"--with-store", &a->with_store, NULL, 0, 0},
        {"--with-pairs", &a->with_pairs, NULL, 0, 0},
        {"--match-set", &a->match_set, NULL, 0, 0},
        {"--pairs", &a->pairs, NULL, 0, 0},
        {"--known", &a->known, NULL, 0, 0},
        {"--least-people", NULL, &a->least, INC_LEAST_PEOPLE, INC_LEAST_MAX},
        {"--weight", NULL, &a->weight, 1, 1000},
        {"--dim", NULL, &a->dim, 16, 1040},
        {"--power", NULL, &a->power, 1, 16},
        {"--seed", NULL, &a->seed, 0, INT64_MAX},
        {"--k", NULL, &a->k, 1, 1000},
    };

    if (strncmp(argv[0], "--", 2) != 0)
        return 0;
    *used = 1;
    if (strcmp(argv[0], "--json") == 0) {
        a->json = 1;
        return 1;
    }
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        const struct option *o = &options[i];
        size_t len = strlen(o->name);
        if (strncmp(argv[0], o->name, len) != 0 ||
            (argv[0][len] != '\0' && argv[0][len] != '='))
            continue;
        const char *value = argv[0][len] == '=' ? argv[0] + len + 1
                            : left > 1          ? argv[1]
                                                : NULL;
        *used = argv[0][len] == '=' ? 1 : 2;
        if (value == NULL) {
            (void)fprintf(stderr, _("incrocio-offline: %s needs a value\n"),
                          o->name);
            return -1;
        }
        if (o->text != NULL) {
            *o->text = value;
        } else if (number(o->number, value, o->low, o->high) != 0) {
            (void)fprintf(stderr,
                          _("incrocio-offline: %s must be a whole number "
                            "from %lld to %lld\n"),
                          o->name, (long long)o->low, (long long)o->high);
            return -1;
        }
        return 1;
    }
    (void)fprintf(stderr, _("incrocio-offline: unknown option %s\n"), argv[0]);
    return -1;
}

static int
read_args(struct inc_tool_args *a, int argc, char **argv)
{
    for (int i = 0, used; i < argc; i += used) {
        int got = take_option(a, argv + i, argc - i, &used);
        if (got < 0)
            return -1;
        if (got > 0)
            continue;
        used = 1;
        if (a->words == INC_TOOL_WORDS) {
            (void)fprintf(stderr, _("incrocio-offline: too many words\n"));
            return -1;
        }
        a->word[a->words++] = argv[i];
    }
    return 0;
}

int
main(int argc, char **argv)
{
    struct inc_tool_args a = {.seed = -1};
    const char *lang = NULL;

    /* --lang may stand first: `incrocio` passes it on there. */
    if (argc > 2 && strcmp(argv[1], "--lang") == 0) {
        lang = argv[2];
        argv += 2;
        argc -= 2;
    }
    for (int i = 1; i + 1 < argc; i++) {
        if (strcmp(argv[i], "--lang") != 0)
            continue;
        lang = argv[i + 1];
        memmove(argv + i, argv + i + 2, (size_t)(argc - i - 2) * sizeof *argv);
        argc -= 2;
    }
    inc_tool_speak(lang);
    if (inc_hash_start() != 0)
        return 5;
    if (argc < 2 || strcmp(argv[1], "help") == 0 ||
        strcmp(argv[1], "--help") == 0) {
        help(argc < 2 ? stderr : stdout);
        return argc < 2;
    }
    for (size_t i = 0; argc > 2 && i < COMMANDS; i++) {
        const struct command *c = &commands[i];
        if (strcmp(argv[1], c->family) != 0 || strcmp(argv[2], c->verb) != 0)
            continue;
        if (read_args(&a, argc - 3, argv + 3) != 0)
            return 1;
        if (a.words != c->words) {
            (void)fprintf(stderr, _("Usage: incrocio-offline %s %s %s\n"),
                          c->family, c->verb, c->usage);
            return 1;
        }
        return c->run(&a);
    }
    help(stderr);
    return 1;
}
