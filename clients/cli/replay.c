/* replay.c - recorded matches computed again by the daemon. */
#include <inttypes.h>

#include "clients/cli/admin.h"
#include "proto/register.h"

enum { AT_ONCE = 1000 };

static const char *
verdict(int64_t v)
{
    switch (v) {
    case INC_REPLAY_SAME:
        return _("the same, byte for byte");
    case INC_REPLAY_BUT_ERASED:
        return _("the same but for who has been erased since");
    case INC_REPLAY_DIFFERENT:
        return _("different");
    case INC_REPLAY_PRUNED:
        return _("pruned: nothing is left to compute");
    default:
        return _("cannot be computed again");
    }
}

static const char *
unchecked(int64_t what)
{
    static const char *const names[] = {
        N_("rows of the erased"), N_("counts beside the rows"), N_("facets")};

    return what >= 0 && what < 3 ? _(names[what]) : "?";
}

static void
put_item(struct inc_cli *c, const struct inc_replay_item *item)
{
    inc_buf_printf(&c->out, "%6" PRId64 "  %s", item->no,
                   verdict(item->verdict));
    if (item->why != NULL)
        inc_buf_printf(&c->out, ": %s", item->why);
    inc_buf_text(&c->out, "\n");
    if (item->erased > 0)
        inc_buf_printf(&c->out,
                       _("        stored then and erased since: %" PRId64
                         "; of them in the answer: %u\n"),
                       item->erased, item->n_holes);
    for (uint32_t i = 0; i < item->n_holes; i++) {
        const struct inc_replay_hole *h = &item->holes[i];

        inc_buf_printf(&c->out, "  %5" PRId64 "  %3d%c%02d  %s\n", h->rank,
                       (int)(h->score / 100), c->lang[0] == 'i' ? ',' : '.',
                       (int)(h->score % 100), _("erased"));
    }
    for (uint32_t i = 0; i < item->n_unchecked; i++)
        inc_buf_printf(&c->out, _("        not compared: %s\n"),
                       unchecked(item->unchecked[i]));
}

static enum inc_status
replay(struct inc_cli *c, int64_t from, int64_t until,
       struct inc_replayed *total, struct inc_err *err)
{
    struct inc_arena arena = {0};
    struct inc_replayed got = {0};
    struct inc_buf body = {0};
    struct inc_writer w;
    enum inc_status st;

    inc_writer_init(&w, &body);
    inc_w_map(&w);
    inc_w_kint(&w, "no", from);
    inc_w_kint(&w, "until", until);
    inc_w_end(&w);
    st = inc_ask_typed(c, INC_OP_MATCH_REPLAY, &body, 1, &got, &arena, err);
    for (uint32_t i = 0; st == INC_OK && i < got.n_items; i++)
        put_item(c, &got.items[i]);
    total->same += got.same;
    total->but_erased += got.but_erased;
    total->different += got.different;
    total->refused += got.refused;
    total->skipped += got.skipped;
    total->pruned += got.pruned;
    inc_arena_release(&arena);
    inc_buf_release(&body);
    return st;
}

int
inc_cmd_replay(struct inc_cli *c)
{
    struct inc_replayed total = {0};
    struct inc_err err;
    int64_t from = 0, last = 0;
    enum inc_status st;

    inc_err_clear(&err);
    st = inc_entry_number(c, 0, &from, &err);
    last = from;
    if (st == INC_OK && c->args.words > 1)
        st = inc_entry_number(c, 1, &last, &err);
    if (st == INC_OK && last < from)
        st = inc_fail(&err, INC_E_RANGE, 0, "%s",
                      _("the last number is before the first"));
    for (; st == INC_OK && from <= last; from += AT_ONCE)
        st = replay(c, from,
                    from + AT_ONCE - 1 < last ? from + AT_ONCE - 1 : last,
                    &total, &err);
    if (st != INC_OK)
        return inc_complain(&err);
    if (!c->json && !c->quiet)
        inc_buf_printf(&c->out,
                       _("same %" PRId64 ", same but for the erased %" PRId64
                         ", different %" PRId64 ", impossible %" PRId64
                         ", not matches %" PRId64 ", pruned %" PRId64 "\n"),
                       total.same, total.but_erased, total.different,
                       total.refused, total.skipped, total.pruned);
    return total.different > 0 ? inc_status_exit(INC_E_MISMATCH) : 0;
}
