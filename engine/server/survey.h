/*
 * survey.h - which URIs of stored records the taxonomy does not know: the
 * migration report after a change of ESCO. Floor engine/server. Any thread.
 */
#ifndef INC_SERVER_SURVEY_H
#define INC_SERVER_SURVEY_H

#include "engine/match/estate.h"
#include "engine/store/store.h"

/* Calls `tell` for every URI of the record that t does not know. */
void inc_survey_record(enum inc_record_kind kind, const union inc_record *r,
                       const struct inc_taxonomy *t,
                       void (*tell)(void *arg, enum inc_pillar pillar,
                                    const char *uri),
                       void *arg);

struct inc_survey;

/* Walk all people and needs of one moment of the store. */
enum inc_status inc_survey_run(struct inc_survey **out, struct inc_store *s,
                               const struct inc_estate *e, struct inc_err *err);
void inc_survey_free(struct inc_survey *s); /* NULL is fine */

/* Records that name at least one unknown URI, and the URIs in byte order. */
uint64_t inc_survey_records(const struct inc_survey *s);
size_t inc_survey_uris(const struct inc_survey *s);
struct inc_survey_line {
    const char *uri; /* views the survey */
    enum inc_pillar pillar;
    uint64_t records;                  /* uses of it */
    const char *near_uri, *near_label; /* nearest known concept, or NULL; they
                                          view the estate's taxonomy */
};
void inc_survey_line(const struct inc_survey *s, size_t i,
                     const struct inc_estate *e, int lang,
                     struct inc_survey_line *out);

#endif
