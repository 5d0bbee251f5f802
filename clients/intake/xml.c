#include "clients/intake/xml.h"

#include <expat.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { PER_NODE = 2 * 64, NAME_BYTES = 128 };

struct walk {
    XML_Parser parser;
    const struct inc_xml_events *events;
    void *arg;
    unsigned depth;
    enum inc_status st;
    const char *what;
};

/* "hr:BirthDate" is BirthDate whatever its prefix stands for: what must be
 * left out is left out under any namespace. */
static const char *
local(const char *name)
{
    const char *colon = strrchr(name, ':');

    return colon == NULL ? name : colon + 1;
}

static void
stop(struct walk *w, enum inc_status st, const char *what)
{
    if (w->st == INC_OK) {
        w->st = st;
        w->what = what;
    }
    (void)XML_StopParser(w->parser, XML_FALSE);
}

static void
on_doctype(void *arg, const XML_Char *name, const XML_Char *system,
           const XML_Char *public, int has_internal)
{
    (void)name;
    (void)system;
    (void)public;
    (void)has_internal;
    stop(arg, INC_E_FORMAT, "a DOCTYPE is not taken: it could name entities");
}

static void
on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
    struct walk *w = arg;

    (void)attributes;
    if (w->st != INC_OK)
        return;
    if (++w->depth > INC_XML_DEPTH)
        stop(w, INC_E_LIMIT, "elements are nested too deep");
    else if (strlen(local(name)) >= NAME_BYTES)
        stop(w, INC_E_LIMIT, "the name of an element is too long");
    else if (!w->events->enter(w->arg, local(name)))
        stop(w, INC_E_LIMIT, "there are more elements than are taken");
}

static void
on_end(void *arg, const XML_Char *name)
{
    struct walk *w = arg;

    if (w->st != INC_OK)
        return;
    w->depth--;
    w->events->leave(w->arg, local(name));
}

static void
on_text(void *arg, const XML_Char *text, int len)
{
    struct walk *w = arg;

    if (w->st == INC_OK)
        w->events->text(w->arg, text, (size_t)len);
}

static enum inc_status
explain(const struct walk *w, struct inc_err *err)
{
    const enum XML_Error code = XML_GetErrorCode(w->parser);
    const unsigned long line = XML_GetCurrentLineNumber(w->parser);
    const unsigned long column = XML_GetCurrentColumnNumber(w->parser) + 1;
    const enum inc_status st = w->st != INC_OK               ? w->st
                               : code == XML_ERROR_NO_MEMORY ? INC_E_NOMEM
                                                             : INC_E_FORMAT;

    (void)inc_fail(err, st, 0, "XML, line %lu: %s", line,
                   w->what != NULL ? w->what : XML_ErrorString(code));
    inc_err_where(err, "%lu:%lu", line, column);
    if (code == XML_ERROR_UNKNOWN_ENCODING)
        inc_err_hint(err, "save it as UTF-8");
    else if (st == INC_E_FORMAT)
        inc_err_hint(err, "is the file whole? Export it again");
    return st;
}

enum inc_status
inc_xml_walk(const void *bytes, size_t len, const struct inc_xml_events *events,
             void *arg, struct inc_err *err)
{
    struct walk w = {.events = events, .arg = arg, .st = INC_OK};
    enum inc_status st = INC_OK;

    if (len > INT_MAX)
        return inc_fail(err, INC_E_LIMIT, 0, "the document is too large");
    w.parser = XML_ParserCreate(NULL);
    if (w.parser == NULL)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to read XML");
    XML_SetUserData(w.parser, &w);
    XML_SetElementHandler(w.parser, on_start, on_end);
    XML_SetCharacterDataHandler(w.parser, on_text);
    XML_SetStartDoctypeDeclHandler(w.parser, on_doctype);
    if (XML_Parse(w.parser, bytes, (int)len, 1) != XML_STATUS_OK ||
        w.st != INC_OK)
        st = explain(&w, err);
    XML_ParserFree(w.parser);
    return st;
}

/* --- the tree --------------------------------------------------------------
 */

