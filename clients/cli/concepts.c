#include "clients/cli/concepts.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/mem.h"

/* Labels of one record: few enough to look through one by one. */
struct inc_labels {
    char **uri, **label; /* owned */
    size_t n, uri_cap, label_cap;
};

static void
add_uri(struct inc_labels *l, const char *text, size_t len)
{
    for (size_t i = 0; i < l->n; i++)
        if (strlen(l->uri[i]) == len && strncmp(l->uri[i], text, len) == 0)
            return;
    void *uris = l->uri, *labels = l->label;
    if (inc_mem_grow(&uris, &l->uri_cap, l->n, sizeof *l->uri) != 0)
        return;
    l->uri = uris;
    if (inc_mem_grow(&labels, &l->label_cap, l->n, sizeof *l->label) != 0)
        return;
    l->label = labels;
    l->uri[l->n] = inc_mem_text(text, len);
    l->label[l->n] = NULL;
    if (l->uri[l->n] != NULL)
        l->n++;
}

/* Values nest as deep as a record does. */
/* NOLINTBEGIN(misc-no-recursion) */
static void
collect(
    struct inc_labels *l,
    const struct inc_node *n) // NOLINT(misc-no-recursion): as deep as a record
{
    size_t len = 0;

    if (inc_node_kind(n) == INC_NODE_TEXT) {
        const char *text = inc_node_text(n, &len);
        if (len > 8 && memchr(text, ':', 8) != NULL &&
            (strncmp(text, "http://", 7) == 0 ||
             strncmp(text, "https://", 8) == 0))
            add_uri(l, text, len);
    } else if (inc_node_kind(n) == INC_NODE_MAP ||
               inc_node_kind(n) == INC_NODE_LIST) {
        for (size_t i = 0; i < inc_node_count(n); i++)
            collect(l, inc_node_at(n, i));
    }
}

/* NOLINTEND(misc-no-recursion) */

static void
got_label(void *arg, uint64_t tag, enum inc_status st,
          const struct inc_err *err, const struct inc_node *body)
{
    struct inc_labels *l = arg;
    const struct inc_node *label =
        st == INC_OK ? inc_node_get(body, "label") : NULL;
    size_t len = 0;

    (void)err;
    if (label == NULL || inc_node_kind(label) != INC_NODE_TEXT)
        return;
    const char *text = inc_node_text(label, &len);
    if (l->label[tag] == NULL)
        l->label[tag] = inc_mem_text(text, len);
}

void
inc_concepts_fetch(struct inc_cli *c, const struct inc_node *value)
{
    struct inc_err quiet;
    struct inc_buf body = {0};
    struct inc_writer w;

    if (c->labels == NULL)
        c->labels = inc_mem_zero(1, sizeof *c->labels);
    if (c->labels == NULL || inc_connect(c, 0, &quiet) != INC_OK)
        return;
    size_t before = c->labels->n;
    collect(c->labels, value);
    inc_client_on_done(c->client, got_label, c->labels);
    for (size_t i = before; i < c->labels->n; i++) {
        inc_buf_reset(&body);
        inc_writer_init(&w, &body);
        inc_w_map(&w);
        inc_w_ktext(&w, "uri", c->labels->uri[i]);
        inc_w_ktext(&w, "lang", c->lang);
        inc_w_kint(&w, "k", 0);
        inc_w_end(&w);
        if (body.failed ||
            inc_client_submit(c->client, i, INC_OP_CONCEPT_GET, body.data,
                              body.len, NULL, &quiet) != INC_OK)
            break;
    }
    (void)inc_client_drain(c->client, &quiet);
    inc_client_on_done(c->client, NULL, NULL);
    inc_buf_release(&body);
}

const char *
inc_label_of(const struct inc_cli *c, const char *uri)
{
    for (size_t i = 0; c->labels != NULL && i < c->labels->n; i++)
        if (strcmp(c->labels->uri[i], uri) == 0 && c->labels->label[i] != NULL)
            return c->labels->label[i];
    return uri;
}

void
inc_concepts_release(struct inc_cli *c)
{
    if (c->labels == NULL)
        return;
    for (size_t i = 0; i < c->labels->n; i++) {
        inc_mem_free(c->labels->uri[i]);
        inc_mem_free(c->labels->label[i]);
    }
    inc_mem_free(c->labels->uri);
    inc_mem_free(c->labels->label);
    inc_mem_free(c->labels);
    c->labels = NULL;
}

void
inc_put_comune(struct inc_cli *c, struct inc_buf *out, const char *istat)
{
    struct inc_answer a = {0};
    struct inc_err quiet;
    struct inc_buf body = {0};
    struct inc_writer w;
    size_t len = 0;

    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_ktext(&w, "text", istat);
    inc_w_kint(&w, "k", 1);
    inc_w_end(&w);
    const struct inc_node *items =
        inc_ask(c, INC_OP_COMUNE_FIND, &body, 0, &a, &quiet) == INC_OK
            ? inc_node_get(a.body, "items")
            : NULL;
    const struct inc_node *hit =
        items != NULL && inc_node_kind(items) == INC_NODE_LIST &&
                inc_node_count(items) > 0
            ? inc_node_at(items, 0)
            : NULL;
    const struct inc_node *code = inc_node_get(hit, "istat");
    const struct inc_node *name = inc_node_get(hit, "name");
    const struct inc_node *province = inc_node_get(hit, "province");
    const char *text = code != NULL ? inc_node_text(code, &len) : "";
    if (name != NULL && len == strlen(istat) &&
        strncmp(text, istat, len) == 0) {
        text = inc_node_text(name, &len);
        inc_buf_printf(out, "%.*s", (int)len, text);
        text = province != NULL ? inc_node_text(province, &len) : "";
        if (province != NULL && len > 0)
            inc_buf_printf(out, " (%.*s)", (int)len, text);
    } else {
        inc_buf_text(out, istat);
    }
    inc_answer_release(&a);
    inc_buf_release(&body);
}
