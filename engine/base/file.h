/*
 * file.h - whole files in, whole files out, durable. The only door to open,
 * read, write and fsync outside LMDB. Any thread.
 */
#ifndef INC_BASE_FILE_H
#define INC_BASE_FILE_H

#include <stddef.h>

#include "engine/base/buf.h"
#include "engine/base/status.h"

/* The whole file appended to *out; INC_E_NOTFOUND, INC_E_LIMIT over
 * max_bytes, INC_E_IO. *out is as before on failure. */
enum inc_status inc_file_read(struct inc_buf *out, const char *path,
                              size_t max_bytes, struct inc_err *err);

/* Replace the file in one step: temporary name beside it, fsync, rename,
 * fsync of the folder. After a failure or a crash the old file is whole. */
enum inc_status inc_file_write(const char *path, const void *bytes, size_t len,
                               struct inc_err *err);

/* Create the folder and its parents, mode 0700. INC_OK also if there. */
enum inc_status inc_file_mkdirs(const char *path, struct inc_err *err);
/* The same for the folder that a file of this path lies in. */
enum inc_status inc_file_mkdirs_of(const char *path, struct inc_err *err);

/* fsync of a folder, so that a rename in it survives a power cut. */
enum inc_status inc_file_sync_dir(const char *path, struct inc_err *err);

#endif
