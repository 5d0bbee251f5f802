/* explain.c - the lines that make up a score, in words. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clients/cli/shortlist.h"
#include "clients/cli/show.h"
#include "engine/base/date.h"
#include "proto/names.h"

enum {
    INDENT = 5,
    INNER = 9,
    POINTS_COLUMNS = 15,
    EVIDENCE_IMPLIED = 3 /* index in inc_shown_names */
};

int
inc_has(const struct inc_type *type, uint64_t has, const char *field)
{
    int i = inc_field_index(type, field);

    return i >= 0 && (has >> i & 1u) != 0;
}

static int
line_has(const struct inc_match_line *line, const char *field)
{
    return inc_has(&inc_match_line_type, line->has, field);
}

void
inc_put_points(struct inc_buf *out, const char *lang, int64_t bp)
{
    int64_t size = bp < 0 ? -bp : bp;

    inc_buf_printf(out, "%s%" PRId64 "%c%02d", bp < 0 ? "-" : "", size / 100,
                   lang[0] == 'i' ? ',' : '.', (int)(size % 100));
}

void
inc_paint(struct inc_cli *c, const char *code)
{
    if (c->term.colour)
        inc_buf_printf(&c->out, "\033[%sm", code);
}

static const char *
sign_of(const struct inc_cli *c, const struct inc_match_line *line)
{
    static const char *const plain[] = {"+", "~", "?", "-"};
    static const char *const fine[] = {"\xe2\x9c\x93", "~", "?",
                                       "\xe2\x9c\x97"};

    if (line->kind == INC_LINE_AFFINITY || line->kind == INC_LINE_TRADES)
        return c->term.utf8 ? "\xc2\xb7" : "."; /* neither met nor missing */
    if (line->status < 0 || line->status >= INC_LINE_STATUSES)
        return " ";
    return c->term.utf8 ? fine[line->status] : plain[line->status];
}

static const char *
colour_of(const struct inc_match_line *line)
{
    static const char *const codes[] = {"32", "33", "36", "35"};

    if (line->kind == INC_LINE_AFFINITY || line->kind == INC_LINE_TRADES ||
        line->status < 0 || line->status >= INC_LINE_STATUSES)
        return "0";
    return codes[line->status];
}

void
inc_explain_legend(struct inc_cli *c)
{
    const char *signs = c->term.utf8
                            ? _("\xe2\x9c\x93 covered   ~ in part   ? to be "
                                "asked   \xe2\x9c\x97 missing")
                            : _("+ covered   ~ in part   ? to be asked   - "
                                "missing");

    inc_buf_printf(&c->out, "%s\n", signs);
    (void)inc_wrap(&c->out,
                   _("A skill counts more once observed or certified, and when "
                     "used of late."),
                   0, 0, c->term.width);
    inc_buf_text(&c->out, "\n");
}

/* "B C" as "B or C". */
static void
put_any_of(struct inc_buf *out, const char *codes)
{
    for (size_t len = 0; *codes != '\0'; codes += len + (codes[len] == ' ')) {
        len = strcspn(codes, " ");
        inc_buf_printf(out, "%.*s", (int)len, codes);
        if (codes[len] == ' ')
            inc_buf_printf(out, " %s ", _("or"));
    }
}

/* Journey and hours: they take points away, or none. */
static void
put_feasible(struct inc_buf *out, const struct inc_match_line *line)
{
    char mode[32];

    if (line->kind == INC_LINE_HOURS) {
        inc_buf_text(out, _("hours"));
        if (line_has(line, "overlap_minutes"))
            inc_buf_printf(out, _(": %" PRId64 " of %" PRId64 " a week"),
                           line->overlap_minutes / 60,
                           line->schedule_minutes / 60);
        return;
    }
    inc_buf_text(out, _("journey"));
    if (line_has(line, "metres") && line->metres == 0)
        inc_buf_text(out, _(": in the same comune"));
    else if (line_has(line, "metres"))
        inc_buf_printf(out, _(": %" PRId64 " km in a straight line"),
                       (line->metres + 500) / 1000);
    if (line_has(line, "minutes") && line->minutes == 0)
        return; /* no journey, so no means either */
    if (line_has(line, "minutes"))
        inc_buf_printf(out, _(", about %" PRId64 " minutes"), line->minutes);
    if (line_has(line, "mode")) {
        (void)snprintf(mode, sizeof mode, "mode:%s",
                       inc_travel_names[line->mode]);
        inc_buf_printf(out, " %s", inc_word(mode));
    }
}

