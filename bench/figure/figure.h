/*
 * figure.h - what every measuring program prints: one JSON object a line on
 * stdout, a figure each, with the samples as they were taken. Text for people
 * goes to stderr.
 *   {"name":"...","unit":"ms","params":{...},"samples":[...]}
 */
#ifndef INC_BENCH_FIGURE_FIGURE_H
#define INC_BENCH_FIGURE_FIGURE_H

#include <stddef.h>

struct inc_samples {
    double *at; /* [n], owned */
    size_t n, cap;
};
/* Memory trouble ends the program: a measurement with holes is worth none. */
void inc_samples_add(struct inc_samples *s, double value);
void inc_samples_release(struct inc_samples *s);
/* The q-quantile, 0..1, by the nearest rank; 0 when there are none. */
double inc_samples_quantile(const struct inc_samples *s, double q);

/* params: the inside of a JSON object, as by printf; "" for none. */
void inc_figure_print(const char *name, const char *unit,
                      const struct inc_samples *s, const char *params, ...)
    __attribute__((format(printf, 4, 5)));
/* The same with one sample. */
void inc_figure_one(const char *name, const char *unit, double value,
                    const char *params, ...)
    __attribute__((format(printf, 4, 5)));

#endif
