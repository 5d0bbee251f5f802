#include "clients/cli/resume.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/file.h"

enum { LINE_BYTES = 6 }; /* of a key: the line in the file */

static uint64_t
count_of(const json_t *state, const char *key)
{
    json_int_t v = json_integer_value(json_object_get(state, key));

    return v > 0 ? (uint64_t)v : 0;
}

int
inc_resume_open(struct inc_resume *r, const char *file, const char *kind,
                const unsigned char digest[INC_DIGEST])
{
    int found = 0;

    memset(r, 0, sizeof *r);
    r->kind = kind;
    inc_digest_hex(r->digest, digest);
    if (strcmp(file, "-") == 0)
        return 0; /* standard input has no place to keep a state */
    int n = snprintf(r->path, sizeof r->path, "%s.incrocio-state", file);
    if (n < 0 || (size_t)n >= sizeof r->path)
        r->path[0] = '\0'; /* no state for a path that long */
    json_t *state = json_load_file(r->path, 0, NULL);
    const char *old = json_string_value(json_object_get(state, "digest"));
    const char *of = json_string_value(json_object_get(state, "kind"));
    if (old != NULL && of != NULL && strcmp(old, r->digest) == 0 &&
        strcmp(of, kind) == 0) {
        r->line = count_of(state, "line");
        r->stored = count_of(state, "stored");
        r->known = count_of(state, "known");
        r->failed = count_of(state, "failed");
        found = r->line > 0;
    }
    json_decref(state);
    return found;
}

enum inc_status
inc_resume_save(const struct inc_resume *r, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_buf text = {0};

    if (r->path[0] == '\0')
        return INC_OK;
    inc_buf_printf(&text,
                   "{\"digest\": \"%s\", \"kind\": \"%s\", \"line\": %" PRIu64
                   ", \"stored\": %" PRIu64 ", \"known\": %" PRIu64
                   ", \"failed\": %" PRIu64 "}\n",
                   r->digest, r->kind, r->line, r->stored, r->known, r->failed);
    st = text.failed ? inc_fail(err, INC_E_NOMEM, 0, "no memory for the state")
                     : inc_file_write(r->path, text.data, text.len, err);
    inc_buf_release(&text);
    return st;
}

void
inc_resume_done(const struct inc_resume *r)
{
    if (r->path[0] != '\0')
        (void)unlink(r->path);
}

void
inc_import_key(unsigned char key[INC_KEY],
               const unsigned char digest[INC_DIGEST], const char *kind,
               uint64_t line, uint64_t salt)
{
    struct inc_hasher h;
    unsigned char out[INC_DIGEST], number[8];

    for (int i = 0; i < 8; i++)
        number[i] = (unsigned char)(salt >> (56 - 8 * i));
    inc_hasher_init(&h);
    inc_hasher_add(&h, digest, INC_DIGEST);
    inc_hasher_add(&h, kind, strlen(kind) + 1);
    inc_hasher_add(&h, number, sizeof number);
    inc_hasher_end(&h, out);
    memcpy(key, out, INC_KEY);
    for (size_t i = 0; i < LINE_BYTES; i++)
        key[INC_KEY - 1 - i] = (unsigned char)(line >> (8 * i));
}