/* What is asked for. */
static void
put_asked(struct inc_buf *out, const struct inc_match_line *line)
{
    char name[32];

    switch ((enum inc_line_kind)line->kind) {
    case INC_LINE_REQUIREMENT:
        inc_buf_text(out, line->label != NULL ? line->label : line->uri);
        for (uint32_t i = 0; i < line->n_alternatives; i++)
            inc_buf_printf(out, _(" or %s"), line->alternatives[i]);
        if (line_has(line, "level"))
            inc_buf_printf(out, _(", level %" PRId64), line->level);
        break;
    case INC_LINE_LANGUAGE:
        (void)snprintf(name, sizeof name, "lang:%s",
                       line->lang != NULL ? line->lang : "");
        inc_buf_printf(out, _("language: %s"), inc_word(name));
        if (line->want != NULL)
            inc_buf_printf(out, " %s", line->want);
        break;
    case INC_LINE_LICENCE:
        inc_buf_printf(out, "%s ", _("licence"));
        put_any_of(out, line->want != NULL ? line->want : "");
        break;
    case INC_LINE_EDUCATION:
        inc_buf_printf(out, _("education: %s"),
                       line->want != NULL ? line->want : "");
        break;
    case INC_LINE_AFFINITY:
        inc_buf_text(out, _("closeness of the profile as a whole"));
        break;
    case INC_LINE_TRADES:
        if (line->label != NULL)
            inc_buf_printf(out, _("nearby trades, above all: %s"), line->label);
        else
            inc_buf_text(out, _("nearby trades"));
        break;
    case INC_LINE_DISTANCE:
    case INC_LINE_HOURS:
        put_feasible(out, line);
        break;
    case INC_LINE_KINDS:
        break;
    }
    if (line_has(line, "importance") && line->kind != INC_LINE_AFFINITY)
        inc_buf_printf(out, " (%s)",
                       inc_word(inc_importance_names[line->importance]));
}

/* Points at the right edge, after text that ended in column `at`. */
static void
put_points_column(struct inc_cli *c, size_t at,
                  const struct inc_match_line *line)
{
    struct inc_buf text = {0};

    if (!line_has(line, "points")) {
        inc_buf_text(&c->out, "\n");
        return;
    }
    inc_put_points(&text, c->lang, line->points);
    if (line->max > 0) {
        inc_buf_text(&text, "/");
        inc_put_points(&text, c->lang, line->max);
    }
    const char *points = inc_buf_cstr(&text);
    size_t columns = strlen(points);
    int pad =
        at + columns < c->term.width ? (int)(c->term.width - at - columns) : 1;
    inc_buf_printf(&c->out, "%*s%s\n", pad, "", points);
    inc_buf_release(&text);
}

static void
put_note(struct inc_cli *c, const char *text)
{
    inc_buf_printf(&c->out, "%*s", INNER, "");
    (void)inc_wrap(&c->out, text, INNER, INNER + 2, c->term.width);
    inc_buf_text(&c->out, "\n");
}

/* The level, the evidence and the time of the skill that supplied. */
static void
put_supplier(struct inc_buf *out, const struct inc_match_line *line)
{
    int year = 0, month = 0, day = 0;
    int same = line->uri != NULL && line->by_uri != NULL &&
               strcmp(line->uri, line->by_uri) == 0;

    /* The same skill is not named twice. */
    if (same)
        inc_buf_text(out, _("has:"));
    else
        inc_buf_printf(out, _("from: %s,"), line->by_label);
    inc_buf_printf(out, _(" level %" PRId64), line->by_level);
    if (line_has(line, "by_evidence"))
        inc_buf_printf(out, ", %s",
                       line->by_evidence == EVIDENCE_IMPLIED &&
                               line->implied_by != NULL
                           ? _("implied by a job")
                           : inc_word(inc_shown_names[line->by_evidence]));
    if (line->implied_by != NULL)
        inc_buf_printf(out, " (%s)", line->implied_by);
    if (line_has(line, "by_last_used")) {
        inc_date_split((int32_t)line->by_last_used, &year, &month, &day);
        inc_buf_printf(out,
                       month < 7 ? _(", used up to the first half of %d")
                                 : _(", used up to the second half of %d"),
                       year);
    }
}

