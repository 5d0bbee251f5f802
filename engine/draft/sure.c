/* How sure the rules are: from the judgement of each to what was measured. */
#include <string.h>

#include "engine/draft/inside.h"

enum { STEP = 500 }; /* bp of judgement that are one row */

static const struct row {
    const char *rule;
    uint32_t judged_bp, bp;
} table[] = {
#define INC_SURE(rule, judged_bp, bp, right, n) {rule, judged_bp, bp},
#include "engine/draft/sure.def"
#undef INC_SURE
};

void
inc_draft_sure(struct inc_reader *r)
{
    for (size_t i = 0; i < r->d->n_items; i++) {
        struct inc_draft_item *item = &r->d->items[i];
        const uint32_t judged = item->confidence_bp / STEP * STEP;

        item->judged_bp = item->confidence_bp;
        for (size_t k = 0; k < sizeof table / sizeof table[0]; k++)
            if (table[k].judged_bp == judged &&
                strcmp(table[k].rule, item->rule) == 0)
                item->confidence_bp = table[k].bp;
    }
}
