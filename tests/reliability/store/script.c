#include "tests/reliability/store/script.h"

#include <inttypes.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "engine/base/file.h"
#include "engine/base/rng.h"

enum { RETRIED = 3, DAY_0_MS = 86400000 };

/* What command i does. */
struct plan {
    enum inc_op op;
    enum inc_record_kind kind;
    unsigned id;
    uint32_t skills;
    size_t body;
};

static struct plan
plan_of(uint64_t seed, uint64_t i)
{
    static const struct {
        enum inc_op op;
        enum inc_record_kind kind;
    } acts[] = {{INC_OP_CANDIDATE_PUT, INC_RECORD_CANDIDATE},
                {INC_OP_CANDIDATE_PUT, INC_RECORD_CANDIDATE},
                {INC_OP_CANDIDATE_PUT, INC_RECORD_CANDIDATE},
                {INC_OP_CANDIDATE_PATCH, INC_RECORD_CANDIDATE},
                {INC_OP_CANDIDATE_FREEZE, INC_RECORD_CANDIDATE},
                {INC_OP_CANDIDATE_UNFREEZE, INC_RECORD_CANDIDATE},
                {INC_OP_CANDIDATE_DELETE, INC_RECORD_CANDIDATE},
                {INC_OP_NEED_PUT, INC_RECORD_NEED},
                {INC_OP_NEED_PATCH, INC_RECORD_NEED},
                {INC_OP_NEED_CLOSE, INC_RECORD_NEED},
                {INC_OP_NEED_DELETE, INC_RECORD_NEED},
                {INC_OP_COMPANY_PUT, INC_RECORD_COMPANY},
                {INC_OP_COMPANY_DELETE, INC_RECORD_COMPANY}};
    struct inc_rng r = {seed ^ (i * UINT64_C(0x9e3779b97f4a7c15))};
    uint32_t act = inc_rng_below(&r, sizeof acts / sizeof acts[0]);
    struct plan p = {.op = acts[act].op, .kind = acts[act].kind};

    p.id = inc_rng_below(&r, REL_IDS);
    p.skills = inc_rng_below(&r, REL_SKILLS + 1);
    /* Mostly small; some need pages of their own. */
    p.body = inc_rng_below(&r, 12) == 0 ? 3000 + inc_rng_below(&r, 6000)
                                        : 20 + inc_rng_below(&r, 400);
    if ((seed & REL_ERASES) != 0 &&
        (p.op == INC_OP_CANDIDATE_UNFREEZE ||
         (p.op == INC_OP_CANDIDATE_DELETE && inc_rng_below(&r, 2) == 0)))
        p.op = INC_OP_CANDIDATE_ERASE;
    return p;
}

enum deed { PUT, PATCH, MARK, UNMARK, DELETE, ERASE };

static enum deed
deed_of(enum inc_op op)
{
    const char *verb = strchr(inc_ops[op].wire, '.') + 1;

    return strcmp(verb, "put") == 0                                    ? PUT
           : strcmp(verb, "patch") == 0                                ? PATCH
           : strcmp(verb, "freeze") == 0 || strcmp(verb, "close") == 0 ? MARK
           : strcmp(verb, "delete") == 0                               ? DELETE
           : strcmp(verb, "erase") == 0                                ? ERASE
                                                                       : UNMARK;
}

static void
fill_record(struct rel_slot *s, const struct plan *p, int whole)
{
    switch (p->kind) {
    case INC_RECORD_CANDIDATE:
        s->r.candidate.id = s->id;
        s->r.candidate.office = s->mark;
        s->r.has = 1u << INC_CANDIDATE_ID | 1u << INC_CANDIDATE_OFFICE;
        if (whole)
            fill_skills(&s->r, s->skills, s->uri, p->skills);
        break;
    case INC_RECORD_NEED:
        s->r.need.id = s->id;
        s->r.need.title = s->mark;
        s->r.has = 1u << INC_NEED_ID | 1u << INC_NEED_TITLE;
        break;
    case INC_RECORD_COMPANY:
        s->r.company.id = s->id;
        s->r.company.name = s->mark;
        s->r.has = 1u << INC_COMPANY_ID | 1u << INC_COMPANY_NAME;
        break;
    case INC_RECORD_USER: /* the script has none */
    case INC_RECORD_KINDS:
        break;
    }
}

