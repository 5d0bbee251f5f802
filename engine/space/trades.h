/*
 * trades.h - the trades that a set of skills is nearest to. Floor 3.
 *
 * A second order of likeness: a person and a need may share few skills and yet
 * point at the same occupations. Kept in the space, because it must come from
 * the occupations the space was trained on and from no other.
 *
 * All integers. For an occupation o of the space, with its essential and
 * optional skills, each once:
 *   root[o] = isqrt(65536 * sum of idf^2 over its skills)
 *   hit[o]  = sum of idf^2 over the skills that are in both lists
 *   x[o]    = floor(hit[o] * 65536 / root[o])
 * The INC_TRADES occupations with the largest x > 0 are kept (ties: lower
 * number), then
 *   r = floor(1000 * x / largest x);  c = r^3;  n = isqrt(sum of c^2)
 *   weight = floor(10000 * c / n), zeros dropped.
 */
#ifndef INC_SPACE_TRADES_H
#define INC_SPACE_TRADES_H

#include "engine/space/space.h"

enum { INC_TRADES = 12 };

struct inc_trade {
    uint16_t occupation; /* 0..inc_space_occupations()-1, in order of URI */
    uint16_t weight;     /* 1..10000; squares of all add up to about 10^8 */
};

/* Occupations the space was trained on, in byte order of URI; 0..65535. */
uint32_t inc_space_occupations(const struct inc_space *s);
const char *inc_space_occupation_uri(const struct inc_space *s, uint32_t o);

/*
 * The trades nearest to a list of skills.
 *   out     out [INC_TRADES]  ascending by occupation
 *   skills  in  [n]           distinct skill numbers of the bound taxonomy
 *   hits    scratch [inc_space_occupations()], all zero, left all zero
 * Returns how many were written, 0..INC_TRADES.
 */
size_t inc_space_trades(const struct inc_space *s,
                        struct inc_trade out[INC_TRADES],
                        const uint32_t *skills, size_t n, uint32_t *hits);

/*
 * Likeness of two lists as made above: min(10000, floor(sum over shared
 * occupations of wa * wb / 10000)), bp. *nearest (may be NULL): the shared
 * occupation with the largest product, the lower number on ties;
 * INC_NO_CONCEPT when none is shared.
 */
uint32_t inc_trades_bp(const struct inc_trade *a, size_t na,
                       const struct inc_trade *b, size_t nb, uint32_t *nearest);

#endif
