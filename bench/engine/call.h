/*
 * call.h - the calls into the engine that the measuring programs make, in one
 * place: when a signature of the pool or the matcher moves, this is the file
 * to mend.
 */
#ifndef INC_BENCH_ENGINE_CALL_H
#define INC_BENCH_ENGINE_CALL_H

#include "engine/match/match.h"

/* A builder over a world; then add, drop; then end over `old` (or NULL), which
 * stays the caller's. */
enum inc_status inc_call_begin(struct inc_pool_builder **b,
                               const struct inc_estate *e, struct inc_err *err);
enum inc_status inc_call_add(struct inc_pool_builder *b, uint64_t no,
                             const struct inc_candidate *c,
                             struct inc_err *err);
enum inc_status inc_call_drop(struct inc_pool_builder *b, uint64_t no,
                              struct inc_err *err);
enum inc_status inc_call_end(struct inc_pool **out, struct inc_pool_builder *b,
                             struct inc_pool *old, uint64_t generation,
                             struct inc_err *err);

/* A matcher that runs on the kernel of that name, NULL for the machine's best.
 * INC_E_NOTFOUND when this machine or build does not have it. */
enum inc_status inc_call_matcher(struct inc_matcher **out, const char *kernel,
                                 struct inc_err *err);
/* Names of all kernels there are or may be, NULL-ended. */
extern const char *const inc_call_kernels[];

void inc_call_run(struct inc_matcher *m, struct inc_estate *e,
                  struct inc_pool *pool, struct inc_question *const *questions,
                  size_t n);

/* The number under `key` of a page, or `fallback` when it has none. */
int64_t inc_call_number(const struct inc_question *q, const char *key,
                        int64_t fallback);
/* The text under `key` of a page in out[cap]; "" when it has none. */
void inc_call_text(const struct inc_question *q, const char *key, char *out,
                   size_t cap);

#endif
