/*
 * taxonomy.h - an ESCO classification in memory. Floor 2.
 *
 * Immutable after load; any number of threads read it. Built from a folder in
 * the official download's layout (1.0.8, 1.1.x, 1.2.x; any languages present),
 * plus an optional folder of the office's own concepts in the same layout.
 *
 * Skills, occupations, groups are numbered 0..n-1 in the byte order of their
 * URIs, so the same files give the same numbers on every machine.
 */
#ifndef INC_TAXONOMY_TAXONOMY_H
#define INC_TAXONOMY_TAXONOMY_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/buf.h"
#include "engine/base/hash.h"
#include "engine/base/status.h"

struct inc_taxonomy;

#define INC_NO_CONCEPT UINT32_MAX

enum { INC_LANG_MAX = 32 }; /* languages of one taxonomy */

enum inc_pillar {
    INC_PILLAR_SKILL,      /* skills and knowledge */
    INC_PILLAR_OCCUPATION, /* ESCO occupations */
    INC_PILLAR_GROUP,      /* skill groups, incl. ISCED-F */
    INC_PILLAR_ISCO        /* ISCO-08 groups */
};

enum inc_reuse {
    INC_REUSE_UNKNOWN,
    INC_REUSE_TRANSVERSAL,
    INC_REUSE_CROSS_SECTOR,
    INC_REUSE_SECTOR,
    INC_REUSE_OCCUPATION
};

/* Counts of what was wrong but survivable, with the first few examples. */
enum inc_defect {
    INC_DEFECT_UNKNOWN_REFERENCE, /* a relation names a URI that is not there */
    INC_DEFECT_DUPLICATE_URI,     /* same URI twice in one file: first kept */
    INC_DEFECT_DUPLICATE_LABEL,   /* two concepts, same preferred label */
    INC_DEFECT_REPEATED_ALT, /* same alternative label twice, one concept */
    INC_DEFECT_BLANK_LABEL,  /* no preferred label in a file's row */
    INC_DEFECT_NO_LABEL,     /* concept without label in a language */
    INC_DEFECT_BLANK_TYPE,   /* skillType or reuseLevel empty or unknown */
    INC_DEFECT_STRAY_SPACE,  /* invisible characters, spaces at the ends */
    INC_DEFECT_BAD_ISCO,     /* occupation whose ISCO group is not there */
    INC_DEFECT_DUPLICATE_RELATION,
    INC_DEFECT_CYCLE, /* hierarchy loop, cut */
    INC_DEFECT_COUNT
};
enum { INC_DEFECT_EXAMPLES = 5 };

struct inc_taxonomy_options {
    const char *dir;       /* ESCO download */
    const char *local_dir; /* office's own concepts, same layout, or NULL */
    const char *version;   /* what to call it, or NULL: read from the files or
                              the folder's name, else "unknown" */
    /* Called now and then with bytes read of bytes in all; may be NULL. */
    void (*progress)(void *arg, uint64_t done, uint64_t total);
    void *progress_arg;
};

/*
 * Read the folder. On success *out is the caller's to free. Survivable defects
 * are counted, not errors. INC_E_NOTFOUND (a needed file is missing: which),
 * INC_E_FORMAT (file, line, column name and what was expected are in the
 * error), INC_E_NOMEM, INC_E_IO.
 * Needed: skills_*, occupations_*, occupationSkillRelations*,
 * broaderRelationsSkillPillar*, ISCOGroups_*. Used when there: skillGroups_*,
 * skillSkillRelations*, version.txt (one word). Everything else in the folder
 * is passed over: the collections and the hierarchy table repeat what these
 * files say.
 *
 * The local folder may hold any of these files, none needed, separated by
 * commas, semicolons or tabs. A row for an official URI changes that concept:
 * its label replaces the official one of that language, its alternative labels
 * are added, its status may retire it. Descriptions are kept in Italian and
 * English only.
 */
enum inc_status inc_taxonomy_load(struct inc_taxonomy **out,
                                  const struct inc_taxonomy_options *o,
                                  struct inc_err *err);
void inc_taxonomy_free(struct inc_taxonomy *t); /* NULL is fine */

/* Identity: BLAKE2b over the sorted skill URIs and relations (not labels). */
const unsigned char *inc_taxonomy_digest(const struct inc_taxonomy *t);
const char *inc_taxonomy_version(const struct inc_taxonomy *t);

/* Files read, in reading order, with sizes and digests: provenance. */
struct inc_taxonomy_file {
    const char *name; /* base name; views the taxonomy */
    uint64_t bytes;
    unsigned char digest[INC_DIGEST];
};
size_t inc_taxonomy_files(const struct inc_taxonomy *t,
                          const struct inc_taxonomy_file **out);

/* Languages by ISO 639-1 code: 0 and *lang, or -1. English is always sought
 * as fallback when a label is missing. */
size_t inc_taxonomy_languages(const struct inc_taxonomy *t);
const char *inc_taxonomy_language(const struct inc_taxonomy *t, size_t lang);
int inc_taxonomy_lang(const struct inc_taxonomy *t, const char *code);

