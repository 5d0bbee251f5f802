/* incrociod - matches people with companies' training needs, over ZeroMQ. */
#include "engine/daemon/process.h"
#include "engine/daemon/service.h"

int
main(int argc, char **argv)
{
    struct inc_options options;
    struct inc_err err = {0};

    inc_process_single(argv);
    if (inc_options_read(&options, argc, argv, &err) != INC_OK)
        return inc_service_complain(&err);
    switch (options.run) {
    case INC_RUN_SERVE:
        break;
    case INC_RUN_CHECK:
        return inc_service_check(&options);
    case INC_RUN_MIGRATION:
        return inc_service_migration(&options);
    case INC_RUN_HELP:
        inc_options_help(stdout);
        return 0;
    case INC_RUN_VERSION:
        (void)printf("incrociod %s\n", INC_RELEASE);
        return 0;
    }
    return inc_service_serve(&options);
}
