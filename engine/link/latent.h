/*
 * latent.h - which words go together: the labels of the occupations and of
 * their ISCO groups in a few hundred dimensions (latent semantic analysis,
 * Deerwester et al. 1990), so that "conducente" is near "autista". Private to
 * engine/link. Immutable once built.
 *
 * Documents are the occupations by id, then the ISCO groups by id. Vectors are
 * integers: two machines that have the same vectors give the same answers.
 */
#ifndef INC_LINK_LATENT_H
#define INC_LINK_LATENT_H

#include "engine/taxonomy/taxonomy.h"

struct inc_latent;

enum inc_status inc_latent_build(struct inc_latent **out,
                                 const struct inc_taxonomy *t,
                                 struct inc_err *err);
void inc_latent_free(struct inc_latent *l); /* NULL is fine */
size_t inc_latent_bytes(const struct inc_latent *l);
uint32_t inc_latent_documents(const struct inc_latent *l);

/* Cosine of a text with every document, 0..10000, negative ones as 0.
 *   bp  out [inc_latent_documents()] */
void inc_latent_compare(const struct inc_latent *l, uint16_t *bp,
                        const char *text, size_t len);

#endif
