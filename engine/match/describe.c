/* describe.c - an estate in words, and the digest of these words. */
#include <string.h>

#include "engine/match/estate.h"
#include "engine/match/match.h"

static void
number(struct inc_hasher *h, int64_t v)
{
    unsigned char b[8];

    for (int i = 0; i < 8; i++)
        b[i] = (unsigned char)((uint64_t)v >> (56 - 8 * i));
    inc_hasher_add(h, b, sizeof b);
}

/* All that a match reads of the comuni. */
static void
geo_digest(unsigned char out[INC_DIGEST], const struct inc_geo *geo)
{
    struct inc_hasher h;

    inc_hasher_init(&h);
    for (uint32_t i = 0; geo != NULL && i < inc_geo_count(geo); i++) {
        const struct inc_comune *c = inc_geo_comune(geo, (uint16_t)i);

        inc_hasher_add(&h, c->istat, strlen(c->istat) + 1);
        inc_hasher_add(&h, c->province, strlen(c->province) + 1);
        inc_hasher_add(&h, c->region, strlen(c->region) + 1);
        number(&h, c->lat_udeg);
        number(&h, c->lon_udeg);
    }
    inc_hasher_end(&h, out);
}

static void
line(struct inc_buf *out, const char *name, const unsigned char *digest)
{
    char hex[INC_DIGEST_HEX];

    inc_digest_hex(hex, digest);
    inc_buf_printf(out, "%s %s\n", name, hex);
}

void
inc_estate_describe(struct inc_buf *out, unsigned char digest[INC_DIGEST],
                    const struct inc_estate *e)
{
    unsigned char comuni[INC_DIGEST];

    geo_digest(comuni, e->world.geo);
    inc_buf_printf(out, "engine %s\nformula %d\nprotocol %d\ntaxonomy %s\n",
                   INC_RELEASE, INC_FORMULA, INC_PROTOCOL,
                   inc_taxonomy_version(e->world.taxonomy));
    line(out, "taxonomy_digest", inc_taxonomy_digest(e->world.taxonomy));
    line(out, "space_digest", inc_space_digest(e->world.space));
    line(out, "comuni_digest", comuni);
    inc_digest(digest, out->data, out->failed ? 0 : out->len);
}
