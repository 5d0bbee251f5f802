#include "engine/link/crosswalk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/taxonomy/named.h"

enum { BLOCK = 1 << 16, KEY_BYTES = 128, MAPPINGS_MAX = 4000000 };

static enum inc_status
no_memory(struct inc_err *err)
{
    return inc_fail(err, INC_E_NOMEM, 0, "no memory for the crosswalk");
}

/* Our own judgement: the relation is the table's, the worth is not in it. Of a
 * broad or a narrow match several occupations share a unit. */
uint32_t
inc_mapping_worth(uint32_t relation)
{
    static const uint32_t worth[INC_MAPPING_RELATIONS] = {10000, 9500, 9000,
                                                          9000, 8000};

    return worth[relation];
}

/* --- what is read ----------------------------------------------------------
 */

const char *
inc_crosswalk_text(struct inc_crosswalk *x, const char *text, size_t len)
{
    char *at;

    if (x->blocks == 0 || BLOCK - x->block_used <= len) {
        void *array = x->block;

        if (inc_mem_grow(&array, &x->blocks_cap, x->blocks, sizeof *x->block))
            return NULL;
        x->block = array;
        x->block[x->blocks] = inc_mem_zero(len < BLOCK ? BLOCK : len + 1, 1);
        if (x->block[x->blocks] == NULL)
            return NULL;
        x->bytes += len < BLOCK ? BLOCK : len + 1;
        x->blocks++;
        x->block_used = 0;
    }
    at = x->block[x->blocks - 1] + x->block_used;
    memcpy(at, text, len);
    at[len] = '\0';
    x->block_used = len < BLOCK ? x->block_used + len + 1 : BLOCK;
    return at;
}

enum inc_status
inc_crosswalk_unit(struct inc_crosswalk *x, uint32_t *out, const char *scheme,
                   const char *code, size_t len, struct inc_err *err)
{
    struct inc_unit fresh = {0};
    void *array = x->unit;
    char key[KEY_BYTES];
    const char *kept;
    const int n =
        snprintf(key, sizeof key, "%.40s %.*s", scheme, (int)len, code);

    *out = inc_map_get(&x->by_code, key, (size_t)n);
    if (*out != INC_MAP_NONE)
        return INC_OK;
    kept = inc_crosswalk_text(x, key, (size_t)n);
    fresh.scheme = inc_crosswalk_text(x, scheme, strlen(scheme));
    if (kept == NULL || fresh.scheme == NULL ||
        inc_mem_grow(&array, &x->units_cap, x->units, sizeof *x->unit) != 0)
        return no_memory(err);
    x->unit = array;
    fresh.code = kept + n - len;
    *out = (uint32_t)x->units;
    if (inc_map_add(&x->by_code, kept, (size_t)n, *out, NULL) != INC_OK)
        return no_memory(err);
    x->unit[x->units++] = fresh;
    return INC_OK;
}

enum inc_status
inc_crosswalk_map(struct inc_crosswalk *x, uint32_t unit, uint32_t occupation,
                  uint32_t relation, struct inc_err *err)
{
    void *array = x->mapping;

    if (x->mappings == MAPPINGS_MAX)
        return inc_fail(err, INC_E_LIMIT, 0,
                        "the crosswalk has over %d mappings, bridges included",
                        (int)MAPPINGS_MAX);
    if (inc_mem_grow(&array, &x->mappings_cap, x->mappings,
                     sizeof *x->mapping) != 0)
        return no_memory(err);
    x->mapping = array;
    x->mapping[x->mappings++] =
        (struct inc_mapping){unit, occupation, relation};
    return INC_OK;
}

/* --- put in order ----------------------------------------------------------
 */

static int
by_occupation(const void *a, const void *b)
{
    const struct inc_mapping *x = a, *y = b;

    if (x->unit != y->unit)
        return x->unit < y->unit ? -1 : 1;
    if (x->occupation != y->occupation)
        return x->occupation < y->occupation ? -1 : 1;
    return x->relation < y->relation ? -1 : x->relation > y->relation;
}

static int
by_relation(const void *a, const void *b)
{
    const struct inc_mapping *x = a, *y = b;

    if (x->unit == y->unit && x->relation != y->relation)
        return x->relation < y->relation ? -1 : 1;
    return by_occupation(a, b);
}

