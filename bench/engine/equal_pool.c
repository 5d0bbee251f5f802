/* equal_pool.c - pools with a history, of an exact size. */
#include <string.h>

#include "bench/engine/equal.h"
#include "engine/base/mem.h"
#include "tests/support/records.h"

enum { BANK_BYTES = 192 << 20, STEPS = 6 };

/* Mostly small records; a few that hold half the taxonomy. */
static uint32_t
skills_of(uint32_t i)
{
    return i % 512 == 511 ? 400 : i % 16 == 15 ? 60 : 14;
}

enum inc_status
inc_equal_bank_open(struct inc_equal_bank *b, const struct inc_world *w,
                    uint64_t seed, struct inc_err *err)
{
    struct inc_rng r = {seed};

    memset(b, 0, sizeof *b);
    if (inc_arena_init(&b->arena, BANK_BYTES) != INC_OK)
        return inc_fail(err, INC_E_NOMEM, 0, "records");
    b->record = rec_array(&b->arena, INC_EQUAL_BANK, sizeof *b->record);
    b->id = rec_array(&b->arena, INC_EQUAL_NUMBERS + 1, sizeof *b->id);
    for (uint32_t i = 0; i < INC_EQUAL_BANK; i++)
        rec_candidate(&b->record[i], i, &r, &b->arena, w, skills_of(i));
    for (uint32_t i = 0; i <= INC_EQUAL_NUMBERS; i++)
        b->id[i] = rec_id(&b->arena, 'P', i);
    return INC_OK;
}

void
inc_equal_bank_close(struct inc_equal_bank *b)
{
    inc_arena_release(&b->arena);
}

static struct inc_candidate
record_of(const struct inc_equal_pool *p, uint32_t no)
{
    struct inc_candidate c = p->bank->record[p->holds[no]];

    c.id = p->bank->id[no];
    return c;
}

static int
is_live(const struct inc_equal_pool *p, uint32_t no)
{
    return p->holds[no] >= 0 && !p->bank->record[p->holds[no]].frozen;
}

static enum inc_status
put(struct inc_equal_pool *p, struct inc_pool_builder *b, uint32_t no,
    uint32_t record, struct inc_err *err)
{
    struct inc_candidate c;

    p->live -= (uint32_t)is_live(p, no);
    p->holds[no] = (int32_t)record;
    p->live += (uint32_t)is_live(p, no);
    c = record_of(p, no);
    return inc_call_add(b, no, &c, err);
}

static enum inc_status
drop(struct inc_equal_pool *p, struct inc_pool_builder *b, uint32_t no,
     struct inc_err *err)
{
    p->live -= (uint32_t)is_live(p, no);
    p->holds[no] = -1;
    return inc_call_drop(b, no, err);
}

/* Puts and drops of random numbers, some of them several times. */
static enum inc_status
stir(struct inc_equal_pool *p, struct inc_pool_builder *b, uint32_t times,
     struct inc_rng *r, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    for (uint32_t i = 0; i < times; i++) {
        uint32_t no = 1 + inc_rng_below(r, p->numbers);

        if (rec_chance(r, 75))
            INC_TRY(put(p, b, no, inc_rng_below(r, INC_EQUAL_BANK), err));
        else
            INC_TRY(drop(p, b, no, err));
    }
out:
    return st;
}

/* Exactly `people` live ones, from a random number on. */
static enum inc_status
settle(struct inc_equal_pool *p, struct inc_pool_builder *b, uint32_t people,
       struct inc_rng *r, struct inc_err *err)
{
    uint32_t no = inc_rng_below(r, p->numbers), record;
    enum inc_status st = INC_OK;

    while (p->live != people) {
        no = no < p->numbers ? no + 1 : 1;

        if (p->live > people) {
            if (is_live(p, no))
                INC_TRY(drop(p, b, no, err));
            continue;
        }
        if (is_live(p, no))
            continue;
        do {
            record = inc_rng_below(r, INC_EQUAL_BANK);
        } while (p->bank->record[record].frozen);
        INC_TRY(put(p, b, no, record, err));
    }
out:
    return st;
}

enum inc_status
inc_equal_pool_make(struct inc_equal_pool *p, const struct inc_estate *e,
                    uint32_t people, struct inc_rng *r, struct inc_err *err)
{
    uint32_t steps = 1 + inc_rng_below(r, STEPS);
    struct inc_pool_builder *b = NULL;
    enum inc_status st = INC_OK;

    if (p->holds == NULL)
        p->holds = inc_mem_zero(INC_EQUAL_NUMBERS + 1, sizeof *p->holds);
    if (p->holds == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "a pool");
    inc_pool_drop(p->pool);
    p->pool = NULL;
    p->live = 0;
    p->numbers = people + people / 4 + 8;
    p->walk_from = inc_rng_below(r, p->numbers);
    p->generation = inc_rng_next(r) >> 16;
    for (uint32_t i = 0; i <= p->numbers; i++)
        p->holds[i] = -1;
    for (uint32_t step = 0; step < steps; step++) {
        struct inc_pool *next;
        uint32_t most = step == 0 ? p->numbers * 2 : p->numbers / (step + 1);

        INC_TRY(inc_call_begin(&b, e, err));
        INC_TRY(stir(p, b, inc_rng_below(r, most + 1), r, err));
        if (step + 1 == steps)
            INC_TRY(settle(p, b, people, r, err));
        st = inc_call_end(&next, b, p->pool, p->generation, err);
        b = NULL;
        if (st != INC_OK)
            goto out;
        inc_pool_drop(p->pool);
        p->pool = next;
    }
    if (inc_pool_people(p->pool) != people)
        st = inc_fail(err, INC_E_BUG, 0, "a pool of another size than wanted");
out:
    inc_pool_abandon(b);
    return st;
}

void
inc_equal_pool_release(struct inc_equal_pool *p)
{
    inc_pool_drop(p->pool);
    inc_mem_free(p->holds);
    memset(p, 0, sizeof *p);
}

enum inc_status
inc_equal_walk(void *walk_arg, inc_view_each_fn *row, void *row_arg,
               struct inc_err *err)
{
    const struct inc_equal_pool *p = walk_arg;

    (void)err;
    for (uint32_t i = 0; i < p->numbers; i++) {
        uint32_t no = 1 + (p->walk_from + p->numbers - i) % p->numbers;
        union inc_record record;
        enum inc_status st;

        if (!is_live(p, no))
            continue;
        record.candidate = record_of(p, no);
        st = row(row_arg, no, &record);
        if (st != INC_OK)
            return st;
    }
    return INC_OK;
}
