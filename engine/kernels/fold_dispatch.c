#include <string.h>

#include "engine/kernels/fold.h"

int
inc_kernel_has_avx2(void)
{
#if defined(__x86_64__) || defined(__i386__)
    return __builtin_cpu_supports("avx2") != 0; /* also asks for the OS' help */
#else
    return 0;
#endif
}

inc_fold_fn *
inc_fold_choose(const char *forced, const char **name)
{
    int any = forced == NULL || forced[0] == '\0';

    if (inc_kernel_has_avx2() && (any || strcmp(forced, "avx2") == 0)) {
        *name = "avx2";
        return inc_fold_avx2;
    }
    if (any || strcmp(forced, "scalar") == 0) {
        *name = "scalar";
        return inc_fold_scalar;
    }
    *name = "none";
    return NULL;
}