/* Each pair once, by its nearest relation; the mappings of a unit together. */
static void
settle(struct inc_crosswalk *x)
{
    size_t n = 0;

    if (x->mappings != 0)
        qsort(x->mapping, x->mappings, sizeof *x->mapping, by_occupation);
    for (size_t i = 0; i < x->mappings; i++)
        if (n == 0 || x->mapping[i].unit != x->mapping[n - 1].unit ||
            x->mapping[i].occupation != x->mapping[n - 1].occupation)
            x->mapping[n++] = x->mapping[i];
    x->mappings = n;
    if (n != 0)
        qsort(x->mapping, n, sizeof *x->mapping, by_relation);
    for (size_t i = 0; i < x->units; i++)
        x->unit[i].first = x->unit[i].n = 0;
    for (size_t i = 0; i < n; i++) {
        struct inc_unit *u = &x->unit[x->mapping[i].unit];

        if (u->n++ == 0)
            u->first = (uint32_t)i;
    }
}

/* A unit gets what the one it came from is mapped to; no bridge says how near
 * the two are, so nothing is nearer than close. */
static enum inc_status
cross(struct inc_crosswalk *x, const struct inc_crosswalk_tables *all,
      struct inc_err *err)
{
    enum inc_status st = INC_OK;

    for (size_t i = 0; i < all->bridges; i++) {
        const struct inc_unit from = x->unit[all->bridge[i].from];

        for (uint32_t k = 0; k < from.n; k++) {
            const struct inc_mapping m = x->mapping[from.first + k];

            INC_TRY(inc_crosswalk_map(
                x, all->bridge[i].to, m.occupation,
                m.relation > INC_MAPPING_CLOSE ? m.relation : INC_MAPPING_CLOSE,
                err));
        }
    }
out:
    return st;
}

static enum inc_status
index_names(struct inc_crosswalk *x, const struct inc_crosswalk_tables *all,
            struct inc_err *err)
{
    struct inc_name *name = inc_mem_zero(all->names, sizeof *name);
    enum inc_status st = INC_OK;
    size_t n = 0;

    x->name_unit = inc_mem_zero(all->names, sizeof *x->name_unit);
    if (name == NULL || x->name_unit == NULL) {
        st = no_memory(err);
        goto out;
    }
    for (size_t i = 0; i < all->names; i++) {
        const uint32_t u = all->name[i].unit;

        if (x->unit[u].n == 0)
            continue; /* leads nowhere */
        x->name_unit[n] = u;
        name[n++] = (struct inc_name){x->unit[u].code, all->name[i].text};
    }
    INC_TRY(inc_taxonomy_of_names(&x->names, INC_CROSSWALK_LANG, name, n, err));
    INC_TRY(inc_search_build(&x->search, x->names, err));
    x->bytes += inc_taxonomy_bytes(x->names) + n * sizeof *x->name_unit +
                x->units_cap * sizeof *x->unit +
                x->mappings_cap * sizeof *x->mapping;
out:
    inc_mem_free(name);
    return st;
}

enum inc_status
inc_crosswalk_load(struct inc_crosswalk **out, const char *path,
                   const struct inc_taxonomy *t,
                   struct inc_crosswalk_report *report, struct inc_err *err)
{
    struct inc_crosswalk *x = inc_mem_zero(1, sizeof *x);
    struct inc_crosswalk_tables all = {0};
    enum inc_status st = INC_OK;

    *out = NULL;
    *report = (struct inc_crosswalk_report){0};
    if (x == NULL)
        return no_memory(err);
    INC_TRY(inc_crosswalk_read(x, &all, path, t, report, err));
    settle(x);
    INC_TRY(cross(x, &all, err));
    settle(x);
    INC_TRY(index_names(x, &all, err));
    report->units = x->units;
    report->mappings = x->mappings;
    report->names = inc_concept_count(x->names, INC_PILLAR_OCCUPATION);
    *out = x;
    x = NULL;
out:
    inc_mem_free(all.bridge);
    inc_mem_free(all.name);
    inc_crosswalk_free(x);
    return st;
}

void
inc_crosswalk_free(struct inc_crosswalk *x)
{
    if (x == NULL)
        return;
    inc_search_free(x->search);
    inc_taxonomy_free(x->names);
    inc_mem_free(x->name_unit);
    inc_mem_free(x->mapping);
    inc_mem_free(x->unit);
    inc_map_release(&x->by_code);
    for (size_t i = 0; i < x->blocks; i++)
        inc_mem_free(x->block[i]);
    inc_mem_free(x->block);
    inc_mem_free(x);
}
