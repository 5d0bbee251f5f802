#include "engine/store/private.h"

#include <string.h>

/*
 * vault    person's number -> revision (8 bytes), then bytes that mean nothing
 *          here. Under the person's key; it goes with the profile.
 */

enum inc_status
inc_vault_revision(struct inc_batch *b, uint64_t no, int64_t *revision,
                   struct inc_err *err)
{
    unsigned char key[INC_NUMBER];
    const void *bytes;
    size_t len;
    enum inc_status st;

    *revision = 0;
    inc_number_put(key, no);
    st = inc_table_get(b->s, b->txn, INC_TABLE_VAULT, key, sizeof key,
                       &b->plain, &bytes, &len, err);
    if (st == INC_E_NOTFOUND)
        return INC_OK;
    if (st == INC_OK && len < INC_NUMBER)
        st = inc_fail(err, INC_E_CORRUPT, 0, "a vault record is cut short");
    if (st == INC_OK)
        *revision = (int64_t)inc_number_get(bytes);
    return st;
}

void
inc_vault_pack(struct inc_buf *out, int64_t revision, const void *bytes,
               size_t len)
{
    unsigned char number[INC_NUMBER];

    inc_number_put(number, (uint64_t)revision);
    inc_buf_add(out, number, sizeof number);
    inc_buf_add(out, bytes, len);
}

enum inc_status
inc_view_vault(struct inc_view *v, const char *id, const void **bytes,
               size_t *len, int64_t *revision, struct inc_err *err)
{
    unsigned char key[INC_NUMBER];
    size_t id_len = strlen(id);
    enum inc_status st = INC_E_NOTFOUND;

    if (id_len != 0 && id_len <= INC_ID_MAX)
        st = inc_table_read(v->s, v->txn, INC_TABLE_ID + INC_RECORD_CANDIDATE,
                            id, id_len, key, sizeof key, err);
    if (st == INC_OK)
        st = inc_table_get(v->s, v->txn, INC_TABLE_VAULT, key, sizeof key,
                           &v->plain, bytes, len, err);
    if (st == INC_E_NOTFOUND)
        return inc_fail(err, st, 0, "the vault has nothing of this person");
    if (st == INC_OK && *len < INC_NUMBER)
        st = inc_fail(err, INC_E_CORRUPT, 0, "a vault record is cut short");
    if (st != INC_OK)
        return st;
    *revision = (int64_t)inc_number_get(*bytes);
    *bytes = (const unsigned char *)*bytes + INC_NUMBER;
    *len -= INC_NUMBER;
    return INC_OK;
}
