/* completion.c - the completion of bash, written from the tables. */
#include <string.h>

#include "clients/cli/cli.h"

static size_t
family_length(const struct inc_command *c)
{
    return strcspn(c->name, " ");
}

static int
seen_before(size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (family_length(&inc_commands[k]) ==
                family_length(&inc_commands[i]) &&
            strncmp(inc_commands[k].name, inc_commands[i].name,
                    family_length(&inc_commands[i])) == 0)
            return 1;
    return 0;
}

static void
put_families(struct inc_buf *out)
{
    for (size_t i = 0; i < inc_commands_count; i++)
        if (!seen_before(i))
            inc_buf_printf(out, " %.*s", (int)family_length(&inc_commands[i]),
                           inc_commands[i].name);
    for (size_t i = 0; inc_family_names[i][0] != NULL; i++)
        inc_buf_printf(out, " %s", inc_family_names[i][0]);
}

static void
put_verbs(struct inc_buf *out)
{
    for (size_t i = 0; i < inc_commands_count; i++) {
        size_t len = family_length(&inc_commands[i]);
        if (seen_before(i) || inc_command_verb(&inc_commands[i])[0] == '\0')
            continue;
        inc_buf_printf(out, "    %.*s", (int)len, inc_commands[i].name);
        for (size_t k = 0; inc_family_names[k][0] != NULL; k++)
            if (strlen(inc_family_names[k][1]) == len &&
                strncmp(inc_family_names[k][1], inc_commands[i].name, len) == 0)
                inc_buf_printf(out, "|%s", inc_family_names[k][0]);
        inc_buf_text(out, ") verbs=\"");
        for (size_t k = i; k < inc_commands_count; k++)
            if (family_length(&inc_commands[k]) == len &&
                strncmp(inc_commands[k].name, inc_commands[i].name, len) == 0)
                inc_buf_printf(out, " %s", inc_command_verb(&inc_commands[k]));
        inc_buf_text(out, "\" ;;\n");
    }
}

static void
put_options(struct inc_buf *out)
{
    for (size_t i = 0; i < inc_commands_count; i++) {
        inc_buf_printf(out, "    \"%s\") options=\"", inc_commands[i].name);
        for (int o = 0; o < INC_OPT_COUNT; o++)
            if ((inc_commands[i].options >> o & 1u) != 0)
                inc_buf_printf(out, " --%s", inc_options[o].name);
        inc_buf_text(out, "\" ;;\n");
    }
}

static void
put_values(struct inc_buf *out)
{
    for (int o = 0; o < INC_OPT_COUNT; o++) {
        const struct inc_option *opt = &inc_options[o];
        const char *const *names = inc_option_names((enum inc_opt)o);
        if (names == NULL && opt->kind != INC_TAKES_FILE)
            continue;
        inc_buf_printf(out, "    --%s", opt->name);
        if (opt->italian[0] != '\0')
            inc_buf_printf(out, "|--%s", opt->italian);
        if (names == NULL) {
            inc_buf_text(out, ") COMPREPLY=($(compgen -f -- \"$cur\"))\n"
                              "        return ;;\n");
            continue;
        }
        inc_buf_text(out, ") COMPREPLY=($(compgen -W \"");
        for (size_t i = 0; names[i] != NULL; i++)
            inc_buf_printf(out, "%s%s", i > 0 ? " " : "", names[i]);
        inc_buf_text(out, "\" -- \"$cur\"))\n        return ;;\n");
    }
}

int
inc_cmd_completion(struct inc_cli *c)
{
    struct inc_buf *out = &c->out;

    if (strcmp(c->args.word[0], "bash") != 0) {
        struct inc_err err;
        (void)inc_fail(&err, INC_E_CONFIG, 0,
                       _("only the completion of bash is known"));
        return inc_complain(&err);
    }
    inc_buf_text(out,
                 "# bash completion of incrocio; made by `incrocio completion "
                 "bash`.\n"
                 "_incrocio()\n{\n"
                 "    local cur=${COMP_WORDS[COMP_CWORD]}\n"
                 "    local prev=${COMP_WORDS[COMP_CWORD-1]}\n"
                 "    local family=${COMP_WORDS[1]} verb=${COMP_WORDS[2]}\n"
                 "    local verbs= options=\n"
                 "    case $prev in\n");
    put_values(out);
    inc_buf_text(out, "    esac\n"
                      "    if ((COMP_CWORD == 1)); then\n"
                      "        COMPREPLY=($(compgen -W \"");
    put_families(out);
    inc_buf_text(out, "\" -- \"$cur\"))\n        return\n    fi\n"
                      "    case $family in\n");
    put_verbs(out);
    inc_buf_text(out,
                 "    esac\n"
                 "    if ((COMP_CWORD == 2)) && [[ -n $verbs ]]; then\n"
                 "        COMPREPLY=($(compgen -W \"$verbs\" -- \"$cur\"))\n"
                 "        return\n    fi\n"
                 "    case $family in\n");
    for (size_t i = 0; inc_family_names[i][0] != NULL; i++)
        inc_buf_printf(out, "    %s) family=%s ;;\n", inc_family_names[i][0],
                       inc_family_names[i][1]);
    inc_buf_text(out, "    esac\n"
                      "    [[ -n $verbs ]] && family=\"$family $verb\"\n"
                      "    case $family in\n");
    put_options(out);
    inc_buf_text(out, "    esac\n    if [[ $cur == -* ]]; then\n"
                      "        COMPREPLY=($(compgen -W \"$options");
    for (int o = 0; o < INC_OPT_COUNT; o++)
        if ((inc_global_options >> o & 1u) != 0)
            inc_buf_printf(out, " --%s", inc_options[o].name);
    inc_buf_text(out, "\" -- \"$cur\"))\n    else\n"
                      "        COMPREPLY=($(compgen -f -- \"$cur\"))\n"
                      "    fi\n}\n"
                      "complete -o filenames -F _incrocio incrocio\n");
    return 0;
}
