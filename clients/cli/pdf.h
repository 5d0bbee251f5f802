/* pdf.h - the text of a PDF, by the programs of poppler. */
#ifndef INC_CLIENTS_CLI_PDF_H
#define INC_CLIENTS_CLI_PDF_H

#include "clients/intake/intake.h"

/*
 * A Europass PDF carries its XML as an attachment: that is read when it is
 * there, else the text of the pages. pdfdetach and pdftotext run as children
 * without a shell, with bounds on time, memory and output; they get the PDF by
 * a descriptor and write to a pipe, so no file is made that has a name.
 * INC_E_CONFIG: poppler-utils is not installed; INC_E_FORMAT, INC_E_LIMIT,
 * INC_E_IO, INC_E_NOMEM and what inc_intake_read() says.
 */
enum inc_status inc_pdf_read(struct inc_document *out, const void *bytes,
                             size_t len, const struct inc_intake *how,
                             struct inc_err *err);

#endif
