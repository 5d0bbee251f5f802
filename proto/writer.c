#include "proto/writer.h"

#include <msgpack.h>
#include <string.h>

#include "engine/base/check.h"
#include "engine/base/date.h"

static int
sink(void *data, const char *bytes, size_t len)
{
    inc_buf_add(data, bytes, len);
    return 0; /* trouble sticks in the buffer */
}

static msgpack_packer
packer(struct inc_writer *w)
{
    msgpack_packer p;

    msgpack_packer_init(&p, w->buf, sink);
    if (w->depth > 0)
        w->open[w->depth - 1].count++;
    return p;
}

void
inc_writer_init(struct inc_writer *w, struct inc_buf *buf)
{
    memset(w, 0, sizeof *w);
    w->buf = buf;
}

static void
begin(struct inc_writer *w, int is_map)
{
    if (w->depth > 0)
        w->open[w->depth - 1].count++;
    INC_CHECK(w->depth < INC_WRITER_DEPTH);
    w->open[w->depth].start = w->buf->len;
    w->open[w->depth].count = 0;
    w->open[w->depth].is_map = is_map;
    w->depth++;
    inc_buf_add(w->buf, "", 1); /* for the header */
}

void
inc_w_map(struct inc_writer *w)
{
    begin(w, 1);
}

void
inc_w_list(struct inc_writer *w)
{
    begin(w, 0);
}

/* Header of a container, shortest form; bytes written, at most 5. */
static size_t
header(unsigned char out[5], uint32_t count, int is_map)
{
    if (count < 16) {
        out[0] = (unsigned char)((is_map ? 0x80 : 0x90) | count);
        return 1;
    }
    if (count < 65536) {
        out[0] = is_map ? 0xde : 0xdc;
        out[1] = (unsigned char)(count >> 8);
        out[2] = (unsigned char)count;
        return 3;
    }
    out[0] = is_map ? 0xdf : 0xdd;
    for (unsigned i = 0; i < 4; i++)
        out[1 + i] = (unsigned char)(count >> (24 - 8 * i));
    return 5;
}

/* The header goes in front of what the container holds. One byte was kept for
 * it; only containers of 16 and more have to be moved. */
void
inc_w_end(struct inc_writer *w)
{
    unsigned char head[5];
    uint32_t count;
    size_t start, body, len;
    int is_map;

    INC_CHECK(w->depth > 0);
    w->depth--;
    count = w->open[w->depth].count;
    is_map = w->open[w->depth].is_map;
    if (is_map) {
        INC_CHECK(count % 2 == 0);
        count /= 2;
    }
    len = header(head, count, is_map);
    start = w->open[w->depth].start;
    inc_buf_add(w->buf, "\0\0\0\0", len - 1);
    if (w->buf->failed)
        return;
    body = w->buf->len - len - start;
    memmove(w->buf->data + start + len, w->buf->data + start + 1, body);
    memcpy(w->buf->data + start, head, len);
}

void
inc_w_nil(struct inc_writer *w)
{
    msgpack_packer p = packer(w);
    (void)msgpack_pack_nil(&p);
}

void
inc_w_bool(struct inc_writer *w, int yes)
{
    msgpack_packer p = packer(w);
    (void)(yes ? msgpack_pack_true(&p) : msgpack_pack_false(&p));
}

void
inc_w_int(struct inc_writer *w, int64_t v)
{
    msgpack_packer p = packer(w);
    (void)msgpack_pack_int64(&p, v);
}

void
inc_w_textn(struct inc_writer *w, const char *text, size_t len)
{
    msgpack_packer p = packer(w);
    (void)msgpack_pack_str(&p, len);
    (void)msgpack_pack_str_body(&p, text, len);
}

void
inc_w_text(struct inc_writer *w, const char *text)
{
    inc_w_textn(w, text, strlen(text));
}

void
inc_w_text_or_nil(struct inc_writer *w, const char *text)
{
    if (text == NULL)
        inc_w_nil(w);
    else
        inc_w_text(w, text);
}

void
inc_w_bin(struct inc_writer *w, const void *bytes, size_t len)
{
    msgpack_packer p = packer(w);
    (void)msgpack_pack_bin(&p, len);
    (void)msgpack_pack_bin_body(&p, bytes, len);
}

void
inc_w_raw(struct inc_writer *w, const void *bytes, size_t len)
{
    if (w->depth > 0)
        w->open[w->depth - 1].count++;
    inc_buf_add(w->buf, bytes, len);
}

void
inc_w_node(struct inc_writer *w, const struct inc_node *n)
{
    msgpack_packer p = packer(w);
    /* A node is a msgpack_object, see node.c. */
    (void)msgpack_pack_object(&p, *(const msgpack_object *)(const void *)n);
}

void
inc_w_key(struct inc_writer *w, const char *key)
{
    inc_w_text(w, key);
}

void
inc_w_kint(struct inc_writer *w, const char *key, int64_t v)
{
    inc_w_key(w, key);
    inc_w_int(w, v);
}

void
inc_w_ktext(struct inc_writer *w, const char *key, const char *text)
{
    inc_w_key(w, key);
    inc_w_text(w, text);
}

void
inc_w_kbool(struct inc_writer *w, const char *key, int yes)
{
    inc_w_key(w, key);
    inc_w_bool(w, yes);
}

void
inc_w_kdate(struct inc_writer *w, const char *key, int32_t days)
{
    char text[INC_DATE_TEXT];

    inc_date_format(text, days);
    inc_w_ktext(w, key, text);
}
