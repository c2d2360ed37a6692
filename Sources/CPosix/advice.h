// Whether advice about memory is followed.
#ifndef HOLDFAST_CPOSIX_ADVICE_H
#define HOLDFAST_CPOSIX_ADVICE_H

#include <stddef.h>
#include <sys/mman.h>

/// `madvise`: 1 when whole pages are now treated so. Emulators that take any advice, also one that does not exist, follow none.
static inline int follows_advice(void *pages, size_t length, int advice) {
    return madvise(pages, length, -1) < 0 && madvise(pages, length, advice) == 0;
}

#endif
