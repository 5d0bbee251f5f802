#include "tests/reliability/store/image.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/reliability/store/script.h"

/*
 * The model. A write is in doubt until a sync of its file came back, or,
 * through a descriptor opened O_DSYNC, until it came back itself. In doubt,
 * each sector of it is there or not. A file's length is what it was at the last
 * sync or what any call in doubt made it. Names made, moved or removed are in
 * doubt until their folder was synced; some are there or not, or (as a journal
 * keeps order) those before one moment. A sector itself is never torn: LMDB's
 * meta page fits in one and counts on that.
 */

enum {
    FILES = 512,
    NAMES = 1024,
    DOUBTS = 65536,
    PATH_ROOM = 256,
    DEEPEST = 4
};
enum { FOLDER = -1, GONE = -2 };

struct event {
    enum rel_call call;
    int mark; /* no call: acked and sent change */
    int file, is_folder, dsync;
    uint64_t at;
    unsigned char *bytes;
    size_t len;
    char *path, *new_path; /* below the folder, "" is the folder */
    uint64_t acked, sent;
};

struct rel_tape {
    char folder[512];
    struct event *event;
    size_t n, cap;
    ino_t ino[FILES]; /* which file has it now */
    int files;
};

static void *
must(void *p)
{
    if (p == NULL)
        abort();
    return p;
}

struct rel_tape *
rel_tape_new(const char *folder)
{
    struct rel_tape *t = must(calloc(1, sizeof *t));

    (void)snprintf(t->folder, sizeof t->folder, "%s", folder);
    return t;
}

void
rel_tape_free(struct rel_tape *t)
{
    if (t == NULL)
        return;
    for (size_t i = 0; i < t->n; i++) {
        free(t->event[i].bytes);
        free(t->event[i].path);
        free(t->event[i].new_path);
    }
    free(t->event);
    free(t);
}

size_t
rel_tape_points(const struct rel_tape *t)
{
    return t->n;
}

static struct event *
append(struct rel_tape *t)
{
    if (t->n == t->cap) {
        t->cap = t->cap == 0 ? 1024 : t->cap * 2;
        t->event = must(realloc(t->event, t->cap * sizeof *t->event));
    }
    memset(&t->event[t->n], 0, sizeof t->event[t->n]);
    return &t->event[t->n++];
}

static int
file_of(struct rel_tape *t, ino_t ino, int fresh)
{
    for (int i = t->files - 1; i >= 0 && !fresh; i--)
        if (t->ino[i] == ino)
            return i;
    if (t->files == FILES)
        abort();
    t->ino[t->files] = ino;
    return t->files++;
}

/* The engine writes "DIR/x/../y" for a file beside DIR/x: without it. */
static char *
below(const struct rel_tape *t, const char *path)
{
    size_t n = strlen(t->folder);
    char *copy, *up, *from;

    if (strncmp(path, t->folder, n) != 0)
        return must(strdup(""));
    copy = must(strdup(path[n] == '/' ? path + n + 1 : path + n));
    while ((up = strstr(copy, "/..")) != NULL) {
        from = up;
        while (from > copy && from[-1] != '/')
            from--;
        memmove(from, up + 3 + (up[3] == '/'), strlen(up + 3) + 1);
    }
    return copy;
}

void
rel_tape_add(void *tape, const struct rel_io *io)
{
    struct rel_tape *t = tape;
    struct event *e = append(t);

    e->call = io->call;
    e->is_folder = io->is_folder || io->call == REL_MKDIR;
    if (!e->is_folder && io->call != REL_RMDIR)
        e->file = file_of(t, io->ino, io->call == REL_CREATE);
    e->dsync = io->dsync;
    e->at = io->at;
    e->len = io->len;
    if (io->len > 0) {
        e->bytes = must(malloc(io->len));
        memcpy(e->bytes, io->bytes, io->len);
    }
    e->path = below(t, io->path);
    e->new_path = below(t, io->new_path);
}

void
rel_tape_mark(struct rel_tape *t, uint64_t acked, uint64_t sent)
{
    struct event *e = append(t);

    e->mark = 1;
    e->acked = acked;
    e->sent = sent;
}

/* --- the platter ---------------------------------------------------------- */

struct file {
    unsigned char *bytes;
    size_t len;
    size_t *doubt; /* events */
    size_t doubts, cap;
};

struct name {
    char path[PATH_ROOM];
    int file;
};

struct rel_platter {
    const struct rel_tape *t;
    size_t at; /* events that were asked for; the last one did not come back */
    struct file file[FILES];
    struct name name[NAMES];
    size_t names;
    size_t doubt[DOUBTS]; /* events of names */
    size_t doubts;
    uint64_t acked, sent;
};

struct rel_platter *
rel_platter_new(const struct rel_tape *t)
{
    struct rel_platter *p = must(calloc(1, sizeof *p));

    p->t = t;
    return p;
}

