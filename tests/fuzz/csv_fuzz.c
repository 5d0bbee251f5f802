/* Fuzz: any bytes as CSV. Every field handed out must lie in memory that may
 * be read, be UTF-8, and lines and offsets must only grow. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/csv.h"
#include "engine/base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char separators[] = {INC_CSV_COMMA, INC_CSV_TAB,
                                      INC_CSV_GUESS};

    for (size_t i = 0; i < sizeof separators; i++) {
        struct inc_csv *c = NULL;
        struct inc_err err;
        uint64_t line = 0;
        size_t offset = 0;
        int more = 1, column;
        if (inc_csv_open(&c, "fuzz.csv", data, size, separators[i], &err) !=
            INC_OK)
            continue;
        (void)inc_csv_need(c, &column, "a", &err);
        while (inc_csv_next(c, &more, &err) == INC_OK && more) {
            if (inc_csv_line(c) <= line || inc_csv_offset(c) <= offset)
                abort();
            line = inc_csv_line(c);
            offset = inc_csv_offset(c);
            for (int k = -1; k < INC_CSV_COLUMNS_MAX; k++) {
                size_t len;
                const char *p = inc_csv_field(c, k, &len);
                if (!inc_utf8_valid(p, len) || memchr(p, '\0', len) != NULL)
                    abort();
            }
            (void)inc_csv_bad(c, column, "problem", "expected", &err);
        }
        inc_csv_close(c);
    }
    return 0;
}
