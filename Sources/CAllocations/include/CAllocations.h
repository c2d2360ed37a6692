/// Counts what the calling thread allocates, in a program that is linked with this: its `malloc` and the like count and then
/// do what the C library's do.
///
/// Only where the C library is glibc, which lets a program bring its own, and no sanitizer has brought one already.
#ifndef HOLDFAST_CALLOCATIONS_H
#define HOLDFAST_CALLOCATIONS_H

#include <stdbool.h>
#include <stdint.h>

struct callocations_count {
    /// How often memory was asked for.
    uint64_t calls;
    /// How many bytes were asked for.
    uint64_t bytes;
};

/// Whether anything is counted here.
bool callocations_is_counting(void);
/// What this thread has asked for since it began.
struct callocations_count callocations_of_thread(void);

#endif