struct making {
    struct inc_xml_tree *t;
    struct inc_xml *here;
    size_t n;
};

static int
enter(void *arg, const char *name)
{
    struct making *m = arg;
    struct inc_xml *e;

    if (m->n++ == INC_XML_NODES)
        return 0;
    e = inc_arena_array(&m->t->arena, 1, sizeof *e);
    if (e == NULL)
        return 0;
    *e = (struct inc_xml){.parent = m->here, .at = m->t->text.len};
    e->name = inc_arena_text(&m->t->arena, name, strlen(name));
    if (e->name == NULL)
        return 0;
    if (m->here == NULL)
        m->t->root = e;
    else if (m->here->last == NULL)
        m->here->child = e;
    else
        m->here->last->next = e;
    if (m->here != NULL)
        m->here->last = e;
    m->here = e;
    return 1;
}

static void
leave(void *arg, const char *name)
{
    struct making *m = arg;

    (void)name;
    m->here->len = m->t->text.len - m->here->at;
    m->here = m->here->parent;
}

static void
text(void *arg, const char *bytes, size_t len)
{
    struct making *m = arg;

    inc_buf_add(&m->t->text, bytes, len);
}

enum inc_status
inc_xml_read(struct inc_xml_tree *out, const void *bytes, size_t len,
             struct inc_err *err)
{
    static const struct inc_xml_events events = {enter, leave, text};
    /* "<a/>" makes a node: four bytes. */
    const size_t nodes = len / 4 < INC_XML_NODES ? len / 4 + 1 : INC_XML_NODES;
    struct making m = {.t = out};
    enum inc_status st = INC_OK;

    *out = (struct inc_xml_tree){0};
    if (inc_arena_init(&out->arena, nodes * PER_NODE + len + NAME_BYTES) !=
        INC_OK)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory to read XML");
    INC_TRY(inc_xml_walk(bytes, len, &events, &m, err));
    if (out->text.failed || out->root == NULL)
        st = inc_fail(err, INC_E_NOMEM, 0, "no memory to read XML");
out:
    if (st != INC_OK)
        inc_xml_release(out);
    return st;
}

void
inc_xml_release(struct inc_xml_tree *t)
{
    inc_arena_release(&t->arena);
    inc_buf_release(&t->text);
    *t = (struct inc_xml_tree){0};
}

const struct inc_xml *
inc_xml_child(const struct inc_xml *e, const char *name)
{
    for (const struct inc_xml *c = e->child; c != NULL; c = c->next)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

const struct inc_xml *
inc_xml_find(const struct inc_xml *e, const char *name)
{
    const struct inc_xml *c = e->child;

    while (c != NULL) {
        if (strcmp(c->name, name) == 0)
            return c;
        if (c->child != NULL) {
            c = c->child;
            continue;
        }
        while (c->next == NULL && c->parent != e)
            c = c->parent;
        c = c->next;
    }
    return NULL;
}

/* "Name" or "Name[2]" when there are several; bytes written. */
static size_t
step(char *out, size_t cap, const struct inc_xml *e)
{
    const struct inc_xml *c = e->parent != NULL ? e->parent->child : e;
    size_t before = 0;
    int several, n;

    for (; c != e; c = c->next)
        before += strcmp(c->name, e->name) == 0;
    for (several = before > 0; !several && c->next != NULL; c = c->next)
        several = strcmp(c->next->name, e->name) == 0;
    n = several ? snprintf(out, cap, "/%s[%zu]", e->name, before + 1)
                : snprintf(out, cap, "/%s", e->name);
    return n < 0 ? 0 : (size_t)n;
}

void
inc_xml_path(char *out, size_t cap, const struct inc_xml *e)
{
    char one[NAME_BYTES + 24];
    size_t at = cap - 1; /* filled from the end */

    out[at] = '\0';
    for (; e != NULL; e = e->parent) {
        const size_t n = step(one, sizeof one, e);

        if (n + 4 > at) {
            at -= 3;
            memcpy(out + at, "...", 3);
            break;
        }
        at -= n;
        memcpy(out + at, one, n);
    }
    memmove(out, out + at, cap - at);
}
