/*
 * names.h - the closed vocabularies of protocol v1. Floor 1, so that requests,
 * records and clients share them. Each list ends with NULL. Order is meaning:
 * the index is the number in C and in stored records, so names are only ever
 * appended.
 */
#ifndef INC_PROTO_NAMES_H
#define INC_PROTO_NAMES_H

extern const char *const inc_evidence_names[];   /* declared .. certified */
extern const char *const inc_shown_names[];      /* the same and "implied" */
extern const char *const inc_cefr_names[];       /* pre-A1 .. C2 */
extern const char *const inc_day_names[];        /* mon .. sun */
extern const char *const inc_licence_names[];    /* AM .. GRU */
extern const char *const inc_travel_names[];     /* walk, bike, bus, car */
extern const char *const inc_importance_names[]; /* must, should, nice */
extern const char *const inc_need_kind_names[];  /* vacancy .. tirocinio */
extern const char *const inc_rule_names[];       /* enum inc_rule */
extern const char *const inc_attitude_names[];   /* prudent, neutral */
extern const char *const inc_pillar_names[];     /* skill, occupation */
extern const char *const inc_linked_names[];     /* and isco_group */
extern const char *const inc_verdict_names[];    /* enum inc_verdict */

#endif
