#include "engine/store/private.h"

#include <string.h>

/*
 * former   id, number -> nothing: numbers a person had before being deleted, so
 *          that an erasure finds all of them
 */
enum { FORMER_KEY = INC_ID_MAX + INC_NUMBER };

static size_t
former_key(unsigned char out[FORMER_KEY], const char *id, uint64_t no)
{
    size_t n = strlen(id);

    memcpy(out, id, n);
    inc_number_put(out + n, no);
    return n + INC_NUMBER;
}

enum inc_status
inc_former_add(const struct inc_store *s, MDB_txn *txn, const char *id,
               uint64_t no, struct inc_err *err)
{
    unsigned char key[FORMER_KEY];

    if (strlen(id) > INC_ID_MAX)
        return INC_OK; /* no id of ours */
    return inc_table_put(s, txn, INC_TABLE_FORMER, key, former_key(key, id, no),
                         "", 0, 0, err);
}
