#include "clients/cli/input.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/cli/records.h"

/* 1 when the file is mapped now. */
static int
map_file(struct inc_input *in, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat info;
    void *p = MAP_FAILED;

    if (fd < 0)
        return 0;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0)
        p = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    (void)close(fd);
    if (p == MAP_FAILED)
        return 0;
    in->map = p;
    in->text = p;
    in->len = (size_t)info.st_size;
    (void)posix_madvise(p, in->len, POSIX_MADV_SEQUENTIAL);
    return 1;
}

enum inc_status
inc_input_open(struct inc_input *in, const char *path, size_t most,
               struct inc_err *err)
{
    enum inc_status st;

    *in = (struct inc_input){.text = ""};
    if (strcmp(path, "-") != 0 && map_file(in, path))
        return INC_OK;
    st = inc_read_input(&in->copy, path, most, err);
    if (st == INC_OK && in->copy.len > 0) {
        in->text = (const char *)in->copy.data;
        in->len = in->copy.len;
    }
    return st;
}

void
inc_input_close(struct inc_input *in)
{
    if (in->map != NULL)
        (void)munmap(in->map, in->len);
    inc_buf_release(&in->copy);
    *in = (struct inc_input){.text = ""};
}
