/*
 * mini.h - test frames from text: JSON, also with 'single quotes' and without
 * commas, plus nan, floats (2.5) and texts "hex:00ff" that stand for binary.
 * Escapes: \" and \n. The text is our own: bad text aborts.
 */
#ifndef INC_TESTS_UNIT_PROTO_MINI_H
#define INC_TESTS_UNIT_PROTO_MINI_H

#include <stdlib.h>
#include <string.h>

#include "engine/base/check.h"
#include "proto/node.h"
#include "proto/writer.h"

static const struct inc_frame_limits mini_limits = {1 << 22, 1000000, 32};

/* Our own texts nest a few levels. */
/* NOLINTBEGIN(misc-no-recursion) */
static inline const char *mini_value(struct inc_writer *w, const char *p);

static inline const char *
mini_space(const char *p)
{
    while (*p == ' ' || *p == '\n' || *p == ',' || *p == ':')
        p++;
    return p;
}

/* The hexadecimal digits up to the quote, as binary. */
static inline const char *
mini_hex(struct inc_writer *w, const char *p, char quote)
{
    unsigned char bytes[64];
    size_t n = 0;

    while (*p != quote) {
        char two[3] = {p[0], p[1], '\0'};
        INC_CHECK(n < sizeof bytes);
        bytes[n++] = (unsigned char)strtoul(two, NULL, 16);
        p += 2;
    }
    inc_w_bin(w, bytes, n);
    return p + 1;
}

static inline const char *
mini_quoted(struct inc_writer *w, const char *p, char quote)
{
    char text[1024];
    size_t n = 0;

    if (strncmp(p, "hex:", 4) == 0)
        return mini_hex(w, p + 4, quote);
    for (; *p != quote; p++) {
        INC_CHECK(*p != '\0' && n < sizeof text);
        text[n] = *p;
        if (*p == '\\') {
            p++;
            text[n] = *p;
            if (*p == 'n')
                text[n] = '\n';
        }
        n++;
    }
    inc_w_textn(w, text, n);
    return p + 1;
}

static inline void
mini_float(struct inc_writer *w, double v)
{
    unsigned char raw[9] = {0xcb};
    uint64_t bits;

    memcpy(&bits, &v, sizeof bits);
    for (int i = 0; i < 8; i++)
        raw[1 + i] = (unsigned char)(bits >> (56 - 8 * i));
    inc_w_raw(w, raw, sizeof raw);
}

static inline const char *
mini_number(struct inc_writer *w, const char *p)
{
    char *end, *whole_end;
    double d = strtod(p, &end);
    long long whole = strtoll(p, &whole_end, 10);

    INC_CHECK(end != p);
    if (whole_end == end)
        inc_w_int(w, whole);
    else
        mini_float(w, d);
    return end;
}

static inline const char *
mini_container(struct inc_writer *w, const char *p, char close)
{
    for (p = mini_space(p); *p != close; p = mini_space(p))
        p = mini_value(w, p);
    inc_w_end(w);
    return p + 1;
}

static inline const char *
mini_value(struct inc_writer *w, const char *p)
{
    p = mini_space(p);
    if (*p == '{') {
        inc_w_map(w);
        return mini_container(w, p + 1, '}');
    }
    if (*p == '[') {
        inc_w_list(w);
        return mini_container(w, p + 1, ']');
    }
    if (*p == '\'' || *p == '"')
        return mini_quoted(w, p + 1, *p);
    if (strncmp(p, "true", 4) == 0) {
        inc_w_bool(w, 1);
        return p + 4;
    }
    if (strncmp(p, "false", 5) == 0) {
        inc_w_bool(w, 0);
        return p + 5;
    }
    if (strncmp(p, "null", 4) == 0) {
        inc_w_nil(w);
        return p + 4;
    }
    return mini_number(w, p); /* strtod also reads nan */
}

/* NOLINTEND(misc-no-recursion) */

/* Bytes of the text's value; the caller releases the buffer. */
static inline struct inc_buf
mini_bytes(const char *text)
{
    struct inc_buf b = {0};
    struct inc_writer w;

    inc_writer_init(&w, &b);
    INC_CHECK(*mini_space(mini_value(&w, text)) == '\0');
    INC_CHECK(!b.failed);
    return b;
}

struct mini {
    struct inc_buf bytes;
    struct inc_frame *frame;
    const struct inc_node *root;
};

static inline struct mini
mini_open(const char *text)
{
    struct mini m = {.bytes = mini_bytes(text)};
    struct inc_err err;

    INC_CHECK(inc_frame_open(&m.frame, m.bytes.data, m.bytes.len, &mini_limits,
                             &err) == INC_OK);
    m.root = inc_frame_root(m.frame);
    return m;
}

static inline void
mini_close(struct mini *m)
{
    inc_frame_close(m->frame);
    inc_buf_release(&m->bytes);
}

#endif
