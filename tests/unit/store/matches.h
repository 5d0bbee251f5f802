/*
 * matches.h - entries for the register of a store in a test, and cuts of it.
 */
#ifndef INC_TESTS_UNIT_STORE_MATCHES_H
#define INC_TESTS_UNIT_STORE_MATCHES_H

#include "tests/unit/store/fixture.h"

#include "engine/store/proof.h"
#include "engine/store/prune.h"

#define MATCH_DAY INT64_C(86400000)
enum { MATCH_PEOPLE = 8, MATCH_ITEMS = 3 };

/* A match: about need `need`, or when it is 0 by person `who` for needs. */
MAYBE void
match_fill(struct fixture *f, struct inc_slip *slip, uint64_t need,
           uint64_t who, int64_t at_ms)
{
    struct inc_trail_item items[MATCH_ITEMS];
    struct inc_trail t = {.at_unix_ms = at_ms,
                          .op = INC_OP_MATCH_PEOPLE,
                          .actor = "anna",
                          .subject = {{INC_RECORD_NEED, need, 1}},
                          .n_subjects = need != 0,
                          .of = INC_RECORD_CANDIDATE,
                          .n_items = MATCH_ITEMS};
    struct inc_trail_reply r = {.request = "\x80",
                                .request_len = 1,
                                .reply = "what was told",
                                .reply_len = 13,
                                .items = items};

    if (need == 0) {
        t.op = INC_OP_MATCH_NEEDS;
        t.about = INC_ABOUT_PERSON;
        t.person = who;
        t.of = INC_RECORD_NEED;
    }
    for (uint32_t i = 0; i < MATCH_ITEMS; i++)
        items[i] = (struct inc_trail_item){.no = 1 + (who + i) % MATCH_PEOPLE,
                                           .rank = i + 1,
                                           .score = (int32_t)(9000 - i),
                                           .mark = (uint64_t)at_ms + i};
    inc_random_bytes(t.salt, sizeof t.salt);
    OK(inc_slip_fill(slip, f->s, &t, &r, &f->err), &f->err);
}

/* n matches, one a day from `day` on; every fifth is a person's question. */
MAYBE void
match_many(struct fixture *f, uint64_t n, int64_t day)
{
    static struct inc_slip slip[INC_TRAIL_BATCH];
    static struct inc_slip *slips[INC_TRAIL_BATCH];

    assert_true(n <= INC_TRAIL_BATCH);
    for (uint64_t i = 0; i < n; i++) {
        slip[i] = (struct inc_slip){.need = 0};
        slips[i] = &slip[i];
        match_fill(f, &slip[i], i % 5 == 4 ? 0 : 1 + i % 3,
                   1 + i % MATCH_PEOPLE, (day + (int64_t)i) * MATCH_DAY);
    }
    OK(inc_trail_add(f->s, slips, n, &f->err), &f->err);
    for (uint64_t i = 0; i < n; i++)
        inc_slip_release(&slip[i]);
}

MAYBE struct inc_command
cut_command(struct fixture *f, int32_t before)
{
    struct inc_command c = command(f, INC_OP_REGISTER_PRUNE, "register", NULL);

    c.before = before;
    c.at_unix_ms = (before + 1000) * MATCH_DAY;
    return c;
}

/* All that a cut leaves to do. */
MAYBE void
cut_finish(struct fixture *f)
{
    while (inc_cut_waits(f->s))
        OK(inc_cut_step(f->s, &f->err), &f->err);
}

MAYBE uint64_t
store_faults(struct fixture *f)
{
    struct inc_verify_report r;

    OK(inc_store_verify(f->s, &r, NULL, NULL, NULL, NULL, &f->err), &f->err);
    return r.faults;
}

#endif
