/*
 * skills.h - a profile's skills that no taxonomy has to know, for the programs
 * that torment a store.
 */
#ifndef TESTS_SUPPORT_SKILLS_H
#define TESTS_SUPPORT_SKILLS_H

#include <stdio.h>

#include "engine/profile/record.h"

enum { SKILL_URI_MAX = 80 };

/* n skills in levels 1 to 4 into `r`, which points to them. */
static inline void
fill_skills(union inc_record *r, struct inc_skill *skills,
            char (*uri)[SKILL_URI_MAX], uint32_t n)
{
    for (uint32_t k = 0; k < n; k++) {
        (void)snprintf(uri[k], sizeof uri[k],
                       "http://data.europa.eu/esco/skill/"
                       "00000000-0000-4000-8000-%012u",
                       k);
        skills[k].uri = uri[k];
        skills[k].level = 1 + k % 4;
        skills[k].has = 1u << INC_SKILL_URI | 1u << INC_SKILL_LEVEL;
    }
    r->candidate.skills = skills;
    r->candidate.n_skills = n;
    r->has |= 1u << INC_CANDIDATE_SKILLS;
}

#endif
