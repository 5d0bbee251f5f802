/*
 * candidate.h - a person's profile as the engine sees it. Floor 4.
 * No name, no cause of any constraint: pseudonym, abilities, hours, place.
 * Described by inc_candidate_type; filled by proto/schema.h; lives in an arena.
 */
#ifndef INC_PROFILE_CANDIDATE_H
#define INC_PROFILE_CANDIDATE_H

#include <stdint.h>

#include "proto/names.h"
#include "proto/schema.h"

enum {
    INC_SKILLS_MAX = 2000,
    INC_LEVEL_MAX = 4,
    INC_LEVEL_DEFAULT = 2,
    INC_URI_MAX = 200
};

enum inc_evidence {
    INC_EVIDENCE_DECLARED,
    INC_EVIDENCE_OBSERVED,
    INC_EVIDENCE_CERTIFIED,
    INC_EVIDENCE_IMPLIED, /* by an occupation held; never on the wire in */
    INC_EVIDENCE_COUNT
};

enum {
    INC_CEFR_COUNT = 7, /* 0 = pre-A1 .. 6 = C2 */
    INC_LICENCE_COUNT = 23,
    INC_WINDOWS_MAX = 64 /* of one list of windows */
};

struct inc_skill {
    uint64_t has;
    const char *uri;
    int64_t level; /* 0..4 */
    int64_t evidence;
    int64_t last_used; /* days */
    const char *ref;
};

struct inc_held {
    uint64_t has;
    const char *uri;
    int64_t months;
    int64_t last; /* days; last day held */
};

enum inc_ability {
    INC_LISTENING,
    INC_READING,
    INC_INTERACTION,
    INC_PRODUCTION,
    INC_WRITING,
    INC_ABILITIES
};

struct inc_language {
    uint64_t has;
    const char *lang; /* ISO 639-1, lower case */
    int64_t listening, reading, interaction, production, writing; /* CEFR */
};

struct inc_education {
    uint64_t has;
    int64_t eqf; /* 1..8 */
    const char *isced_f;
    const char *title;
};

struct inc_window {
    uint64_t has;
    int64_t day;      /* 0 = Monday */
    int64_t from, to; /* minutes, from < to <= 1440 */
};

struct inc_availability {
    uint64_t has;
    int64_t from, until; /* days */
    int64_t hours_week;
    struct inc_window *windows;
    uint32_t n_windows;
    struct inc_window *absences;
    uint32_t n_absences;
};

struct inc_mobility {
    uint64_t has;
    int64_t car;
    int64_t *modes; /* enum inc_mode */
    uint32_t n_modes;
    int64_t max_minutes;
};

struct inc_preferences {
    uint64_t has;
    const char **occupations;
    uint32_t n_occupations;
    int64_t *kinds;
    uint32_t n_kinds;
};

struct inc_candidate {
    uint64_t has;
    const char *id;
    const char *office;
    const char *home; /* ISTAT code */
    struct inc_skill *skills;
    uint32_t n_skills;
    struct inc_held *occupations;
    uint32_t n_occupations;
    struct inc_language *languages;
    uint32_t n_languages;
    struct inc_education *education;
    uint32_t n_education;
    int64_t *licences; /* index into inc_licence_names */
    uint32_t n_licences;
    struct inc_availability availability;
    struct inc_mobility mobility;
    struct inc_preferences preferences;
    int64_t frozen;
    int64_t updated; /* days */
    int64_t revision;
    int64_t notice; /* days */
};

extern const struct inc_type inc_candidate_type;
extern const struct inc_type inc_window_type; /* shared with needs */

/* Bit numbers in `has`, in table order (checked by a unit test). */
enum inc_candidate_field {
    INC_CANDIDATE_ID,
    INC_CANDIDATE_OFFICE,
    INC_CANDIDATE_HOME,
    INC_CANDIDATE_SKILLS,
    INC_CANDIDATE_OCCUPATIONS,
    INC_CANDIDATE_LANGUAGES,
    INC_CANDIDATE_EDUCATION,
    INC_CANDIDATE_LICENCES,
    INC_CANDIDATE_AVAILABILITY,
    INC_CANDIDATE_MOBILITY,
    INC_CANDIDATE_PREFERENCES,
    INC_CANDIDATE_FROZEN,
    INC_CANDIDATE_UPDATED,
    INC_CANDIDATE_REVISION,
    INC_CANDIDATE_NOTICE
};
enum {
    INC_SKILL_URI,
    INC_SKILL_LEVEL,
    INC_SKILL_EVIDENCE,
    INC_SKILL_LAST_USED,
    INC_SKILL_REF
};
enum { INC_HELD_URI, INC_HELD_MONTHS, INC_HELD_LAST };
enum { INC_LANGUAGE_LANG, INC_LANGUAGE_LISTENING }; /* then the others */
enum { INC_EDUCATION_EQF, INC_EDUCATION_ISCED_F, INC_EDUCATION_TITLE };
enum {
    INC_AVAILABILITY_FROM,
    INC_AVAILABILITY_UNTIL,
    INC_AVAILABILITY_HOURS_WEEK,
    INC_AVAILABILITY_WINDOWS,
    INC_AVAILABILITY_ABSENCES
};
enum { INC_MOBILITY_CAR, INC_MOBILITY_MODES, INC_MOBILITY_MAX_MINUTES };

#endif
