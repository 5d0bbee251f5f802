#include "engine/profile/codec.h"

#include <inttypes.h>

/* A stored candidate of 2,000 skills has about 14,000 objects. */
static const struct inc_frame_limits limits = {
    .bytes = INC_RECORD_BYTES_MAX, .objects = 100000, .depth = 8};

enum inc_status
inc_record_encode(struct inc_buf *out, enum inc_record_kind kind,
                  const union inc_record *r)
{
    struct inc_writer w;

    inc_writer_init(&w, out);
    inc_w_list(&w);
    inc_w_int(&w, INC_RECORD_FORMAT);
    inc_schema_pack(&w, inc_record_type(kind), r);
    inc_w_end(&w);
    return out->failed ? INC_E_NOMEM : INC_OK;
}

/* Damage in stored bytes is damage, whatever rule it breaks first; the rule
 * and its place stay in the text. */
static enum inc_status
as_corrupt(enum inc_record_kind kind, enum inc_status st, struct inc_err *err)
{
    if (st == INC_OK || st == INC_E_NOMEM || st == INC_E_NEWER)
        return st;
    if (err != NULL) {
        struct inc_err why = *err;
        (void)inc_fail(err, INC_E_CORRUPT, 0, "stored %s is damaged: %.180s",
                       inc_record_name(kind), why.what);
        inc_err_where(err, "%s", why.where);
    }
    return INC_E_CORRUPT;
}

static enum inc_status
read_format(union inc_record *r, enum inc_record_kind kind,
            const struct inc_node *root, struct inc_arena *a,
            struct inc_err *err)
{
    int64_t format;

    if (inc_node_kind(root) != INC_NODE_LIST || inc_node_count(root) != 2 ||
        inc_node_kind(inc_node_at(root, 0)) != INC_NODE_INT)
        return inc_fail(err, INC_E_FORMAT, 0, "not a list [format, record]");
    format = inc_node_int(inc_node_at(root, 0));
    if (format > INC_RECORD_FORMAT)
        return inc_fail(err, INC_E_NEWER, 0,
                        "stored %s has format %" PRId64 ", %d is known",
                        inc_record_name(kind), format, INC_RECORD_FORMAT);
    if (format != INC_RECORD_FORMAT)
        return inc_fail(err, INC_E_FORMAT, 0, "no format %" PRId64, format);
    return inc_schema_unpack(r, inc_record_type(kind), inc_node_at(root, 1), a,
                             err);
}

enum inc_status
inc_record_decode(union inc_record *r, enum inc_record_kind kind,
                  const void *bytes, size_t len, struct inc_arena *a,
                  struct inc_err *err)
{
    struct inc_frame *f = NULL;
    enum inc_status st = INC_OK;

    INC_TRY(inc_frame_open(&f, bytes, len, &limits, err));
    INC_TRY(read_format(r, kind, inc_frame_root(f), a, err));
out:
    inc_frame_close(f);
    return as_corrupt(kind, st, err);
}
