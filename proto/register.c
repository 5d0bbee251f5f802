/* Tables of the operations on the register of matches. */
#include "proto/register.h"

#include "proto/bodies.h"

enum {
    LIMIT_MAX = 1000,
    LIMIT_DEFAULT = 100,
    ITEMS_MAX = 1000,
    LINES_MAX = 4096,
    TEXT_MAX = 256, /* actor, office, purpose */
    ESTATE_MAX = 4000,
    ATTESTATION_MAX = 1 << 20,
    SOURCE_MAX = 1000,
    HEX_MAX = 64
};

#define COUNT(S, M, FLAGS, DOC) INC_F_INT(S, M, FLAGS, 0, INT64_MAX, DOC)
#define HEX(S, M, FLAGS, DOC) INC_F_CODE(S, M, FLAGS, 0, HEX_MAX, DOC)
#define NEED INC_FIELD_REQUIRED
#define PAGING(S)                                                              \
    INC_F_INT(S, before, 0, 1, INT64_MAX,                                      \
              "Entries with a lower number; absent: from the newest."),        \
        INC_F_INT_OR(S, limit, 0, 1, LIMIT_MAX, LIMIT_DEFAULT,                 \
                     "Entries a page.")
#define DAYS(S)                                                                \
    INC_F_DATE(S, from, 0, "Only those of this day (UTC) or later."),          \
        INC_F_DATE(S, until, 0, "Only those of this day or before.")

#define S struct inc_match_list
static const struct inc_field match_list[] = {
    PAGING(S),
    INC_F_CODE(S, need, 0, 1, INC_ID_MAX, "Only those asked about this need."),
    INC_F_CODE(S, person, 0, 1, INC_ID_MAX,
               "Only those this person is in, asked about or ranked."),
    INC_F_TEXT(S, actor, 0, 1, TEXT_MAX, "Only those this actor asked."),
    DAYS(S),
};
#undef S
const struct inc_type inc_match_list_type =
    INC_TYPE("match_list", struct inc_match_list, match_list,
             "One page of the register, newest first.");

#define S struct inc_candidate_seen
static const struct inc_field candidate_seen[] = {
    INC_F_CODE(S, id, NEED, 1, INC_ID_MAX, "The person."),
    PAGING(S),
    DAYS(S),
};
#undef S
const struct inc_type inc_candidate_seen_type =
    INC_TYPE("candidate_seen", struct inc_candidate_seen, candidate_seen,
             "One page of where a person was seen, newest first.");

static const struct inc_field match_get[] = {
    INC_F_INT(struct inc_match_get, no, NEED, 1, INT64_MAX,
              "Number of the entry."),
};
const struct inc_type inc_match_get_type = INC_TYPE(
    "match_get", struct inc_match_get, match_get, "One entry of the register.");

#define S struct inc_match_proof
static const struct inc_field match_proof[] = {
    INC_F_INT(S, no, NEED, 1, INT64_MAX, "Number of the entry."),
    INC_F_CODE(S, person, 0, 1, INC_ID_MAX,
               "Prove also that this person is ranked in it, and where."),
};
#undef S
const struct inc_type inc_match_proof_type =
    INC_TYPE("match_proof", struct inc_match_proof, match_proof,
             "What is to be proved.");

static const struct inc_field checkpoint[] = {
    INC_F_INT(
        struct inc_checkpoint, since, 0, 1, INT64_MAX,
        "Prove also that the register of so many entries is the beginning "
        "of this one."),
};
const struct inc_type inc_checkpoint_type =
    INC_TYPE("checkpoint", struct inc_checkpoint, checkpoint,
             "What the checkpoint is to be compared with.");

#define S struct inc_register_export
static const struct inc_field register_export[] = {
    INC_F_BOOL_OR(S, journal, 0, 0, "The journal instead of the register."),
    INC_F_INT_OR(S, after, 0, 0, INT64_MAX, 0, "Heads after this number."),
};
#undef S
const struct inc_type inc_register_export_type =
    INC_TYPE("register_export", struct inc_register_export, register_export,
             "One page of heads.");

static const struct inc_field attestation[] = {
    INC_F_TEXT(struct inc_attestation, text, NEED, 0, ATTESTATION_MAX,
               "Lines of words, as docs/records.md describes them."),
    COUNT(struct inc_attestation, next, 0,
          "`after` of the next page; absent on the last."),
};
const struct inc_type inc_attestation_type =
    INC_TYPE("attestation", struct inc_attestation, attestation,
             "Text for incrocio-audit, or a witness.");

static const struct inc_field register_ask[] = {
    INC_F_DATE(struct inc_register_ask, before, 0,
               "Say also what a cut before this day would take."),
};
const struct inc_type inc_register_ask_type =
    INC_TYPE("register_ask", struct inc_register_ask, register_ask,
             "What a cut of the register would come to.");