static void
put_supplied(struct inc_cli *c, const struct inc_match_line *line)
{
    struct inc_buf text = {0};

    if (line->by_label != NULL)
        put_supplier(&text, line);
    else if (line->have != NULL)
        inc_buf_printf(&text, "%s %s", _("has:"),
                       line->have[0] != '\0' ? line->have : _("none"));
    if (text.len > 0)
        put_note(c, inc_buf_cstr(&text));
    inc_buf_release(&text);
}

/* One reason, or nothing when the line says it already. */
static void
put_reason(struct inc_buf *out, const struct inc_match_line *line,
           enum inc_why why)
{
    switch (why) {
    case INC_WHY_EXACT:
    case INC_WHY_EVIDENCE: /* the legend says it once for all */
    case INC_WHY_IMPLIED:  /* said beside the skill */
    case INC_WHYS:
        break;
    case INC_WHY_ALTERNATIVE:
        inc_buf_text(out, _("one of the alternatives accepted"));
        break;
    case INC_WHY_SIMILAR:
        if (line_has(line, "cosine"))
            inc_buf_printf(out, _("a close skill (%" PRId64 "%% alike)"),
                           line->cosine / 100);
        else
            inc_buf_text(out, _("a close skill"));
        break;
    case INC_WHY_LEVEL_LOW:
        inc_buf_printf(out, _("level %" PRId64 " where %" PRId64 " is asked"),
                       line->by_level, line->level);
        break;
    case INC_WHY_OLD:
        inc_buf_text(out, _("not used for some time"));
        break;
    case INC_WHY_MISSING:
        inc_buf_text(out, line->kind == INC_LINE_LICENCE
                              ? _("to be obtained")
                              : _("not in the profile"));
        break;
    case INC_WHY_NOT_ASKED:
        inc_buf_text(out, _("not known yet: to be asked"));
        break;
    case INC_WHY_BELOW:
        inc_buf_text(out, _("under what is asked"));
        break;
    case INC_WHY_FAR:
        inc_buf_text(out, _("more than the journey the person can make"));
        break;
    case INC_WHY_SHORT_HOURS:
        inc_buf_text(out, _("part of the hours is not covered"));
        break;
    case INC_WHY_TRAINABLE:
        if (line_has(line, "trainable_hours"))
            inc_buf_printf(out, _("to learn here: %" PRId64 " hours"),
                           line->trainable_hours);
        break;
    }
}

static void
put_reasons(struct inc_cli *c, const struct inc_match_line *line)
{
    struct inc_buf text = {0}, one = {0};

    for (uint32_t i = 0; i < line->n_why; i++) {
        inc_buf_reset(&one);
        put_reason(&one, line, (enum inc_why)line->why[i]);
        if (one.len == 0)
            continue;
        if (text.len > 0)
            inc_buf_text(&text, "; ");
        inc_buf_text(&text, inc_buf_cstr(&one));
    }
    if (line->also_label != NULL) {
        if (text.len > 0)
            inc_buf_text(&text, "; ");
        inc_buf_printf(&text, _("worth more for: %s (%" PRId64 "%% alike)"),
                       line->also_label, line->also_cosine / 100);
    }
    if (line->hi > line->points &&
        (line->max > 0 || line->status == INC_LINE_UNKNOWN)) {
        if (text.len > 0)
            inc_buf_text(&text, "; ");
        inc_buf_text(&text, _("could be worth up to "));
        inc_put_points(&text, c->lang, line->hi);
    }
    if (text.len > 0)
        put_note(c, inc_buf_cstr(&text));
    inc_buf_release(&one);
    inc_buf_release(&text);
}

void
inc_explain_line(struct inc_cli *c, const struct inc_match_line *line)
{
    struct inc_buf asked = {0};

    put_asked(&asked, line);
    inc_buf_printf(&c->out, "%*s", INDENT, "");
    inc_paint(c, colour_of(line));
    inc_buf_text(&c->out, sign_of(c, line));
    inc_paint(c, "0");
    inc_buf_text(&c->out, " ");
    size_t at = inc_wrap(&c->out, inc_buf_cstr(&asked), INDENT + 2, INDENT + 2,
                         c->term.width - POINTS_COLUMNS);
    put_points_column(c, at, line);
    put_supplied(c, line);
    put_reasons(c, line);
    inc_buf_release(&asked);
}
