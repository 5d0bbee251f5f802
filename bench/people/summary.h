/* summary.h - what a drawn pool looks like. */
#ifndef INC_BENCH_PEOPLE_SUMMARY_H
#define INC_BENCH_PEOPLE_SUMMARY_H

#include "bench/people/people.h"

/* Draw people first .. first + count - 1, print figures on stdout (see
 * bench/figure) and the same in words on stderr. */
enum inc_status inc_people_summary(const struct inc_people *p, uint64_t first,
                                   uint64_t count, struct inc_err *err);

#endif
