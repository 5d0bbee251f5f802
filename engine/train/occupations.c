#include "engine/train/occupations.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/space/space.h"

struct inc_members
inc_members_of(const struct inc_taxonomy *t, uint32_t occupation)
{
    struct inc_members m = {0};

    m.n_essential = inc_occupation_essential(t, occupation, &m.essential);
    m.n_optional = inc_occupation_optional(t, occupation, &m.optional);
    return m;
}

uint32_t
inc_members_next(struct inc_members *m)
{
    uint32_t a = m->n_essential > 0 ? m->essential[0] : INC_NO_CONCEPT;
    uint32_t b = m->n_optional > 0 ? m->optional[0] : INC_NO_CONCEPT;
    uint32_t next = a < b ? a : b;

    while (m->n_essential > 0 && m->essential[0] == next) {
        m->essential++;
        m->n_essential--;
    }
    while (m->n_optional > 0 && m->optional[0] == next) {
        m->optional++;
        m->n_optional--;
    }
    return next;
}

static enum inc_status
too_large(struct inc_err *err, uint32_t count, const char *what, int most)
{
    return inc_fail(err, INC_E_RANGE, 0,
                    "a taxonomy of %u %s is too large to learn a space from; "
                    "up to %d are possible",
                    (unsigned)count, what, most);
}

/* Number the occupations, and count for each skill those that list it into
 * row_start[skill + 1]. */
static enum inc_status
number(struct inc_listed *l, const struct inc_taxonomy *t,
       const unsigned char *left_out, struct inc_err *err)
{
    uint32_t all = inc_concept_count(t, INC_PILLAR_OCCUPATION), skill;

    for (uint32_t o = 0; o < all; o++) {
        struct inc_members m = inc_members_of(t, o);
        if (left_out[o] || m.n_essential + m.n_optional == 0)
            continue;
        l->uris[l->count++] = inc_concept_uri(t, INC_PILLAR_OCCUPATION, o);
        while ((skill = inc_members_next(&m)) != INC_NO_CONCEPT)
            l->row_start[skill + 1]++;
    }
    if (l->count > INC_OCCUPATIONS_MAX)
        return too_large(err, l->count, "occupations",
                         (int)INC_OCCUPATIONS_MAX);
    return INC_OK;
}

/* Occupations come in ascending order, so every list does. */
static void
list(struct inc_listed *l, uint32_t *next, const struct inc_taxonomy *t,
     const unsigned char *left_out)
{
    uint32_t all = inc_concept_count(t, INC_PILLAR_OCCUPATION), skill;
    uint16_t occupation = 0;

    for (uint32_t o = 0; o < all; o++) {
        struct inc_members m = inc_members_of(t, o);
        if (left_out[o] || m.n_essential + m.n_optional == 0)
            continue;
        while ((skill = inc_members_next(&m)) != INC_NO_CONCEPT)
            l->row_occupations[next[skill]++] = occupation;
        occupation++;
    }
}

enum inc_status
inc_train_occupations(struct inc_listed *out, const struct inc_taxonomy *t,
                      const unsigned char *left_out, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    uint32_t rows = inc_concept_count(t, INC_PILLAR_SKILL);
    struct inc_listed l = {0};
    uint32_t *next = inc_mem_zero(rows, sizeof *next);

    l.uris = inc_mem_zero(inc_concept_count(t, INC_PILLAR_OCCUPATION),
                          sizeof *l.uris);
    l.row_start = inc_mem_zero((size_t)rows + 1, sizeof *l.row_start);
    if (next == NULL || l.uris == NULL || l.row_start == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory to list occupations");
        goto out;
    }
    INC_TRY(number(&l, t, left_out, err));
    for (uint32_t i = 0; i < rows; i++) {
        l.row_start[i + 1] += l.row_start[i];
        next[i] = l.row_start[i];
    }
    if (l.row_start[rows] > 0 && rows > INC_TRADE_ROWS_MAX) {
        st = too_large(err, rows, "skills", (int)INC_TRADE_ROWS_MAX);
        goto out;
    }
    l.row_occupations =
        inc_mem_zero(l.row_start[rows], sizeof *l.row_occupations);
    if (l.row_occupations == NULL) {
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory to list occupations");
        goto out;
    }
    list(&l, next, t, left_out);
    *out = l;
    memset(&l, 0, sizeof l); /* given */
out:
    inc_mem_free(next);
    inc_listed_release(&l);
    return st;
}

void
inc_listed_release(struct inc_listed *l)
{
    inc_mem_free(l->uris);
    inc_mem_free(l->row_start);
    inc_mem_free(l->row_occupations);
    memset(l, 0, sizeof *l);
}
