/* inside.h - what the files of bench/people share. */
#ifndef INC_BENCH_PEOPLE_INSIDE_H
#define INC_BENCH_PEOPLE_INSIDE_H

#include "bench/people/draw.h"
#include "bench/people/people.h"

enum {
    INC_OFFICE_TEXT = 24,
    INC_OFFICE_PEOPLE = 110000, /* population an office serves, about */
    INC_PATTERNS = 5            /* of working hours */
};

/* Skills of one occupation and how often each is drawn. */
struct inc_trade_skills {
    uint32_t *skill; /* [draw.n], essential ones first; owned */
    uint32_t essential;
    struct inc_draw draw; /* n 0: an occupation without skills */
};

struct inc_province {
    const char *sigla;
    uint32_t first_office, offices;
    uint64_t population;
};

struct inc_people {
    const struct inc_bench_world *world;
    const struct inc_taxonomy *taxonomy;
    const struct inc_geo *geo;
    struct inc_people_options o;
    uint32_t n_skills, n_occupations;
    struct inc_draw occupation; /* by popularity */
    uint32_t *by_isco;          /* occupations with skills, by ISCO group */
    uint32_t *isco_at;          /* [n_occupations] place in by_isco */
    uint32_t n_by_isco;
    struct inc_trade_skills *trade; /* [n_occupations] */
    struct inc_draw transversal;    /* n 0: there are none */
    uint32_t *transversal_skill;
    struct inc_draw comune; /* by population */
    struct inc_province *province;
    uint32_t n_provinces, n_offices;
    uint16_t *province_of;                    /* [comuni] */
    char (*office)[INC_OFFICE_TEXT];          /* [n_offices] */
    uint64_t *office_population;              /* [n_offices], about */
    struct inc_window *pattern[INC_PATTERNS]; /* views `windows` */
    uint32_t pattern_n[INC_PATTERNS];
    struct inc_window *windows;
};

/* places.c: comuni, provinces, offices. */
enum inc_status inc_people_places(struct inc_people *p, struct inc_err *err);
/* A place to live and the office that serves it. */
uint16_t inc_people_home(const struct inc_people *p, struct inc_rng *r,
                         const char **office);

/* trades.c: occupations and their skills. */
enum inc_status inc_people_trades(struct inc_people *p, struct inc_err *err);
/* An occupation of the same trade or near it in ISCO. */
uint32_t inc_people_near(const struct inc_people *p, struct inc_rng *r,
                         uint32_t occupation);
/* One skill of an occupation. */
static inline uint32_t
inc_people_skill(const struct inc_people *p, struct inc_rng *r,
                 uint32_t occupation)
{
    const struct inc_trade_skills *t = &p->trade[occupation];

    return t->skill[inc_draw_one(&t->draw, r)];
}

/* The generator of record `no` of a stream. */
static inline struct inc_rng
inc_people_rng(const struct inc_people *p, uint64_t stream, uint64_t no)
{
    struct inc_rng a = {no}, b = {p->o.seed + (stream << 32)};
    struct inc_rng r = {inc_rng_next(&a) ^ inc_rng_next(&b)};

    return r;
}

/* "P-00000001" in the arena, or NULL. */
const char *inc_people_id(struct inc_arena *a, char letter, uint64_t no);

#endif
