/* import.c - many records from a file, in groups of a put_many each; one bad
 * record is reported and never stops the others. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "clients/cli/bar.h"
#include "clients/cli/cli.h"
#include "clients/cli/input.h"
#include "clients/cli/lines.h"
#include "clients/cli/records.h"
#include "clients/cli/resume.h"
#include "engine/base/clock.h"
#include "engine/base/hex.h"
#include "engine/base/mem.h"

enum {
    CONNECT_MS = 30000, /* a daemon that restarts is waited for */
    DEADLINE_MS = 120000,
    SAVE_EVERY_MS = 1000,
    SHOWN_MAX = 20,       /* refusals shown when they also go to a file */
    PIPE_BYTES = 1 << 30, /* of what is no file and must be kept */
    RECORDS = 64,         /* of a group */
    GROUP_BYTES = 128 * 1024,
    GROUPS =
        INC_CLIENT_WINDOW + 8, /* under way, answered out of turn, filling */
    MARKS = 1 << 16
};

#define MS UINT64_C(1000000)

enum fate { WAITING, DONE, ALONE /* to be sent again by itself */ };

struct record {
    uint64_t line;
    char id[INC_JSON_ID];
    enum fate fate;
    int is_alone;
    size_t from, len; /* its put in `puts` */
};

/* Records that travel together. Counts of a group go into the state when it
 * and all before it are answered, so the state always belongs to its line. */
struct group {
    struct record record[RECORDS];
    size_t n, waiting, alone;
    struct inc_buf puts;
    uint64_t stored, known, failed;
    uint64_t last_line; /* of the file that it takes care of */
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
    /* A ring: from `oldest` on `n_groups`, the last one being filled. */
    struct group group[GROUPS];
    size_t oldest, n_groups;
    uint16_t mark[MARKS]; /* ids under way, counted by hash */
    uint64_t handled;     /* records answered or refused, for the bar */
    struct inc_buf body;
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

    m->handled++;
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

static uint16_t *
mark_of(struct import *m, const char *id)
{
    return &m->mark[inc_hash64(id, strlen(id)) % MARKS];
}

static struct group *
group_at(struct import *m, size_t i)
{
    return &m->group[(m->oldest + i) % GROUPS];
}

static void
done(struct import *m, struct group *g, struct record *r)
{
    r->fate = DONE;
    g->waiting--;
    if (r->id[0] != '\0')
        --*mark_of(m, r->id);
}

/* One record was refused, or the service is in trouble. With others in the
 * same request it is asked again alone when memory or room was what lacked. */
static void
refused(struct import *m, struct group *g, struct record *r, int has_company,
        const struct inc_err *err)
{
    if (is_trouble(err->status)) {
        m->trouble = *err;
    } else if (has_company &&
               (err->status == INC_E_NOMEM || err->status == INC_E_LIMIT)) {
        r->fate = ALONE;
        g->alone++;
    } else {
        g->failed++;
        report(m, r->line, r->id, err);
        done(m, g, r);
    }
}

static void
take_result(struct import *m, struct group *g, struct record *r,
            int has_company, const struct inc_node *result)
{
    const struct inc_node *error = inc_node_get(result, "error");
    struct inc_err err, unreadable;

    if (error != NULL) {
        if (inc_error_read(&err, error, &unreadable) != INC_OK)
            err = unreadable;
        refused(m, g, r, has_company, &err);
        return;
    }
    if (flag_of(result, "replayed"))
        g->known++;
    else
        g->stored++;
    m->handled++;
    done(m, g, r);
}

/* `tag` is the place of the group and of the request's first record. */
static void
answered(void *arg, uint64_t tag, enum inc_status st, const struct inc_err *err,
         const struct inc_node *body)
{
    struct import *m = arg;
    struct group *g = &m->group[tag / RECORDS];
    struct record *r = &g->record[tag % RECORDS];
    size_t n = r->is_alone ? 1 : g->n;
    const struct inc_node *results = inc_node_get(body, "results");

    for (size_t i = 0; st != INC_OK && i < n; i++)
        refused(m, g, &r[i], n > 1, err);
    if (st != INC_OK)
        return;
    if (results == NULL || inc_node_kind(results) != INC_NODE_LIST ||
        inc_node_count(results) != n) {
        (void)inc_fail(&m->trouble, INC_E_FORMAT, 0,
                       "the reply has not one result for each record");
        return;
    }
    for (size_t i = 0; i < n; i++)
        take_result(m, g, &r[i], n > 1, inc_node_at(results, i));
}

/* An id that was sent and has no answer yet, the group being filled aside. */
static int
is_under_way(struct import *m, const char *id)
{
    if (id[0] == '\0' || *mark_of(m, id) == 0)
        return 0;
    for (size_t i = 0; i + 1 < m->n_groups; i++) {
        const struct group *g = group_at(m, i);

        for (size_t k = 0; g->waiting > 0 && k < g->n; k++)
            if (g->record[k].fate != DONE && strcmp(g->record[k].id, id) == 0)
                return 1;
    }
    return 0;
}

/* Records first..first+n of a group, as one request. */
static enum inc_status
submit(struct import *m, struct group *g, size_t first, size_t n,
       struct inc_err *err)
{
    const struct inc_call how = {
        .deadline_ms = inc_timeout_ms(m->c, DEADLINE_MS), .retries = 10};
    unsigned char key[INC_KEY];
    char digits[2 * INC_KEY + 1];
    struct inc_writer w;