void
rel_command(struct rel_slot *s, uint64_t seed, uint64_t i, struct inc_arena *a)
{
    struct plan p = plan_of(seed, i);
    struct inc_rng key = {seed + i};

    memset(&s->c, 0, sizeof s->c);
    memset(&s->r, 0, sizeof s->r);
    (void)snprintf(s->id, sizeof s->id, "t%u", p.id);
    (void)snprintf(s->mark, sizeof s->mark, "m%" PRIu64, i);
    memset(s->body, 'x', p.body);
    (void)snprintf(s->body, 20, "%" PRIu64, i);
    fill_record(s, &p, deed_of(p.op) == PUT);
    s->c.op = p.op;
    s->c.kind = p.kind;
    s->c.id = s->id;
    s->c.record = &s->r;
    s->c.if_revision = -1;
    s->c.at_unix_ms = DAY_0_MS + (int64_t)i;
    s->c.actor = "operatore-7";
    s->c.body = s->body;
    s->c.body_len = p.body;
    s->c.arena = a;
    for (int b = 0; b < INC_KEY; b++)
        s->c.key[b] = (unsigned char)inc_rng_next(&key);
}

size_t
rel_batch(uint64_t seed, uint64_t first)
{
    struct inc_rng r = {seed ^ ~first};

    return 1 + inc_rng_below(&r, REL_BATCH);
}

size_t
rel_erasures(uint64_t seed, uint64_t first)
{
    size_t n = 0;

    for (size_t i = 0; i < rel_batch(seed, first); i++)
        n += plan_of(seed, first + i).op == INC_OP_CANDIDATE_ERASE;
    return n;
}

int
rel_is_boundary(uint64_t seed, uint64_t n)
{
    uint64_t at = 0;

    while (at < n)
        at += rel_batch(seed, at);
    return at == n;
}

enum inc_status
rel_apply(struct inc_store *s, uint64_t seed, uint64_t first,
          struct rel_slot slots[REL_BATCH], size_t *n, struct inc_arena *a,
          struct inc_err *err)
{
    struct inc_command *batch[REL_BATCH];

    *n = rel_batch(seed, first);
    inc_arena_reset(a);
    for (size_t i = 0; i < *n; i++) {
        rel_command(&slots[i], seed, first + i, a);
        batch[i] = &slots[i].c;
    }
    return inc_store_apply(s, batch, *n, err);
}

/* --- the model ------------------------------------------------------------ */

void
rel_model_start(struct rel_model *m)
{
    memset(m, 0, sizeof *m);
    for (int k = 0; k < INC_RECORD_KINDS; k++)
        m->next_no[k] = 1;
}

enum inc_status
rel_model_step(struct rel_model *m, uint64_t seed)
{
    uint64_t i = m->n++;
    struct plan p = plan_of(seed, i);
    enum deed deed = deed_of(p.op);
    struct rel_record *r = &m->record[p.kind][p.id];

    if (r->revision == 0 && deed != PUT && !(deed == ERASE && r->former))
        return INC_E_NOTFOUND;
    if (deed == DELETE || deed == ERASE) {
        memset(r, 0, sizeof *r);
        r->former = deed == DELETE && p.kind == INC_RECORD_CANDIDATE;
        for (uint64_t no = 1;
             deed == ERASE && no < m->next_no[INC_RECORD_CANDIDATE]; no++)
            m->person[no].erased |= m->person[no].id == p.id;
        return INC_OK;
    }
    if (r->revision == 0) {
        r->no = m->next_no[p.kind]++;
        if (p.kind == INC_RECORD_CANDIDATE)
            m->person[r->no % REL_PEOPLE].id = p.id;
    }
    r->revision++;
    if (deed == PUT || deed == PATCH)
        r->mark = i;
    if (deed == PUT)
        r->skills = p.kind == INC_RECORD_CANDIDATE ? p.skills : 0;
    if (deed == MARK || deed == UNMARK)
        r->marked = deed == MARK;
    return INC_OK;
}

/* --- comparing ------------------------------------------------------------ */

struct comparison {
    const struct rel_model *m;
    enum inc_record_kind kind;
    unsigned seen;
    char *text;
};

static void
found(const union inc_record *r, enum inc_record_kind kind,
      struct rel_record *out, const char **mark)
{
    const char *text = NULL;

