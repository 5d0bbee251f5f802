/*
 * incrocio-docgen protocol|python [--check FILE | --write FILE]
 *
 * Prints the generated part of PROTOCOL.md, or the Python model. With --check
 * the file must hold exactly that, with --write it is put there; in Markdown
 * only what stands between the two markers counts.
 */
#include <stdio.h>
#include <string.h>

#include "engine/base/file.h"
#include "proto/docgen/docgen.h"

enum { FILE_MAX_BYTES = 4 << 20 };

static const char begin[] = "<!-- generated: begin -->\n";
static const char end[] = "<!-- generated: end -->\n";

/* What the file should be: `made`, with what surrounds it in the file. */
static enum inc_status
whole(struct inc_buf *out, struct inc_buf *file, struct inc_buf *made,
      int marked, struct inc_err *err)
{
    const char *text = inc_buf_cstr(file);
    const char *from, *to;

    if (!marked) {
        inc_buf_add(out, made->data, made->len);
        return INC_OK;
    }
    from = strstr(text, begin);
    to = strstr(text, end);
    if (from == NULL || to == NULL || to < from)
        return inc_fail(err, INC_E_FORMAT, 0, "the markers are not there");
    from += strlen(begin);
    inc_buf_add(out, text, (size_t)(from - text));
    inc_buf_text(out, "\n");
    inc_buf_add(out, made->data, made->len);
    inc_buf_text(out, to);
    return INC_OK;
}

static enum inc_status
check_or_write(const char *how, const char *path, struct inc_buf *made,
               int marked, struct inc_err *err)
{
    struct inc_buf file = {0}, want = {0};
    enum inc_status st;

    st = inc_file_read(&file, path, FILE_MAX_BYTES, err);
    if (st == INC_E_NOTFOUND && !marked && strcmp(how, "--write") == 0)
        st = INC_OK;
    if (st == INC_OK)
        st = whole(&want, &file, made, marked, err);
    if (st != INC_OK)
        goto out;
    if (strcmp(how, "--write") == 0) {
        st = inc_file_write(path, want.data, want.len, err);
    } else if (want.len != file.len ||
               memcmp(want.data, file.data, want.len) != 0) {
        st = inc_fail(err, INC_E_MISMATCH, 0,
                      "not as the tables say; build the target `docs`");
    }
out:
    inc_buf_release(&file);
    inc_buf_release(&want);
    return st;
}

int
main(int argc, char **argv)
{
    struct inc_buf made = {0};
    struct inc_err err;
    int python = argc > 1 && strcmp(argv[1], "python") == 0;
    int known = python || (argc > 1 && strcmp(argv[1], "protocol") == 0);
    int rc = 0;

    if (!known || (argc != 2 && argc != 4) ||
        (argc == 4 && strcmp(argv[2], "--check") != 0 &&
         strcmp(argv[2], "--write") != 0)) {
        (void)fprintf(stderr, "usage: incrocio-docgen protocol|python "
                              "[--check FILE | --write FILE]\n");
        return 1;
    }
    if (python)
        docgen_python(&made);
    else
        docgen_markdown(&made);
    if (made.failed) {
        (void)fprintf(stderr, "incrocio-docgen: no memory\n");
        rc = 1;
    } else if (argc == 2) {
        rc = fwrite(made.data, 1, made.len, stdout) == made.len ? 0 : 1;
    } else if (check_or_write(argv[2], argv[3], &made, !python, &err) !=
               INC_OK) {
        (void)fprintf(stderr, "%s: %s\n", argv[3], err.what);
        rc = 1;
    }
    inc_buf_release(&made);
    return rc;
}
