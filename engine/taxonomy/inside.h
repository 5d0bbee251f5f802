/*
 * inside.h - what the files of engine/taxonomy share; nobody else includes it.
 *
 * One block of text holds every label, description and URI, NUL-terminated;
 * the rest are arrays of 32-bit offsets into it. Offset 0 is the empty text
 * and stands for "none".
 */
#ifndef INC_TAXONOMY_INSIDE_H
#define INC_TAXONOMY_INSIDE_H

#include "engine/base/map.h"
#include "engine/taxonomy/taxonomy.h"

enum {
    PILLARS = 4,
    LANG_BYTES = 12,
    URI_MAX = 500, /* bytes of a URI that we accept */
    NAME_BYTES = 160
};

enum {
    FLAG_RETIRED = 1,
    FLAG_LOCAL = 2,
    FLAG_KNOWLEDGE = 4,
    FLAG_TYPED = 8 /* skillType was there and known */
};

/* Labels of one pillar in one language. All NULL when no file had it. */
struct words {
    uint32_t *label;       /* [count] */
    uint32_t *description; /* [count], or NULL */
    uint32_t *alt_at;      /* [count + 1] */
    const char **alts;     /* [alt_at[count]] */
};

struct pillar {
    uint32_t count;
    uint32_t *uri;
    uint32_t *code;        /* occupation: its ISCO group; group: own code */
    uint32_t *replacement; /* ids, or INC_NO_CONCEPT */
    uint8_t *flags;
    uint8_t *reuse;
    struct words words[INC_LANG_MAX];
    struct inc_map by_uri;
};

/* Rows of ids: items of row i are item[at[i]] .. item[at[i + 1] - 1]. */
struct lists {
    uint32_t *at;
    uint32_t *item;
};

struct defects {
    uint64_t count;
    size_t n;
    char *text[INC_DEFECT_EXAMPLES]; /* owned */
};

struct inc_taxonomy {
    char *texts;
    size_t texts_len;
    char lang[INC_LANG_MAX][LANG_BYTES];
    size_t langs;
    int english; /* index, or -1 */
    struct pillar pillar[PILLARS];
    struct inc_map by_code; /* ISCO code -> id */
    struct lists essential, optional, related;
    uint32_t broader; /* links of the skill hierarchy that were kept */
    uint32_t nodes;
    uint32_t *node; /* [nodes] skill id, or group id + number of skills */
    uint32_t *ancestor_at;
    struct inc_ancestor *ancestor;
    struct inc_taxonomy_file *files;
    char **file_name; /* [n_files], owned; what files[].name views */
    size_t n_files;
    struct defects defect[INC_DEFECT_COUNT];
    char *version;
    unsigned char digest[INC_DIGEST];
};

static inline const char *
inc_tax_text(const struct inc_taxonomy *t, uint32_t offset)
{
    return t->texts + offset;
}

/* Count a defect and keep the text when it is one of the first few. With no
 * memory the example is dropped, never the count. */
void inc_tax_defect(struct inc_taxonomy *t, enum inc_defect d, const char *fmt,
                    ...) __attribute__((format(printf, 3, 4)));

#endif
