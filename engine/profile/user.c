/* Table of a user. Fields are only ever appended: their place is their number
 * in stored records. */
#include "engine/profile/user.h"

#define U struct inc_user
static const struct inc_field user[] = {
    INC_F_CODE(U, id, INC_FIELD_REQUIRED | INC_FIELD_KEY, 1, 64,
               "Code of the person or program that logs in; never a name."),
    INC_F_CODE(U, role, INC_FIELD_REQUIRED, 1, 32,
               "Role, one of the daemon's table of roles."),
    INC_F_TEXTS(U, offices, 0, INC_USER_OFFICES, 32,
                "Offices whose records it works on; none for a role that is "
                "not bound to offices."),
    INC_F_CODE(U, company, 0, 1, 64, "The company it speaks for."),
    INC_F_TEXT(U, key, INC_FIELD_REQUIRED, INC_USER_KEY, INC_USER_KEY,
               "Public CURVE key, 40 characters of Z85. The secret key stays "
               "with the user."),
    INC_F_BOOL(U, revoked, 0, "Lets nobody in any more."),
    INC_F_DATE(U, until, 0, "Last day it lets anybody in (UTC)."),
    INC_F_DATE(U, updated, 0, "Last check of the data."),
    INC_F_INT(U, revision, INC_FIELD_READONLY, 0, INT64_MAX,
              "1, 2, ...: counts the changes."),
};
const struct inc_type inc_user_type =
    INC_TYPE("user", struct inc_user, user, "Who may come in, by which key.");
