/* The drafts of one test program, and what cmocka calls around its tests. */
#ifndef INC_TESTS_UNIT_DRAFT_ONE_H
#define INC_TESTS_UNIT_DRAFT_ONE_H

#include "tests/support/cm.h"

#include "tests/support/drafts.h"

static struct drafts d;

static int
open_all(void **state)
{
    (void)state;
    return drafts_open(&d);
}

static int
close_all(void **state)
{
    (void)state;
    drafts_close(&d);
    return 0;
}

#endif
