#include "clients/cli/lines.h"

#include <string.h>

#include "clients/cli/lines_csv.h"
#include "engine/base/mem.h"

struct inc_lines {
    enum inc_family family;
    const char *name, *text;
    size_t len, at;
    uint64_t line;
    struct inc_csv *csv; /* or NULL: JSON lines */
};

enum inc_status
inc_lines_open(struct inc_lines **out, enum inc_family family, int csv,
               const char *name, const char *text, size_t len,
               struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_lines *l = inc_mem_zero(1, sizeof *l);

    *out = NULL;
    if (l == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to read a file");
    l->family = family;
    l->name = name;
    l->text = text;
    l->len = len;
    if (!csv && len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        l->at = 3; /* a byte order mark is no part of the first record */
    if (csv) {
        INC_TRY(inc_csv_open(&l->csv, name, text, len, INC_CSV_GUESS, err));
        INC_TRY(inc_csv_check(l->csv, family, err));
    }
    *out = l;
    l = NULL;
out:
    inc_lines_close(l);
    return st;
}

void
inc_lines_close(struct inc_lines *l)
{
    if (l == NULL)
        return;
    inc_csv_close(l->csv);
    inc_mem_free(l);
}

static int
next_json(struct inc_lines *l, struct inc_line *out)
{
    while (l->at < l->len) {
        const char *from = l->text + l->at;
        const char *end = memchr(from, '\n', l->len - l->at);
        size_t len = end == NULL ? l->len - l->at : (size_t)(end - from);
        l->at += len + (end != NULL);
        l->line++;
        while (len > 0 && strchr(" \t\r", from[len - 1]) != NULL)
            len--;
        if (len == 0)
            continue;
        out->line = l->line;
        out->st = inc_json_object(&out->record, from, len, l->name, l->line,
                                  out->id, &out->err);
        return 1;
    }
    return 0;
}

int
inc_lines_next(struct inc_lines *l, struct inc_line *out, struct inc_err *err)
{
    int more = 0;

    inc_buf_reset(&out->record);
    inc_err_clear(&out->err);
    out->id[0] = '\0';
    if (l->csv == NULL)
        return next_json(l, out);
    if (inc_csv_next(l->csv, &more, err) != INC_OK)
        return -1;
    if (!more)
        return 0;
    out->line = inc_csv_line(l->csv);
    out->st =
        inc_csv_record(&out->record, l->csv, l->family, out->id, &out->err);
    return 1;
}

size_t
inc_lines_offset(const struct inc_lines *l)
{
    return l->csv == NULL ? l->at : inc_csv_offset(l->csv);
}