    out->revision = inc_record_revision(kind, r);
    switch (kind) {
    case INC_RECORD_CANDIDATE:
        text = r->candidate.office;
        out->skills = r->candidate.n_skills;
        out->marked = r->candidate.frozen != 0;
        break;
    case INC_RECORD_NEED:
        text = r->need.title;
        out->marked = r->need.closed != 0;
        break;
    case INC_RECORD_COMPANY:
        text = r->company.name;
        break;
    case INC_RECORD_USER:
    case INC_RECORD_KINDS:
        break;
    }
    *mark = text != NULL ? text : "";
}

static enum inc_status
compare_one(void *arg, uint64_t no, const union inc_record *r)
{
    struct comparison *c = arg;
    const char *id = inc_record_id(c->kind, r), *mark;
    unsigned long i = id[0] == 't' ? strtoul(id + 1, NULL, 10) : REL_IDS;
    const struct rel_record *want = &c->m->record[c->kind][i % REL_IDS];
    struct rel_record got = {.no = no};
    char wanted[32];

    found(r, c->kind, &got, &mark);
    (void)snprintf(wanted, sizeof wanted, "m%" PRIu64, want->mark);
    c->seen++;
    if (i < REL_IDS && want->revision == got.revision && want->no == no &&
        want->skills == got.skills && want->marked == got.marked &&
        strcmp(mark, wanted) == 0)
        return INC_OK;
    (void)snprintf(c->text, REL_TEXT,
                   "%s %s: number %" PRIu64 " revision %" PRId64
                   " text %s, should be %" PRIu64 " %" PRId64 " %s",
                   inc_record_name(c->kind), id, no, got.revision, mark,
                   want->no, want->revision, wanted);
    return INC_E_CORRUPT;
}

static int
fault(char text[REL_TEXT], const char *what, const struct inc_err *err)
{
    (void)snprintf(text, REL_TEXT, "%s: %s", what, err->what);
    return -1;
}

static void
first_finding(void *arg, int is_fault, const char *what)
{
    char *text = arg;

    if (is_fault && text[0] == '\0')
        (void)snprintf(text, REL_TEXT, "verify: %s", what);
}

static int
compare_view(struct inc_view *v, const struct rel_model *m, struct inc_arena *a,
             char text[REL_TEXT])
{
    struct inc_err err = {0};

    for (int k = 0; k < INC_RECORD_KINDS; k++) {
        struct comparison c = {
            .m = m, .kind = (enum inc_record_kind)k, .text = text};
        unsigned there = 0;
        enum inc_status st =
            inc_view_walk(v, c.kind, NULL, a, compare_one, &c, &err);
        if (st != INC_OK)
            return text[0] != '\0' ? -1 : fault(text, "walk", &err);
        for (int i = 0; i < REL_IDS; i++)
            there += m->record[k][i].revision != 0;
        if (there != c.seen) {
            (void)snprintf(text, REL_TEXT, "%u of %s, should be %u", c.seen,
                           inc_record_name(c.kind), there);
            return -1;
        }
    }
    return 0;
}

int
rel_compare(struct inc_store *s, uint64_t seed, uint64_t n, char text[REL_TEXT])
{
    struct inc_verify_report report;
    struct inc_view *v = NULL;
    struct inc_arena a = {0};
    struct rel_model m;
    struct inc_err err = {0};
    int rc;

    text[0] = '\0';
    rel_model_start(&m);
    while (m.n < n)
        (void)rel_model_step(&m, seed);
    if (inc_store_verify(s, &report, first_finding, text, NULL, NULL, &err) !=
        INC_OK)
        return fault(text, "verify", &err);
    if (report.faults != 0)
        return -1;
    if (inc_arena_init(&a, REL_ARENA) != INC_OK)
        return fault(text, "no memory", &err);
    rc = inc_view_open(&v, s, &err) == INC_OK ? compare_view(v, &m, &a, text)
                                              : fault(text, "view", &err);
    inc_view_close(v);
    inc_arena_release(&a);
    return rc;
}

