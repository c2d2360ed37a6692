// What Linux and Darwin share. See the header for what each function is.
#define _GNU_SOURCE
#include "CPosix.h"
#include "kind.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/sysmacros.h>
#endif

extern char **environ;

static intptr_t counted(intptr_t result) { return result < 0 ? -errno : result; }

// What stands behind a name.

static void describe(const struct stat *from, struct cposix_status *to) {
    to->device = (uint64_t)from->st_dev;
    to->inode = (uint64_t)from->st_ino;
    to->size = from->st_size;
    to->links = (uint64_t)from->st_nlink;
#if defined(__APPLE__)
    to->modified_seconds = from->st_mtimespec.tv_sec;
    to->modified_nanoseconds = from->st_mtimespec.tv_nsec;
    to->changed_seconds = from->st_ctimespec.tv_sec;
    to->changed_nanoseconds = from->st_ctimespec.tv_nsec;
#else
    to->modified_seconds = from->st_mtim.tv_sec;
    to->modified_nanoseconds = from->st_mtim.tv_nsec;
    to->changed_seconds = from->st_ctim.tv_sec;
    to->changed_nanoseconds = from->st_ctim.tv_nsec;
#endif
    to->device_major = (uint32_t)major(from->st_dev);
    to->device_minor = (uint32_t)minor(from->st_dev);
    to->owner = from->st_uid;
    to->permissions = from->st_mode & 07777;
    to->kind = cposix_kind(from->st_mode);
}

intptr_t cposix_fstat(int descriptor, struct cposix_status *status) {
    struct stat raw;
    if (fstat(descriptor, &raw) < 0) return -errno;
    describe(&raw, status);
    return 0;
}

intptr_t cposix_stat(const char *path, struct cposix_status *status) {
    struct stat raw;
    if (stat(path, &raw) < 0) return -errno;
    describe(&raw, status);
    return 0;
}

intptr_t cposix_lstat(const char *path, struct cposix_status *status) {
    struct stat raw;
    if (lstat(path, &raw) < 0) return -errno;
    describe(&raw, status);
    return 0;
}

intptr_t cposix_fstatat(int directory, const char *name, struct cposix_status *status) {
    struct stat raw;
    if (fstatat(directory, name, &raw, AT_SYMLINK_NOFOLLOW) < 0) return -errno;
    describe(&raw, status);
    return 0;
}

// Opening and closing.

intptr_t cposix_openat(int directory, const char *name, uint32_t options, uint32_t permissions) {
    int flags = O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    uint32_t both = CPOSIX_OPEN_READ | CPOSIX_OPEN_WRITE;
    if ((options & both) == both) flags |= O_RDWR;
    else if (options & CPOSIX_OPEN_WRITE) flags |= O_WRONLY;
    else flags |= O_RDONLY;
    if (options & CPOSIX_OPEN_CREATE) flags |= O_CREAT;
    if (options & CPOSIX_OPEN_EXCLUSIVE) flags |= O_EXCL;
    if (options & CPOSIX_OPEN_APPEND) flags |= O_APPEND;
    if (options & CPOSIX_OPEN_TRUNCATE) flags |= O_TRUNC;
    return counted(openat(directory, name, flags, (mode_t)permissions));
}

