/*
 * user.h - who may come in: a public key, a role, a territory. Floor 4.
 * No name and no secret: the client keeps its secret key.
 */
#ifndef INC_PROFILE_USER_H
#define INC_PROFILE_USER_H

#include "proto/schema.h"

enum { INC_USER_OFFICES = 64, INC_USER_KEY = 40 };

struct inc_user {
    uint64_t has;
    const char *id;
    const char *role;
    const char **offices;
    uint32_t n_offices;
    const char *company;
    const char *key; /* public, Z85 */
    int64_t revoked;
    int64_t until; /* last day */
    int64_t updated;
    int64_t revision;
};

extern const struct inc_type inc_user_type;

enum inc_user_field {
    INC_USER_ID,
    INC_USER_ROLE,
    INC_USER_OFFICES_,
    INC_USER_COMPANY,
    INC_USER_PUBLIC_KEY,
    INC_USER_REVOKED,
    INC_USER_UNTIL,
    INC_USER_UPDATED,
    INC_USER_REVISION
};

#endif
