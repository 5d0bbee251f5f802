/*
 * inside.h - what the files of this folder share. Private to engine/draft.
 */
#ifndef INC_DRAFT_INSIDE_H
#define INC_DRAFT_INSIDE_H

#include "engine/draft/draft.h"

/* What stands before a word. */
enum inc_gap {
    INC_GAP_NONE,  /* space, apostrophe, slash, hyphen */
    INC_GAP_COMMA, /* comma, colon, bracket, dash between spaces */
    INC_GAP_STOP,  /* end of a sentence */
    INC_GAP_LINE   /* a new line or block */
};

/* What a word was understood as; only words that are free may become more. */
enum {
    INC_USED_WARN = 1,
    INC_USED_FACT = 2,
    INC_USED_CUE = 4,
    INC_USED_SKIP = 8, /* the other gender's ending: "/a", "/trice" */
    INC_USED_CONCEPT = 16,
    INC_USED_NOISE = 32 /* said, and nothing follows from it */
};

struct inc_token {
    const char *word; /* folded, NUL-terminated; in the arena */
    uint32_t n;
    uint32_t at, len; /* bytes of the text */
    uint32_t joined;  /* where it stands in `joined` */
    int32_t number;   /* -1: no number */
    unsigned char gap;
    char sep;    /* the separator before it that matters: ':' '(' '/' '-' ... */
    char closes; /* ')' before it */
    unsigned char used;
    unsigned char upper; /* begins with a capital */
    unsigned char letters;
    unsigned char capitals; /* all of it, two letters at least */
    short importance;       /* -1: not said */
    short level;            /* 0: not said */
};

struct inc_reader {
    const struct inc_draft_world *w;
    const struct inc_draft_question *q;
    struct inc_arena *a;
    struct inc_drafted *d;
    struct inc_token *t;
    size_t n;
    char *joined; /* the words again, with plain separators: for the linker */
    size_t joined_len;
    int lang; /* of the taxonomy, or -1 */
    int cut_items, cut_unknown;
    int64_t occupation_level; /* said of the trade as a whole; 0: no */
    uint32_t level_until;     /* byte of the text up to which it holds for
                                 skills; 0: for all of them */
};

/* --- tokens.c ------------------------------------------------------------ */
enum inc_status inc_draft_read(struct inc_reader *r, struct inc_err *err);
/* Bytes of the words from..to-1. */
struct inc_draft_span inc_span_of(const struct inc_reader *r, size_t from,
                                  size_t to);
/* Where the sentence of word i begins and ends. */
size_t inc_sentence_start(const struct inc_reader *r, size_t i);
size_t inc_sentence_end(const struct inc_reader *r, size_t i);
/* Likewise of the part between commas. */
size_t inc_part_start(const struct inc_reader *r, size_t i);
size_t inc_part_end(const struct inc_reader *r, size_t i);
int inc_word_is(const struct inc_reader *r, size_t i, const char *alternatives);
/* The first word from i on that is none of `words`; at most eight are passed
 * over, or a text of nothing else would be read again from each of them. */
size_t inc_pass_words(const struct inc_reader *r, size_t i, const char *words);
void inc_use(struct inc_reader *r, size_t from, size_t to, unsigned how);
int inc_is_free(const struct inc_reader *r, size_t from, size_t to);

/* --- pattern.c ----------------------------------------------------------- */
enum { INC_CAPTURES = 4 };
struct inc_found {
    size_t end; /* after the last word */
    int32_t number[INC_CAPTURES];
    size_t n_numbers;
};
/*
 * Does the pattern begin at word i? Words of a pattern are separated by one
 * space: "a|b*" any of these, * for any ending; "?x" may be missing; "#" a
 * number; ".." up to three words of any kind. A match never crosses the end of
 * a sentence.
 */
int inc_pattern_at(struct inc_found *f, const struct inc_reader *r, size_t i,
                   const char *pattern);

/* --- items.c ------------------------------------------------------------- */
/* A new item over the words from..to-1, NULL when there are too many. */
struct inc_draft_item *inc_item_add(struct inc_reader *r,
                                    enum inc_draft_kind kind, size_t from,
                                    size_t to, const char *rule,
                                    uint32_t confidence_bp);
