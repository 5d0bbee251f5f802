/*
 * reference.h - loading what matching is computed against, with messages that
 * say what to do; and the survey of stored URIs. Floor engine/daemon.
 */
#ifndef INC_DAEMON_REFERENCE_H
#define INC_DAEMON_REFERENCE_H

#include <stdio.h>

#include "engine/daemon/config.h"
#include "engine/match/estate.h"
#include "engine/store/store.h"

enum { INC_REFERENCE_PATH = 4096 };

/* Taxonomy, comuni and space as configured; logged. *out has one reference.
 * A space that is not there is INC_E_CONFIG with the command that makes it. */
enum inc_status inc_reference_load(struct inc_estate **out,
                                   const struct inc_config *c,
                                   struct inc_err *err);

/* The same beside what else a start has to do: between begin and finish what
 * reads texts is made by a thread of its own (estate.h). What `c` says is
 * borrowed until finish. */
struct inc_reference_loading {
    struct inc_estate *estate; /* one reference, the caller's to drop */
    struct inc_estate_options options;
    struct inc_demand demand;
    struct inc_crosswalk_report walk;
    struct inc_vectors_report vectors;
    char near[INC_REFERENCE_PATH];
    uint64_t start_ns, ready_ns; /* ready but for the texts */
};
enum inc_status inc_reference_begin(struct inc_reference_loading *l,
                                    const struct inc_config *c,
                                    struct inc_err *err);
enum inc_status inc_reference_finish(struct inc_reference_loading *l,
                                     struct inc_err *err);

struct inc_unknown {
    uint64_t uris, records;
};

/*
 * Find the URIs of stored records that the taxonomy does not know; a summary
 * is logged when there are any. A store found clean is remembered in
 * STORE/taxonomy.checked, so that a start with the same taxonomy needs no walk
 * over all records; the remembered state is trusted because every write is
 * checked against the taxonomy. A survey under another taxonomy forgets it.
 */
enum inc_status inc_reference_survey(struct inc_unknown *out,
                                     struct inc_store *s, const char *store_dir,
                                     const struct inc_estate *e,
                                     struct inc_err *err);

/* Forget that a survey found the store clean: the taxonomy it was done with is
 * not the one in use. */
void inc_reference_forget(const char *store_dir);

/* The whole report, one line a URI, as text for people. */
enum inc_status inc_reference_report(FILE *to, struct inc_store *s,
                                     const struct inc_estate *e,
                                     struct inc_err *err);

#endif
