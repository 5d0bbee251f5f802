/*
 * json.h - JSON in, JSON out, against msgpack. Whole numbers stay whole; a
 * JSON fraction travels as a float, so that the daemon refuses it by name.
 */
#ifndef INC_CLIENTS_CLI_JSON_H
#define INC_CLIENTS_CLI_JSON_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/buf.h"
#include "engine/base/status.h"
#include "proto/node.h"
#include "proto/writer.h"

enum { INC_JSON_ID = 65 };

/*
 * Append one JSON object as msgpack.
 *   name  of the file, for errors; line is its line of text[0] (1..)
 *   id    out [INC_JSON_ID]: the object's "id" when it is a text of codes,
 *         else ""; may be NULL
 * INC_E_FORMAT: file, line and column; INC_E_LIMIT: nested too deep.
 */
enum inc_status inc_json_object(struct inc_buf *out, const char *text,
                                size_t len, const char *name, uint64_t line,
                                char *id, struct inc_err *err);

/* Append a value as compact JSON. skip: a member of the outermost map to
 * leave out, or NULL. */
void inc_json_node(struct inc_buf *out, const struct inc_node *n,
                   const char *skip);
/* Append a JSON string, quotes included. */
void inc_json_text(struct inc_buf *out, const char *text, size_t len);

#endif
