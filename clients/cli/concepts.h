/* concepts.h - labels for the URIs and names for the codes in a record. */
#ifndef INC_CLIENTS_CLI_CONCEPTS_H
#define INC_CLIENTS_CLI_CONCEPTS_H

#include "clients/cli/cli.h"

/* Ask the daemon for the labels of all URIs in a value, at once. Failures are
 * silent: the URI itself is shown then. */
void inc_concepts_fetch(struct inc_cli *c, const struct inc_node *value);
/* Label of a URI fetched before, or the URI. */
const char *inc_label_of(const struct inc_cli *c, const char *uri);
/* Append "Lucca (LU)", or the code alone. */
void inc_put_comune(struct inc_cli *c, struct inc_buf *out, const char *istat);
/* Frees what was fetched. */
void inc_concepts_release(struct inc_cli *c);

#endif
