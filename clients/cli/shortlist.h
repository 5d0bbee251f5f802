/*
 * shortlist.h - a ranking for people: who, how far, why, what is missing. It
 * fits the screen's width; nothing is said by colour or sign alone.
 */
#ifndef INC_CLIENTS_CLI_SHORTLIST_H
#define INC_CLIENTS_CLI_SHORTLIST_H

#include "clients/cli/cli.h"
#include "proto/replies.h"

enum { INC_TITLE_MAX = 256, INC_DETAILS_MAX = 512 };

/* What was asked about, for the header. All zero is nothing known. */
struct inc_subject {
    struct inc_answer answer; /* the stored record, or */
    struct inc_frame *frame;  /* the one given in a file */
    char title[INC_TITLE_MAX];
    char details[INC_DETAILS_MAX]; /* kind, place, dates */
};
/* Fill the texts from a need or a profile; node may be NULL. */
void inc_subject_read(struct inc_cli *c, struct inc_subject *s,
                      const struct inc_node *record);
void inc_subject_release(struct inc_subject *s);

void inc_shortlist(struct inc_cli *c, int people,
                   const struct inc_subject *subject,
                   const struct inc_match_page *page);
void inc_shortlist_pair(struct inc_cli *c, const struct inc_subject *subject,
                        const struct inc_match_item *item);

/* One line of an explanation (explain.c), and the legend of the signs. */
void inc_explain_line(struct inc_cli *c, const struct inc_match_line *line);
void inc_explain_legend(struct inc_cli *c);
/* "91,20": basis points as points of 100. */
void inc_put_points(struct inc_buf *out, const char *lang, int64_t bp);

/* Start and end of emphasis; nothing without colour. */
void inc_paint(struct inc_cli *c, const char *code);

/* 1 when a decoded struct has the field of that name. */
int inc_has(const struct inc_type *type, uint64_t has, const char *field);

#endif
