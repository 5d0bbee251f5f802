/* ask_match.h - the body of a match question from the command line. */
#ifndef INC_CLIENTS_CLI_ASK_MATCH_H
#define INC_CLIENTS_CLI_ASK_MATCH_H

#include "clients/cli/cli.h"

/*
 * Append the body of match.people or match.needs.
 *   key     "id" or "need" or "candidate"
 *   id      text for "id"; or
 *   record  one msgpack map for the others
 *   explain 0 to leave lines out whatever the options say
 */
void inc_match_body(const struct inc_cli *c, struct inc_buf *out,
                    const char *key, const char *id,
                    const struct inc_buf *record, int explain);

/* match people --batch FILE: exit code. */
int inc_match_batch(struct inc_cli *c);

#endif
