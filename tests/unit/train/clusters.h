/* A taxonomy of two crafts that share nothing: 24 skills and 12 occupations
 * each. Include "tests/unit/space/folder.h" first. */
#ifndef INC_TESTS_UNIT_TRAIN_CLUSTERS_H
#define INC_TESTS_UNIT_TRAIN_CLUSTERS_H

#include "engine/base/rng.h"

enum { CRAFT_SKILLS = 24, CRAFT_JOBS = 12 };

/* without  an occupation that the files shall not have, "a03", or NULL */
static inline void
clusters_write(struct folder *f, const char *without)
{
    struct inc_buf skills = {0}, jobs = {0}, needs = {0};
    static const char *const isco[] = {"7212", "7213", "2512", "2513"};
    struct inc_rng rng = {5};
    char id[16], skill[16], label[32];

    inc_buf_text(&skills, HEAD_SKILLS);
    inc_buf_text(&jobs, HEAD_OCCUPATIONS);
    inc_buf_text(&needs, HEAD_OCC_SKILL);
    for (char craft = 'a'; craft <= 'b'; craft++) {
        for (int i = 0; i < CRAFT_SKILLS; i++) {
            (void)snprintf(id, sizeof id, "%c%02d", craft, i);
            (void)snprintf(label, sizeof label, "%c%cx label", craft, 'a' + i);
            row_skill(&skills, id, label, "");
        }
        for (int o = 0; o < CRAFT_JOBS; o++) {
            int write;
            (void)snprintf(id, sizeof id, "%c%02d", craft, o);
            write = without == NULL || strcmp(id, without) != 0;
            if (write)
                row_occupation(&jobs, id, isco[2 * (craft == 'b') + (o > 4)]);
            for (int i = 0; i < CRAFT_SKILLS; i++) {
                uint32_t draw = inc_rng_below(&rng, 3);
                (void)snprintf(skill, sizeof skill, "%c%02d", craft, i);
                if (draw != 0 && write)
                    row_needs(&needs, id, draw == 1 ? "essential" : "optional",
                              skill);
            }
        }
    }
    folder_put_buf(f, "skills_en.csv", &skills);
    folder_put_buf(f, "occupations_en.csv", &jobs);
    folder_put_buf(f, "occupationSkillRelations.csv", &needs);
    folder_put(f, "broaderRelationsSkillPillar.csv", HEAD_BROADER);
    folder_put(f, "ISCOGroups_en.csv",
               HEAD_ISCO "ISCOGroup,http://x/i/1,7212,welders,released,,,\n"
                         "ISCOGroup,http://x/i/2,2512,coders,released,,,\n");
}

#endif
