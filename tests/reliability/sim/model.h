/*
 * model.h - what the store should do, in a few arrays: the oracle of the
 * simulation. Knows nothing of the engine but its words.
 */
#ifndef INC_TESTS_RELIABILITY_SIM_MODEL_H
#define INC_TESTS_RELIABILITY_SIM_MODEL_H

#include <stdint.h>

#include "engine/base/status.h"
#include "engine/profile/record.h"
#include "proto/message.h"

enum { SIM_IDS = 10, SIM_WRITES = 4096, SIM_KINDS = 2 };

/* A write as its client made it; the same number is the same request. */
struct sim_write {
    enum inc_op op;
    enum inc_record_kind kind; /* person or need */
    unsigned id;
    int64_t if_revision; /* -1: none stated */
    uint64_t key;        /* of the request */
    uint64_t body;       /* tells bodies apart */
};

struct sim_answer {
    enum inc_status status;
    int64_t revision;
    uint64_t seq; /* journal number, 0: not journaled */
    int created, replayed;
};

struct sim_record {
    int64_t revision; /* 0: not there */
    uint64_t no;
    int marked; /* frozen, closed */
    int former; /* a person who was deleted and not erased */
};

struct sim_model {
    struct sim_record record[SIM_KINDS][SIM_IDS];
    uint64_t next_no[SIM_KINDS];
    uint64_t seq; /* journal entries */
    struct {
        unsigned id;
        int erased;
    } person[SIM_WRITES];        /* by number */
    uint64_t people[SIM_WRITES]; /* after entry i: who can be matched, a bit
                                    each */
    struct {
        uint64_t key, body;
        enum inc_op op;
        struct sim_answer first;
    } kept[SIM_WRITES];
    unsigned n_kept;
};

void sim_model_start(struct sim_model *m);
/* The write's answer; the model is what it is afterwards. */
struct sim_answer sim_model_write(struct sim_model *m,
                                  const struct sim_write *w);
/* Index of a kind in the arrays. */
int sim_kind(enum inc_record_kind kind);
/* Who can be matched, a bit each. */
uint64_t sim_people(const struct sim_model *m);

#endif
