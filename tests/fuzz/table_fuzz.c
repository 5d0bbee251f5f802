/* Fuzz: a mapping, a NUL, a table. Every row is a document that a daemon takes
 * or has an error of its own. */
#include <stdint.h>
#include <stdlib.h>

#include "clients/intake/table.h"
#include "tests/support/intake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROWS = 200 };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size == 0 ? NULL : memchr(data, 0, size);
    struct inc_table *t = NULL;
    struct inc_row row;
    struct inc_err err;
    size_t n;

    if (end == NULL)
        return 0;
    n = (size_t)(end - data);
    if (inc_table_open(&t, "m", (const char *)data, n, "t.csv", end + 1,
                       size - n - 1, (int)(n & 1), &err) != INC_OK)
        return 0;
    for (int i = 0; i < ROWS && inc_table_next(t, &row, &err) > 0; i++) {
        if (row.st == INC_OK && intake_wrong(&row.doc) != NULL)
            abort();
        if (row.st != INC_OK && row.doc.arena.base != NULL)
            abort();
        inc_document_release(&row.doc);
    }
    inc_table_close(t);
    return 0;
}
