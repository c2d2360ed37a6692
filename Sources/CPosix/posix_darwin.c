// What only Darwin has. See the header for what each function is.
#if defined(__APPLE__)
#include "CPosix.h"
#include "counted.h"
#include "condition.h"

#include <fcntl.h>
#include <limits.h>
#include <mach-o/dyld.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/event.h>
#include <sys/mount.h>
#include <sys/param.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/sysctl.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

intptr_t cposix_renameat_exclusive(int directory, const char *name, int target, const char *new_name) {
    return counted(renameatx_np(directory, name, target, new_name, RENAME_EXCL));
}

intptr_t cposix_statx(int directory, const char *name, struct cposix_status *status) {
    return *name == 0 ? cposix_fstat(directory, status) : cposix_fstatat(directory, name, status);
}

intptr_t cposix_fallocate(int descriptor, int64_t size) {
    struct stat status;
    if (size < 0) return -EINVAL;
    if (fstat(descriptor, &status) < 0) return -errno;
    if (status.st_size >= size) return 0;
    fstore_t request = {F_ALLOCATEALL, F_PEOFPOSMODE, 0, size - status.st_size, 0};
    if (fcntl(descriptor, F_PREALLOCATE, &request) < 0) return -errno;
    return counted(ftruncate(descriptor, size));
}

intptr_t cposix_sync_data(int descriptor) { return counted(fcntl(descriptor, F_FULLFSYNC)); }

intptr_t cposix_sync_full(int descriptor) { return counted(fcntl(descriptor, F_FULLFSYNC)); }

intptr_t cposix_sync_barrier(int descriptor) { return counted(fcntl(descriptor, F_BARRIERFSYNC)); }

intptr_t cposix_flock_for(int descriptor, int exclusive, uint64_t nanoseconds) {
    (void)descriptor, (void)exclusive, (void)nanoseconds;
    return -ENOSYS;
}

intptr_t cposix_watch_create(void) {
    int queue = kqueue();
    if (queue < 0) return -errno;
    if (fcntl(queue, F_SETFD, FD_CLOEXEC) < 0) {
        int error = errno;
        close(queue);
        return -error;
    }
    return queue;
}

intptr_t cposix_watch_add(int watch, int directory) {
    struct kevent change;
    EV_SET(&change, directory, EVFILT_VNODE, EV_ADD | EV_CLEAR,
           NOTE_WRITE | NOTE_EXTEND | NOTE_DELETE | NOTE_RENAME | NOTE_ATTRIB | NOTE_LINK, 0, NULL);
    return counted(kevent(watch, &change, 1, NULL, 0, NULL));
}

intptr_t cposix_watch_wait(int watch, uint64_t timeout_nanoseconds) {
    struct timespec timeout = {(time_t)(timeout_nanoseconds / 1000000000), (long)(timeout_nanoseconds % 1000000000)};
    struct kevent event;
    return counted(kevent(watch, NULL, 0, &event, 1, &timeout));
}

intptr_t cposix_watch_drain(int watch) {
    (void)watch;
    return 0;
}

intptr_t cposix_random(void *buffer, size_t count) {
    size_t part = count < 256 ? count : 256;
    return getentropy(buffer, part) < 0 ? -errno : (intptr_t)part;
}

intptr_t cposix_fstatfs(int descriptor, struct cposix_mount *mount) {
    struct statfs raw;
    if (fstatfs(descriptor, &raw) < 0) return -errno;
    mount->magic = 0;
    mount->block_size = raw.f_bsize;
    mount->available_bytes = raw.f_bavail * (uint64_t)raw.f_bsize;
    mount->name_maximum = NAME_MAX;
    mount->read_only = (raw.f_flags & MNT_RDONLY) != 0;
    return 0;
}

static intptr_t copied(const char *text, char *buffer, size_t capacity) {
    size_t length = strlen(text);
    if (length > capacity) return -ENAMETOOLONG;
    memcpy(buffer, text, length);
    return (intptr_t)length;
}

intptr_t cposix_mount_text(int descriptor, int which, char *buffer, size_t capacity) {
    struct statfs raw;
    if (fstatfs(descriptor, &raw) < 0) return -errno;
    switch (which) {
    case CPOSIX_MOUNT_TYPE: return copied(raw.f_fstypename, buffer, capacity);
    case CPOSIX_MOUNT_POINT: return copied(raw.f_mntonname, buffer, capacity);
    case CPOSIX_MOUNT_SOURCE: return copied(raw.f_mntfromname, buffer, capacity);
    default: return -EINVAL;
    }
}

intptr_t cposix_process_text(int which, char *buffer, size_t capacity) {
    if (which == CPOSIX_PROCESS_BOOT) {
        size_t length = capacity;
        if (sysctlbyname("kern.bootsessionuuid", buffer, &length, NULL, 0) < 0) return -errno;
        return (intptr_t)strnlen(buffer, length);
    }
    uint32_t length = (uint32_t)capacity;
    if (_NSGetExecutablePath(buffer, &length) != 0) return -ENAMETOOLONG;
    return (intptr_t)strnlen(buffer, capacity);
}

intptr_t cposix_thread_set_name(const char *name) { return -pthread_setname_np(name); }

void *cposix_condition_create(void) {
    struct condition *condition = malloc(sizeof *condition);
    if (condition == NULL) return NULL;
    pthread_cond_init(&condition->signalled, NULL);
    pthread_mutex_init(&condition->mutex, NULL);
    return condition;
}

intptr_t cposix_condition_wait_for(void *pointer, uint64_t nanoseconds) {
    struct condition *condition = pointer;
    struct timespec span = {(time_t)(nanoseconds / 1000000000), (long)(nanoseconds % 1000000000)};
    int error = pthread_cond_timedwait_relative_np(&condition->signalled, &condition->mutex, &span);
    return error == 0 ? 1 : error == ETIMEDOUT ? 0 : -error;
}

// What the machine really does is looked at with means of Linux.

intptr_t cposix_probe_process_lock(int descriptor, uint64_t timeout_nanoseconds) {
    (void)descriptor, (void)timeout_nanoseconds;
    return -ENOTSUP;
}

intptr_t cposix_probe_mapping(int descriptor, uint64_t timeout_nanoseconds) {
    (void)descriptor, (void)timeout_nanoseconds;
    return -ENOTSUP;
}

intptr_t cposix_guard_start(int directory, const char *name, int *child) {
    (void)directory, (void)name, (void)child;
    return -ENOTSUP;
}

intptr_t cposix_guard_made(int channel) {
    (void)channel;
    return -ENOTSUP;
}

intptr_t cposix_guard_end(int channel, int child) {
    (void)channel, (void)child;
    return -ENOTSUP;
}

intptr_t cposix_guard_cancel(int channel, int child) {
    (void)channel, (void)child;
    return -ENOTSUP;
}

intptr_t cposix_open_unnamed(int directory) {
    (void)directory;
    return -ENOTSUP;
}

intptr_t cposix_punch_hole(int descriptor, int64_t offset, int64_t count) {
    struct fpunchhole hole = {0, 0, offset, count};
    return counted(fcntl(descriptor, F_PUNCHHOLE, &hole));
}

intptr_t cposix_directory_path(int directory, char *buffer, size_t capacity) {
    char path[PATH_MAX];
    if (fcntl(directory, F_GETPATH, path) < 0) return -errno;
    return copied(path, buffer, capacity);
}

void cposix_host(struct cposix_host *host) {
    memset(host, 0, sizeof *host);
    host->page_size = (uint64_t)getpagesize();
}
#endif
