// What only Linux has. See the header for what each function is.
#if defined(__linux__)
#define _GNU_SOURCE
#include "CPosix.h"
#include "counted.h"
#include "condition.h"
#include "kind.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

intptr_t cposix_renameat_exclusive(int directory, const char *name, int target, const char *new_name) {
    return counted(syscall(SYS_renameat2, directory, name, target, new_name, RENAME_NOREPLACE));
}

intptr_t cposix_statx(int directory, const char *name, struct cposix_status *status) {
    struct statx raw;
    int flags = AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
    if (statx(directory, name, flags, STATX_TYPE | STATX_INO | STATX_SIZE, &raw) < 0) return -errno;
    *status = (struct cposix_status){
        .device = (uint64_t)makedev(raw.stx_dev_major, raw.stx_dev_minor),
        .inode = raw.stx_ino,
        .size = (int64_t)raw.stx_size,
        .device_major = raw.stx_dev_major,
        .device_minor = raw.stx_dev_minor,
        .kind = cposix_kind(raw.stx_mode),
    };
    return 0;
}

intptr_t cposix_fallocate(int descriptor, int64_t size) { return counted(fallocate(descriptor, 0, 0, size)); }

intptr_t cposix_sync_data(int descriptor) { return counted(fdatasync(descriptor)); }

intptr_t cposix_sync_full(int descriptor) { return counted(fsync(descriptor)); }

intptr_t cposix_sync_barrier(int descriptor) { return counted(fdatasync(descriptor)); }

// Waiting for a lock with a limit.

static void do_nothing(int signal_number) { (void)signal_number; }

// Whether all real-time signals are among these.
static int has_all(const sigset_t *signals) {
    for (int candidate = SIGRTMIN; candidate < SIGRTMAX; candidate++) {
        if (!sigismember(signals, candidate)) return 0;
    }
    return 1;
}

// A signal whose handler is ours; one that nobody uses becomes ours. Asked for each time, because the rest of the
// process may take the signal for itself at any time. None that is in `kept`.
static int interrupting_signal(const sigset_t *kept) {
    for (int candidate = SIGRTMAX - 1; candidate >= SIGRTMIN; candidate--) {
        struct sigaction action;
        if (sigismember(kept, candidate)) continue;
        if (sigaction(candidate, NULL, &action) < 0) continue;
        if (action.sa_handler == do_nothing) return candidate;
        if (action.sa_handler != SIG_DFL) continue;
        action = (struct sigaction){.sa_handler = do_nothing};
        sigemptyset(&action.sa_mask);
        if (sigaction(candidate, &action, NULL) == 0) return candidate;
    }
    return 0;
}

intptr_t cposix_flock_for(int descriptor, int exclusive, uint64_t nanoseconds) {
    sigset_t before, kept;
    pthread_sigmask(SIG_BLOCK, NULL, &before);
    kept = before;
    // Whoever reads a signal with signalfd or sigwait blocks it, and need not handle it. A thread that blocks all of them, as
    // those of work queues do, does not tell which.
    int blocks_all = has_all(&before);
    if (blocks_all) sigemptyset(&kept);
    int signal_number = interrupting_signal(&kept);
    if (signal_number == 0) return -ENOSYS;
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = signal_number};
    event.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
    timer_t timer;
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) < 0) return -ENOSYS;
    if (blocks_all) {
        sigset_t ours;
        sigemptyset(&ours);
        sigaddset(&ours, signal_number);
        pthread_sigmask(SIG_UNBLOCK, &ours, NULL);
    }
    // Repeated: the first signal may come before flock has begun to wait.
    struct itimerspec time = {.it_interval = {0, 1000000}};
    time.it_value.tv_sec = (time_t)(nanoseconds / 1000000000);
    time.it_value.tv_nsec = nanoseconds == 0 ? 1 : (long)(nanoseconds % 1000000000);
    timer_settime(timer, 0, &time, NULL);
    intptr_t result = counted(flock(descriptor, exclusive ? LOCK_EX : LOCK_SH));
    timer_delete(timer);
    if (blocks_all) pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result;
}

intptr_t cposix_watch_create(void) { return counted(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)); }

intptr_t cposix_watch_add(int watch, int directory) {
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", directory);
    uint32_t mask = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MODIFY | IN_ATTRIB | IN_DELETE_SELF |
                    IN_MOVE_SELF;
    return counted(inotify_add_watch(watch, path, mask));
}

intptr_t cposix_watch_wait(int watch, uint64_t timeout_nanoseconds) {
    struct pollfd entry = {watch, POLLIN, 0};
    struct timespec timeout = {(time_t)(timeout_nanoseconds / 1000000000), (long)(timeout_nanoseconds % 1000000000)};
    return counted(ppoll(&entry, 1, &timeout, NULL));
}

intptr_t cposix_watch_drain(int watch) {
    char events[4096];
    return counted(read(watch, events, sizeof events));
}

intptr_t cposix_random(void *buffer, size_t count) { return counted(getrandom(buffer, count, 0)); }

intptr_t cposix_fstatfs(int descriptor, struct cposix_mount *mount) {
    struct statfs raw;
    if (fstatfs(descriptor, &raw) < 0) return -errno;
    uint64_t unit = (uint64_t)(raw.f_frsize != 0 ? raw.f_frsize : raw.f_bsize);
    mount->magic = (uint64_t)(unsigned int)raw.f_type;
    mount->block_size = (uint64_t)raw.f_bsize;
    mount->available_bytes = raw.f_bavail * unit;
    mount->name_maximum = (uint64_t)raw.f_namelen;
    mount->read_only = (raw.f_flags & 1 /* ST_RDONLY */) != 0;
    return 0;
}

intptr_t cposix_punch_hole(int descriptor, int64_t offset, int64_t count) {
    return counted(fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, count));
}

intptr_t cposix_directory_path(int directory, char *buffer, size_t capacity) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", directory);
    return cposix_readlink(path, buffer, capacity);
}

intptr_t cposix_mount_text(int descriptor, int which, char *buffer, size_t capacity) {
    (void)descriptor, (void)which, (void)buffer, (void)capacity;
    return -ENOTSUP;
}

intptr_t cposix_process_text(int which, char *buffer, size_t capacity) {
    (void)which, (void)buffer, (void)capacity;
    return -ENOTSUP;
}

intptr_t cposix_thread_set_name(const char *name) { return -pthread_setname_np(pthread_self(), name); }

void *cposix_condition_create(void) {
    struct condition *condition = malloc(sizeof *condition);
    if (condition == NULL) return NULL;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&condition->signalled, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&condition->mutex, NULL);
    return condition;
}

intptr_t cposix_condition_wait_for(void *pointer, uint64_t nanoseconds) {
    struct condition *condition = pointer;
    struct timespec deadline;
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    uint64_t fraction = (uint64_t)deadline.tv_nsec + nanoseconds % 1000000000;
    deadline.tv_sec += (time_t)(nanoseconds / 1000000000 + fraction / 1000000000);
    deadline.tv_nsec = (long)(fraction % 1000000000);
    int error = pthread_cond_timedwait(&condition->signalled, &condition->mutex, &deadline);
    return error == 0 ? 1 : error == ETIMEDOUT ? 0 : -error;
}
#endif
