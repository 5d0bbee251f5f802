/*
 * requests.h - what the clients of the simulation send and get, as frames.
 */
#ifndef INC_TESTS_RELIABILITY_SIM_REQUESTS_H
#define INC_TESTS_RELIABILITY_SIM_REQUESTS_H

#include "engine/batch/job.h"
#include "tests/reliability/sim/model.h"

/* Jobs as the router makes them; `number` is the request's id. */
struct inc_job *sim_write_job(const struct sim_write *w, uint64_t number);
struct inc_job *sim_match_job(uint64_t number);
struct inc_job *sim_get_job(unsigned id, uint64_t number);

struct sim_reply {
    uint64_t number;
    enum inc_status status;
    int64_t revision; /* of the body or its record */
    uint64_t seq, generation;
    int created, replayed;
    uint64_t people; /* ids of the items, a bit each */
    int odd;         /* an item twice, or none of ours */
};
/* 0, or -1 for a frame that cannot be read. */
int sim_read(struct sim_reply *out, const struct inc_job *j);

#endif
