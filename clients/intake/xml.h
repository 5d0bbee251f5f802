/*
 * xml.h - XML from anybody, as a tree. Private to this folder.
 *
 * Over libexpat. A DOCTYPE is refused, so there are no entities but the five
 * of XML and nothing is ever fetched; nesting, elements and memory are
 * bounded. UTF-8, UTF-16, ISO-8859-1 and US-ASCII.
 */
#ifndef INC_CLIENTS_INTAKE_XML_H
#define INC_CLIENTS_INTAKE_XML_H

#include <stddef.h>

#include "engine/base/arena.h"
#include "engine/base/buf.h"
#include "engine/base/status.h"

enum { INC_XML_DEPTH = 64, INC_XML_NODES = 200000 };

/* An element, its name without prefix. Attributes are not kept. */
struct inc_xml {
    const char *name;
    struct inc_xml *parent, *child, *last, *next;
    size_t at, len; /* its text and that of all in it, of the tree's text */
};

struct inc_xml_tree {
    struct inc_xml *root;
    struct inc_buf text;
    struct inc_arena arena;
};

/* INC_E_FORMAT with line and column, INC_E_LIMIT, INC_E_NOMEM. */
enum inc_status inc_xml_read(struct inc_xml_tree *out, const void *bytes,
                             size_t len, struct inc_err *err);
void inc_xml_release(struct inc_xml_tree *t); /* safe on zeroed memory */

/* The first child of that name, or NULL. */
const struct inc_xml *inc_xml_child(const struct inc_xml *e, const char *name);
/* The first of that name in it, however deep, or NULL. */
const struct inc_xml *inc_xml_find(const struct inc_xml *e, const char *name);
/* "/Candidate/CandidatePerson/Communication[2]", cut at the front when it
 * does not fit. */
void inc_xml_path(char *out, size_t cap, const struct inc_xml *e);

/*
 * The same reading without a tree: for each element and each run of text one
 * call. enter returns 0 to stop (then the status is INC_E_LIMIT).
 */
struct inc_xml_events {
    int (*enter)(void *arg, const char *name);
    void (*leave)(void *arg, const char *name);
    void (*text)(void *arg, const char *text, size_t len);
};
enum inc_status inc_xml_walk(const void *bytes, size_t len,
                             const struct inc_xml_events *events, void *arg,
                             struct inc_err *err);

#endif