/* An erasure is whole, keys too, or it is not there. */
static int
compare_keys(const char *dir, uint64_t seed, uint64_t n, char text[REL_TEXT])
{
    enum { HEAD = 64, ROW = 72, MOST = 1 << 20 };
    static const unsigned char zeros[ROW];
    struct rel_model m;
    struct inc_buf ring = {0};
    struct inc_err err = {0};
    char path[400];
    int rc = 0;

    rel_model_start(&m);
    while (m.n < n)
        (void)rel_model_step(&m, seed);
    (void)snprintf(path, sizeof path, "%s/keys/ring", dir);
    if (inc_file_read(&ring, path, MOST, &err) != INC_OK)
        return fault(text, "the ring of keys", &err);
    for (uint64_t no = 1; no < m.next_no[INC_RECORD_CANDIDATE] && rc == 0;
         no++) {
        size_t at = HEAD + (size_t)no * ROW;
        int there =
            at + ROW <= ring.len && memcmp(ring.data + at, zeros, ROW) != 0;

        if (there != (m.person[no].erased != 0))
            continue;
        (void)snprintf(text, REL_TEXT,
                       "the key of person %" PRIu64 " is%s there", no,
                       there ? "" : " not");
        rc = -1;
    }
    inc_buf_release(&ring);
    return rc;
}

static int
remembered(struct inc_store *s, uint64_t seed, uint64_t acked,
           struct inc_arena *a, char text[REL_TEXT])
{
    static struct rel_slot slot;
    struct inc_command *const one[] = {&slot.c};
    struct inc_err err = {0};

    for (uint64_t i = acked > RETRIED ? acked - RETRIED : 0; i < acked; i++) {
        inc_arena_reset(a);
        rel_command(&slot, seed, i, a);
        if (inc_store_apply(s, one, 1, &err) != INC_OK)
            return fault(text, "repeating", &err);
        if (!slot.c.replayed || slot.c.seq != i + 1) {
            (void)snprintf(text, REL_TEXT,
                           "command %" PRIu64 " was not remembered", i);
            return -1;
        }
    }
    return 0;
}

static int
goes_on(struct inc_store *s, uint64_t seed, uint64_t head, struct inc_arena *a,
        char text[REL_TEXT])
{
    static struct rel_slot slots[REL_BATCH];
    struct rel_model m;
    struct inc_err err = {0};
    size_t n;

    rel_model_start(&m);
    while (m.n < head)
        (void)rel_model_step(&m, seed);
    if (rel_apply(s, seed, head, slots, &n, a, &err) != INC_OK)
        return fault(text, "going on", &err);
    for (size_t i = 0; i < n; i++)
        if (slots[i].c.status != rel_model_step(&m, seed) ||
            slots[i].c.seq != head + i + 1 || slots[i].c.replayed) {
            (void)snprintf(text, REL_TEXT,
                           "going on: command %" PRIu64 " was answered %s",
                           head + i, inc_status_text(slots[i].c.status));
            return -1;
        }
    return 0;
}

static int
holds(struct inc_store *s, uint64_t seed, uint64_t acked, uint64_t sent,
      uint64_t *head, char text[REL_TEXT])
{
    struct inc_view *v = NULL;
    struct inc_store_info info;
    struct inc_err err = {0};

    if (inc_view_open(&v, s, &err) != INC_OK ||
        inc_view_info(v, &info, &err) != INC_OK) {
        inc_view_close(v);
        return fault(text, "info", &err);
    }
    inc_view_close(v);
    *head = info.head_seq;
    if (*head >= acked && *head <= sent && rel_is_boundary(seed, *head))
        return 0;
    (void)snprintf(text, REL_TEXT,
                   "%" PRIu64 " commands there, %" PRIu64
                   " acknowledged, %" PRIu64 " sent%s",
                   *head, acked, sent,
                   rel_is_boundary(seed, *head) ? "" : ", half a batch");
    return -1;
}

int
rel_check(const char *dir, uint64_t seed, uint64_t acked, uint64_t sent,
          uint64_t *head, char text[REL_TEXT])
{
    const struct inc_store_options o = {.reserve_percent = 1};
    struct inc_store *s = NULL;
    struct inc_arena a = {0};
    struct inc_err err = {0};
    int rc = -1;

    *head = 0;
    text[0] = '\0';
    if (inc_arena_init(&a, REL_ARENA) != INC_OK)
        return fault(text, "no memory", &err);
    if (inc_store_open(&s, dir, &o, &err) != INC_OK)
        (void)fault(text, "open", &err);
    else if (holds(s, seed, acked, sent, head, text) == 0 &&
             rel_compare(s, seed, *head, text) == 0 &&
             compare_keys(dir, seed, *head, text) == 0 &&
             remembered(s, seed, acked, &a, text) == 0 &&
             goes_on(s, seed, *head, &a, text) == 0)
        rc = 0;
    inc_store_close(s);
    inc_arena_release(&a);
    return rc;
}