    inc_buf_reset(&m->body);
    inc_writer_init(&w, &m->body);
    inc_w_map(&w);
    inc_w_key(&w, "puts");
    inc_w_list(&w);
    for (size_t i = first; i < first + n; i++)
        inc_w_raw(&w, g->puts.data + g->record[i].from, g->record[i].len);
    inc_w_end(&w);
    inc_w_key(&w, "keys");
    inc_w_list(&w);
    for (size_t i = first; i < first + n; i++) {
        inc_import_key(key, m->digest, m->kind, g->record[i].line, m->salt);
        inc_hex(digits, key, INC_KEY);
        inc_w_text(&w, digits);
    }
    inc_w_end(&w);
    inc_w_end(&w);
    if (m->body.failed || g->puts.failed)
        return inc_fail(err, INC_E_NOMEM, 0, "no memory for a record");
    return inc_client_submit(m->c->client,
                             (uint64_t)(g - m->group) * RECORDS + first, m->op,
                             m->body.data, m->body.len, &how, err);
}

/* Count what is answered, oldest first; what had no memory in company is sent
 * again alone. */
static enum inc_status
settle(struct import *m, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    while (m->n_groups > 1) {
        struct group *g = group_at(m, 0);

        for (size_t i = 0; g->alone > 0 && i < g->n; i++) {
            if (g->record[i].fate != ALONE)
                continue;
            g->alone--;
            g->record[i].fate = WAITING;
            g->record[i].is_alone = 1;
            INC_TRY(submit(m, g, i, 1, err));
        }
        if (g->waiting > 0)
            break;
        m->state.stored += g->stored;
        m->state.known += g->known;
        m->state.failed += g->failed;
        m->state.line = g->last_line;
        m->oldest = (m->oldest + 1) % GROUPS;
        m->n_groups--;
    }
    if (inc_clock_ns() - m->saved_ns >= SAVE_EVERY_MS * MS) {
        m->saved_ns = inc_clock_ns();
        if (!inc_arg_has(&m->c->args, INC_OPT_DRY_RUN))
            st = inc_resume_save(&m->state, err);
    }
out:
    return st;
}

static void
start_group(struct import *m)
{
    struct group *g = group_at(m, m->n_groups++);
    struct inc_buf kept = g->puts;

    inc_buf_reset(&kept);
    g->n = g->waiting = g->alone = 0;
    g->stored = g->known = g->failed = g->last_line = 0;
    g->puts = kept;
}

/* Wait until all that was sent is answered and counted, or for trouble. */
static enum inc_status
wait_for_all(struct import *m, struct inc_err *err)
{
    enum inc_status st = INC_OK;

    do {
        INC_TRY(inc_client_drain(m->c->client, err));
        INC_TRY(settle(m, err));
    } while (m->n_groups > 1 && m->trouble.status == INC_OK);
out:
    return st;
}

/* Send the group that was filled and begin the next. */
static enum inc_status
send_group(struct import *m, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct group *g = group_at(m, m->n_groups - 1);

    if (g->last_line == 0)
        goto out; /* nothing in it */
    for (size_t i = 0; i < g->n; i++)
        if (g->record[i].id[0] != '\0')
            ++*mark_of(m, g->record[i].id);
    if (g->n > 0)
        INC_TRY(submit(m, g, 0, g->n, err));
    INC_TRY(settle(m, err));
    if (m->n_groups == GROUPS)
        INC_TRY(wait_for_all(m, err));
    if (m->n_groups < GROUPS)
        start_group(m);
out:
    return st;
}

static enum inc_status
add_record(struct import *m, const struct inc_line *line, struct inc_err *err)
{
    enum inc_status st = INC_OK;
    struct group *g = group_at(m, m->n_groups - 1);
    struct inc_writer w;
    struct record *r;

    if (g->n == RECORDS ||
        (g->n > 0 && g->puts.len + line->record.len > GROUP_BYTES)) {
        INC_TRY(send_group(m, err));
        g = group_at(m, m->n_groups - 1);
    }
    if (m->trouble.status != INC_OK)
        goto out;
    /* Twice the same id in a file: the later one must be stored later, also
     * when the first is being retried. */
    if (is_under_way(m, line->id))
        INC_TRY(wait_for_all(m, err));
    r = &g->record[g->n++];
    g->waiting++;
    *r = (struct record){.line = line->line, .from = g->puts.len};
    memcpy(r->id, line->id, sizeof r->id);
    inc_writer_init(&w, &g->puts);
    inc_w_map(&w);
    inc_w_key(&w, "record");
    inc_w_raw(&w, line->record.data, line->record.len);
    if (inc_arg_has(&m->c->args, INC_OPT_DRY_RUN))
        inc_w_kbool(&w, "dry_run", 1);
    inc_w_end(&w);
    r->len = g->puts.len - r->from;
    g->last_line = line->line;
out:
    return st;
}

/* One line of the file: taken into a group, or reported when no record. */
static enum inc_status
take_line(struct import *m, const struct inc_line *line, struct inc_err *err)
{
    struct group *g = group_at(m, m->n_groups - 1);

    if (line->st == INC_OK)
        return add_record(m, line, err);
    report(m, line->line, line->id, &line->err);
    g->failed++;
    g->last_line = line->line;
    return INC_OK;
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
    struct inc_bar bar;
    uint64_t resumed = m->state.line;
    int got = 0;

    inc_bar_start(&bar, _("import"), m->c->quiet, m->c->lang[0] == 'i');
    start_group(m);
    while (!interrupted && m->trouble.status == INC_OK &&
           (got = inc_lines_next(lines, &line, err)) > 0) {
        if (line.line > resumed)
            INC_TRY(take_line(m, &line, err));
        else
            bar.first_done = inc_lines_offset(lines);
        inc_bar_show(&bar, inc_lines_offset(lines), total, m->handled);
    }
    if (m->trouble.status == INC_OK)
        INC_TRY(send_group(m, err));
    INC_TRY(wait_for_all(m, err));
    if (m->trouble.status != INC_OK) {
        *err = m->trouble;
        st = err->status;
    } else if (got < 0) {
        st = err->status;
    }
out:
    inc_bar_end(&bar);
    inc_buf_release(&line.record);
    return st;
}

static void
release(struct import *m)
{
    for (size_t i = 0; i < GROUPS; i++)
        inc_buf_release(&m->group[i].puts);
    inc_buf_release(&m->body);
    if (m->errors != NULL)
        (void)fclose(m->errors);
    inc_mem_free(m);
}

static void
tell_result(const struct import *m, uint64_t before, uint64_t taken_ns)
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
        inc_grouped(e, (handled(m) - before) * 1000 / ms, italian));
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
prepare(struct import *m, const char *path, const struct inc_input *text,
        struct inc_err *err)
{
    static const char *const kinds[] = {"candidate", "need", "company"};
    static const enum inc_op ops[] = {INC_OP_CANDIDATE_PUT_MANY,
                                      INC_OP_NEED_PUT_MANY,
                                      INC_OP_COMPANY_PUT_MANY};
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
    inc_digest(m->digest, text->text, text->len);
    if (inc_arg_has(&m->c->args, INC_OPT_RESTART) || dry)
        inc_random_bytes(&m->salt, sizeof m->salt);
    int found = inc_resume_open(&m->state, path, m->kind, m->digest);
    if (m->salt != 0) {
        m->state.line = m->state.stored = m->state.known = m->state.failed = 0;
    } else if (found && !m->c->quiet) {
        (void)fprintf(stderr, _("resuming after line %" PRIu64 "\n"),
                      m->state.line);
    }
    m->handled = 0;
    m->saved_ns = inc_clock_ns();
    if (errors == NULL)
        return INC_OK;
    m->errors = fopen(errors, m->state.line > 0 ? "ae" : "we");
    return m->errors == NULL
               ? inc_fail(err, INC_E_IO, 0, "%.200s cannot be written", errors)
               : INC_OK;
}