static const struct inc_field register_prune[] = {
    INC_F_DATE(struct inc_register_prune, before, NEED,
               "Entries of this day and later are kept. It has to be as long "
               "ago as the office's term, and 183 days."),
};
const struct inc_type inc_register_prune_type = INC_TYPE(
    "register_prune", struct inc_register_prune, register_prune, "What goes.");

#define S struct inc_register_cut
static const struct inc_field register_cut[] = {
    INC_F_DATE(S, today, NEED, "The daemon's day (UTC)."),
    INC_F_INT(S, months, NEED, 0, INT64_MAX,
              "Months that entries are kept; 0: for ever."),
    INC_F_DATE(S, latest, 0,
               "Entries from before this day may be pruned; absent: none may, "
               "no term is set."),
    INC_F_TEXT(S, source, NEED, 0, SOURCE_MAX,
               "What the office rests this on, with its date."),
    COUNT(S, first, NEED, "First number the register still has."),
    COUNT(S, last, NEED, "Last number it gave."),
    INC_F_DATE(S, before, 0,
               "Entries of this day and later are all there; absent: all ever "
               "made are."),
    COUNT(S, journal, 0, "Journal number of the command that cut it."),
    COUNT(S, left, 0,
          "Pruned entries whose bytes are still being removed; absent: none."),
    COUNT(S, came_back, 0,
          "Entries that were pruned once and came back with a backup; absent: "
          "none."),
    INC_F_TEXT(S, text, 0, 0, ATTESTATION_MAX, "The signed cut."),
    COUNT(S, until, 0,
          "Last entry that the cut asked about would take; absent when it "
          "would take none."),
    COUNT(S, entries, 0, "How many it would take; 0: none."),
};
#undef S
const struct inc_type inc_register_cut_type =
    INC_TYPE("register_cut", struct inc_register_cut, register_cut,
             "How long the register is kept, and from where on it is there.");

#define S struct inc_match_replay
static const struct inc_field match_replay[] = {
    INC_F_INT(S, no, NEED, 1, INT64_MAX, "Number of the first entry."),
    INC_F_INT(S, until, 0, 1, INT64_MAX,
              "Number of the last; absent: only the first. At most 1,000."),
};
#undef S
const struct inc_type inc_match_replay_type =
    INC_TYPE("match_replay", struct inc_match_replay, match_replay,
             "Entries to compute again.");

const char *const inc_replay_verdicts[] = {
    "same", "same_but_erased", "different", "refused", "pruned", NULL};
const char *const inc_replay_unchecked[] = {"rows", "counts", "facets", NULL};

#define S struct inc_replay_hole
static const struct inc_field replay_hole[] = {
    COUNT(S, rank, NEED, "Rank that was told."),
    INC_F_INT(S, score, NEED, 0, 10000, "Score that was told."),
};
#undef S
static const struct inc_type replay_hole_type =
    INC_TYPE("replay_hole", struct inc_replay_hole, replay_hole,
             "A row of somebody erased: nothing else is left of it.");

#define S struct inc_replay_item
static const struct inc_field replay_item[] = {
    COUNT(S, no, NEED, "Number of the entry."),
    INC_F_ENUM(S, verdict, NEED, inc_replay_verdicts,
               "`same` byte for byte; `same_but_erased`: every row of who is "
               "left is the same, what else was in it is in `holes` and "
               "`unchecked`; `different`; `refused`: it cannot be computed "
               "again."),
    INC_F_TEXT(S, why, 0, 1, 1000, "What differs, or why it cannot be."),
    COUNT(S, erased, 0,
          "People who were stored then and have been erased since. It was "
          "computed again without them."),
    INC_F_MAPS(S, holes, 0, ITEMS_MAX, &replay_hole_type,
               "Of these, the rows they had in the answer."),
    INC_F_ENUMS(S, unchecked, 0, 3, inc_replay_unchecked,
                "What was not compared: `rows` of the erased, `counts` beside "
                "the rows (considered, matched, excluded, cursor), `facets`."),
};
#undef S
static const struct inc_type replay_item_type = INC_TYPE(
    "replay_item", struct inc_replay_item, replay_item, "One entry's verdict.");

#define S struct inc_replayed
static const struct inc_field replayed[] = {
    INC_F_MAPS(S, items, NEED, ITEMS_MAX, &replay_item_type,
               "Those that are not the same; of one entry asked for, its "
               "verdict."),
    COUNT(S, same, NEED, "Entries whose answer came out the same."),
    COUNT(S, but_erased, 0,
          "Entries whose answer came out the same but for people erased "
          "since."),
    COUNT(S, different, NEED, "Entries whose answer came out different."),
    COUNT(S, refused, NEED, "Entries that cannot be computed again."),
    COUNT(S, skipped, NEED, "Entries that are no matches."),
    COUNT(S, pruned, 0,
          "Entries that were pruned: nothing is left to compute."),
    INC_F_CODE(S, kernel, NEED, 1, 32, "The kernel they were computed with."),
};
#undef S
const struct inc_type inc_replayed_type = INC_TYPE(
    "replayed", struct inc_replayed, replayed, "What came out of a replay.");

