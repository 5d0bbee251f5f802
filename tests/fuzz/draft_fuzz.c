/* Fuzz: any bytes as a text, to a need and to a profile. Every span lies in the
 * text and on borders of code points, and the record is one a put would take;
 * the same text gives the same draft. */
#include <stdint.h>
#include <stdlib.h>

#include "tests/support/drafts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct drafts d;
    static int open;
    const char *text = (const char *)data;

    if (!open) {
        if (drafts_open(&d) != 0)
            abort();
        open = 1;
    }
    for (int kind = INC_RECORD_CANDIDATE; kind <= INC_RECORD_NEED; kind++) {
        const enum inc_status st =
            drafts_read(&d, (enum inc_record_kind)kind, text, size);
        const size_t n = d.draft.n_items;

        if (st != INC_OK) {
            if (st != INC_E_TEXT && st != INC_E_LIMIT)
                abort();
            continue;
        }
        if (drafts_wrong(&d, text, size) != NULL)
            abort();
        if (drafts_read(&d, (enum inc_record_kind)kind, text, size) != INC_OK ||
            d.draft.n_items != n)
            abort();
    }
    return 0;
}