/* Concepts. Counts, and numbers from URIs (INC_NO_CONCEPT when unknown). */
uint32_t inc_concept_count(const struct inc_taxonomy *t, enum inc_pillar p);
uint32_t inc_concept_find(const struct inc_taxonomy *t, enum inc_pillar p,
                          const char *uri, size_t len);
const char *inc_concept_uri(const struct inc_taxonomy *t, enum inc_pillar p,
                            uint32_t id);
/* Label in language `lang` (index), falling back to English, then to any
 * language, then to the URI. Never NULL; views the taxonomy. */
const char *inc_concept_label(const struct inc_taxonomy *t, enum inc_pillar p,
                              uint32_t id, int lang);
/* 1 when there is a label in exactly that language. */
int inc_concept_has_label(const struct inc_taxonomy *t, enum inc_pillar p,
                          uint32_t id, int lang);
/* Alternative labels in exactly that language. */
size_t inc_concept_alts(const struct inc_taxonomy *t, enum inc_pillar p,
                        uint32_t id, int lang, const char *const **out);
/*
 * Every label of a concept, language by language, the preferred one first:
 *     struct inc_label_walk l = inc_label_walk(t, p, id);
 *     while (inc_label_walk_next(&l))
 *         ... l.text, l.lang, l.preferred
 */
struct inc_label_walk {
    const char *text; /* views the taxonomy */
    size_t lang;
    int preferred;
    /* where the walk stands */
    const struct inc_taxonomy *t;
    const char *const *alts;
    size_t n_alts, next, next_lang;
    uint32_t id;
    enum inc_pillar pillar;
};
struct inc_label_walk inc_label_walk(const struct inc_taxonomy *t,
                                     enum inc_pillar p, uint32_t id);
int inc_label_walk_next(struct inc_label_walk *l); /* 0 after the last one */

/* Description in that language or English; "" when none. */
const char *inc_concept_description(const struct inc_taxonomy *t,
                                    enum inc_pillar p, uint32_t id, int lang);
enum inc_reuse inc_skill_reuse(const struct inc_taxonomy *t, uint32_t skill);
int inc_skill_is_knowledge(const struct inc_taxonomy *t, uint32_t skill);
/* Retired concepts (status column of the local folder says "retired" or the
 * official one says "obsolete") stay known: stored profiles keep their
 * meaning, new text search does not offer them. */
int inc_concept_retired(const struct inc_taxonomy *t, enum inc_pillar p,
                        uint32_t id);
/* Concept that replaces a retired one (column replacedBy), or NONE. */
uint32_t inc_concept_replacement(const struct inc_taxonomy *t,
                                 enum inc_pillar p, uint32_t id);
int inc_concept_is_local(const struct inc_taxonomy *t, enum inc_pillar p,
                         uint32_t id);

/* Occupations. */
const char *inc_occupation_isco(const struct inc_taxonomy *t, uint32_t occ);
/* Skills of an occupation, ascending: essential first call, optional second.
 * Views the taxonomy. */
size_t inc_occupation_essential(const struct inc_taxonomy *t, uint32_t occ,
                                const uint32_t **skills);
size_t inc_occupation_optional(const struct inc_taxonomy *t, uint32_t occ,
                               const uint32_t **skills);
const char *inc_isco_code(const struct inc_taxonomy *t, uint32_t isco);
/* ISCO group of a code such as "7212", or INC_NO_CONCEPT. */
uint32_t inc_isco_find(const struct inc_taxonomy *t, const char *code,
                       size_t len);

/* Skill hierarchy: the parents of a skill as (pillar, id), and all ancestors
 * with the shortest distance (1 = parent). Ancestors are numbered
 * 0..inc_ancestor_count()-1 over groups and skills that have children. */
struct inc_ancestor {
    uint32_t node;     /* 0..inc_ancestor_count()-1 */
    uint32_t distance; /* 1.., the shortest */
};
uint32_t inc_ancestor_count(const struct inc_taxonomy *t);
/* Ascending by node. Views the taxonomy. */
size_t inc_skill_ancestors(const struct inc_taxonomy *t, uint32_t skill,
                           const struct inc_ancestor **out);
/* The concept that is an ancestor node (a skill or a group), its URI, its
 * label. */
uint32_t inc_ancestor_concept(const struct inc_taxonomy *t, uint32_t node,
                              enum inc_pillar *p);
const char *inc_ancestor_uri(const struct inc_taxonomy *t, uint32_t node);
const char *inc_ancestor_label(const struct inc_taxonomy *t, uint32_t node,
                               int lang);

/* Skill-skill relations, both ways, ascending by other skill. */
size_t inc_skill_related(const struct inc_taxonomy *t, uint32_t skill,
                         const uint32_t **skills);

/* Defects: how many, and up to INC_DEFECT_EXAMPLES texts of where. */
uint64_t inc_defect_count(const struct inc_taxonomy *t, enum inc_defect d);
size_t inc_defect_examples(const struct inc_taxonomy *t, enum inc_defect d,
                           const char *const **out);
const char *inc_defect_name(enum inc_defect d); /* "unknown references" ... */

/* The whole report as text for people (English; counts, then defects). */
enum inc_status inc_taxonomy_report(const struct inc_taxonomy *t,
                                    struct inc_buf *out);

/* Bytes held, for `status`. */
size_t inc_taxonomy_bytes(const struct inc_taxonomy *t);

#endif
