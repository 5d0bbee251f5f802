/*
 * scenario.h - a thing the store does, with every fault point failing at its
 * 1st, 2nd, 3rd ... visit until none fires.
 */
#ifndef INC_TESTS_FAULT_SCENARIO_H
#define INC_TESTS_FAULT_SCENARIO_H

#include "tests/unit/store/fixture.h"

#include "engine/base/fault.h"

#if !INC_FAULTS
#error "build with fault points"
#endif

static const struct {
    enum inc_fault point;
    const char *name;
} points[] = {
#define INC_X(name) {INC_FAULT_##name, #name},
    INC_FAULT_POINTS(INC_X)
#undef INC_X
};
enum { POINTS = sizeof points / sizeof points[0], VISITS_MAX = 3000 };

/* A thing the store does, in three parts. `act` runs with the fault armed and
 * uses no asserts; `check` gets its status. */
struct scenario {
    const char *name;
    void (*prepare)(struct fixture *f);
    enum inc_status (*act)(struct fixture *f);
    void (*check)(struct fixture *f, enum inc_status st, int fired);
    int forks; /* the fault may happen in a child, unseen by this process */
};

static char where[200]; /* for failure texts */
static enum inc_fault armed;

static void
run_scenario(const struct scenario *s)
{
    unsigned fired_in_all = 0;

    for (size_t p = 0; p < POINTS; p++) {
        for (unsigned n = 1; n <= VISITS_MAX; n++) {
            void *state = NULL;
            struct fixture *f;
            enum inc_status st;
            int fired;

            (void)snprintf(where, sizeof where, "%s, %s visit %u", s->name,
                           points[p].name, n);
            assert_int_equal(start(&state), 0);
            f = state;
            if (f == NULL)
                return;
            s->prepare(f);
            armed = points[p].point;
            inc_fault_arm(armed, n);
            st = s->act(f);
            fired = inc_fault_fired() || (s->forks && st != INC_OK);
            inc_fault_arm(points[p].point, 0);
            if (!fired && st != INC_OK)
                fail_msg("%s: failed without a fault: %s", where, f->err.what);
            s->check(f, st, fired);
            (void)stop(&state);
            if (!fired)
                break;
            fired_in_all++;
            assert_true(n < VISITS_MAX);
        }
    }
    if (fired_in_all < 3)
        fail_msg("%s: only %u faults happened", s->name, fired_in_all);
    (void)printf("%s: %u faults\n", s->name, fired_in_all);
}

#endif
