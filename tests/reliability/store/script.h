/*
 * script.h - commands whose outcome is known without a store. Command number
 * i is a pure function of the seed, so is the state after any number of them;
 * a store that was hit by something is compared with it.
 *
 * Commands are sent in batches whose sizes the seed gives too: a store in a
 * state between two batches applied half of one.
 */
#ifndef INC_TESTS_RELIABILITY_SCRIPT_H
#define INC_TESTS_RELIABILITY_SCRIPT_H

#include "engine/store/store.h"
#include "tests/support/skills.h"

enum {
    REL_IDS = 24,   /* of each kind */
    REL_BATCH = 9,  /* commands at most */
    REL_SKILLS = 9, /* of a person at most */
    REL_BODY = 9000,
    REL_PEOPLE = 4096, /* numbers a run may give */
    REL_TEXT = 400,
    REL_ARENA = 4 * 1024 * 1024
};

/* In a seed: half of the deletes of people are erasures, every unfreezing is.
 */
#define REL_ERASES (UINT64_C(1) << 63)

/* One command with everything it points to. */
struct rel_slot {
    struct inc_command c;
    union inc_record r;
    struct inc_skill skills[REL_SKILLS];
    char uri[REL_SKILLS][SKILL_URI_MAX];
    char id[16], mark[32];
    char body[REL_BODY];
};
void rel_command(struct rel_slot *s, uint64_t seed, uint64_t i,
                 struct inc_arena *a);

/* Command i's batch begins at a multiple of the batch: number of commands of
 * the batch that begins with command `first`. */
size_t rel_batch(uint64_t seed, uint64_t first);
/* Is n the sum of the sizes of the first batches? */
int rel_is_boundary(uint64_t seed, uint64_t n);

/* Apply the batch that begins with command `first`. Its commands' outcomes are
 * in slots[]; *n is their number. */
enum inc_status rel_apply(struct inc_store *s, uint64_t seed, uint64_t first,
                          struct rel_slot slots[REL_BATCH], size_t *n,
                          struct inc_arena *a, struct inc_err *err);

/* The state after some commands. */
struct rel_record {
    int64_t revision; /* 0: not there */
    uint64_t no;
    uint64_t mark; /* command whose text it carries */
    uint32_t skills;
    int marked; /* frozen, closed */
    int former; /* a person who was deleted and not erased */
};
struct rel_model {
    struct rel_record record[INC_RECORD_KINDS][REL_IDS];
    uint64_t next_no[INC_RECORD_KINDS];
    uint64_t n; /* commands so far */
    struct {
        unsigned id;
        int erased;
    } person[REL_PEOPLE]; /* by number */
};
void rel_model_start(struct rel_model *m);
/* The next command; what its status must be. */
enum inc_status rel_model_step(struct rel_model *m, uint64_t seed);

/* Number of erasures among the commands of the batch that begins with `first`.
 */
size_t rel_erasures(uint64_t seed, uint64_t first);

/*
 * Is the store in folder `dir` sound and what `acked` to `sent` commands make?
 * Opens it as a daemon would, verifies, compares every record, repeats the last
 * acknowledged commands (they must be remembered) and sends the next batch.
 * Keys in DIR/keys/ring must be those of all but the erased. head    out
 * commands it holds text    out [REL_TEXT] what is wrong 0 when all is well.
 */
int rel_check(const char *dir, uint64_t seed, uint64_t acked, uint64_t sent,
              uint64_t *head, char text[REL_TEXT]);

/* Compare an open store with the state after n commands. 0 when equal. */
int rel_compare(struct inc_store *s, uint64_t seed, uint64_t n,
                char text[REL_TEXT]);

/* Folders for a run: below TMPDIR, /dev/shm when it is there (nothing here is
 * about the machine's own disk), else /tmp. */
void rel_folder(char out[256], const char *name);
void rel_remove(const char *folder); /* with everything in it */

/* Program options "name=number"; *seed has a default. */
uint64_t rel_option(int argc, char **argv, const char *name, uint64_t none);
/* The line every figure goes with: what, n, failures, bound, seed, commit,
 * versions. */
void rel_report(const char *what, uint64_t n, uint64_t failures, uint64_t seed);

#endif
