/* taxonomy_tool.c - read a taxonomy as the daemon would and tell its defects.
 */
#include <inttypes.h>
#include <stdio.h>

#include "engine/taxonomy/geo.h"
#include "engine/tools/speak.h"
#include "engine/tools/tool.h"

static void
print_counts(const struct inc_taxonomy *t)
{
    char n[32], hex[INC_DIGEST_HEX];
    const struct inc_taxonomy_file *files = NULL;

    inc_digest_hex(hex, inc_taxonomy_digest(t));
    (void)printf(_("Taxonomy: %s\nDigest: %s\n"), inc_taxonomy_version(t), hex);
    (void)printf(_("Files read: %zu\n"), inc_taxonomy_files(t, &files));
    (void)printf("%s", _("Languages:"));
    for (size_t i = 0; i < inc_taxonomy_languages(t); i++)
        (void)printf(" %s", inc_taxonomy_language(t, i));
    (void)printf(_("\nSkills: %s\n"),
                 inc_tool_count(n, inc_concept_count(t, INC_PILLAR_SKILL)));
    (void)printf(
        _("Occupations: %s\n"),
        inc_tool_count(n, inc_concept_count(t, INC_PILLAR_OCCUPATION)));
    (void)printf(_("Skill groups: %s\n"),
                 inc_tool_count(n, inc_concept_count(t, INC_PILLAR_GROUP)));
    (void)printf(_("ISCO groups: %s\n"),
                 inc_tool_count(n, inc_concept_count(t, INC_PILLAR_ISCO)));
}

static void
print_defects(const struct inc_taxonomy *t)
{
    uint64_t total = 0;

    for (int d = 0; d < INC_DEFECT_COUNT; d++) {
        const char *const *examples = NULL;
        uint64_t n = inc_defect_count(t, (enum inc_defect)d);
        char text[32];
        if (n == 0)
            continue;
        if (total == 0)
            (void)printf("\n%s\n", _("Defects (the taxonomy is usable):"));
        total += n;
        (void)printf("%10s  %s\n", inc_tool_count(text, n),
                     _(inc_defect_name((enum inc_defect)d)));
        size_t shown = inc_defect_examples(t, (enum inc_defect)d, &examples);
        for (size_t i = 0; i < shown; i++)
            (void)printf("            %s\n", examples[i]);
    }
    if (total == 0)
        (void)printf("\n%s\n", _("No defects."));
}

int
inc_tool_taxonomy_check(const struct inc_tool_args *a)
{
    enum inc_status st = INC_OK;
    struct inc_err err;
    struct inc_taxonomy *t = NULL;
    struct inc_geo *geo = NULL;
    char n[32];

    inc_err_clear(&err);
    INC_TRY(inc_tool_taxonomy(&t, a->word[0], a, &err));
    if (a->comuni != NULL)
        INC_TRY(inc_geo_load(&geo, a->comuni, &err));
    print_counts(t);
    if (geo != NULL)
        (void)printf(_("Comuni: %s\n"), inc_tool_count(n, inc_geo_count(geo)));
    print_defects(t);
out:
    inc_geo_free(geo);
    inc_taxonomy_free(t);
    return st == INC_OK ? 0 : inc_tool_complain(&err);
}