intptr_t cposix_openat_directory(int directory, const char *name) {
    return counted(openat(directory, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
}

intptr_t cposix_open_directory(const char *path) {
    return counted(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

intptr_t cposix_open_path(const char *path) { return counted(open(path, O_RDONLY | O_CLOEXEC)); }

intptr_t cposix_occupy_descriptor(void) {
#ifdef O_PATH
    return counted(open("/dev/null", O_PATH | O_CLOEXEC));
#else
    int descriptor = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (descriptor > STDIN_FILENO) {
        close(descriptor);
        descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
    return counted(descriptor);
#endif
}

intptr_t cposix_close(int descriptor) { return counted(close(descriptor)); }

// Names.

intptr_t cposix_mkdirat(int directory, const char *name, uint32_t permissions) {
    return counted(mkdirat(directory, name, (mode_t)permissions));
}

intptr_t cposix_renameat(int directory, const char *name, int target, const char *new_name) {
    return counted(renameat(directory, name, target, new_name));
}

intptr_t cposix_linkat(int directory, const char *name, int target, const char *new_name) {
    return counted(linkat(directory, name, target, new_name, 0));
}

intptr_t cposix_unlinkat(int directory, const char *name) { return counted(unlinkat(directory, name, 0)); }

intptr_t cposix_unlinkat_directory(int directory, const char *name) {
    return counted(unlinkat(directory, name, AT_REMOVEDIR));
}

intptr_t cposix_symlinkat(const char *target, int directory, const char *name) {
    return counted(symlinkat(target, directory, name));
}

intptr_t cposix_readlink(const char *path, char *buffer, size_t capacity) {
    return counted(readlink(path, buffer, capacity));
}

intptr_t cposix_fdopendir(int descriptor, void **stream) {
    *stream = fdopendir(descriptor);
    return *stream == NULL ? -errno : 0;
}

intptr_t cposix_readdir(void *stream, const char **name, size_t *length, int *kind) {
    errno = 0;
    struct dirent *entry = readdir(stream);
    if (entry == NULL) return -errno;
    *name = entry->d_name;
    *length = strlen(entry->d_name);
    switch (entry->d_type) {
    case DT_UNKNOWN: *kind = CPOSIX_KIND_UNKNOWN; break;
    case DT_REG: *kind = CPOSIX_KIND_REGULAR; break;
    case DT_DIR: *kind = CPOSIX_KIND_DIRECTORY; break;
    case DT_LNK: *kind = CPOSIX_KIND_SYMBOLIC_LINK; break;
    default: *kind = CPOSIX_KIND_OTHER;
    }
    return 1;
}

intptr_t cposix_closedir(void *stream) { return counted(closedir(stream)); }

// Contents.

intptr_t cposix_read(int descriptor, void *buffer, size_t count) { return counted(read(descriptor, buffer, count)); }

intptr_t cposix_write(int descriptor, const void *bytes, size_t count) {
    return counted(write(descriptor, bytes, count));
}

intptr_t cposix_pread(int descriptor, void *buffer, size_t count, int64_t offset) {
    return counted(pread(descriptor, buffer, count, offset));
}

intptr_t cposix_pwrite(int descriptor, const void *bytes, size_t count, int64_t offset) {
    return counted(pwrite(descriptor, bytes, count, offset));
}

intptr_t cposix_ftruncate(int descriptor, int64_t size) { return counted(ftruncate(descriptor, size)); }

intptr_t cposix_fchmod(int descriptor, uint32_t permissions) {
    return counted(fchmod(descriptor, (mode_t)permissions));
}

intptr_t cposix_sync_drive(int descriptor) { return counted(fsync(descriptor)); }

intptr_t cposix_flock(int descriptor, int exclusive, int blocking) {
    return counted(flock(descriptor, (exclusive ? LOCK_EX : LOCK_SH) | (blocking ? 0 : LOCK_NB)));
}

intptr_t cposix_unlock(int descriptor) { return counted(flock(descriptor, LOCK_UN)); }

intptr_t cposix_keep_across_exec(int descriptor) { return counted(fcntl(descriptor, F_SETFD, 0)); }

intptr_t cposix_mmap(int descriptor, size_t length, const void **address) {
    void *mapped = mmap(NULL, length, PROT_READ, MAP_SHARED, descriptor, 0);
    if (mapped == MAP_FAILED) return -errno;
    *address = mapped;
    return 0;
}

intptr_t cposix_munmap(const void *address, size_t length) { return counted(munmap((void *)address, length)); }

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

// The command line.

int cposix_isatty(int descriptor) { return isatty(descriptor); }

int cposix_reader_is_gone(int descriptor) {
    struct pollfd asked = {.fd = descriptor, .events = 0};
    return poll(&asked, 1, 0) == 1 && (asked.revents & (POLLERR | POLLHUP)) != 0;
}

void cposix_exit(int status) { exit(status); }

const char *cposix_getenv(const char *name) { return getenv(name); }

intptr_t cposix_terminal_columns(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) != 0 ? -errno : size.ws_col;
}

// What a write can be killed by, and what that did before it was ignored here; SIG_ERR for never.
static struct {
    int number;
    void (*before)(int);
} write_signals[] = {{SIGPIPE, SIG_ERR}, {SIGXFSZ, SIG_ERR}};
enum { write_signal_count = sizeof write_signals / sizeof *write_signals };

intptr_t cposix_ignore_write_signals(void) {
    for (int index = 0; index < write_signal_count; index++) {
        void (*before)(int) = signal(write_signals[index].number, SIG_IGN);
        if (before == SIG_ERR) return -errno;
        // What a second call finds is its own doing.
        if (write_signals[index].before == SIG_ERR) write_signals[index].before = before;
    }
    return 0;
}

/// The words as a list that ends with NULL, to be freed; NULL without memory.
static const char **list_of_words(const char *words, size_t count) {
    const char **list = calloc(count + 1, sizeof *list);
    for (size_t index = 0; list != NULL && index < count; index++) {
        list[index] = words;
        words += strlen(words) + 1;
    }
    return list;
}

intptr_t cposix_execute(const char *words, size_t count) {
    const char **list = list_of_words(words, count);
    if (list == NULL) return -ENOMEM;
    // An ignored signal stays ignored in the program, which expects what whoever started this one had set.
    void (*ignored[write_signal_count])(int);
    for (int index = 0; index < write_signal_count; index++) {
        void (*before)(int) = write_signals[index].before;
        ignored[index] = before == SIG_ERR ? SIG_ERR : signal(write_signals[index].number, before);
    }
    execvp(list[0], (char *const *)list);
    int error = errno;
    for (int index = 0; index < write_signal_count; index++) {
        if (ignored[index] != SIG_ERR) signal(write_signals[index].number, ignored[index]);
    }
    free(list);
    return -error;
}

intptr_t cposix_run(const char *words, size_t count, int64_t *resident_bytes) {
    const char **list = list_of_words(words, count);
    if (list == NULL) return -ENOMEM;
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error == 0) {
        error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        if (error == 0) error = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        pid_t child = 0;
        if (error == 0) error = posix_spawnp(&child, list[0], &actions, NULL, (char *const *)list, environ);
        posix_spawn_file_actions_destroy(&actions);
        if (error == 0) {
            free(list);
            int status = 0;
            struct rusage usage = {0};
            while (wait4(child, &status, 0, &usage) < 0) {
                if (errno != EINTR) return -errno;
            }
#if defined(__APPLE__)
            *resident_bytes = usage.ru_maxrss;
#else
            *resident_bytes = (int64_t)usage.ru_maxrss * 1024;
#endif
            return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        }
    }
    free(list);
    return -error;
}
