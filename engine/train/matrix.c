#include "engine/train/matrix.h"

#include <math.h>
#include <string.h>

#include "engine/base/map.h"
#include "engine/base/mem.h"
#include "engine/train/occupations.h"
#include "engine/train/office.h"
#include "engine/train/terms.h"

enum { ISCO_UNIT_GROUP = 4 }; /* digits */

/* Length of a row in the block of relations: itself 1, each related .7. */
static const float related_weight = 0.7F;

enum { OCCUPATIONS, GROUPS, ANCESTORS, RELATIONS, WORDS, OFFICE, BLOCKS };

static int
skipped(const unsigned char *left_out, uint32_t occupation)
{
    return left_out != NULL && left_out[occupation];
}

static void
add_occupation(struct inc_entries *e, const struct inc_taxonomy *t,
               uint32_t occupation, uint32_t col)
{
    const uint32_t *skills;
    size_t n = inc_occupation_essential(t, occupation, &skills);

    for (size_t i = 0; i < n; i++)
        inc_entries_add(e, skills[i], col, INC_TRAIN_ESSENTIAL);
    n = inc_occupation_optional(t, occupation, &skills);
    for (size_t i = 0; i < n; i++)
        inc_entries_add(e, skills[i], col, INC_TRAIN_OPTIONAL);
}

static enum inc_status
finish_ppmi(struct inc_sparse *out, struct inc_entries *e, uint32_t rows,
            uint32_t cols)
{
    enum inc_status st = inc_sparse_gather(out, e, rows, cols);

    return st != INC_OK ? st : inc_sparse_ppmi(out, INC_TRAIN_SMOOTHING);
}

static enum inc_status
by_occupation(struct inc_sparse *out, const struct inc_taxonomy *t,
              const unsigned char *left_out, uint32_t rows)
{
    struct inc_entries e = {0};
    uint32_t all = inc_concept_count(t, INC_PILLAR_OCCUPATION), cols = 0;
    enum inc_status st;

    for (uint32_t o = 0; o < all; o++)
        if (!skipped(left_out, o))
            add_occupation(&e, t, o, cols++);
    st = finish_ppmi(out, &e, rows, cols);
    inc_entries_release(&e);
    return st;
}

static enum inc_status
by_group(struct inc_sparse *out, const struct inc_taxonomy *t,
         const unsigned char *left_out, uint32_t rows)
{
    enum inc_status st = INC_OK;
    struct inc_entries e = {0};
    struct inc_map groups = {0};
    uint32_t all = inc_concept_count(t, INC_PILLAR_OCCUPATION);

    for (uint32_t o = 0; o < all; o++) {
        const char *code = inc_occupation_isco(t, o);
        size_t len = strlen(code);
        uint32_t col = (uint32_t)groups.count, was;
        if (skipped(left_out, o) || len == 0)
            continue;
        if (len > ISCO_UNIT_GROUP)
            len = ISCO_UNIT_GROUP;
        INC_TRY(inc_map_add(&groups, code, len, col, &was));
        add_occupation(&e, t, o, was == INC_MAP_NONE ? col : was);
    }
    INC_TRY(finish_ppmi(out, &e, rows, (uint32_t)groups.count));
out:
    inc_map_release(&groups);
    inc_entries_release(&e);
    return st;
}

static enum inc_status
by_ancestor(struct inc_sparse *out, const struct inc_taxonomy *t, uint32_t rows)
{
    struct inc_entries e = {0};
    const struct inc_ancestor *a;
    enum inc_status st;

    for (uint32_t i = 0; i < rows; i++)
        for (size_t k = 0, n = inc_skill_ancestors(t, i, &a); k < n; k++)
            inc_entries_add(&e, i, a[k].node, 1.0F / (float)a[k].distance);
    st = inc_sparse_gather(out, &e, rows, inc_ancestor_count(t));
    if (st == INC_OK)
        st = inc_sparse_idf(out, 0.0);
    inc_entries_release(&e);
    return st;
}

