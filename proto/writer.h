/*
 * writer.h - msgpack out. Floor 1. Shortest forms only, so the same calls give
 * the same bytes on every machine. Memory trouble sticks in the buffer: check
 * `w.buf->failed` once, at the end. One owner thread.
 */
#ifndef INC_PROTO_WRITER_H
#define INC_PROTO_WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/buf.h"
#include "proto/node.h"

enum { INC_WRITER_DEPTH = 16 };

struct inc_writer {
    struct inc_buf *buf; /* borrowed */
    unsigned depth;
    struct {
        size_t start;
        uint32_t count; /* values written in this container */
        int is_map;
    } open[INC_WRITER_DEPTH];
};

void inc_writer_init(struct inc_writer *w, struct inc_buf *buf);

/* Containers count their own members; inc_w_end() writes the header. */
void inc_w_map(struct inc_writer *w);
void inc_w_list(struct inc_writer *w);
void inc_w_end(struct inc_writer *w);

void inc_w_nil(struct inc_writer *w);
void inc_w_bool(struct inc_writer *w, int yes);
void inc_w_int(struct inc_writer *w, int64_t v);
void inc_w_text(struct inc_writer *w, const char *text);
void inc_w_text_or_nil(struct inc_writer *w, const char *text); /* NULL: nil */
void inc_w_textn(struct inc_writer *w, const char *text, size_t len);
void inc_w_bin(struct inc_writer *w, const void *bytes, size_t len);

/* A value that is msgpack already, exactly one. */
void inc_w_raw(struct inc_writer *w, const void *bytes, size_t len);

/* A received value once more, shortest form. */
void inc_w_node(struct inc_writer *w, const struct inc_node *n);

/* Map members: key, then value. inc_w_key() is inc_w_text() for a key. */
void inc_w_key(struct inc_writer *w, const char *key);
void inc_w_kint(struct inc_writer *w, const char *key, int64_t v);
void inc_w_ktext(struct inc_writer *w, const char *key, const char *text);
void inc_w_kbool(struct inc_writer *w, const char *key, int yes);
void inc_w_kdate(struct inc_writer *w, const char *key, int32_t days);

#endif
