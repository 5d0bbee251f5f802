#include "engine/match/ranking.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/hash.h"

/* Hexadecimal digits to a number; -1 when one is none. */
static int
hex(const char *text, size_t digits, uint64_t *out)
{
    uint64_t v = 0;

    for (size_t i = 0; i < digits; i++) {
        const char *at = strchr("0123456789abcdef", text[i]);
        if (text[i] == '\0' || at == NULL)
            return -1;
        v = v << 4 | (uint64_t)(at - "0123456789abcdef");
    }
    *out = v;
    return 0;
}

static enum inc_status
read_cursor(struct inc_ranking *r, const char *text, struct inc_err *err)
{
    uint64_t score, question;

    if (strlen(text) != INC_CURSOR_TEXT - 1 || hex(text, 8, &score) != 0 ||
        score > INC_BP || hex(text + 8, 16, &r->after.tie) != 0 ||
        hex(text + 24, 16, &r->after.row) != 0 ||
        hex(text + 40, 16, &r->cursor_generation) != 0 ||
        hex(text + 56, 16, &question) != 0) {
        (void)inc_fail(err, INC_E_FORMAT, 0, "not a cursor of a match");
        inc_err_where(err, "options.cursor");
        inc_err_hint(err, "use the cursor of the page before as it is");
        return INC_E_FORMAT;
    }
    if (question != r->question) {
        (void)inc_fail(err, INC_E_CONFLICT, 0,
                       "the cursor belongs to another question");
        inc_err_where(err, "options.cursor");
        inc_err_hint(err, "ask the same question, filters, rules and date as "
                          "on the page before, or leave the cursor out");
        return INC_E_CONFLICT;
    }
    r->after.score = (int32_t)score;
    r->has_cursor = 1;
    return INC_OK;
}

enum inc_status
inc_ranking_begin(struct inc_ranking *r, const struct inc_match_options *o,
                  uint64_t question, struct inc_arena *a, struct inc_err *err)
{
    struct inc_ranked *memory =
        inc_arena_array(a, (size_t)o->k, sizeof *memory);

    memset(r, 0, sizeof *r);
    r->question = question;
    if (memory == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "the best %lld", (long long)o->k);
    inc_topk_init(&r->top, memory, (size_t)o->k);
    if (o->cursor != NULL)
        return read_cursor(r, o->cursor, err);
    return INC_OK;
}

void
inc_ranking_offer(struct inc_ranking *r, const struct inc_ranked *item)
{
    r->counts[item->score]++;
    r->matched++;
    if (r->has_cursor && !inc_ranked_before(&r->after, item)) {
        r->ahead++;
        return;
    }
    r->behind += r->top.n == r->top.k; /* one of k + 1 stays behind */
    inc_topk_offer(&r->top, item);
}

size_t
inc_ranking_end(struct inc_ranking *r)
{
    inc_topk_sort(&r->top);
    return r->top.n;
}

int32_t
inc_ranking_least(const struct inc_ranking *r)
{
    return r->top.n < r->top.k ? -1 : r->top.heap[0].score;
}

void
inc_ranking_settle(struct inc_ranking *r, uint64_t matched)
{
    r->matched = matched;
    r->behind = matched - r->ahead - r->top.n;
}

uint64_t
inc_ranking_rank(const struct inc_ranking *r, int32_t score)
{
    uint64_t ahead = 0;

    for (int32_t s = score + 1; s <= INC_BP; s++)
        ahead += r->counts[s];
    return ahead + 1;
}

uint64_t
inc_ranking_tied(const struct inc_ranking *r, int32_t score)
{
    return r->counts[score];
}

int
inc_ranking_cursor(const struct inc_ranking *r, uint64_t generation,
                   char out[INC_CURSOR_TEXT])
{
    if (r->top.n < r->top.k || r->behind == 0)
        return 0;
    return inc_ranking_edge(r, generation, out);
}

int
inc_ranking_edge(const struct inc_ranking *r, uint64_t generation,
                 char out[INC_CURSOR_TEXT])
{
    const struct inc_ranked *last;

    if (r->top.n == 0)
        return 0;
    last = &r->top.heap[r->top.n - 1];
    (void)snprintf(
        out, INC_CURSOR_TEXT,
        "%08" PRIx32 "%016" PRIx64 "%016" PRIx64 "%016" PRIx64 "%016" PRIx64,
        (uint32_t)last->score, last->tie, last->row, generation, r->question);
    return 1;
}

enum inc_status
inc_question_hash(uint64_t *out, const struct inc_buf *subject,
                  const struct inc_match_options *o, struct inc_err *err)
{
    static const char *const shaping[] = {"filters", "rules", "as_of",
                                          "attitude"};
    struct inc_match_options only = *o;
    struct inc_buf b = {0};
    struct inc_writer w;
    uint64_t keep = 0;
    int failed;

    for (size_t i = 0; i < INC_COUNT(shaping); i++) {
        int bit = inc_field_index(&inc_match_options_type, shaping[i]);
        if (bit >= 0)
            keep |= UINT64_C(1) << bit;
    }
    only.has &= keep;
    inc_writer_init(&w, &b);
    inc_w_list(&w);
    inc_w_bin(&w, subject->data, subject->len);
    inc_w_int(&w, o->as_of);
    inc_schema_encode(&w, &inc_match_options_type, &only);
    inc_w_end(&w);
    failed = b.failed || subject->failed;
    *out = failed ? 0 : inc_hash64(b.data, b.len);
    inc_buf_release(&b);
    return failed ? inc_fail(err, INC_E_NOMEM, 0, "hash of a question")
                  : INC_OK;
}
