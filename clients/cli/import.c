/* import.c - many records from a file. Puts go out 64 at a time; one bad
 * record is reported and never stops the others. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "clients/cli/bar.h"
#include "clients/cli/cli.h"
#include "clients/cli/lines.h"
#include "clients/cli/records.h"
#include "clients/cli/resume.h"
#include "engine/base/clock.h"

enum {
    CONNECT_MS = 30000, /* a daemon that restarts is waited for */
    DEADLINE_MS = 120000,
    SAVE_EVERY_MS = 1000,
    SHOWN_MAX = 20, /* refusals shown when they also go to a file */
    FILE_BYTES = 1 << 30,
    FLIGHTS = INC_CLIENT_WINDOW + 1 /* a full window and the next */
};

#define MS UINT64_C(1000000)

/* A record under way; `place` numbers records 0, 1, 2 ... in file order. */
struct flight {
    int used;
    uint64_t line;
    char id[INC_JSON_ID];
};

struct import {
    struct inc_cli *c;
    const char *name; /* base name of the file, for reports */
    const char *kind;
    enum inc_family family;
    enum inc_op op;
    unsigned char digest[INC_DIGEST];
    uint64_t salt;
    FILE *errors; /* --errors, or NULL */
    struct flight flight[FLIGHTS];
    uint64_t last_line; /* last line that was read */
    struct inc_resume state;
    uint64_t saved_ns, shown;
    struct inc_err trouble; /* of the service: stops the import */
};

static volatile sig_atomic_t interrupted;

static void
on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

