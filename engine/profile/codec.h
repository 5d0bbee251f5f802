/*
 * codec.h - records to stored bytes and back, versioned. Floor 4. No I/O.
 *
 * Stored form, format 1: msgpack list [1, packed record] with the record as
 * inc_schema_pack() writes it. Changing a record: append the field to its
 * table (old bytes stay readable, absent fields are unknown). Changing the
 * meaning of a field: new format number, and the old reader stays here.
 */
#ifndef INC_PROFILE_CODEC_H
#define INC_PROFILE_CODEC_H

#include "engine/profile/record.h"

enum { INC_RECORD_FORMAT = 1, INC_RECORD_BYTES_MAX = 1 << 20 };

/* Append the stored form to *out. INC_OK or INC_E_NOMEM. */
enum inc_status inc_record_encode(struct inc_buf *out,
                                  enum inc_record_kind kind,
                                  const union inc_record *r);

/* Read stored bytes into *r and the arena. INC_E_NEWER, INC_E_CORRUPT,
 * INC_E_NOMEM. */
enum inc_status inc_record_decode(union inc_record *r,
                                  enum inc_record_kind kind, const void *bytes,
                                  size_t len, struct inc_arena *a,
                                  struct inc_err *err);

#endif
