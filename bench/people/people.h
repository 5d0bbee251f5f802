/*
 * people.h - seeded people and needs, drawn from a taxonomy: what the
 * measuring programs match. No person is behind any of them.
 *
 * A record depends on the options and its number only: the same on every
 * machine, whatever was drawn before. Threads: a struct inc_people is
 * immutable once open; any number of threads draw from it.
 *
 * What "realistic" means, and that it is our estimate: bench/README.md.
 */
#ifndef INC_BENCH_PEOPLE_PEOPLE_H
#define INC_BENCH_PEOPLE_PEOPLE_H

#include "bench/world/world.h"
#include "engine/profile/candidate.h"
#include "engine/profile/need.h"
#include "proto/bodies.h"

enum inc_people_kind {
    INC_PEOPLE_REALISTIC,
    INC_PEOPLE_UNIFORM,   /* every skill of the taxonomy equally likely */
    INC_PEOPLE_SHARED,    /* realistic, and one skill that everybody has */
    INC_PEOPLE_WIDE,      /* INC_SKILLS_MAX skills each */
    INC_PEOPLE_IDENTICAL, /* one profile under many ids */
    INC_PEOPLE_EMPTY,     /* an id and nothing else */
    INC_PEOPLE_KINDS
};
/* "realistic", "uniform" ..., NULL-ended. */
extern const char *const inc_people_kind_names[];

struct inc_people_options {
    enum inc_people_kind kind;
    uint64_t seed;
    uint32_t skills;  /* stated skills of a person on average, 1..100; 0: 20 */
    uint32_t implied; /* percent of people whose record lists the occupations
                         held, which imply their essential skills */
};

struct inc_people;

/* Make the tables. Borrows the world. INC_E_NOMEM; INC_E_RANGE when the
 * taxonomy has no occupation with skills. */
enum inc_status inc_people_open(struct inc_people **out,
                                const struct inc_bench_world *w,
                                const struct inc_people_options *o,
                                struct inc_err *err);
void inc_people_close(struct inc_people *p); /* NULL is fine */

/* Person number `no` (1..). Members live in the arena, in p or in the
 * taxonomy; INC_PEOPLE_ROOM bytes of arena are always enough. */
enum { INC_PEOPLE_ROOM = 256 << 10 };
enum inc_status inc_people_draw(const struct inc_people *p, uint64_t no,
                                struct inc_candidate *out, struct inc_arena *a,
                                struct inc_err *err);

struct inc_people_ask {
    uint32_t requirements; /* 1..INC_REQUIREMENTS_MAX */
    int place;             /* 1: a comune and working hours */
};
/* Need number `no` (1..): a vacancy of one occupation. As above. */
enum inc_status inc_people_need(const struct inc_people *p, uint64_t no,
                                const struct inc_people_ask *ask,
                                struct inc_need *out, struct inc_arena *a,
                                struct inc_err *err);

/* A filter that lets about `permille_x10` / 10,000 of the realistic people
 * through: provinces for a hundredth and more, offices below. Need number `no`
 * gets its own. `out` views p and the arena. */
enum inc_status inc_people_filter(const struct inc_people *p, uint64_t no,
                                  uint32_t permille_x10,
                                  struct inc_filters *out, struct inc_arena *a,
                                  struct inc_err *err);

#endif
