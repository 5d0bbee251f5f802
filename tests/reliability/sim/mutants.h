/*
 * mutants.h - bugs planted between the parts (the linker's --wrap), to show
 * that the simulation sees.
 */
#ifndef INC_TESTS_RELIABILITY_SIM_MUTANTS_H
#define INC_TESTS_RELIABILITY_SIM_MUTANTS_H

enum sim_mutant {
    SIM_SOUND,
    SIM_NO_SYNC,     /* acknowledged before it is on the disk */
    SIM_NO_KEY,      /* the idempotence record is dropped at times */
    SIM_NO_PUBLISH,  /* the next image is not published before the reply */
    SIM_LOST_REPLY,  /* an answer is lost now and then */
    SIM_TWO_REPLIES, /* or given twice */
    SIM_MARK_FIRST,  /* the standing match's mark moves without its events */
    SIM_HALF_BATCH,  /* a batch is several transactions */
    SIM_NO_DEADLINE, /* late work is done */
    SIM_KEYS_STAY,   /* an erasure forgets the keys */
    SIM_MUTANTS
};
extern int sim_mutant; /* set before a run */
extern const char *const sim_mutant_name[SIM_MUTANTS];

#endif