static enum inc_status
by_relation(struct inc_sparse *out, const struct inc_taxonomy *t, uint32_t rows)
{
    struct inc_entries e = {0};
    const uint32_t *other;
    enum inc_status st;

    for (uint32_t i = 0; i < rows; i++) {
        inc_entries_add(&e, i, i, 1.0F);
        for (size_t k = 0, n = inc_skill_related(t, i, &other); k < n; k++)
            inc_entries_add(&e, i, other[k], related_weight);
    }
    st = inc_sparse_gather(out, &e, rows, rows);
    inc_entries_release(&e);
    return st;
}

static size_t
pairs_of(const struct inc_train_options *o)
{
    size_t n = 0;

    for (size_t i = 0; o != NULL && i < o->n_sources; i++)
        n += o->source[i].pairs->count;
    return n;
}

enum inc_status
inc_train_matrix(struct inc_sparse *out, const struct inc_taxonomy *t,
                 const unsigned char *left_out,
                 const struct inc_train_options *o, struct inc_err *err)
{
    const double weight[BLOCKS] = {
        [OCCUPATIONS] = INC_TRAIN_W_OCCUPATIONS,
        [GROUPS] = INC_TRAIN_W_GROUPS,
        [ANCESTORS] = INC_TRAIN_W_ANCESTORS,
        [RELATIONS] = INC_TRAIN_W_RELATIONS,
        [WORDS] = INC_TRAIN_W_WORDS,
        [OFFICE] = o == NULL ? 0 : o->office_weight,
    };
    /* Without a pair the matrix is, to the column, that of the taxonomy. */
    const int blocks = pairs_of(o) > 0 ? BLOCKS : OFFICE;
    enum inc_status st = INC_OK;
    struct inc_sparse block[BLOCKS] = {{0}};
    uint32_t rows = inc_concept_count(t, INC_PILLAR_SKILL);

    INC_TRY(by_occupation(&block[OCCUPATIONS], t, left_out, rows));
    INC_TRY(by_group(&block[GROUPS], t, left_out, rows));
    INC_TRY(by_ancestor(&block[ANCESTORS], t, rows));
    INC_TRY(by_relation(&block[RELATIONS], t, rows));
    INC_TRY(inc_terms_matrix(&block[WORDS], t));
    if (blocks > OFFICE)
        INC_TRY(
            inc_train_office(&block[OFFICE], o->source, o->n_sources, rows));
    for (int b = 0; b < blocks; b++)
        inc_sparse_rows_to(&block[b], weight[b]);
    INC_TRY(inc_sparse_beside(out, block, (size_t)blocks));
out:
    for (int b = 0; b < BLOCKS; b++)
        inc_sparse_release(&block[b]);
    if (st != INC_OK)
        (void)inc_fail(err, st, 0, "no memory for the training matrix");
    return st;
}

enum inc_status
inc_train_idf(uint16_t *milli, const struct inc_taxonomy *t,
              const unsigned char *left_out, struct inc_err *err)
{
    uint32_t rows = inc_concept_count(t, INC_PILLAR_SKILL), used = 0;
    uint32_t all = inc_concept_count(t, INC_PILLAR_OCCUPATION);
    uint32_t *df = inc_mem_zero(rows, sizeof *df);

    if (df == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to count occupations");
    for (uint32_t o = 0; o < all; o++) {
        struct inc_members m = inc_members_of(t, o);
        uint32_t skill;
        if (skipped(left_out, o))
            continue;
        while ((skill = inc_members_next(&m)) != INC_NO_CONCEPT)
            df[skill]++;
        used++;
    }
    for (uint32_t i = 0; i < rows; i++)
        milli[i] = (uint16_t)lround(1000.0 * log((1.0 + used) / (1.0 + df[i])));
    inc_mem_free(df);
    return INC_OK;
}