#define S struct inc_record_item
static const struct inc_field record_item[] = {
    COUNT(S, no, NEED, "Number of the entry."),
    COUNT(S, at, NEED, "Milliseconds since 1970-01-01 UTC."),
    INC_F_CODE(S, op, NEED, 1, 64, "Operation."),
    INC_F_TEXT(S, actor, 0, 1, TEXT_MAX, "Who asked."),
    INC_F_TEXT(S, office, 0, 1, TEXT_MAX, "For which office."),
    INC_F_TEXT(S, purpose, 0, 1, TEXT_MAX, "Why."),
    INC_F_CODE(S, need, 0, 1, INC_ID_MAX,
               "Need asked about; absent when it is stored no more, or was "
               "given with the question."),
    INC_F_CODE(S, person, 0, 1, INC_ID_MAX, "Person asked about, likewise."),
    COUNT(S, need_no, 0, "The need's number, which is never given again."),
    COUNT(S, person_no, 0, "The person's number."),
    COUNT(S, need_revision, 0, "Revision of the need that was matched."),
    COUNT(S, person_revision, 0, "Revision of the person that was matched."),
    COUNT(S, items, NEED, "How many the answer had."),
    COUNT(S, rank, 0,
          "Rank of the person the page is about; absent when she was not "
          "ranked but asked about, and for a pair."),
    INC_F_INT(S, score, 0, 0, 10000, "Her score."),
};
#undef S
static const struct inc_type record_item_type =
    INC_TYPE("record_item", struct inc_record_item, record_item,
             "An answered match, or an administrator's operation.");

#define S struct inc_record_page
static const struct inc_field record_page[] = {
    INC_F_MAPS(S, items, NEED, ITEMS_MAX, &record_item_type, "Newest first."),
    COUNT(S, next, 0,
          "`before` of the next page; absent on the last. A page may be "
          "empty and not be the last."),
    COUNT(S, first, NEED, "First number the register still has."),
    COUNT(S, last, NEED, "Last number it gave."),
    INC_F_DATE(S, since, 0,
               "Entries of this day and later are all there, older ones were "
               "pruned; absent: none ever was."),
};
#undef S
const struct inc_type inc_record_page_type =
    INC_TYPE("record_page", struct inc_record_page, record_page, "Entries.");

#define S struct inc_record_line
static const struct inc_field record_line[] = {
    COUNT(S, no, NEED, "Number of the person, or need."),
    INC_F_CODE(S, id, 0, 1, INC_ID_MAX, "Its id; absent when stored no more."),
    COUNT(S, rank, 0, "Rank; absent for a pair."),
    INC_F_INT(S, score, NEED, 0, 10000, "Score."),
    COUNT(S, lines, NEED, "Lines of the explanation that was sent."),
};
#undef S
static const struct inc_type record_line_type =
    INC_TYPE("record_line", struct inc_record_line, record_line,
             "One of the answer's items.");

#define S struct inc_record_got
static const struct inc_field record_got[] = {
    INC_F_MAP(S, entry, NEED, &record_item_type, "Who asked what, and when."),
    COUNT(S, generation, NEED,
          "Journal number of the people and needs it was matched against."),
    COUNT(S, view, NEED,
          "Journal number of the moment the record asked about was read at."),
    INC_F_DATE(S, as_of, 0, "Day it was matched as on."),
    INC_F_TEXT(S, estate, 0, 0, ESTATE_MAX,
               "Lines `name value`: versions and digests of engine, formula, "
               "taxonomy, space and comuni."),
    INC_F_RECORD(S, request, 0, NULL,
                 "The question's body, as it was sent. Absent when the person "
                 "it was about is erased, and of a profile that came with it "
                 "and is nobody's who is stored."),
    INC_F_MAPS(S, items, NEED, ITEMS_MAX, &record_line_type,
               "In the order of the answer."),
    COUNT(S, reply_bytes, NEED, "Length of the answer's body."),
    HEX(S, reply, NEED, "Its digest, hex, salted: a replay proves it."),
    HEX(S, body, NEED, "BLAKE2b-256 of question and items as kept, hex."),
    HEX(S, chain, NEED, "Chain of the register after it, hex."),
};
#undef S
const struct inc_type inc_record_got_type =
    INC_TYPE("record_got", struct inc_record_got, record_got, "One entry.");
