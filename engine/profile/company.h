/*
 * company.h - a company that has needs. Floor 4.
 */
#ifndef INC_PROFILE_COMPANY_H
#define INC_PROFILE_COMPANY_H

#include "proto/schema.h"

struct inc_company {
    uint64_t has;
    const char *id;
    const char *name;
    const char *comune;
    const char *ateco;
    int64_t employees;
    const char *office;
    int64_t updated;
    int64_t revision;
};

extern const struct inc_type inc_company_type;

enum inc_company_field {
    INC_COMPANY_ID,
    INC_COMPANY_NAME,
    INC_COMPANY_COMUNE,
    INC_COMPANY_ATECO,
    INC_COMPANY_EMPLOYEES,
    INC_COMPANY_OFFICE,
    INC_COMPANY_UPDATED,
    INC_COMPANY_REVISION
};

#endif
