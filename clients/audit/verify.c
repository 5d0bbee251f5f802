/* verify.c - an export, a proof, a comparison of two checkpoints. */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "clients/audit/audit.h"

enum { TOLD_MAX = 20, PATH_MAX_LINES = 64 };

struct audit {
    const struct wanted *w;
    struct lines *l;
    int wrong;
};

__attribute__((format(printf, 2, 3))) static void
wrong(struct audit *a, const char *fmt, ...)
{
    va_list ap;

    if (a->wrong++ >= TOLD_MAX)
        return;
    (void)fprintf(a->w->out, "WRONG: line %lu: ", a->l->no);
    va_start(ap, fmt);
    (void)vfprintf(a->w->out, fmt, ap);
    va_end(ap);
    (void)fputc('\n', a->w->out);
}

static void
tell_moment(FILE *out, uint64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    char text[32];

    if (ms / 1000 < INT64_C(253402300800) && gmtime_r(&seconds, &tm) != NULL &&
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%SZ", &tm) != 0)
        (void)fputs(text, out);
}

/* The checkpoint that signs what is looked at. */
static int
signed_by(struct audit *a, struct checkpoint *c)
{
    const char *why = NULL;

    if (checkpoint_read(c, a->l, &why) != 0) {
        wrong(a, "%s", why);
        return -1;
    }
    if (a->w->key != NULL && memcmp(a->w->key, c->key, PUBLIC_KEY) != 0) {
        wrong(a, "it is signed with another key than the one given");
        return -1;
    }
    return 0;
}

/* ---- an export ----------------------------------------------------------- */

struct reading {
    struct audit a;
    struct checkpoint c;
    struct cut cut;  /* entries: 0 when nothing was pruned */
    int cut_ordered; /* the journal's command was met */
    uint64_t entries, journal;
    unsigned char chain[DIGEST], journal_chain[DIGEST];
    struct tree tree;
    unsigned char bytes[HEAD_MAX];
};

static int
has_chain(const struct reading *r)
{
    return r->entries == 0 || r->entries >= r->cut.entries;
}

/* A checkpoint speaks of the state with exactly so many entries. */
static void
compare_register(struct reading *r, const struct checkpoint *c,
                 const char *whose)
{
    unsigned char root[DIGEST];

    if (c->entries != r->entries)
        return;
    tree_root(&r->tree, root);
    /* Before the cut the leaves are there, and no heads to chain. */
    if ((has_chain(r) && memcmp(c->chain, r->chain, DIGEST) != 0) ||
        memcmp(c->root, root, DIGEST) != 0)
        wrong(&r->a,
              "%s: the first %" PRIu64
              " entries of the register are not those that were signed",
              whose, c->entries);
}

static void
compare_journal(struct reading *r, const struct checkpoint *c,
                const char *whose)
{
    if (c->journal == r->journal &&
        memcmp(c->journal_chain, r->journal_chain, DIGEST) != 0)
        wrong(&r->a,
              "%s: the first %" PRIu64
              " entries of the journal are not those that were signed",
              whose, c->journal);
}

static void
compare_all(struct reading *r, int journal)
{
    for (size_t i = 0; i <= r->a.w->n_witness; i++) {
        const struct checkpoint *c = i == 0 ? &r->c : &r->a.w->witness[i - 1];
        const char *whose = i == 0 ? "its own checkpoint" : "a witness";

        if (journal)
            compare_journal(r, c, whose);
        else
            compare_register(r, c, whose);
    }
}

/* An entry that was pruned: of its head only the digest is left. */
static void
one_leaf(struct reading *r, const char *hex)
{
    unsigned char leaf[DIGEST] = {0}, root[DIGEST];

    if (r->entries >= r->cut.entries)
        wrong(&r->a,
              "entry %" PRIu64 " is without its head, and no cut names it",
              r->entries + 1);
    if (take_bytes(hex, leaf, sizeof leaf) != DIGEST)
        wrong(&r->a, "this is no digest of a head");
    tree_add_leaf(&r->tree, leaf);
    r->entries++;
    if (r->entries == r->cut.entries) {
        memcpy(r->chain, r->cut.chain, DIGEST);
        tree_root(&r->tree, root);
        if (memcmp(root, r->cut.root, DIGEST) != 0)
            wrong(&r->a,
                  "the %" PRIu64
                  " entries before the cut are not those it was signed "
                  "for",
                  r->entries);
    }
    compare_all(r, 0);
}

static void
one_match(struct reading *r, const char *hex)
{
    long n = take_bytes(hex, r->bytes, sizeof r->bytes);
    struct head h;

    if (r->entries < r->cut.entries)
        wrong(&r->a,
              "a head where entry %" PRIu64 " is: the cut is after entry "
              "%" PRIu64,
              r->entries + 1, r->cut.entries);

    if (n < 0 || head_read(&h, r->bytes, (size_t)n) != 0) {
        wrong(&r->a, "this is no head of an entry");
        n = n < 0 ? 0 : n;
        h.no = r->entries + 1;
    }
    if (h.no != r->entries + 1)
        wrong(&r->a, "entry %" PRIu64 " follows entry %" PRIu64, h.no,
              r->entries);
    chain_next(r->chain, r->bytes, (size_t)n);
    tree_add(&r->tree, r->bytes, (size_t)n);
    r->entries++;
    compare_all(r, 0);
}

static void
one_command(struct reading *r, const char *hex)
{
    long n = take_bytes(hex, r->bytes, sizeof r->bytes);
    struct command c = {0};

    if (n < 0 || journal_head_read(&c, r->bytes, (size_t)n) != 0) {
        wrong(&r->a, "this is no head of a journal entry");
        n = n < 0 ? 0 : n;
        c.seq = r->journal + 1;
    }
    if (c.seq != r->journal + 1)
        wrong(&r->a, "journal entry %" PRIu64 " follows %" PRIu64, c.seq,
              r->journal);
    else if (r->cut.entries > 0 && c.seq == r->cut.journal &&
             strcmp(c.op, "register.prune") == 0 && c.result == 0 &&
             c.revision >= 0 && (uint64_t)c.revision == r->cut.entries)
        r->cut_ordered = 1;
    chain_next(r->journal_chain, r->bytes, (size_t)n);
    r->journal++;
    compare_all(r, 1);
}

static void
reaches(struct reading *r, const struct checkpoint *c, const char *whose)
{
    if (memcmp(c->store, r->c.store, STORE_ID) != 0)
        wrong(&r->a, "%s is of another store", whose);
    if (memcmp(c->key, r->c.key, PUBLIC_KEY) != 0)
        wrong(&r->a, "%s is signed with another key", whose);
    if (c->entries > r->entries)
        wrong(&r->a,
              "%s counts %" PRIu64 " entries of the register, here are "
              "%" PRIu64,
              whose, c->entries, r->entries);
    if (c->journal > r->journal)
        wrong(&r->a,
              "%s counts %" PRIu64 " entries of the journal, here are "
              "%" PRIu64,
              whose, c->journal, r->journal);
}

/* The signed cut, when the export has one. */
static int
read_cut(struct reading *r)
{
    struct lines *l = r->a.l;
    struct cut *cut = &r->cut;
    const char *why = NULL;
    int got = lines_next(l);

    if (got != 1)
        return 0; /* told as the end */
    lines_hold(l);
    if (after_word(l->line, "incrocio") == NULL)
        return 0;
    if (cut_read(cut, l, &why) != 0) {
        wrong(&r->a, "%s", why);
        return -1;
    }
    if (memcmp(cut->store, r->c.store, STORE_ID) != 0 ||
        memcmp(cut->key, r->c.key, PUBLIC_KEY) != 0)
        wrong(&r->a, "the cut is of another store or key");
    if ((int64_t)(cut->at_ms / 86400000) - cut->before < LEAST_DAYS)
        wrong(&r->a, "the cut took entries younger than %d days", LEAST_DAYS);
    return 0;
}

/* At the end: was the cut reached, and did somebody order it? */
static void
check_cut(struct reading *r)
{
    if (r->cut.entries == 0)
        return;
    if (r->entries < r->cut.entries)
        wrong(&r->a, "the cut is after entry %" PRIu64 ", here are %" PRIu64,
              r->cut.entries, r->entries);
    if (!r->cut_ordered)
        wrong(&r->a,
              "journal entry %" PRIu64 " does not order the cut after entry "
              "%" PRIu64,
              r->cut.journal, r->cut.entries);
    (void)fprintf(r->a.w->out,
                  "pruned: entries 1 to %" PRIu64 ", by journal entry %" PRIu64
                  ", on ",
                  r->cut.entries, r->cut.journal);
    tell_moment(r->a.w->out, r->cut.at_ms);
    (void)fputc('\n', r->a.w->out);
}

int
verify_export(struct lines *l, const struct wanted *w)
{
    struct reading r = {.a = {.w = w, .l = l}};
    int got;

    if (signed_by(&r.a, &r.c) != 0 || read_cut(&r) != 0)
        return r.a.wrong;
    chain_begin_matches(r.chain, r.c.store);
    chain_begin_journal(r.journal_chain, r.c.store);
    compare_all(&r, 0);
    compare_all(&r, 1);
    while ((got = lines_next(l)) == 1) {
        const char *match = after_word(l->line, "M");
        const char *leaf = after_word(l->line, "L");
        const char *command = after_word(l->line, "J");

        if (match != NULL)
            one_match(&r, match);
        else if (leaf != NULL)
            one_leaf(&r, leaf);
        else if (command != NULL)
            one_command(&r, command);
        else
            wrong(&r.a, "a line that begins with none of L, M and J");
    }
    if (got < 0)
        wrong(&r.a, "a line that is cut or too long");
    reaches(&r, &r.c, "its own checkpoint");
    for (size_t i = 0; i < w->n_witness; i++)
        reaches(&r, &w->witness[i], "a witness");
    check_cut(&r);
    (void)fprintf(w->out,
                  "register: %" PRIu64 " entries, journal: %" PRIu64
                  " entries, checkpoint of ",
                  r.entries, r.journal);
    tell_moment(w->out, r.c.at_ms);
    (void)fprintf(w->out, ", %zu witnesses\n", w->n_witness);
    return r.a.wrong;
}

/* ---- a proof ------------------------------------------------------------- */

/* Lines `word HEX`, as many as follow each other; -1: not so. */
static long
take_path(struct lines *l, const char *word, unsigned char (*out)[DIGEST])
{
    long n = 0;

    while (lines_next(l) == 1) {
        const char *p = after_word(l->line, word);

        if (p == NULL) {
            lines_hold(l);
            return n;
        }
        if (n == PATH_MAX_LINES || take_hex(&p, out[n], DIGEST) != 0 ||
            *p != '\0')
            return -1;
        n++;
    }
    return n;
}

static uint64_t
number_at(const unsigned char *p, size_t len)
{
    uint64_t v = 0;

    for (size_t i = 0; i < len; i++)
        v = v << 8 | p[i];
    return v;
}

/* item AT OF LEAF: the person's place, and the way to the head's root. */
static void
check_item(struct audit *a, const struct head *h, const char *p)
{
    unsigned char leaf[24], d[DIGEST], path[PATH_MAX_LINES][DIGEST];
    uint64_t at, of;
    long n;

    if (take_number(&p, &at) != 0 || take_number(&p, &of) != 0 ||
        take_hex(&p, leaf, sizeof leaf) != 0 || *p != '\0') {
        wrong(a, "this is no item");
        return;
    }
    n = take_path(a->l, "item_path", path);
    digest_leaf(d, leaf, sizeof leaf);
    if (n < 0 || of != h->items || way_up(d, at, of, path, (size_t)n) != 0 ||
        memcmp(d, h->items_root, DIGEST) != 0) {
        wrong(a, "the item is not in the entry");
        return;
    }
    (void)fprintf(a->w->out,
                  "in it: person number %" PRIu64 ", rank %" PRIu64
                  ", score %" PRIu64 " of 10000\n",
                  number_at(leaf, 8), number_at(leaf + 8, 4),
                  number_at(leaf + 12, 4));
}

static void
tell_entry(FILE *out, const struct head *h)
{
    (void)fprintf(out, "entry %" PRIu64 ", ", h->no);
    tell_moment(out, (uint64_t)h->at_ms);
    (void)fprintf(out, ", %s, asked by %s, office %s, purpose %s\n", h->op,
                  h->actor[0] != '\0' ? h->actor : "-",
                  h->office[0] != '\0' ? h->office : "-",
                  h->purpose[0] != '\0' ? h->purpose : "-");
}

/* After the first line: head, item, path, checkpoint. */
static void
check_proof(struct audit *a)
{
    static unsigned char bytes[HEAD_MAX];
    unsigned char path[PATH_MAX_LINES][DIGEST], d[DIGEST];
    struct checkpoint c;
    struct head h;
    const char *p;
    long n, used;

    if (lines_next(a->l) != 1 || (p = after_word(a->l->line, "head")) == NULL ||
        (n = take_bytes(p, bytes, sizeof bytes)) < 0 ||
        head_read(&h, bytes, (size_t)n) != 0) {
        wrong(a, "this is no head of an entry");
        return;
    }
    tell_entry(a->w->out, &h);
    if (lines_next(a->l) == 1) {
        if ((p = after_word(a->l->line, "item")) != NULL)
            check_item(a, &h, p);
        else
            lines_hold(a->l);
    }
    used = take_path(a->l, "path", path);
    if (signed_by(a, &c) != 0)
        return;
    digest_leaf(d, bytes, (size_t)n);
    if (used < 0 || h.no == 0 ||
        way_up(d, h.no - 1, c.entries, path, (size_t)used) != 0 ||
        memcmp(d, c.root, DIGEST) != 0)
        wrong(a, "the entry is not in the register that was signed");
    for (size_t i = 0; i < a->w->n_witness; i++)
        if (a->w->witness[i].entries == c.entries &&
            memcmp(a->w->witness[i].root, c.root, DIGEST) != 0)
            wrong(a, "a witness has another register of %" PRIu64 " entries",
                  c.entries);
}

int
verify_proof(struct lines *l, const struct wanted *w)
{
    struct audit a = {.w = w, .l = l};

    if (lines_next(l) != 1 || strcmp(l->line, "incrocio proof 1") != 0)
        wrong(&a, "this is no proof");
    else
        check_proof(&a);
    return a.wrong;
}

/* ---- two checkpoints ----------------------------------------------------- */

/* A checkpoint with lines `since`, which prove that each witness' register is
 * the beginning of this one. */
int
verify_since(struct lines *l, const struct wanted *w)
{
    struct audit a = {.w = w, .l = l};
    unsigned char given[PATH_MAX_LINES][DIGEST];
    struct checkpoint c;
    long n;

    if (signed_by(&a, &c) != 0)
        return a.wrong;
    n = take_path(l, "since", given);
    if (w->n_witness != 1)
        wrong(&a, "one witness is compared with, not %zu", w->n_witness);
    else if (memcmp(w->witness->store, c.store, STORE_ID) != 0 ||
             memcmp(w->witness->key, c.key, PUBLIC_KEY) != 0)
        wrong(&a, "the witness is of another store or key");
    else if (n < 0 || same_beginning(w->witness->entries, w->witness->root,
                                     c.entries, c.root, given, (size_t)n) != 0)
        wrong(&a, "the register the witness saw is not the beginning of this "
                  "one");
    else
        (void)fprintf(w->out,
                      "the %" PRIu64 " entries the witness saw are the "
                      "beginning of these %" PRIu64 "\n",
                      w->witness->entries, c.entries);
    return a.wrong;
}
