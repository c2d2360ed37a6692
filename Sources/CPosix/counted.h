// What a system call gave, as the seam has it.
#ifndef HOLDFAST_COUNTED_H
#define HOLDFAST_COUNTED_H

#include <errno.h>
#include <stdint.h>

/// A result that is not negative, or the negated error number.
static inline intptr_t counted(intptr_t result) { return result < 0 ? -errno : result; }

#endif
