/*
 * folder.h - which files of a folder belong to the taxonomy. Private.
 */
#ifndef INC_TAXONOMY_FOLDER_H
#define INC_TAXONOMY_FOLDER_H

#include "engine/taxonomy/inside.h"

enum file_kind {
    FILE_SKILLS,
    FILE_OCCUPATIONS,
    FILE_SKILL_GROUPS,
    FILE_ISCO_GROUPS,
    FILE_OCCUPATION_SKILL,
    FILE_BROADER_SKILL,
    FILE_SKILL_SKILL,
    FILE_KINDS
};

struct source {
    enum file_kind kind;
    int local; /* from the office's own folder */
    char lang[LANG_BYTES];
    char name[NAME_BYTES]; /* base name */
    char *path;            /* owned */
    uint64_t bytes;        /* when the folder was read */
};

struct sources {
    struct source *file; /* official before local, kind by kind, by name */
    size_t n;
    uint64_t bytes;
    char *version; /* from version.txt, or NULL; owned */
};

/* INC_E_NOTFOUND: the folder, or a file that is needed in it. local_dir may
 * be NULL; all its files are optional. */
enum inc_status inc_sources_find(struct sources *s, const char *dir,
                                 const char *local_dir, struct inc_err *err);
void inc_sources_release(struct sources *s);

#endif
