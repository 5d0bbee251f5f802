/* incrocio-audit: checks what the register says, without believing the daemon.
 */
#include <sodium.h>
#include <string.h>

#include "clients/audit/audit.h"

enum { WITNESS_MAX = 1000, FAULTY = 1, MISUSED = 2 };

static const char help[] =
    "incrocio-audit verify EXPORT [--key HEX] [--witness FILE]...\n"
    "incrocio-audit proof FILE    [--key HEX] [--witness FILE]...\n"
    "incrocio-audit since FILE    [--key HEX] --witness FILE\n"
    "\n"
    "  verify  an `incrocio register export`: every entry, both chains, the\n"
    "          tree, the signature, and each checkpoint kept elsewhere; of\n"
    "          a pruned register also the signed cut, and who ordered it\n"
    "  proof   an `incrocio match proof N`\n"
    "  since   an `incrocio register checkpoint --since N` against the "
    "witness\n"
    "          of N entries\n"
    "\n"
    "  --key      the public key that must have signed, as the first "
    "checkpoint\n"
    "             you were given names it\n"
    "  --witness  a checkpoint that was kept where the daemon cannot write\n"
    "\n"
    "  `-` is the standard input. 0: all is as signed; 1: it is not; 2: "
    "misused.\n";

static struct checkpoint witness[WITNESS_MAX];
static struct lines lines;

static int
complain(const char *what, const char *about)
{
    (void)fprintf(stderr, "incrocio-audit: %s%s%s\n", what,
                  about[0] != '\0' ? ": " : "", about);
    return MISUSED;
}

static int
open_lines(struct lines *l, const char *path)
{
    memset(l, 0, sizeof *l);
    l->file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    return l->file != NULL ? 0 : -1;
}

/* 0, FAULTY or MISUSED. */
static int
read_witness(struct checkpoint *out, const char *path)
{
    const char *why = NULL;
    int st;

    if (open_lines(&lines, path) != 0)
        return complain("this file cannot be read", path);
    st = checkpoint_read(out, &lines, &why);
    if (lines.file != stdin)
        (void)fclose(lines.file);
    if (st == 0)
        return 0;
    (void)printf("WRONG: %s: %s\n", path, why);
    return FAULTY;
}

struct asked {
    int (*what)(struct lines *l, const struct wanted *w);
    const char *path;
    unsigned char key[PUBLIC_KEY];
    struct wanted w;
};

static int
understand(struct asked *a, int argc, char **argv)
{
    int st = 0;

    if (argc < 3)
        return complain("what is to be checked?", "see incrocio-audit --help");
    a->what = strcmp(argv[1], "verify") == 0  ? verify_export
              : strcmp(argv[1], "proof") == 0 ? verify_proof
              : strcmp(argv[1], "since") == 0 ? verify_since
                                              : NULL;
    if (a->what == NULL)
        return complain("this cannot be checked", argv[1]);
    a->path = argv[2];
    for (int i = 3; i < argc && st == 0; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";

        if (strcmp(argv[i], "--key") == 0) {
            if (take_hex(&value, a->key, PUBLIC_KEY) != 0 || *value != '\0')
                return complain("a key has 64 hex digits", argv[i]);
            a->w.key = a->key;
        } else if (strcmp(argv[i], "--witness") == 0 && i + 1 < argc) {
            if (a->w.n_witness == WITNESS_MAX)
                return complain("at most 1000 witnesses", "");
            st = read_witness(&witness[a->w.n_witness++], value);
        } else {
            return complain("no such option", argv[i]);
        }
    }
    a->w.witness = witness;
    return st;
}

int
main(int argc, char **argv)
{
    struct asked a = {.w = {.out = stdout}};
    int st, wrong;

    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(help, stdout) < 0;
    if (sodium_init() < 0)
        return complain("libsodium does not start", "");
    st = understand(&a, argc, argv);
    if (st != 0)
        return st;
    if (open_lines(&lines, a.path) != 0)
        return complain("this file cannot be read", a.path);
    wrong = a.what(&lines, &a.w);
    if (a.w.key == NULL)
        (void)printf("note: no --key was given: it is signed, by whomever\n");
    (void)printf(wrong == 0 ? "as signed\n" : "%d wrong\n", wrong);
    return wrong == 0 ? 0 : FAULTY;
}
