/* Table and stored form of a vault record. Fields and names are only ever
 * appended: their place is their number in stored records. */
#include "engine/vault/vault.h"

#include <inttypes.h>

enum { TEXT_MAX = 200, STATUSES_MAX = 16, BYTES_MAX = 1 << 16 };

const char *const inc_sex_names[] = {"f", "m", "x", NULL};

/* By law, never by cause: domain of each in docs/privacy.md. [G] */
const char *const inc_regime_names[] = {"l68_art1",    "l68_art18",
                                        "l381_art4",   "l407",
                                        "eu_651_2_4",  "eu_651_2_99",
                                        "op_art21",    "semiliberta",
                                        "affidamento", "affidamento_terapia",
                                        "domiciliare", "messa_alla_prova",
                                        "lpu",         "minore",
                                        "protezione",  "presa_in_carico",
                                        NULL};

#define S struct inc_vault_status
static const struct inc_field status[] = {
    INC_F_ENUM(S, regime, INC_FIELD_REQUIRED, inc_regime_names,
               "The law it stands on."),
    INC_F_CODE(S, basis, 0, 1, 8, "Letter or number of the article."),
    INC_F_TEXT(S, author, 0, 1, TEXT_MAX, "Who attested it."),
    INC_F_DATE(S, from, 0, "First day."),
    INC_F_DATE(S, until, 0, "Last day. Absent: no end known."),
};
#undef S
static const struct inc_type status_type =
    INC_TYPE("vault_status", struct inc_vault_status, status,
             "A protection or a measure. Never an offence, a diagnosis or a "
             "percentage.");

#define V struct inc_vault
static const struct inc_field vault[] = {
    INC_F_CODE(V, id, INC_FIELD_REQUIRED | INC_FIELD_KEY, 1, 64,
               "Id of the person, whose profile is stored."),
    INC_F_TEXT(V, surname, 0, 1, TEXT_MAX, "Surname."),
    INC_F_TEXT(V, name, 0, 1, TEXT_MAX, "Name."),
    INC_F_DATE(V, birth_date, 0, "Date of birth."),
    INC_F_TEXT(V, birth_place, 0, 1, TEXT_MAX, "Place of birth."),
    INC_F_CODE(V, birth_country, 0, 2, 2, "Country of birth, ISO 3166-1."),
    INC_F_ENUM(V, sex, 0, inc_sex_names, "As on the document."),
    INC_F_CODES(V, citizenships, 0, 8, 2, "Citizenships, ISO 3166-1."),
    INC_F_CODE(V, tax_code, 0, 11, 16, "Tax code: 16 characters, or 11."),
    INC_F_TEXT(V, residence, 0, 1, TEXT_MAX, "Address of residence."),
    INC_F_TEXT(V, domicile, 0, 1, TEXT_MAX, "Address of domicile."),
    INC_F_TEXT(V, phone, 0, 1, 40, "Telephone."),
    INC_F_TEXT(V, email, 0, 3, TEXT_MAX, "Address of electronic mail."),
    INC_F_TEXT(V, certified_email, 0, 3, TEXT_MAX, "Certified mail."),
    INC_F_TEXT(V, permit, 0, 1, TEXT_MAX, "Kind of residence permit."),
    INC_F_DATE(V, permit_until, 0, "Last day of the permit."),
    INC_F_INT(V, dependants, 0, 0, 30, "People who depend on the person."),
    INC_F_TEXT(V, guardian, 0, 1, TEXT_MAX, "Guardian, and how to reach them."),
    INC_F_MAPS(V, statuses, 0, STATUSES_MAX, &status_type,
               "Protections and measures."),
};
#undef V
const struct inc_type inc_vault_type =
    INC_TYPE("vault", struct inc_vault, vault,
             "Who a person is. Sealed with the person's own key; no match "
             "reads it.");

enum { STATUS_REGIME, STATUS_BASIS, STATUS_AUTHOR, STATUS_FROM, STATUS_UNTIL };

static int
has(uint64_t bits, unsigned bit)
{
    return (bits >> bit & 1) != 0;
}

enum inc_status
inc_vault_check(const struct inc_vault *v, struct inc_err *err)
{
    for (uint32_t i = 0; i < v->n_statuses; i++) {
        const struct inc_vault_status *s = &v->statuses[i];

        if (!has(s->has, STATUS_FROM) || !has(s->has, STATUS_UNTIL) ||
            s->from <= s->until)
            continue;
        (void)inc_fail(err, INC_E_RANGE, 0, "it ends before it begins");
        inc_err_where(err, "statuses[%" PRIu32 "].until", i);
        inc_err_hint(err, "until is the last day, from the first");
        return INC_E_RANGE;
    }
    return INC_OK;
}

/* --- stored form ---------------------------------------------------------- */

static const struct inc_frame_limits limits = {
    .bytes = BYTES_MAX, .objects = 1000, .depth = 8};

enum inc_status
inc_vault_encode(struct inc_buf *out, const struct inc_vault *v)
{
    struct inc_writer w;

    inc_writer_init(&w, out);
    inc_w_list(&w);
    inc_w_int(&w, INC_VAULT_FORMAT);
    inc_schema_pack(&w, &inc_vault_type, v);
    inc_w_end(&w);
    return out->failed ? INC_E_NOMEM : INC_OK;
}

static enum inc_status
read_format(struct inc_vault *out, const struct inc_node *root,
            struct inc_arena *a, struct inc_err *err)
{
    int64_t format;

    if (inc_node_kind(root) != INC_NODE_LIST || inc_node_count(root) != 2 ||
        inc_node_kind(inc_node_at(root, 0)) != INC_NODE_INT)
        return inc_fail(err, INC_E_FORMAT, 0, "not a list [format, record]");
    format = inc_node_int(inc_node_at(root, 0));
    if (format > INC_VAULT_FORMAT)
        return inc_fail(err, INC_E_NEWER, 0,
                        "a vault record has format %" PRId64 ", %d is known",
                        format, INC_VAULT_FORMAT);
    if (format != INC_VAULT_FORMAT)
        return inc_fail(err, INC_E_FORMAT, 0, "no format %" PRId64, format);
    return inc_schema_unpack(out, &inc_vault_type, inc_node_at(root, 1), a,
                             err);
}

enum inc_status
inc_vault_decode(struct inc_vault *out, const void *bytes, size_t len,
                 struct inc_arena *a, struct inc_err *err)
{
    struct inc_frame *f = NULL;
    struct inc_err why = {0};
    enum inc_status st = inc_frame_open(&f, bytes, len, &limits, &why);

    if (st == INC_OK)
        st = read_format(out, inc_frame_root(f), a, &why);
    inc_frame_close(f);
    if (st == INC_OK)
        return st;
    if (st == INC_E_NOMEM || st == INC_E_NEWER)
        return inc_fail(err, st, 0, "%.180s", why.what);
    return inc_fail(err, INC_E_CORRUPT, 0,
                    "a stored vault record is damaged: %.180s", why.what);
}
