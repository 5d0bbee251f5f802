/*
 * register.h - bodies of the operations on the register of matches, the log
 * and its checkpoints. Floor 1. Tables in register.c.
 */
#ifndef INC_PROTO_REGISTER_H
#define INC_PROTO_REGISTER_H

#include "proto/schema.h"

/* match.list */
struct inc_match_list {
    uint64_t has;
    int64_t before; /* numbers under this one */
    int64_t limit;
    const char *need, *person, *actor;
    int64_t from, until; /* dates, until included */
};
/* candidate.seen */
struct inc_candidate_seen {
    uint64_t has;
    const char *id;
    int64_t before, limit;
    int64_t from, until;
};
/* match.get, and others that name one */
struct inc_match_get {
    uint64_t has;
    int64_t no;
};

/* match.proof, register.checkpoint, register.export */
struct inc_match_proof {
    uint64_t has;
    int64_t no;
    const char *person;
};
struct inc_checkpoint {
    uint64_t has;
    int64_t since;
};
struct inc_register_export {
    uint64_t has;
    int64_t journal, after;
};
struct inc_attestation {
    uint64_t has;
    const char *text;
    int64_t next;
};

/* register.cut, register.prune */
struct inc_register_ask {
    uint64_t has;
    int64_t before; /* day */
};
struct inc_register_prune {
    uint64_t has;
    int64_t before;
};
struct inc_register_cut {
    uint64_t has;
    int64_t today, months, latest;
    const char *source;
    int64_t first, last;
    int64_t before, journal, left, came_back;
    const char *text;
    int64_t until, entries;
};

/* match.replay */
struct inc_match_replay {
    uint64_t has;
    int64_t no, until;
};
struct inc_replay_item {
    uint64_t has;
    int64_t no;
    int64_t verdict; /* enum inc_replay_verdict */
    const char *why; /* absent when it is the same */
    int64_t erased;  /* people of then, since */
    struct inc_replay_hole *holes;
    uint32_t n_holes;
    int64_t *unchecked; /* places in inc_replay_unchecked */
    uint32_t n_unchecked;
};
struct inc_replay_hole {
    uint64_t has;
    int64_t rank, score;
};
enum inc_replay_verdict {
    INC_REPLAY_SAME,
    INC_REPLAY_BUT_ERASED,
    INC_REPLAY_DIFFERENT,
    INC_REPLAY_REFUSED,
    INC_REPLAY_PRUNED
};
struct inc_replayed {
    uint64_t has;
    int64_t same, but_erased, different, refused, skipped, pruned;
    const char *kernel;
    struct inc_replay_item *items;
    uint32_t n_items;
};

struct inc_record_item {
    uint64_t has;
    int64_t no, at;
    const char *op;
    const char *actor, *office, *purpose;
    const char *need, *person; /* asked about, while they are stored */
    int64_t need_no, person_no, need_revision, person_revision;
    int64_t items;       /* how many the answer had */
    int64_t rank, score; /* of the person asked for */
};
struct inc_record_page {
    uint64_t has;
    struct inc_record_item *items;
    uint32_t n_items;
    int64_t next; /* `before` of the next page; absent on the last */
    int64_t first, last;
    int64_t since; /* day; absent when nothing was pruned */
};

struct inc_record_line {
    uint64_t has;
    int64_t no;
    const char *id;
    int64_t rank, score;
    int64_t lines;
};
struct inc_record_got {
    uint64_t has;
    struct inc_record_item entry;
    int64_t generation, view, as_of;
    const char *estate;
    const struct inc_node *request;
    struct inc_record_line *items;
    uint32_t n_items;
    int64_t reply_bytes;
    const char *reply, *body, *chain; /* hex */
};

extern const char *const inc_replay_verdicts[];
extern const char *const inc_replay_unchecked[];

extern const struct inc_type inc_match_list_type, inc_match_get_type,
    inc_match_proof_type, inc_checkpoint_type, inc_register_export_type,
    inc_attestation_type, inc_register_ask_type, inc_register_prune_type,
    inc_register_cut_type, inc_candidate_seen_type, inc_match_replay_type,
    inc_replayed_type, inc_record_page_type, inc_record_got_type;

#endif
