/* report.h - what a run of load measured: JSON lines for programs, a table for
 * people. Main thread. */
#ifndef INC_BENCH_LOAD_REPORT_H
#define INC_BENCH_LOAD_REPORT_H

#include "bench/load/options.h"

/* One JSON line a figure on stdout, as bench/README.md says.
 *   cpu_s, wall_s  processor and wall time of the generator over the run */
void inc_load_print(const struct inc_load_options *o,
                    const struct inc_load_result *r, double cpu_s,
                    double wall_s);

/* The same for people, and warnings, on stderr. */
void inc_load_tell(const struct inc_load_options *o,
                   const struct inc_load_result *r, double cpu_s,
                   double wall_s);

#endif
