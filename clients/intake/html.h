/* html.h - what HTML says, as plain text. Private to this folder. */
#ifndef INC_CLIENTS_INTAKE_HTML_H
#define INC_CLIENTS_INTAKE_HTML_H

#include <stddef.h>

#include "engine/base/buf.h"

/* Tags away (blocks become lines), entities resolved, scripts and styles left
 * out. Any bytes: what is no tag stays as it is. */
void inc_html_text(struct inc_buf *out, const char *html, size_t n);

/*
 * The next <script type="application/ld+json"> from *pos on: 1 and what is in
 * it, views html; 0 when there is none. *pos goes past it.
 */
int inc_html_next_json(const char **json, size_t *len, const char *html,
                       size_t n, size_t *pos);

#endif
