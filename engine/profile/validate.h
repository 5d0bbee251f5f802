/*
 * validate.h - what a schema cannot say: known URIs and comuni, windows that do
 * not overlap, dates in order, nothing twice. Floor 4.
 */
#ifndef INC_PROFILE_VALIDATE_H
#define INC_PROFILE_VALIDATE_H

#include "engine/profile/record.h"
#include "engine/taxonomy/geo.h"
#include "engine/taxonomy/search.h"
#include "engine/taxonomy/taxonomy.h"

struct inc_reference {
    const struct inc_taxonomy *taxonomy; /* NULL: URIs are not checked */
    const struct inc_search *search;     /* NULL: hints without suggestions */
    const struct inc_geo *geo;           /* NULL: comuni are not checked */
};

/*
 * Check a decoded record against the taxonomy and the map. err->where is the
 * path, err->hint the nearest known labels or codes.
 * INC_E_CONCEPT, INC_E_COMUNE, INC_E_WINDOW (empty, reversed, overlapping),
 * INC_E_DATE (end before start), INC_E_DUPLICATE (same skill, language,
 * licence or occupation twice), INC_E_RANGE (codes of digits or letters),
 * INC_E_NOMEM. Pure function of its arguments; any number of threads.
 * Retired concepts are accepted: an office may retire one without breaking
 * stored profiles; inc_validate_notes() tells about them.
 */
enum inc_status inc_validate(enum inc_record_kind kind,
                             const union inc_record *r,
                             const struct inc_reference *ref,
                             struct inc_err *err);

/*
 * What deserves a look and is no error, one English sentence each, starting
 * with the path: retired concepts with what replaces them, and concepts that
 * left the taxonomy after the record was stored.
 */
void inc_validate_notes(enum inc_record_kind kind, const union inc_record *r,
                        const struct inc_reference *ref,
                        void (*tell)(void *arg, const char *text), void *arg);

#endif
