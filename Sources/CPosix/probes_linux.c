// Looks at what the machine really does, with the help of child processes. See the header for what each function is.
//
// A child is made by clone(2) without a signal to its parent, so that neither a handler for SIGCHLD nor a `wait` of the rest
// of the process sees it. It keeps the descriptors it needs and closes all others at once: copies would keep locks of other
// threads held. It calls nothing but system calls, as after a fork of a process with threads, and all signals are blocked.
#if defined(__linux__)
#define _GNU_SOURCE
#include "CPosix.h"
#include "counted.h"
#include "advice.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

// Children.

static pid_t start_child(void) {
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t child = (pid_t)syscall(SYS_clone, 0UL, NULL, NULL, NULL, 0UL);
    int error = errno;
    if (child != 0) sigprocmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return child;
}

static void close_between(unsigned first, unsigned last) {
    if (syscall(SYS_close_range, first, last, 0) == 0) return;
    if (last > 65535) last = 65535;
    for (unsigned descriptor = first; descriptor <= last; descriptor++) close((int)descriptor);
}

static void close_all_but(int one, int other) {
    unsigned low = (unsigned)(one < other ? one : other), high = (unsigned)(one < other ? other : one);
    if (low > 0) close_between(0, low - 1);
    if (high > low + 1) close_between(low + 1, high - 1);
    close_between(high + 1, ~0U);
}

// How a child ended; -1 when it was none of this process.
static int reap(pid_t child) {
    for (;;) {
        int status = 0;
        if (waitpid(child, &status, __WALL) == child) return status;
        if (errno != EINTR) return -1;
    }
}

// Children that had not ended when they were given up; 0 is a free place. One that finds none stays uncollected.
static _Atomic(pid_t) given_up[64];

// Whether a child needs no more waiting for: it has ended, or it is none of this process, as in a forked one. A number that
// came to mean another child, made by fork, is left alone.
static int is_collected(pid_t child) { return waitpid(child, NULL, __WCLONE | WNOHANG) != 0; }

static void collect_given_up(void) {
    for (size_t place = 0; place < sizeof given_up / sizeof *given_up; place++) {
        pid_t child = atomic_load(&given_up[place]);
        if (child != 0 && is_collected(child)) atomic_compare_exchange_strong(&given_up[place], &child, 0);
    }
}

