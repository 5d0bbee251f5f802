/*
 * vault.h - who a person is, and what protects them by law. Floor 7: only the
 * server can name it; pool and match stand below or beside and cannot
 * (tests/support/floors.py), so no ranking can depend on anything here.
 *
 * Sealed with the person's own key; goes when the person is erased. No field
 * for an offence, a sentence, a diagnosis or a percentage: they are not needed
 * to find work (docs/privacy.md).
 */
#ifndef INC_VAULT_VAULT_H
#define INC_VAULT_VAULT_H

#include <stdint.h>

#include "proto/schema.h"

enum { INC_VAULT_FORMAT = 1 };

extern const char *const inc_sex_names[], *const inc_regime_names[];

/* A protection or a measure somebody competent attested. */
struct inc_vault_status {
    uint64_t has;
    int64_t regime;     /* index into inc_regime_names */
    const char *basis;  /* letter or number of the article */
    const char *author; /* who attested it */
    int64_t from, until;
};

struct inc_vault {
    uint64_t has;
    const char *id; /* the person's pseudonym */
    const char *surname, *name;
    int64_t birth_date;
    const char *birth_place, *birth_country;
    int64_t sex;
    const char **citizenships;
    uint32_t n_citizenships;
    const char *tax_code;
    const char *residence, *domicile;
    const char *phone, *email, *certified_email;
    const char *permit;
    int64_t permit_until;
    int64_t dependants;
    const char *guardian;
    struct inc_vault_status *statuses;
    uint32_t n_statuses;
};
extern const struct inc_type inc_vault_type;

/* What the table alone cannot say. err->where is the path. */
enum inc_status inc_vault_check(const struct inc_vault *v, struct inc_err *err);

/* Stored form: msgpack list [INC_VAULT_FORMAT, packed record]. */
enum inc_status inc_vault_encode(struct inc_buf *out,
                                 const struct inc_vault *v);
/* INC_E_NEWER, INC_E_CORRUPT, INC_E_NOMEM. */
enum inc_status inc_vault_decode(struct inc_vault *out, const void *bytes,
                                 size_t len, struct inc_arena *a,
                                 struct inc_err *err);

#endif
