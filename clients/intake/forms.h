/* forms.h - one reader for each form of document. Private to this folder.
 * Each makes *out; on failure nothing is left of it. */
#ifndef INC_CLIENTS_INTAKE_FORMS_H
#define INC_CLIENTS_INTAKE_FORMS_H

#include "clients/intake/intake.h"

typedef enum inc_status inc_form_reader(struct inc_document *out,
                                        const void *bytes, size_t len,
                                        const struct inc_intake *how,
                                        struct inc_err *err);

inc_form_reader inc_read_europass;
inc_form_reader inc_read_jobposting;
inc_form_reader inc_read_docx;

#endif