static void
catch_signals(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

static void
report(struct import *m, uint64_t line, const char *id,
       const struct inc_err *err)
{
    struct inc_buf text = {0};

    m->state.failed++;
    if (m->errors == NULL || m->shown < SHOWN_MAX) {
        (void)fprintf(stderr, "\r%s:%" PRIu64 "%s%s: %s: %s%s%s%s\n", m->name,
                      line, id[0] != '\0' ? " " : "", id,
                      _(inc_status_text(err->status)), err->what,
                      err->where[0] != '\0' ? " (" : "", err->where,
                      err->where[0] != '\0' ? ")" : "");
        if (err->hint[0] != '\0')
            (void)fprintf(stderr, "  %s %s\n", _("see:"), err->hint);
        m->shown++;
    }
    if (m->errors == NULL)
        return;
    inc_buf_printf(&text, "{\"line\":%" PRIu64 ",\"id\":\"%s\",\"code\":\"%s\"",
                   line, id, inc_status_wire(err->status));
    inc_buf_text(&text, ",\"message\":");
    inc_json_text(&text, err->what, strlen(err->what));
    inc_buf_text(&text, ",\"where\":");
    inc_json_text(&text, err->where, strlen(err->where));
    inc_buf_text(&text, ",\"hint\":");
    inc_json_text(&text, err->hint, strlen(err->hint));
    inc_buf_text(&text, "}\n");
    (void)fwrite(text.data, 1, text.len, m->errors);
    inc_buf_release(&text);
}

/* The service itself is in trouble: this record is neither stored nor
 * refused, and the next ones would fare the same. */
static int
is_trouble(enum inc_status st)
{
    return inc_status_exit(st) == 5 && st != INC_E_NOMEM;
}

static int
flag_of(const struct inc_node *body, const char *key)
{
    const struct inc_node *n = inc_node_get(body, key);

    return n != NULL && inc_node_kind(n) == INC_NODE_BOOL && inc_node_bool(n);
}

static void
answered(void *arg, uint64_t tag, enum inc_status st, const struct inc_err *err,
         const struct inc_node *body)
{
    struct import *m = arg;
    struct flight *f = &m->flight[tag];

    if (is_trouble(st)) {
        m->trouble = *err; /* the flight stays: its line is not done */
        return;
    }
    f->used = 0;
    if (st != INC_OK)
        report(m, f->line, f->id, err);
    else if (flag_of(body, "replayed"))
        m->state.known++;
    else
        m->state.stored++;
}

static struct flight *
free_flight(struct import *m)
{
    for (size_t i = 0; i < FLIGHTS; i++)
        if (!m->flight[i].used)
            return &m->flight[i];
    return NULL;
}

static int
is_under_way(const struct import *m, const char *id)
{
    for (size_t i = 0; id[0] != '\0' && i < FLIGHTS; i++)
        if (m->flight[i].used && strcmp(m->flight[i].id, id) == 0)
            return 1;
    return 0;
}

/* Every line up to this one has its answer. */
static uint64_t
settled(const struct import *m)
{
    uint64_t line = m->last_line;

    for (size_t i = 0; i < FLIGHTS; i++)
        if (m->flight[i].used && m->flight[i].line <= line)
            line = m->flight[i].line - 1;
    return line;
}

/* Counts in the state must belong to its line, so it is saved only when
 * nothing is under way; the window drains for that, once a second. */
static enum inc_status
save(struct import *m, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    if (inc_clock_ns() - m->saved_ns < SAVE_EVERY_MS * MS)
        return INC_OK;
    INC_TRY(inc_client_drain(m->c->client, err));
    m->state.line = settled(m);
    m->saved_ns = inc_clock_ns();
    if (!inc_arg_has(&m->c->args, INC_OPT_DRY_RUN))
        st = inc_resume_save(&m->state, err);
out:
    return st;
}

static enum inc_status
put_one(struct import *m, const struct inc_line *line, struct inc_buf *body,
        struct inc_err *err)
{
    enum inc_status st = INC_OK;
    unsigned char key[INC_KEY];
    struct inc_writer w;
    struct flight *f = free_flight(m);
    const struct inc_call how = {
        .deadline_ms = inc_timeout_ms(m->c, DEADLINE_MS),
        .retries = 10,
        .key = key,
    };

    /* Twice the same id in a file: the later one must be stored later, also
     * when the first is being retried. */
    if (is_under_way(m, line->id))
        INC_TRY(inc_client_drain(m->c->client, err));
    if (f == NULL) { /* answers came with trouble and left their flights */
        INC_TRY(inc_client_drain(m->c->client, err));
        f = free_flight(m);
        if (f == NULL)
            return m->trouble.status;
    }
    inc_import_key(key, m->digest, m->kind, line->line, m->salt);
    inc_buf_reset(body);
    inc_writer_init(&w, body);
    inc_w_map(&w);
    inc_w_key(&w, "record");
    inc_w_raw(&w, line->record.data, line->record.len);
    if (inc_arg_has(&m->c->args, INC_OPT_DRY_RUN))
        inc_w_kbool(&w, "dry_run", 1);
    inc_w_end(&w);
    if (body->failed)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a record");
    f->used = 1;
    f->line = line->line;
    memcpy(f->id, line->id, sizeof f->id);
    st = inc_client_submit(m->c->client, (uint64_t)(f - m->flight), m->op,
                           body->data, body->len, &how, err);
out:
    return st;
}

/* One line of the file: sent, or reported when it is no record. */
static enum inc_status
take_line(struct import *m, const struct inc_line *line, struct inc_buf *body,
          struct inc_err *err)
{
    enum inc_status st = INC_OK;

    if (line->st != INC_OK)
        report(m, line->line, line->id, &line->err);
    else
        INC_TRY(put_one(m, line, body, err));
    m->last_line = line->line;
    st = save(m, err);
out:
    return st;
}

static uint64_t
handled(const struct import *m)
{
    return m->state.stored + m->state.known + m->state.failed;
}

static enum inc_status
put_all(struct import *m, struct inc_lines *lines, size_t total,
        struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct inc_line line = {0};
    struct inc_buf body = {0};
    struct inc_bar bar;
    uint64_t resumed = m->state.line;
    int got = 0;

    inc_bar_start(&bar, _("import"), m->c->quiet, m->c->lang[0] == 'i');
    while (!interrupted && m->trouble.status == INC_OK &&
           (got = inc_lines_next(lines, &line, err)) > 0) {
        if (line.line > resumed)
            INC_TRY(take_line(m, &line, &body, err));
        inc_bar_show(&bar, inc_lines_offset(lines), total, handled(m));
    }
    INC_TRY(inc_client_drain(m->c->client, err));
    if (m->trouble.status != INC_OK) {
        *err = m->trouble;
        st = err->status;
    } else if (got < 0) {
        st = err->status;
    }
out:
    inc_bar_end(&bar);
    inc_buf_release(&body);
    inc_buf_release(&line.record);
    return st;
}

static void
tell_result(const struct import *m, uint64_t taken_ns)
{
    char a[32], b[32], d[32], e[32];
    int italian = m->c->lang[0] == 'i';
    uint64_t ms = taken_ns / MS + 1;

    if (m->c->json) {
        inc_buf_printf(&m->c->out,
                       "{\"stored\":%" PRIu64 ",\"known\":%" PRIu64
                       ",\"failed\":%" PRIu64 ",\"milliseconds\":%" PRIu64
                       "}\n",
                       m->state.stored, m->state.known, m->state.failed, ms);
        return;
    }
    if (m->c->quiet)
        return;
    inc_buf_printf(
        &m->c->out,
        inc_arg_has(&m->c->args, INC_OPT_DRY_RUN)
            ? _("Checked only: %s good, %s known already, %s refused "
                "(%s a second)\n")
            : _("Stored: %s, known already: %s, refused: %s (%s a second)\n"),
        inc_grouped(a, m->state.stored, italian),
        inc_grouped(b, m->state.known, italian),
        inc_grouped(d, m->state.failed, italian),
        inc_grouped(e, handled(m) * 1000 / ms, italian));
}

/* CSV or JSON lines: --format, else the name. */
static enum inc_status
is_csv(const struct inc_cli *c, const char *path, int *csv, struct inc_err *err)
{
    const char *form = inc_arg(&c->args, INC_OPT_FORMAT);
    size_t len = strlen(path);

    *csv = len > 4 && (strcmp(path + len - 4, ".csv") == 0 ||
                       strcmp(path + len - 4, ".CSV") == 0);
    if (form == NULL)
        return INC_OK;
    *csv = strcmp(form, "csv") == 0;
    if (*csv || strcmp(form, "jsonl") == 0)
        return INC_OK;
    return inc_fail(err, INC_E_CONFIG, 0, _("--format must be jsonl or csv"));
}

static enum inc_status
prepare(struct import *m, const char *path, const struct inc_buf *text,
        struct inc_err *err)
{
    static const char *const kinds[] = {"candidate", "need", "company"};
    static const enum inc_op ops[] = {INC_OP_CANDIDATE_PUT, INC_OP_NEED_PUT,
                                      INC_OP_COMPANY_PUT};
    const char *verb = inc_command_verb(m->c->args.command);
    const char *slash = strrchr(path, '/');
    const char *errors = inc_arg(&m->c->args, INC_OPT_ERRORS);
    int dry = inc_arg_has(&m->c->args, INC_OPT_DRY_RUN);

    m->family = verb[1] == 'a'   ? INC_CANDIDATES
                : verb[0] == 'n' ? INC_NEEDS
                                 : INC_COMPANIES;
    m->kind = kinds[m->family];
    m->op = ops[m->family];
    m->name = slash == NULL ? path : slash + 1;
    inc_digest(m->digest, text->data, text->len);
    if (inc_arg_has(&m->c->args, INC_OPT_RESTART) || dry)
        inc_random_bytes(&m->salt, sizeof m->salt);
    int found = inc_resume_open(&m->state, path, m->kind, m->digest);
    if (m->salt != 0) {
        m->state.line = m->state.stored = m->state.known = m->state.failed = 0;
    } else if (found && !m->c->quiet) {
        (void)fprintf(stderr, _("resuming after line %" PRIu64 "\n"),
                      m->state.line);
    }
    m->last_line = m->state.line;
    m->saved_ns = inc_clock_ns();
    if (errors == NULL)
        return INC_OK;
    m->errors = fopen(errors, m->state.line > 0 ? "ae" : "we");
    return m->errors == NULL
               ? inc_fail(err, INC_E_IO, 0, "%.200s cannot be written", errors)
               : INC_OK;
}

int
inc_cmd_import(struct inc_cli *c)
{
    enum inc_status st = INC_OK;
    struct inc_err err, ignored;
    struct import m = {.c = c};
    struct inc_buf text = {0};
    struct inc_lines *lines = NULL;
    const char *path = c->args.word[0];
    uint64_t start = inc_clock_ns();
    int csv = 0;

    inc_err_clear(&err);
    INC_TRY(is_csv(c, path, &csv, &err));
    INC_TRY(inc_read_input(&text, path, FILE_BYTES, &err));
    INC_TRY(prepare(&m, path, &text, &err));
    INC_TRY(inc_lines_open(&lines, m.family, csv, m.name,
                           (const char *)text.data, text.len, &err));
    INC_TRY(inc_connect(c, CONNECT_MS, &err));
    catch_signals();
    inc_client_on_done(c->client, answered, &m);
    st = put_all(&m, lines, text.len, &err);
    if (st == INC_OK && !interrupted) {
        inc_resume_done(&m.state);
    } else {
        m.state.line = settled(&m);
        (void)inc_resume_save(&m.state, &ignored);
    }
    tell_result(&m, inc_clock_ns() - start);
out:
    if (m.errors != NULL && fclose(m.errors) != 0 && st == INC_OK)
        st = inc_fail(&err, INC_E_IO, 0, "the file of errors was not written");
    inc_lines_close(lines);
    inc_buf_release(&text);
    if (st != INC_OK || interrupted) {
        int code = st != INC_OK ? inc_complain(&err) : 5;
        if (lines != NULL && m.state.path[0] != '\0' &&
            (interrupted || code == 5))
            (void)fprintf(stderr, "%s\n",
                          _("The same command goes on from where it stopped."));
        return code;
    }
    return m.state.failed > 0;
}