void
rel_platter_free(struct rel_platter *p)
{
    if (p == NULL)
        return;
    for (int i = 0; i < FILES; i++) {
        free(p->file[i].bytes);
        free(p->file[i].doubt);
    }
    free(p);
}

static void
stretch(struct file *f, size_t len)
{
    if (len <= f->len)
        return;
    f->bytes = must(realloc(f->bytes, len));
    memset(f->bytes + f->len, 0, len - f->len);
    f->len = len;
}

static void
make_sure(struct file *f, const struct event *e)
{
    if (e->call == REL_FTRUNCATE) {
        stretch(f, (size_t)e->at);
        f->len = (size_t)e->at;
        return;
    }
    stretch(f, (size_t)e->at + e->len);
    memcpy(f->bytes + e->at, e->bytes, e->len);
}

static void
sync_file(struct rel_platter *p, struct file *f)
{
    for (size_t i = 0; i < f->doubts; i++)
        make_sure(f, &p->t->event[f->doubt[i]]);
    f->doubts = 0;
}

static void
set_name(struct name *names, size_t *n, const char *path, int file)
{
    size_t i = 0;

    while (i < *n && strcmp(names[i].path, path) != 0)
        i++;
    if (i == *n) {
        if (*n == NAMES)
            abort();
        (void)snprintf(names[(*n)++].path, PATH_ROOM, "%s", path);
    }
    names[i].file = file;
}

static void
do_name(struct name *names, size_t *n, const struct event *e)
{
    switch (e->call) {
    case REL_CREATE:
        set_name(names, n, e->path, e->file);
        break;
    case REL_MKDIR:
        set_name(names, n, e->path, FOLDER);
        break;
    case REL_LINK:
        set_name(names, n, e->new_path, e->file);
        break;
    case REL_RENAME: /* a folder's contents go with it */
        for (size_t i = 0, len = strlen(e->path); i < *n; i++) {
            char moved[2 * PATH_ROOM];
            if (names[i].file == GONE ||
                strncmp(names[i].path, e->path, len) != 0 ||
                (names[i].path[len] != '/' && names[i].path[len] != '\0'))
                continue;
            (void)snprintf(moved, sizeof moved, "%s%s", e->new_path,
                           names[i].path + len);
            set_name(names, n, moved, names[i].file);
            names[i].file = GONE;
        }
        break;
    case REL_UNLINK:
    case REL_RMDIR:
        set_name(names, n, e->path, GONE);
        break;
    case REL_PWRITE:
    case REL_WRITEV:
    case REL_WRITE:
    case REL_FDATASYNC:
    case REL_FSYNC:
    case REL_FTRUNCATE:
    case REL_CALLS:
        break;
    }
}

/* Is `path` directly in `folder`? */
static int
is_in(const char *path, const char *folder)
{
    size_t n = strlen(folder);
    const char *rest = n == 0 ? path : path + n + 1;

    return (n == 0 || (strncmp(path, folder, n) == 0 && path[n] == '/')) &&
           strchr(rest, '/') == NULL;
}

static void
sync_folder(struct rel_platter *p, const char *folder)
{
    size_t kept = 0;

    for (size_t i = 0; i < p->doubts; i++) {
        const struct event *e = &p->t->event[p->doubt[i]];
        const char *where = e->new_path[0] != '\0' ? e->new_path : e->path;
        if (is_in(where, folder))
            do_name(p->name, &p->names, e);
        else
            p->doubt[kept++] = p->doubt[i];
    }
    p->doubts = kept;
}

static void
ask(struct rel_platter *p, size_t i)
{
    const struct event *e = &p->t->event[i];
    struct file *f = &p->file[e->file];

    if (e->mark) {
        p->acked = e->acked;
        p->sent = e->sent;
    } else if (e->call <= REL_WRITE || e->call == REL_FTRUNCATE) {
        if (f->doubts == f->cap) {
            f->cap = f->cap == 0 ? 64 : f->cap * 2;
            f->doubt = must(realloc(f->doubt, f->cap * sizeof *f->doubt));
        }
        f->doubt[f->doubts++] = i;
    } else if (e->call >= REL_CREATE) {
        if (p->doubts == DOUBTS)
            abort();
        p->doubt[p->doubts++] = i;
    }
}

/* Event i came back. */
static void
settle(struct rel_platter *p, size_t i)
{
    const struct event *e = &p->t->event[i];
    struct file *f = &p->file[e->file];

    if (e->mark)
        return;
    if (e->call == REL_FSYNC && e->is_folder) {
        sync_folder(p, e->path);
    } else if (e->call == REL_FSYNC || e->call == REL_FDATASYNC) {
        sync_file(p, f);
    } else if (e->dsync && e->call <= REL_WRITE && f->doubts > 0 &&
               f->doubt[f->doubts - 1] == i) {
        f->doubts--;
        make_sure(f, e);
    }
}

