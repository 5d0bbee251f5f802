/* Fuzz: any bytes as a document. The first byte chooses whether its form is
 * found or given, and what it is for; the answer is a document that a daemon
 * takes, the same twice, or an error of the kinds that bad documents have. */
#include <stdint.h>
#include <stdlib.h>

#include "tests/support/intake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum inc_status
read_one(struct inc_document *d, const uint8_t *data, size_t size)
{
    static const int forms[] = {-1, INC_FORM_EUROPASS, INC_FORM_JOBPOSTING,
                                INC_FORM_DOCX};
    struct inc_err err;
    const enum inc_status st = intake_read(
        d, data + 1, size - 1, data[0] & 1,
        forms[data[0] / 2 % (sizeof forms / sizeof forms[0])], &err);

    if (st != INC_OK && st != INC_E_FORMAT && st != INC_E_LIMIT &&
        st != INC_E_TEXT && st != INC_E_CONFIG)
        abort();
    if (st != INC_OK && (d->text.data != NULL || d->arena.base != NULL))
        abort();
    if (st == INC_OK && intake_wrong(d) != NULL)
        abort();
    return st;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct inc_document a = {0}, b = {0};

    if (size < 1)
        return 0;
    if (read_one(&a, data, size) == INC_OK) {
        if (read_one(&b, data, size) != INC_OK || a.text.len != b.text.len ||
            a.n_facts != b.n_facts || a.n_dropped != b.n_dropped ||
            (a.text.len > 0 &&
             memcmp(a.text.data, b.text.data, a.text.len) != 0))
            abort();
    }
    inc_document_release(&a);
    inc_document_release(&b);
    return 0;
}