static void give_up(pid_t child) {
    for (size_t place = 0; place < sizeof given_up / sizeof *given_up; place++) {
        pid_t nobody = 0;
        if (atomic_compare_exchange_strong(&given_up[place], &nobody, child)) return;
    }
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

// What a child wrote: `size` bytes, 0 when it ended before, -ETIMEDOUT.
static intptr_t answer(int channel, void *bytes, size_t size, uint64_t timeout) {
    uint64_t start = now();
    for (;;) {
        uint64_t spent = now() - start;
        if (spent >= timeout) return -ETIMEDOUT;
        uint64_t rest = timeout - spent;
        struct timespec limit = {(time_t)(rest / 1000000000u), (long)(rest % 1000000000u)};
        struct pollfd ready = {.fd = channel, .events = POLLIN};
        int result = ppoll(&ready, 1, &limit, NULL);
        if (result < 0 && errno != EINTR) return -errno;
        if (result > 0) return counted(read(channel, bytes, size));
    }
}

// Ends a child. One that hangs in the kernel is left to end when it can, and collected by a later look.
static void end_child(pid_t child, int hangs) {
    kill(child, SIGKILL);
    if (!hangs) {
        reap(child);
        return;
    }
    // One that does not hang was only slow, and ends at once.
    struct timespec moment = {0, 1000000};
    for (int round = 0; round < 50; round++) {
        if (is_collected(child)) return;
        nanosleep(&moment, NULL);
    }
    give_up(child);
}

static int open_again(int descriptor) {
    char path[32] = "/proc/self/fd/", digits[12];
    size_t count = 0, length = strlen(path);
    do digits[count++] = (char)('0' + descriptor % 10);
    while ((descriptor /= 10) > 0);
    while (count > 0) path[length++] = digits[--count];
    path[length] = 0;
    return open(path, O_RDWR | O_CLOEXEC);
}

intptr_t cposix_probe_process_lock(int descriptor, uint64_t timeout_nanoseconds) {
    collect_given_up();
    int channel[2];
    if (pipe2(channel, O_CLOEXEC) < 0) return -errno;
    pid_t child = start_child();
    if (child == 0) {
        close_all_but(descriptor, channel[1]);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        int own = open_again(descriptor);
        close(descriptor);
        int error = own < 0 || flock(own, LOCK_EX) < 0 ? errno : 0;
        if (write(channel[1], &error, sizeof error) != sizeof error) _exit(1);
        for (;;) pause();
    }
    int started = errno;
    close(channel[1]);
    int error = 0;
    intptr_t told = child < 0 ? -started : answer(channel[0], &error, sizeof error, timeout_nanoseconds);
    close(channel[0]);
    if (child < 0) return told;
    int excludes = 0;
    if (told == sizeof error && error == 0) {
        excludes = flock(descriptor, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;
        flock(descriptor, LOCK_UN);
    }
    end_child(child, told == -ETIMEDOUT);
    if (told < 0) return told;
    if (told != sizeof error) return -EIO;
    if (error != 0) return -error;
    int released = flock(descriptor, LOCK_EX | LOCK_NB) == 0;
    flock(descriptor, LOCK_UN);
    return (excludes ? CPOSIX_LOCK_EXCLUDES : 0) | (released ? CPOSIX_LOCK_RELEASED : 0);
}

intptr_t cposix_probe_mapping(int descriptor, uint64_t timeout_nanoseconds) {
    collect_given_up();
    int channel[2];
    if (pipe2(channel, O_CLOEXEC) < 0) return -errno;
    pid_t child = start_child();
    if (child == 0) {
        close_all_but(descriptor, channel[1]);
        // A map may end it, and that is no accident to keep a memory dump of.
        prctl(PR_SET_DUMPABLE, 0);
        int found[2] = {0, 0};
        volatile unsigned char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
        if (map == MAP_FAILED) {
            found[0] = errno;
        } else {
            unsigned char seen = 0, written = 0xa5;
            map[0] = 0x5a;
            found[1] = pread(descriptor, &seen, 1, 0) == 1 && seen == 0x5a && pwrite(descriptor, &written, 1, 1) == 1
                && map[1] == written;
        }
        _exit(write(channel[1], found, sizeof found) == sizeof found ? 0 : 1);
    }
    int started = errno;
    close(channel[1]);
    int found[2] = {0, 0};
    intptr_t told = child < 0 ? -started : answer(channel[0], found, sizeof found, timeout_nanoseconds);
    close(channel[0]);
    if (child < 0) return told;
    end_child(child, told == -ETIMEDOUT);
    if (told < 0) return told;
    // A child that ended without an answer was ended by SIGBUS.
    if (told != sizeof found) return 0;
    return found[0] != 0 ? -found[0] : found[1];
}

// A directory that is removed whatever happens.

static int remove_entries(int directory) {
    struct entry {
        uint64_t inode;
        int64_t next;
        unsigned short size;
        unsigned char kind;
        char name[];
    };
    _Alignas(8) char buffer[4096];
    int removed = 0;
    long count;
    while ((count = syscall(SYS_getdents64, directory, buffer, sizeof buffer)) > 0) {
        for (long position = 0; position < count;) {
            struct entry *entry = (struct entry *)(void *)(buffer + position);
            position += entry->size;
            if (strcmp(entry->name, ".") == 0 || strcmp(entry->name, "..") == 0) continue;
            if (unlinkat(directory, entry->name, 0) == 0 || unlinkat(directory, entry->name, AT_REMOVEDIR) == 0) removed = 1;
        }
    }
    return removed;
}

intptr_t cposix_guard_start(int directory, const char *name, int *child) {
    char own_name[256];
    if (strlen(name) >= sizeof own_name) return -ENAMETOOLONG;
    strcpy(own_name, name);
    int channel[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) < 0) return -errno;
    pid_t started = start_child();
    if (started == 0) {
        // Shells, `timeout` and others kill all of a process group, or of a session.
        setsid();
        close_all_but(directory, channel[0]);
        int is_made = 0;
        char byte = 0;
        if (write(channel[0], &byte, 1) != 1) _exit(1);
        for (ssize_t count; (count = read(channel[0], &byte, 1)) != 0;) {
            if (count > 0) is_made = 1;
            else if (errno != EINTR) break;
        }
        // Until it is told, the directory is empty; one that holds anything is somebody else's, who was quicker.
        int scratch = is_made ? openat(directory, own_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
        if (scratch >= 0) {
            while (remove_entries(scratch)) lseek(scratch, 0, SEEK_SET);
        }
        _exit(unlinkat(directory, own_name, AT_REMOVEDIR) == 0 ? 0 : 1);
    }
    int error = errno;
    close(channel[0]);
    if (started < 0) {
        close(channel[1]);
        return -error;
    }
    // Not before it has left the group: it would be killed with it, and the directory stay.
    char byte;
    intptr_t told = answer(channel[1], &byte, 1, 10000000000u);
    if (told != 1) {
        cposix_guard_cancel(channel[1], started);
        return told < 0 ? told : -EPIPE;
    }
    *child = started;
    return channel[1];
}

intptr_t cposix_guard_made(int channel) {
    char byte = 0;
    return counted(send(channel, &byte, 1, MSG_NOSIGNAL));
}

intptr_t cposix_guard_end(int channel, int child) {
    // A child that was forked meanwhile has a copy of this end: closing it alone would not be noticed.
    shutdown(channel, SHUT_WR);
    close(channel);
    return reap(child) == 0 ? 0 : 1;
}

intptr_t cposix_guard_cancel(int channel, int child) {
    kill(child, SIGKILL);
    close(channel);
    reap(child);
    return 0;
}

// Names.

intptr_t cposix_open_unnamed(int directory) {
    int opened = openat(directory, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    // A kernel or file system that does not know the flag takes it for the opening of a directory.
    if (opened < 0 && (errno == EISDIR || errno == ENOENT)) return -ENOTSUP;
    return counted(opened);
}

// The host.

void cposix_host(struct cposix_host *host) {
    memset(host, 0, sizeof *host);
    long size = sysconf(_SC_PAGESIZE);
    host->page_size = size > 0 ? (uint64_t)size : 0;
    struct rlimit limit;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0)
        host->lockable_bytes = limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : (uint64_t)limit.rlim_cur;
    struct timespec resolution;
    if (clock_getres(CLOCK_MONOTONIC, &resolution) == 0)
        host->clock_resolution_nanoseconds = (uint64_t)resolution.tv_sec * 1000000000u + (uint64_t)resolution.tv_nsec;
    void *page = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return;
    host->hides_from_dumps = follows_advice(page, (size_t)size, MADV_DONTDUMP);
    host->wipes_on_fork = follows_advice(page, (size_t)size, MADV_WIPEONFORK);
    munmap(page, (size_t)size);
}
#endif