void
rel_platter_seek(struct rel_platter *p, size_t to, uint64_t *acked,
                 uint64_t *sent)
{
    while (p->at < to) {
        if (p->at > 0)
            settle(p, p->at - 1);
        ask(p, p->at++);
    }
    *acked = p->acked;
    *sent = p->sent;
}

size_t
rel_platter_doubts(const struct rel_platter *p)
{
    size_t n = p->doubts;

    for (int i = 0; i < p->t->files; i++)
        n += p->file[i].doubts;
    return n;
}

/* --- images --------------------------------------------------------------- */

/* How an image chooses what is there. */
struct chance {
    uint32_t eighths; /* 0 none .. 8 all */
    int ordered;      /* everything before one moment instead */
};

static int
chosen(const struct chance *c, size_t i, size_t of, struct inc_rng *r)
{
    if (c->ordered)
        return i * 8 < of * c->eighths;
    return inc_rng_below(r, 8) < c->eighths;
}

static struct chance
choose(struct inc_rng *r)
{
    struct chance c = {inc_rng_below(r, 9), inc_rng_below(r, 4) == 0};

    return c;
}

static void
put_sectors(unsigned char *bytes, const struct event *e, size_t sector,
            const struct chance *c, size_t i, size_t of, struct inc_rng *r)
{
    size_t end = (size_t)e->at + e->len;

    for (size_t at = (size_t)e->at; at < end;) {
        size_t stop = (at / sector + 1) * sector;
        if (stop > end)
            stop = end;
        if (chosen(c, i, of, r))
            memcpy(bytes + at, e->bytes + (at - (size_t)e->at), stop - at);
        at = stop;
    }
}

static size_t
length_after(size_t len, const struct event *e)
{
    if (e->call == REL_FTRUNCATE)
        return (size_t)e->at;
    return (size_t)e->at + e->len > len ? (size_t)e->at + e->len : len;
}

static void
spit(const char *path, const unsigned char *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0 || (len > 0 && write(fd, bytes, len) != (ssize_t)len) ||
        close(fd) != 0) {
        perror(path);
        abort();
    }
}

static void
lay_file(const struct rel_platter *p, const struct file *f, const char *path,
         size_t sector, struct inc_rng *r)
{
    struct chance c = choose(r);
    size_t most = f->len, len = f->len, final = f->len, keep;
    unsigned char *bytes;

    for (size_t i = 0; i < f->doubts; i++) {
        len = length_after(len, &p->t->event[f->doubt[i]]);
        most = len > most ? len : most;
    }
    bytes = must(calloc(1, most + 1));
    if (f->len > 0)
        memcpy(bytes, f->bytes, f->len);
    /* the newest length half of the time, else that of some moment */
    keep = inc_rng_below(r, 2) == 0 ? f->doubts
                                    : inc_rng_below(r, (uint32_t)f->doubts + 1);
    for (size_t i = 0; i < f->doubts; i++) {
        const struct event *e = &p->t->event[f->doubt[i]];
        if (i < keep)
            final = length_after(final, e);
        if (e->call != REL_FTRUNCATE)
            put_sectors(bytes, e, sector, &c, i, f->doubts, r);
    }
    spit(path, bytes, final);
    free(bytes);
}

static int
has_home(const struct name *names, size_t n, const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - path);

    if (slash == NULL)
        return 1;
    for (size_t i = 0; i < n; i++)
        if (names[i].file == FOLDER && strlen(names[i].path) == len &&
            strncmp(names[i].path, path, len) == 0)
            return has_home(names, n, names[i].path);
    return 0;
}

void
rel_platter_image(const struct rel_platter *p, const char *folder,
                  size_t sector, struct inc_rng *r)
{
    static struct name names[NAMES];
    struct chance c = choose(r);
    size_t n = p->names;

    memcpy(names, p->name, p->names * sizeof names[0]);
    for (size_t i = 0; i < p->doubts; i++)
        if (chosen(&c, i, p->doubts, r))
            do_name(names, &n, &p->t->event[p->doubt[i]]);
    rel_remove(folder);
    (void)mkdir(folder, 0700);
    /* folders first, those above before those in them */
    for (int folders = DEEPEST; folders >= 0; folders--)
        for (size_t i = 0; i < n; i++) {
            char path[1024];
            int len;
            if (names[i].file == GONE || names[i].path[0] == '\0' ||
                (names[i].file == FOLDER) != (folders > 0) ||
                !has_home(names, n, names[i].path))
                continue;
            len = snprintf(path, sizeof path, "%s/%s", folder, names[i].path);
            if (len < 0 || (size_t)len >= sizeof path)
                abort();
            if (folders > 0)
                (void)mkdir(path, 0700);
            else
                lay_file(p, &p->file[names[i].file], path, sector, r);
        }
}
