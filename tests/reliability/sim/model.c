#include "tests/reliability/sim/model.h"

#include <stdlib.h>
#include <string.h>

void
sim_model_start(struct sim_model *m)
{
    memset(m, 0, sizeof *m);
    for (int k = 0; k < SIM_KINDS; k++)
        m->next_no[k] = 1;
}

int
sim_kind(enum inc_record_kind kind)
{
    return kind == INC_RECORD_NEED;
}

uint64_t
sim_people(const struct sim_model *m)
{
    uint64_t bits = 0;

    for (unsigned i = 0; i < SIM_IDS; i++)
        if (m->record[0][i].revision != 0 && !m->record[0][i].marked)
            bits |= UINT64_C(1) << i;
    return bits;
}

static void
remove_one(struct sim_model *m, const struct sim_write *w, struct sim_record *r)
{
    r->revision = 0;
    r->former = w->op == INC_OP_CANDIDATE_DELETE;
    if (w->op != INC_OP_CANDIDATE_ERASE)
        return;
    for (uint64_t no = 1; no < m->next_no[0]; no++)
        m->person[no].erased |= m->person[no].id == w->id;
}

static void
change(struct sim_model *m, const struct sim_write *w, struct sim_record *r,
       struct sim_answer *a)
{
    if (w->op == INC_OP_CANDIDATE_DELETE || w->op == INC_OP_CANDIDATE_ERASE ||
        w->op == INC_OP_NEED_DELETE) {
        remove_one(m, w, r);
        return;
    }
    a->created = r->revision == 0;
    if (a->created) {
        r->no = m->next_no[sim_kind(w->kind)]++;
        r->marked = 0;
        if (w->kind == INC_RECORD_CANDIDATE)
            m->person[r->no].id = w->id;
    }
    a->revision = ++r->revision;
    if (w->op != INC_OP_CANDIDATE_PUT && w->op != INC_OP_NEED_PUT)
        r->marked =
            w->op == INC_OP_CANDIDATE_FREEZE || w->op == INC_OP_NEED_CLOSE;
}

static struct sim_answer
decide(struct sim_model *m, const struct sim_write *w)
{
    struct sim_record *r = &m->record[sim_kind(w->kind)][w->id];
    struct sim_answer a = {.status = INC_OK};
    int is_put = w->op == INC_OP_CANDIDATE_PUT || w->op == INC_OP_NEED_PUT;
    int former = w->op == INC_OP_CANDIDATE_ERASE && r->former;

    if (r->revision == 0 && !is_put && !former)
        a.status = INC_E_NOTFOUND;
    else if (w->if_revision >= 0 && w->if_revision != r->revision)
        a.status = INC_E_CONFLICT;
    else
        change(m, w, r, &a);
    a.seq = ++m->seq;
    return a;
}

struct sim_answer
sim_model_write(struct sim_model *m, const struct sim_write *w)
{
    struct sim_answer a;

    for (unsigned i = 0; i < m->n_kept; i++) {
        if (m->kept[i].key != w->key)
            continue;
        if (m->kept[i].op != w->op || m->kept[i].body != w->body)
            return (struct sim_answer){.status = INC_E_CONFLICT};
        a = m->kept[i].first;
        a.replayed = 1;
        return a;
    }
    a = decide(m, w);
    m->people[m->seq] = sim_people(m);
    m->kept[m->n_kept].key = w->key;
    m->kept[m->n_kept].body = w->body;
    m->kept[m->n_kept].op = w->op;
    m->kept[m->n_kept++].first = a;
    if (m->n_kept == SIM_WRITES || m->seq + 1 == SIM_WRITES)
        abort();
    return a;
}
