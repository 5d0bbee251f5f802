/*
 * report.c - what was wrong with the files, for people.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/taxonomy/inside.h"

void
inc_tax_defect(struct inc_taxonomy *t, enum inc_defect d, const char *fmt, ...)
{
    struct defects *all = &t->defect[d];
    char text[1200];
    va_list ap;

    all->count++;
    if (all->n == INC_DEFECT_EXAMPLES)
        return;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    all->text[all->n] = inc_mem_text(text, strlen(text));
    if (all->text[all->n] != NULL)
        all->n++;
}

uint64_t
inc_defect_count(const struct inc_taxonomy *t, enum inc_defect d)
{
    return t->defect[d].count;
}

size_t
inc_defect_examples(const struct inc_taxonomy *t, enum inc_defect d,
                    const char *const **out)
{
    *out = (const char *const *)t->defect[d].text;
    return t->defect[d].n;
}

const char *
inc_defect_name(enum inc_defect d)
{
    static const char *const names[INC_DEFECT_COUNT] = {
        [INC_DEFECT_UNKNOWN_REFERENCE] = "unknown references",
        [INC_DEFECT_DUPLICATE_URI] = "repeated concepts",
        [INC_DEFECT_DUPLICATE_LABEL] = "labels of more than one concept",
        [INC_DEFECT_REPEATED_ALT] = "repeated alternative labels",
        [INC_DEFECT_BLANK_LABEL] = "rows without a label",
        [INC_DEFECT_NO_LABEL] = "concepts without a label in a language",
        [INC_DEFECT_BLANK_TYPE] = "skills without type or reuse level",
        [INC_DEFECT_STRAY_SPACE] = "stray spaces and invisible characters",
        [INC_DEFECT_BAD_ISCO] = "occupations outside the ISCO groups",
        [INC_DEFECT_DUPLICATE_RELATION] = "repeated relations",
        [INC_DEFECT_CYCLE] = "loops in the skill hierarchy",
    };
    return names[d];
}

static void
counts(const struct inc_taxonomy *t, struct inc_buf *out)
{
    uint32_t occ = t->pillar[INC_PILLAR_OCCUPATION].count;
    uint32_t skills = t->pillar[INC_PILLAR_SKILL].count;

    inc_buf_printf(out,
                   "%u skills, %u occupations, %u skill groups, %u ISCO "
                   "groups\n",
                   skills, occ, t->pillar[INC_PILLAR_GROUP].count,
                   t->pillar[INC_PILLAR_ISCO].count);
    inc_buf_printf(out,
                   "%u essential and %u optional occupation-skill relations\n",
                   t->essential.at[occ], t->optional.at[occ]);
    inc_buf_printf(out,
                   "%u broader links, %u ancestors, %u related pairs of "
                   "skills\n",
                   t->broader, t->nodes, t->related.at[skills] / 2);
}

static void
languages(const struct inc_taxonomy *t, struct inc_buf *out)
{
    for (size_t k = 0; k < t->langs; k++) {
        static const char *const what[PILLARS] = {
            "skills", "occupations", "skill groups", "ISCO groups"};
        inc_buf_printf(out, "language %s:", t->lang[k]);
        for (int i = 0; i < PILLARS; i++) {
            const struct pillar *p = &t->pillar[i];
            const struct words *w = &p->words[k];
            uint32_t with = 0;
            for (uint32_t id = 0; w->label != NULL && id < p->count; id++)
                with += w->label[id] != 0;
            inc_buf_printf(out, "%s %u of %u %s", i == 0 ? "" : ",", with,
                           p->count, what[i]);
            if (w->alts != NULL && w->alt_at[p->count] != 0)
                inc_buf_printf(out, " (+%u alternative labels)",
                               w->alt_at[p->count]);
        }
        inc_buf_text(out, "\n");
    }
}

enum inc_status
inc_taxonomy_report(const struct inc_taxonomy *t, struct inc_buf *out)
{
    char hex[INC_DIGEST_HEX];
    uint64_t sum = 0;

    inc_digest_hex(hex, t->digest);
    inc_buf_printf(out, "taxonomy version %s, digest %s\n", t->version, hex);
    counts(t, out);
    languages(t, out);
    inc_buf_text(out, "\nfiles\n");
    for (size_t i = 0; i < t->n_files; i++) {
        inc_digest_hex(hex, t->files[i].digest);
        inc_buf_printf(out, "  %-40s %12" PRIu64 " bytes  %.16s\n",
                       t->files[i].name, t->files[i].bytes, hex);
    }
    for (int d = 0; d < INC_DEFECT_COUNT; d++)
        sum += t->defect[d].count;
    inc_buf_printf(out, "\ndefects: %" PRIu64 "\n", sum);
    for (int d = 0; d < INC_DEFECT_COUNT; d++) {
        const struct defects *one = &t->defect[d];
        if (one->count == 0)
            continue;
        inc_buf_printf(out, "  %" PRIu64 " %s\n", one->count,
                       inc_defect_name((enum inc_defect)d));
        for (size_t i = 0; i < one->n; i++)
            inc_buf_printf(out, "      %s\n", one->text[i]);
        if (one->count > one->n && one->n == INC_DEFECT_EXAMPLES)
            inc_buf_text(out, "      ...\n");
    }
    return out->failed ? INC_E_NOMEM : INC_OK;
}
