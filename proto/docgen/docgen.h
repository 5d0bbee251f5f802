/*
 * docgen.h - documents and client code printed from the tables of the
 * protocol. A program for developers; nothing here is shipped.
 */
#ifndef INC_PROTO_DOCGEN_DOCGEN_H
#define INC_PROTO_DOCGEN_DOCGEN_H

#include "engine/base/buf.h"
#include "proto/message.h"

/* The records live floors above proto, which may not include them; this
 * program is linked with them and needs their tables alone. */
extern const struct inc_type inc_candidate_type, inc_need_type,
    inc_company_type, inc_vault_type, inc_user_type;
extern const char *const inc_sex_names[], *const inc_regime_names[];

enum { DOCGEN_TYPES_MAX = 128, DOCGEN_RECORDS = 5 };

extern const struct inc_type *const docgen_records[DOCGEN_RECORDS];

/* Types in an order in which each stands behind those it uses. */
struct docgen_types {
    const struct inc_type *list[DOCGEN_TYPES_MAX];
    size_t n;
};
void docgen_collect(struct docgen_types *types, const struct inc_type *t);
int docgen_is_in(const struct docgen_types *types, const struct inc_type *t);

/* 1 when an operation takes the type as its request. */
int docgen_is_request(const struct inc_type *t);

/* Every closed vocabulary that a table uses. */
struct docgen_words {
    const char *title; /* "importance" */
    const char *const *names;
};
extern const struct docgen_words docgen_words[];
extern const size_t docgen_n_words;

const char *docgen_kind_name(enum inc_op_kind kind); /* "read" ... */

/* Append the generated part of PROTOCOL.md, or the whole Python module. */
void docgen_markdown(struct inc_buf *out);
void docgen_python(struct inc_buf *out);

#endif
