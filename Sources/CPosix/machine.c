// Clocks, identities and threads, as Linux and Darwin share them. See the header for what each function is.
#define _GNU_SOURCE
#include "CPosix.h"
#include "counted.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

// The machine and the process.

int64_t cposix_wall_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

uint64_t cposix_monotonic_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

intptr_t cposix_nanosleep(uint64_t nanoseconds, uint64_t *remaining) {
    struct timespec wanted = {(time_t)(nanoseconds / 1000000000), (long)(nanoseconds % 1000000000)};
    struct timespec left = {0, 0};
    intptr_t result = counted(nanosleep(&wanted, &left));
    *remaining = (uint64_t)left.tv_sec * 1000000000 + (uint64_t)left.tv_nsec;
    return result;
}

uint32_t cposix_geteuid(void) { return geteuid(); }

intptr_t cposix_gethostname(char *buffer, size_t capacity) {
    if (gethostname(buffer, capacity) < 0) return -errno;
    return (intptr_t)strnlen(buffer, capacity);
}

intptr_t cposix_host_text(int which, char *buffer, size_t capacity) {
    struct utsname host;
    if (uname(&host) < 0) return -errno;
    const char *text = which == CPOSIX_HOST_KERNEL ? host.sysname : which == CPOSIX_HOST_RELEASE ? host.release : host.machine;
    size_t length = strlen(text);
    if (length >= capacity) return -ENAMETOOLONG;
    memcpy(buffer, text, length + 1);
    return (intptr_t)length;
}

// Threads.

struct start {
    void (*body)(void *);
    void *context;
};

static void *run(void *argument) {
    struct start start = *(struct start *)argument;
    free(argument);
    start.body(start.context);
    return NULL;
}

intptr_t cposix_thread_create(uintptr_t *thread, void (*body)(void *), void *context) {
    struct start *start = malloc(sizeof *start);
    if (start == NULL) return -ENOMEM;
    *start = (struct start){body, context};
    pthread_t created;
    int error = pthread_create(&created, NULL, run, start);
    if (error != 0) {
        free(start);
        return -error;
    }
    *thread = (uintptr_t)created;
    return 0;
}

intptr_t cposix_thread_join(uintptr_t thread) { return -pthread_join((pthread_t)thread, NULL); }

intptr_t cposix_thread_detach(uintptr_t thread) { return -pthread_detach((pthread_t)thread); }

intptr_t cposix_processor_count(void) { return sysconf(_SC_NPROCESSORS_ONLN); }
