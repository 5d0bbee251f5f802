/* Tables of a person's profile. Fields are only ever appended: their place is
 * their number in stored records. */
#include "engine/profile/candidate.h"

enum {
    ID_MAX = 64,
    OFFICE_MAX = 32,
    COMUNE = 6, /* digits of an ISTAT code */
    TITLE_MAX = 200,
    LISTED_MAX = 64
};

#define NEED INC_FIELD_REQUIRED

static const struct inc_field skill[] = {
    INC_F_TEXT(struct inc_skill, uri, NEED, 1, INC_URI_MAX,
               "URI of the skill, ESCO or local."),
    INC_F_INT_OR(struct inc_skill, level, 0, 0, INC_LEVEL_MAX,
                 INC_LEVEL_DEFAULT,
                 "0 none, 1 basic, 2 autonomous, 3 experienced, 4 expert."),
    INC_F_ENUM_OR(struct inc_skill, evidence, 0, inc_evidence_names,
                  INC_EVIDENCE_DECLARED, "How it is known."),
    INC_F_DATE(struct inc_skill, last_used, 0, "When last used."),
    INC_F_TEXT(struct inc_skill, ref, 0, 1, TITLE_MAX,
               "Where the evidence is filed."),
};
static const struct inc_type skill_type =
    INC_TYPE("skill", struct inc_skill, skill, "A skill the person has.");

static const struct inc_field held[] = {
    INC_F_TEXT(struct inc_held, uri, NEED, 1, INC_URI_MAX,
               "URI of the occupation, ESCO or local."),
    INC_F_INT(struct inc_held, months, 0, 0, 720, "Months held, in all."),
    INC_F_DATE(struct inc_held, last, 0, "Last day held."),
};
static const struct inc_type held_type =
    INC_TYPE("held", struct inc_held, held,
             "An occupation held. It implies its essential skills, with lower "
             "evidence.");

#define ABILITY(M, DOC)                                                        \
    INC_F_ENUM(struct inc_language, M, 0, inc_cefr_names, DOC)
static const struct inc_field language[] = {
    INC_F_CODE(struct inc_language, lang, NEED, 2, 2, "ISO 639-1, lower case."),
    ABILITY(listening, "CEFR level in listening."),
    ABILITY(reading, "CEFR level in reading."),
    ABILITY(interaction, "CEFR level in spoken interaction."),
    ABILITY(production, "CEFR level in spoken production."),
    ABILITY(writing, "CEFR level in writing."),
};
static const struct inc_type language_type =
    INC_TYPE("language", struct inc_language, language, "A language spoken.");

static const struct inc_field education[] = {
    INC_F_INT(struct inc_education, eqf, 0, 1, 8, "EQF level."),
    INC_F_CODE(struct inc_education, isced_f, 0, 2, 4,
               "ISCED-F 2013 field, 2 to 4 digits."),
    INC_F_TEXT(struct inc_education, title, 0, 1, TITLE_MAX,
               "Title as on the certificate."),
};
static const struct inc_type education_type = INC_TYPE(
    "education", struct inc_education, education, "A title or qualification.");

static const struct inc_field window[] = {
    INC_F_ENUM(struct inc_window, day, NEED, inc_day_names, "Day of the week."),
    INC_F_TIME(struct inc_window, from, NEED, "First minute."),
    INC_F_TIME(struct inc_window, to, NEED,
               "End, after from; 24:00 ends the day."),
};
const struct inc_type inc_window_type =
    INC_TYPE("window", struct inc_window, window,
             "A stretch of one day of the week. A night shift is two windows.");

static const struct inc_field availability[] = {
    INC_F_DATE(struct inc_availability, from, 0, "First day."),
    INC_F_DATE(struct inc_availability, until, 0, "Last day."),
    INC_F_INT(struct inc_availability, hours_week, 0, 1, 80,
              "Hours a week the person wants to work at most."),
    INC_F_MAPS(struct inc_availability, windows, 0, INC_WINDOWS_MAX,
               &inc_window_type, "When the person can work. Absent: any time."),
    INC_F_MAPS(struct inc_availability, absences, 0, INC_WINDOWS_MAX,
               &inc_window_type,
               "Protected hours when the person cannot; never a reason."),
};
static const struct inc_type availability_type =
    INC_TYPE("availability", struct inc_availability, availability,
             "When the person can work.");

static const struct inc_field mobility[] = {
    INC_F_BOOL(struct inc_mobility, car, 0, "Has a car to use."),
    INC_F_ENUMS(struct inc_mobility, modes, 0, 4, inc_travel_names,
                "Means the person can use."),
    INC_F_INT(struct inc_mobility, max_minutes, 0, 1, 240,
              "Longest journey to work, minutes one way."),
};
static const struct inc_type mobility_type = INC_TYPE(
    "mobility", struct inc_mobility, mobility, "How the person gets to work.");

static const struct inc_field preferences[] = {
    INC_F_TEXTS(struct inc_preferences, occupations, 0, LISTED_MAX, INC_URI_MAX,
                "URIs of occupations the person would like."),
    INC_F_ENUMS(struct inc_preferences, kinds, 0, 6, inc_need_kind_names,
                "Kinds of need the person would like."),
};
static const struct inc_type preferences_type =
    INC_TYPE("preferences", struct inc_preferences, preferences,
             "What the person would like. Shown, never scored.");

#define C struct inc_candidate
static const struct inc_field candidate[] = {
    INC_F_CODE(C, id, NEED | INC_FIELD_KEY, 1, ID_MAX,
               "Pseudonym given by the office; never a name."),
    INC_F_TEXT(C, office, 0, 1, OFFICE_MAX,
               "CPI or service that keeps the record."),
    INC_F_CODE(C, home, 0, COMUNE, COMUNE,
               "ISTAT code of the comune of residence or domicile."),
    INC_F_MAPS(C, skills, 0, INC_SKILLS_MAX, &skill_type, "Skills."),
    INC_F_MAPS(C, occupations, 0, LISTED_MAX, &held_type, "Occupations held."),
    INC_F_MAPS(C, languages, 0, 32, &language_type, "Languages."),
    INC_F_MAPS(C, education, 0, 16, &education_type,
               "Titles and qualifications."),
    INC_F_ENUMS(C, licences, 0, INC_LICENCE_COUNT, inc_licence_names,
                "Licences and certificates to drive or operate."),
    INC_F_MAP(C, availability, 0, &availability_type,
              "When the person can work."),
    INC_F_MAP(C, mobility, 0, &mobility_type, "How the person gets to work."),
    INC_F_MAP(C, preferences, 0, &preferences_type, "Shown, never scored."),
    INC_F_BOOL(C, frozen, 0, "Takes no part in any match."),
    INC_F_DATE(C, updated, 0, "Last check of the data with the person."),
    INC_F_INT(C, revision, INC_FIELD_READONLY, 0, INT64_MAX,
              "1, 2, ...: counts the changes."),
    INC_F_DATE(C, notice, INC_FIELD_READONLY,
               "Day the person was told that the data will go; a put takes it "
               "away."),
};
const struct inc_type inc_candidate_type = INC_TYPE(
    "candidate", struct inc_candidate, candidate,
    "A person, as a pseudonym. A field left out is unknown, never no.");
