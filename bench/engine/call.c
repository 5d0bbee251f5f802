#include "bench/engine/call.h"

#include <stdio.h>
#include <string.h>

#include "proto/node.h"

/* Kernels to come may be named here before they are there. */
const char *const inc_call_kernels[] = {"scalar", "avx2", "avx512", NULL};

enum inc_status
inc_call_begin(struct inc_pool_builder **b, const struct inc_estate *e,
               struct inc_err *err)
{
    return inc_pool_begin(b, &e->world, err);
}

enum inc_status
inc_call_add(struct inc_pool_builder *b, uint64_t no,
             const struct inc_candidate *c, struct inc_err *err)
{
    return inc_pool_add_candidate(b, no, c, err);
}

enum inc_status
inc_call_drop(struct inc_pool_builder *b, uint64_t no, struct inc_err *err)
{
    return inc_pool_drop_candidate(b, no, err);
}

enum inc_status
inc_call_end(struct inc_pool **out, struct inc_pool_builder *b,
             struct inc_pool *old, uint64_t generation, struct inc_err *err)
{
    return inc_pool_end(out, b, old, generation, err);
}

enum inc_status
inc_call_matcher(struct inc_matcher **out, const char *kernel,
                 struct inc_err *err)
{
    const struct inc_kernels *kernels = inc_kernels_choose(kernel);

    *out = NULL;
    if (kernels == NULL)
        return inc_fail(err, INC_E_NOTFOUND, 0, "no kernel of that name here");
    return inc_matcher_new(out, kernels, err);
}

void
inc_call_run(struct inc_matcher *m, struct inc_estate *e, struct inc_pool *pool,
             struct inc_question *const *questions, size_t n)
{
    struct inc_image image = {e, pool};

    inc_match_run(m, &image, questions, n);
}

/* The value under `key`, with the frame that holds it, or NULL. */
static const struct inc_node *
value_of(struct inc_frame **frame, const struct inc_question *q,
         const char *key)
{
    const struct inc_frame_limits limits = {
        .bytes = 64 << 20, .objects = 8 << 20, .depth = 16};

    if (q->body.len == 0 || inc_frame_open(frame, q->body.data, q->body.len,
                                           &limits, NULL) != INC_OK)
        return NULL;
    return inc_node_get(inc_frame_root(*frame), key);
}

int64_t
inc_call_number(const struct inc_question *q, const char *key, int64_t fallback)
{
    struct inc_frame *frame = NULL;
    const struct inc_node *n = value_of(&frame, q, key);
    int64_t out = fallback;

    if (n != NULL && inc_node_kind(n) == INC_NODE_INT)
        out = inc_node_int(n);
    inc_frame_close(frame);
    return out;
}

void
inc_call_text(const struct inc_question *q, const char *key, char *out,
              size_t cap)
{
    struct inc_frame *frame = NULL;
    const struct inc_node *n = value_of(&frame, q, key);
    const char *text;
    size_t len;

    out[0] = '\0';
    if (n != NULL && inc_node_kind(n) == INC_NODE_TEXT) {
        text = inc_node_text(n, &len);
        (void)snprintf(out, cap, "%.*s", (int)len, text);
    }
    inc_frame_close(frame);
}