void inc_unknown_add(struct inc_reader *r, size_t from, size_t to);
void inc_note_add(struct inc_reader *r, const char *text);
/* The first of that kind, or NULL. */
struct inc_draft_item *inc_item_find(const struct inc_reader *r,
                                     enum inc_draft_kind kind);

/* --- facts.c ------------------------------------------------------------- */
/* What the document states: items, and their words used. Before the passes. */
enum inc_status inc_draft_facts(struct inc_reader *r, struct inc_err *err);
/* What it states of occupations that its words name. After the passes. */
void inc_draft_facts_named(struct inc_reader *r);

/* --- one pass a file, in this order --------------------------------------- */
void inc_draft_warn(struct inc_reader *r);      /* warn.c */
void inc_draft_cues(struct inc_reader *r);      /* cues.c */
void inc_draft_languages(struct inc_reader *r); /* languages.c */
void inc_draft_licences(struct inc_reader *r);  /* licences.c */
void inc_draft_schooling(struct inc_reader *r); /* schooling.c */
void inc_draft_hours(struct inc_reader *r);     /* hours.c */
void inc_draft_places(struct inc_reader *r);    /* places.c */
void inc_draft_terms(struct inc_reader *r);     /* terms.c: start, contract */
enum inc_status inc_draft_concepts(struct inc_reader *r,
                                   struct inc_err *err); /* concepts.c */
void inc_draft_seats(struct inc_reader *r);              /* seats.c */
void inc_draft_rest(struct inc_reader *r); /* rest.c: unknown words */
void inc_draft_sure(struct inc_reader *r); /* sure.c: confidences */
/* record.c: the record, from the items */
enum inc_status inc_draft_record(struct inc_reader *r, struct inc_err *err);

/* labels.c: the concepts whose labels stand in words that are still free, in
 * the order of the text; *out lives in the arena. */
struct inc_said {
    size_t from, to;
    enum inc_pillar pillar;
    uint32_t id;
    uint32_t confidence;
    const char *rule;
    int first; /* the concept's preferred label, and no other's */
};
enum inc_status inc_draft_labels(struct inc_said **out, size_t *n,
                                 struct inc_reader *r, struct inc_err *err);

/* languages.c: ISO 639-1 of the language word i names, or NULL. */
const char *inc_language_at(const struct inc_reader *r, size_t i);
/* durations.c: months said at word i and the word after them; -1: none. */
int64_t inc_duration_at(const struct inc_reader *r, size_t i, size_t *end);
/* A number in digits or in a word ("due"); -1: none. */
int inc_number_at(const struct inc_reader *r, size_t i);

/* --- when.c ---------------------------------------------------------------
 */
enum { INC_WEEK_DAYS = 7 };
struct inc_hours {
    int from, to; /* minutes of the day; to <= from: over midnight */
};
/* 0 Monday .. 6, or -1. */
int inc_day_at(const struct inc_reader *r, size_t i);
/* Days from word i on, one, a span or a list: bits, 0 none. */
unsigned inc_days_at(const struct inc_reader *r, size_t i, size_t *end);
/* Minutes, or -1; *exact when it can be nothing but a time. */
int inc_time_at(const struct inc_reader *r, size_t i, size_t *end, int *exact);
/* "8-17", "dalle 8:00 alle 12"; without such words only where the sentence is
 * timely. */
int inc_range_at(const struct inc_reader *r, size_t i, size_t *end,
                 struct inc_hours *out, int timely);
/* With one end: "dopo le 17", "fino alle 13". */
int inc_open_at(const struct inc_reader *r, size_t i, size_t *end,
                struct inc_hours *out);
int inc_part_at(const struct inc_reader *r, size_t i, struct inc_hours *out);

/* --- amounts.c: hours a week, kinds of time that have no place ------------ */
void inc_hours_noted(struct inc_reader *r, size_t from, size_t to,
                     const char *value);
/* The word after what was read at i; i when nothing was. `days`: how many days
 * a week the sentence names, 0 none. */
size_t inc_hours_amount(struct inc_reader *r, size_t i, int days);
size_t inc_hours_words(struct inc_reader *r, size_t i);

/* terms.c: 1 to 12, 0 when word i is no month. */
int inc_month_at(const struct inc_reader *r, size_t i);
/* terms.c: the level that so many months of practice stand for. */
int64_t inc_level_of_months(int64_t months);

#endif
