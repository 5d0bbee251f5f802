#include "proto/names.h"

#include <stddef.h>

const char *const inc_evidence_names[] = {"declared", "observed", "certified",
                                          NULL};
const char *const inc_shown_names[] = {"declared", "observed", "certified",
                                       "implied", NULL};
const char *const inc_cefr_names[] = {"pre-A1", "A1", "A2", "B1",
                                      "B2",     "C1", "C2", NULL};
const char *const inc_day_names[] = {"mon", "tue", "wed", "thu",
                                     "fri", "sat", "sun", NULL};
/* Directive 2006/126/EC, D.Lgs. 285/1992 art. 116 (KA, KB), the CQC for goods
 * and passengers, ADR, and the operators' certificates of the Accordo
 * Stato-Regioni of 22 February 2012. */
const char *const inc_licence_names[] = {
    "AM",  "A1",    "A2",    "A",   "B1",       "B",   "BE",  "C1",
    "C1E", "C",     "CE",    "D1",  "D1E",      "D",   "DE",  "KA",
    "KB",  "CQC-C", "CQC-P", "ADR", "CARRELLI", "PLE", "GRU", NULL};
const char *const inc_travel_names[] = {"walk", "bike", "bus", "car", NULL};
const char *const inc_importance_names[] = {"must", "should", "nice", NULL};
const char *const inc_need_kind_names[] = {
    "vacancy", "fabbisogno", "lpu", "laboratorio", "borsa", "tirocinio", NULL};
const char *const inc_rule_names[] = {"must",      "licences", "languages",
                                      "education", "hours",    "distance",
                                      "start",     NULL};
const char *const inc_attitude_names[] = {"prudent", "neutral", NULL};
const char *const inc_pillar_names[] = {"skill", "occupation", NULL};
const char *const inc_linked_names[] = {"skill", "occupation", "isco_group",
                                        NULL};
const char *const inc_verdict_names[] = {"sure", "likely", "unsure", "unknown",
                                         NULL};
