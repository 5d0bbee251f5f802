/* Table of a company. Fields are only ever appended: their place is their
 * number in stored records. */
#include "engine/profile/company.h"

#define C struct inc_company
static const struct inc_field company[] = {
    INC_F_CODE(C, id, INC_FIELD_REQUIRED | INC_FIELD_KEY, 1, 64, "Id."),
    INC_F_TEXT(C, name, 0, 1, 200, "Name of the company."),
    INC_F_CODE(C, comune, 0, 6, 6, "ISTAT code of the seat."),
    INC_F_CODE(C, ateco, 0, 2, 8, "ATECO 2025 code, NN[.NN[.N[N]]]."),
    INC_F_INT(C, employees, 0, 0, 1000000, "Employees."),
    INC_F_TEXT(C, office, 0, 1, 32, "CPI that takes care of it."),
    INC_F_DATE(C, updated, 0, "Last check of the data."),
    INC_F_INT(C, revision, INC_FIELD_READONLY, 0, INT64_MAX,
              "1, 2, ...: counts the changes."),
};
const struct inc_type inc_company_type = {.name = "company",
                                          .doc = "A company that has needs.",
                                          .size = sizeof(struct inc_company),
                                          .fields = company,
                                          .n_fields = INC_COUNT(company)};
