/* __real_x and __wrap_x are the linker's names (--wrap=x). */
#define _GNU_SOURCE 1 // NOLINT: RTLD_NEXT

#include "tests/reliability/sim/mutants.h"

#include <dlfcn.h>
#include <lmdb.h>
#include <stdlib.h>
#include <string.h>

#include "engine/batch/job.h"
#include "engine/match/live.h"
#include "engine/store/event.h"

int sim_mutant;
const char *const sim_mutant_name[SIM_MUTANTS] = {
    "nothing planted",
    "acknowledged before it is on the disk",
    "the idempotence record is dropped",
    "no new image before the reply",
    "an answer is lost",
    "an answer is given twice",
    "the standing match's mark without its events",
    "a batch in several transactions",
    "late work is done",
    "an erasure forgets the keys"};

/* True every nth time while this mutant is in. */
static int
at_times(int mutant, unsigned nth)
{
    static unsigned count[SIM_MUTANTS];

    return sim_mutant == mutant && ++count[mutant] % nth == 0;
}

static void
behind(void *function, size_t size, const char *name)
{
    void *p = dlsym(RTLD_NEXT, name);

    if (p == NULL)
        abort();
    memcpy(function, &p, size);
}

/* ---- LMDB ---------------------------------------------------------------- */

int
mdb_env_open(MDB_env *env, const char *path, unsigned flags, mdb_mode_t mode)
{
    static __typeof__(&mdb_env_open) real;

    if (real == NULL)
        behind(&real, sizeof real, "mdb_env_open");
    return real(env, path, flags | (sim_mutant == SIM_NO_SYNC ? MDB_NOSYNC : 0),
                mode);
}

static MDB_dbi keys;

int
mdb_dbi_open(MDB_txn *txn, const char *name, unsigned flags, MDB_dbi *dbi)
{
    static __typeof__(&mdb_dbi_open) real;
    int rc;

    if (real == NULL)
        behind(&real, sizeof real, "mdb_dbi_open");
    rc = real(txn, name, flags, dbi);
    if (rc == 0 && name != NULL && strcmp(name, "keys") == 0)
        keys = *dbi;
    return rc;
}

int
mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data, unsigned flags)
{
    static __typeof__(&mdb_put) real;

    if (real == NULL)
        behind(&real, sizeof real, "mdb_put");
    if (dbi == keys && at_times(SIM_NO_KEY, 10))
        return 0;
    return real(txn, dbi, key, data, flags);
}

/* ---- the engine ---------------------------------------------------------- */

enum inc_status __real_inc_live_apply(struct inc_live *l,
                                      const struct inc_change *const *changes,
                                      size_t n, uint64_t seq,
                                      struct inc_err *err);
enum inc_status __wrap_inc_live_apply(struct inc_live *l,
                                      const struct inc_change *const *changes,
                                      size_t n, uint64_t seq,
                                      struct inc_err *err);
enum inc_status
__wrap_inc_live_apply(struct inc_live *l,
                      const struct inc_change *const *changes, size_t n,
                      uint64_t seq, struct inc_err *err)
{
    if (at_times(SIM_NO_PUBLISH, 5))
        return INC_OK;
    return __real_inc_live_apply(l, changes, n, seq, err);
}

void __real_inc_outbox_put(struct inc_outbox *o, struct inc_job *j);
void __wrap_inc_outbox_put(struct inc_outbox *o, struct inc_job *j);
void
__wrap_inc_outbox_put(struct inc_outbox *o, struct inc_job *j)
{
    struct inc_job *twin;

    if (at_times(SIM_LOST_REPLY, 40)) {
        inc_job_free(j);
        return;
    }
    if (at_times(SIM_TWO_REPLIES, 40)) {
        twin = inc_job_new(j->route, j->route_len, j->bytes, j->len);
        if (twin != NULL) {
            memcpy(twin->id, j->id, sizeof twin->id);
            twin->status = j->status;
            inc_buf_add(&twin->reply, j->reply.data, j->reply.len);
            __real_inc_outbox_put(o, twin);
        }
    }
    __real_inc_outbox_put(o, j);
}

enum inc_status __real_inc_event_add(struct inc_store *s,
                                     struct inc_event *events, size_t n,
                                     const struct inc_touched *gone,
                                     size_t n_gone, uint64_t mark,
                                     struct inc_err *err);
enum inc_status __wrap_inc_event_add(struct inc_store *s,
                                     struct inc_event *events, size_t n,
                                     const struct inc_touched *gone,
                                     size_t n_gone, uint64_t mark,
                                     struct inc_err *err);
enum inc_status
__wrap_inc_event_add(struct inc_store *s, struct inc_event *events, size_t n,
                     const struct inc_touched *gone, size_t n_gone,
                     uint64_t mark, struct inc_err *err)
{
    if (at_times(SIM_MARK_FIRST, 5))
        n = 0;
    return __real_inc_event_add(s, events, n, gone, n_gone, mark, err);
}

enum inc_status __real_inc_store_apply(struct inc_store *s,
                                       struct inc_command *const *commands,
                                       size_t n, struct inc_err *err);
enum inc_status __wrap_inc_store_apply(struct inc_store *s,
                                       struct inc_command *const *commands,
                                       size_t n, struct inc_err *err);
enum inc_status
__wrap_inc_store_apply(struct inc_store *s, struct inc_command *const *commands,
                       size_t n, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    if (sim_mutant != SIM_HALF_BATCH)
        return __real_inc_store_apply(s, commands, n, err);
    for (size_t i = 0; i < n && st == INC_OK; i++)
        st = __real_inc_store_apply(s, commands + i, 1, err);
    return st;
}

enum inc_status __real_inc_job_begin(struct inc_job *j,
                                     struct inc_arenas *arenas);
enum inc_status __wrap_inc_job_begin(struct inc_job *j,
                                     struct inc_arenas *arenas);
enum inc_status
__wrap_inc_job_begin(struct inc_job *j, struct inc_arenas *arenas)
{
    if (sim_mutant == SIM_NO_DEADLINE)
        j->deadline_ns = 0;
    return __real_inc_job_begin(j, arenas);
}

enum inc_status __real_inc_erase_finish(struct inc_store *s, const uint64_t *no,
                                        size_t n, struct inc_err *err);
enum inc_status __wrap_inc_erase_finish(struct inc_store *s, const uint64_t *no,
                                        size_t n, struct inc_err *err);
enum inc_status
__wrap_inc_erase_finish(struct inc_store *s, const uint64_t *no, size_t n,
                        struct inc_err *err)
{
    if (sim_mutant == SIM_KEYS_STAY)
        return INC_OK;
    return __real_inc_erase_finish(s, no, n, err);
}
