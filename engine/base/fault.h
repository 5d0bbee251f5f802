/*
 * fault.h - named places where tests can make the world fail.
 *
 * In a normal build INC_FAULT(x) is the constant 0 and costs nothing. With
 * -DINC_FAULTS=1 the n-th visit of an armed point answers 1, once.
 */
#ifndef INC_BASE_FAULT_H
#define INC_BASE_FAULT_H

/* clang-format off */
#define INC_FAULT_POINTS(X)                                                    \
    X(ALLOC)                                                                   \
    X(FILE_WRITE)                                                              \
    X(FILE_SYNC)                                                               \
    X(STORE_BEGIN)                                                             \
    X(STORE_PUT)                                                               \
    X(STORE_COMMIT)                                                            \
    X(STORE_COPY)                                                              \
    X(STORE_GROW)
/* clang-format on */

enum inc_fault {
#define INC_X(name) INC_FAULT_##name,
    INC_FAULT_POINTS(INC_X)
#undef INC_X
        INC_FAULT_COUNT
};

#if INC_FAULTS
void inc_fault_arm(enum inc_fault point, unsigned nth); /* 0 disarms */
int inc_fault_fired(void); /* has the armed fault happened? */
int inc_fault_visit(enum inc_fault point);
#define INC_FAULT(name) inc_fault_visit(INC_FAULT_##name)
#else
#define INC_FAULT(name) 0
#endif

#endif
