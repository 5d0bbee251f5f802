/* drafts.h - the sample, as drafts need it, and the texts of
 * tests/data/drafts. */
#ifndef INC_TESTS_SUPPORT_DRAFTS_H
#define INC_TESTS_SUPPORT_DRAFTS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/date.h"
#include "engine/base/file.h"
#include "engine/base/utf8.h"
#include "engine/draft/draft.h"
#include "engine/profile/validate.h"
#include "proto/message.h"

struct drafts {
    struct inc_taxonomy *t;
    struct inc_search *search;
    struct inc_geo *geo;
    struct inc_linker *linker;
    struct inc_draft_world world;
    struct inc_arena arena;
    struct inc_drafted draft; /* the last one */
    struct inc_err err;
};

/* 0, or -1 with the reason on stderr. */
static inline int
drafts_open(struct drafts *d)
{
    static const char dir[] = "engine/taxonomy/sample";

    memset(d, 0, sizeof *d);
    if (inc_taxonomy_load(&d->t, &(struct inc_taxonomy_options){.dir = dir},
                          &d->err) != INC_OK ||
        inc_geo_load(&d->geo, "engine/taxonomy/sample/comuni.tsv", &d->err) !=
            INC_OK ||
        inc_search_build(&d->search, d->t, &d->err) != INC_OK ||
        inc_linker_build(&d->linker, d->t, d->search, &d->err) != INC_OK ||
        inc_arena_init(&d->arena, 16 << 20) != INC_OK) {
        (void)fprintf(stderr, "drafts: %s %s\n", d->err.what, d->err.where);
        return -1;
    }
    d->world = (struct inc_draft_world){d->t, d->linker, d->geo};
    return 0;
}

static inline void
drafts_close(struct drafts *d)
{
    inc_arena_release(&d->arena);
    inc_linker_free(d->linker);
    inc_search_free(d->search);
    inc_geo_free(d->geo);
    inc_taxonomy_free(d->t);
}

/* Read a text, and what its document states, into d->draft; today is
 * 2026-11-22. */
static inline enum inc_status
drafts_read_facts(struct drafts *d, enum inc_record_kind kind, const char *text,
                  size_t len, const struct inc_draft_fact *facts,
                  size_t n_facts)
{
    struct inc_draft_question q = {.kind = kind,
                                   .text = text,
                                   .len = len,
                                   .lang = "it",
                                   .facts = facts,
                                   .n_facts = n_facts};

    (void)inc_date_parse(&q.today, "2026-11-22", strlen("2026-11-22"));
    inc_arena_reset(&d->arena);
    inc_err_clear(&d->err);
    return inc_draft_make(&d->draft, &d->world, &q, &d->arena, &d->err);
}

static inline enum inc_status
drafts_read(struct drafts *d, enum inc_record_kind kind, const char *text,
            size_t len)
{
    return drafts_read_facts(d, kind, text, len, NULL, 0);
}

static inline int
drafts_border(const char *text, size_t len, size_t at)
{
    return at == len || ((unsigned char)text[at] & 0xc0) != 0x80;
}

static inline int
drafts_span_ok(const char *text, size_t len, size_t at, size_t n)
{
    return n > 0 && at < len && n <= len - at && drafts_border(text, len, at) &&
           drafts_border(text, len, at + n);
}

/* Every span within the text and on borders of code points, every number in
 * its range, and the record one that a put would take. NULL, or what not. */
static inline const char *
drafts_wrong(struct drafts *d, const char *text, size_t len)
{
    const struct inc_drafted *x = &d->draft;
    struct inc_reference ref = {
        .taxonomy = d->t, .search = NULL, .geo = d->geo};
    struct inc_buf bytes = {0};
    struct inc_writer w;
    static union inc_record again;
    struct inc_frame *frame = NULL;
    const char *wrong = NULL;
    uint64_t none;

    for (size_t i = 0; i < x->n_items; i++)
        if (!drafts_span_ok(text, len, x->items[i].at, x->items[i].len))
            return "a span of an item";
        else if (x->items[i].confidence_bp > 10000)
            return "a confidence";
        else if (i > 0 && x->items[i].at < x->items[i - 1].at)
            return "the order";
    for (size_t i = 0; i < x->n_unknown; i++)
        if (!drafts_span_ok(text, len, x->unknown[i].at, x->unknown[i].len))
            return "a span of unknown words";
    for (size_t i = 0; i < x->n_warnings; i++)
        if (!drafts_span_ok(text, len, x->warnings[i].at, x->warnings[i].len))
            return "a span of a warning";
    inc_writer_init(&w, &bytes);
    inc_schema_encode(&w, inc_record_type(x->kind), &x->record);
    if (bytes.failed || inc_frame_open(&frame, bytes.data, bytes.len,
                                       &inc_reply_limits, &d->err) != INC_OK)
        wrong = "the record does not encode";
    else if (inc_schema_decode_patch(&again, &none, inc_record_type(x->kind),
                                     inc_frame_root(frame), &d->arena,
                                     &d->err) != INC_OK)
        wrong = "the record is not one that a put would take";
    else if (inc_validate(x->kind, &again, &ref, &d->err) != INC_OK)
        wrong = "the record is not valid";
    inc_frame_close(frame);
    inc_buf_release(&bytes);
    return wrong;
}

#endif