static enum inc_status
run(struct import *m, struct inc_lines *lines, size_t total,
    struct inc_err *err)
{
    enum inc_status st;
    struct inc_err ignored;
    uint64_t start = inc_clock_ns(), before = handled(m);

    INC_TRY(inc_connect(m->c, CONNECT_MS, err));
    catch_signals();
    inc_client_on_done(m->c->client, answered, m);
    st = put_all(m, lines, total, err);
    if (st == INC_OK && !interrupted)
        inc_resume_done(&m->state);
    else
        (void)inc_resume_save(&m->state, &ignored);
    tell_result(m, before, inc_clock_ns() - start);
out:
    return st;
}

int
inc_cmd_import(struct inc_cli *c)
{
    enum inc_status st = INC_OK;
    struct inc_err err;
    struct import *m = inc_mem_zero(1, sizeof *m);
    struct inc_input text = {0};
    struct inc_lines *lines = NULL;
    const char *path = c->args.word[0];
    int csv = 0, code;

    inc_err_clear(&err);
    if (m == NULL) {
        (void)inc_fail(&err, INC_E_NOMEM, 0, "no memory for an import");
        return inc_complain(&err);
    }
    m->c = c;
    INC_TRY(is_csv(c, path, &csv, &err));
    INC_TRY(inc_input_open(&text, path, PIPE_BYTES, &err));
    INC_TRY(prepare(m, path, &text, &err));
    INC_TRY(inc_lines_open(&lines, m->family, csv, m->name, text.text, text.len,
                           &err));
    st = run(m, lines, text.len, &err);
out:
    if (m->errors != NULL && fclose(m->errors) != 0 && st == INC_OK)
        st = inc_fail(&err, INC_E_IO, 0, "the file of errors was not written");
    m->errors = NULL;
    code = m->state.failed > 0;
    if (st != INC_OK || interrupted) {
        code = st != INC_OK ? inc_complain(&err) : 5;
        if (lines != NULL && m->state.path[0] != '\0' &&
            (interrupted || code == 5))
            (void)fprintf(stderr, "%s\n",
                          _("The same command goes on from where it stopped."));
    }
    inc_lines_close(lines);
    inc_input_close(&text);
    release(m);
    return code;
}
