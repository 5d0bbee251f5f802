/* The list of trade names and ways of speaking: words that mean a skill only in
 * some company, and what they must not be taken for. */
#include "tests/unit/draft/one.h"

/* How many items the draft has with a concept of that name. */
static size_t
names(enum inc_record_kind kind, const char *text, const char *slug)
{
    size_t n = 0;

    if (drafts_read(&d, kind, text, strlen(text)) != INC_OK)
        fail_msg("%s: %s", text, d.err.what);
    for (size_t i = 0; i < d.draft.n_items; i++) {
        const struct inc_draft_item *k = &d.draft.items[i];
        const char *uri, *end;

        if (k->kind != INC_DRAFT_SKILL && k->kind != INC_DRAFT_OCCUPATION)
            continue;
        uri =
            inc_concept_uri(d.world.taxonomy,
                            k->kind == INC_DRAFT_SKILL ? INC_PILLAR_SKILL
                                                       : INC_PILLAR_OCCUPATION,
                            k->concept);
        end = strrchr(uri, '/') + 1;
        n += strcmp(end, slug) == 0;
    }
    return n;
}

static void
in_other_company_they_mean_something_else(void **state)
{
    static const char *const said[][2] = {
        {"periodi di cassa integrazione", "handle-cash"},
        {"non ho la macchina", "use-sewing-machine"},
        {"lavaggio a mano dei pezzi", "sew-by-hand"},
        {"percorso di inserimento lavorativo", "enter-data"},
        {"telefono 0583 000000", "answer-phone"},
        {"compagnia assicurativa di Lucca", "keep-company"},
        {"cercasi addetto alla produzione", "receptionist"},
        {"per i primi mesi affiancamento", "cook-first-courses"},
        {"inviare il curriculum via e mail", "use-email"},
        {"impianti idraulici e termici", "install-electrical"},
        {"gestione degli ordini ai fornitori", "pick-orders"},
        {"misurazione della pressione arteriosa", "handle-stress"},
        {"cercasi chef di cucina", "waiter"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
        for (int k = 0; k < 2; k++)
            if (names(k == 0 ? INC_RECORD_NEED : INC_RECORD_CANDIDATE,
                      said[i][0], said[i][1]) != 0)
                fail_msg("'%s' is taken for %s", said[i][0], said[i][1]);
}

static void
in_a_list_or_by_their_company_they_are_meant(void **state)
{
    static const char *const said[][2] = {
        {"vendita, cassa, vetrine", "handle-cash"},
        {"Mansioni: uso della cassa e vendita", "handle-cash"},
        {"so fare: primi e pizza", "cook-first-courses"},
        {"evasione ordini e picking", "pick-orders"},
        {"uso di macchine da cucire lineari", "use-sewing-machine"},
        {"inserimento di dati al computer", "enter-data"},
        {"risposta al telefono", "answer-phone"},
        {"capacita di lavorare sotto stress", "handle-stress"},
        {"fare compagnia agli anziani", "keep-company"},
        {"addetta alla reception", "receptionist"},
        {"impianti elettrici civili e industriali", "install-electrical"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
        if (names(INC_RECORD_NEED, said[i][0], said[i][1]) != 1)
            fail_msg("'%s' does not give %s", said[i][0], said[i][1]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_other_company_they_mean_something_else),
        cmocka_unit_test(in_a_list_or_by_their_company_they_are_meant),
    };

    return cmocka_run_group_tests(tests, open_all, close_all);
}
