// Memory for secrets. See the header for what each function is.
#define _GNU_SOURCE
#include "CPosix.h"
#include "advice.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__APPLE__)
#include <mach/vm_inherit.h>
#endif

intptr_t cposix_guarded_map(size_t length, void **address, int *protections) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (length == 0 || length > SIZE_MAX / 2) return -EINVAL;
    size_t usable = (length + page - 1) / page * page;
    char *start = mmap(NULL, usable + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANON, -1, 0);
    if (start == MAP_FAILED) return -errno;
    char *inside = start + page;
    if (mprotect(inside, usable, PROT_READ | PROT_WRITE) < 0) {
        int error = errno;
        munmap(start, usable + 2 * page);
        return -error;
    }
    int granted = 0;
    if (mlock(inside, usable) == 0) granted |= CPOSIX_GUARDED_LOCKED;
#if defined(MADV_DONTDUMP)
    if (follows_advice(inside, usable, MADV_DONTDUMP)) granted |= CPOSIX_GUARDED_NOT_DUMPED;
#endif
#if defined(MADV_WIPEONFORK)
    if (follows_advice(inside, usable, MADV_WIPEONFORK)) granted |= CPOSIX_GUARDED_WIPED_ON_FORK;
#elif defined(__APPLE__)
    if (minherit(inside, usable, VM_INHERIT_NONE) == 0) granted |= CPOSIX_GUARDED_WIPED_ON_FORK;
#endif
    *address = inside;
    *protections = granted;
    return (intptr_t)usable;
}

intptr_t cposix_guarded_unmap(void *address, size_t length) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    // Volatile, so that the compiler keeps writes that nobody reads.
    volatile unsigned char *bytes = address;
    for (size_t index = 0; index < length; index++) bytes[index] = 0;
    return munmap((char *)address - page, length + 2 * page) < 0 ? -errno : 0;
}
