/*
 * machine.h - what the machine can do, measured beside the engine, and what
 * the process holds.
 */
#ifndef INC_BENCH_ENGINE_MACHINE_H
#define INC_BENCH_ENGINE_MACHINE_H

#include <stddef.h>
#include <stdint.h>

/* What one read measures: 10^6 vectors of 128 floats, 512 MB (10^6). */
#define INC_READ_BYTES ((size_t)512000000)

struct inc_reader {
    uint64_t *at; /* [INC_READ_BYTES / 8], written once */
};
/* 0, or -1 when there is no memory. Huge pages are asked for. */
int inc_reader_open(struct inc_reader *r);
void inc_reader_close(struct inc_reader *r);
/* Read it all once, one thread; nanoseconds. *sum (may be NULL) gets the sum
 * of the words, so that no compiler leaves the reading out. */
uint64_t inc_reader_run(const struct inc_reader *r, uint64_t *sum);

/* Resident bytes of this process: anonymous memory, and pages of files. 0
 * where /proc does not say. */
struct inc_resident {
    uint64_t anonymous, file;
};
struct inc_resident inc_resident_now(void);

#endif
