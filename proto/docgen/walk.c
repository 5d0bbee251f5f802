#include "proto/docgen/docgen.h"

#include "engine/base/check.h"
#include "proto/names.h"
#include "proto/replies.h"

const struct inc_type *const docgen_records[DOCGEN_RECORDS] = {
    &inc_candidate_type, &inc_need_type, &inc_company_type, &inc_vault_type,
    &inc_user_type};

const struct docgen_words docgen_words[] = {
    {"evidence", inc_evidence_names},
    {"shown_evidence", inc_shown_names},
    {"cefr", inc_cefr_names},
    {"day", inc_day_names},
    {"licence", inc_licence_names},
    {"mode", inc_travel_names},
    {"importance", inc_importance_names},
    {"need_kind", inc_need_kind_names},
    {"rule", inc_rule_names},
    {"attitude", inc_attitude_names},
    {"pillar", inc_pillar_names},
    {"linked", inc_linked_names},
    {"verdict", inc_verdict_names},
    {"line_kind", inc_line_kind_names},
    {"line_status", inc_line_status_names},
    {"why", inc_why_names},
    {"sex", inc_sex_names},
    {"regime", inc_regime_names},
};
const size_t docgen_n_words = INC_COUNT(docgen_words);

int
docgen_is_in(const struct docgen_types *types, const struct inc_type *t)
{
    for (size_t i = 0; i < types->n; i++)
        if (types->list[i] == t)
            return 1;
    return 0;
}

/* Tables nest without cycles, so this ends. */
void
/* NOLINTNEXTLINE(misc-no-recursion) */
docgen_collect(struct docgen_types *types, const struct inc_type *t)
{
    if (docgen_is_in(types, t))
        return;
    for (uint32_t i = 0; i < t->n_fields; i++)
        if (t->fields[i].type != NULL)
            docgen_collect(types, t->fields[i].type);
    INC_CHECK(types->n < DOCGEN_TYPES_MAX);
    types->list[types->n++] = t;
}

int
docgen_is_request(const struct inc_type *t)
{
    for (int i = 0; i < INC_OP_COUNT; i++)
        if (inc_ops[i].request == t)
            return 1;
    return 0;
}

const char *
docgen_kind_name(enum inc_op_kind kind)
{
    static const char *const names[] = {"read", "match", "write", "admin"};

    return names[kind];
}
