/// Thin, logic-free wrappers of libc: the only place where this package touches it.
///
/// Every function returns a count, a descriptor or 0 on success and -errno on failure, so that Swift never
/// reads `errno`. None of them retries: that is done once, by the caller. What differs between the platforms
/// stands in `posix_linux.c` and `posix_darwin.c`.
#ifndef HOLDFAST_CPOSIX_H
#define HOLDFAST_CPOSIX_H

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CPOSIX_EPERM = EPERM,
    CPOSIX_ENOENT = ENOENT,
    CPOSIX_ESRCH = ESRCH,
    CPOSIX_EINTR = EINTR,
    CPOSIX_EIO = EIO,
    CPOSIX_EBADF = EBADF,
    CPOSIX_EAGAIN = EAGAIN,
    CPOSIX_ENOMEM = ENOMEM,
    CPOSIX_EACCES = EACCES,
    CPOSIX_EBUSY = EBUSY,
    CPOSIX_EEXIST = EEXIST,
    CPOSIX_EXDEV = EXDEV,
    CPOSIX_ENOTDIR = ENOTDIR,
    CPOSIX_EISDIR = EISDIR,
    CPOSIX_EINVAL = EINVAL,
    CPOSIX_ENFILE = ENFILE,
    CPOSIX_EMFILE = EMFILE,
    CPOSIX_EFBIG = EFBIG,
    CPOSIX_ESPIPE = ESPIPE,
    CPOSIX_ENOSPC = ENOSPC,
    CPOSIX_EROFS = EROFS,
    CPOSIX_EMLINK = EMLINK,
    CPOSIX_ENAMETOOLONG = ENAMETOOLONG,
    CPOSIX_ENOTEMPTY = ENOTEMPTY,
    CPOSIX_ELOOP = ELOOP,
    CPOSIX_ENOTSUP = ENOTSUP,
    CPOSIX_EDQUOT = EDQUOT,
    CPOSIX_ESTALE = ESTALE,
    CPOSIX_ENXIO = ENXIO,
    CPOSIX_ENODEV = ENODEV,
    CPOSIX_ENOSYS = ENOSYS,
    CPOSIX_EPIPE = EPIPE,
    CPOSIX_ETXTBSY = ETXTBSY,
    CPOSIX_ETIMEDOUT = ETIMEDOUT,
};

#pragma clang assume_nonnull begin

// What stands behind a name.

enum {
    CPOSIX_KIND_UNKNOWN = 0,
    CPOSIX_KIND_REGULAR = 1,
    CPOSIX_KIND_DIRECTORY = 2,
    CPOSIX_KIND_SYMBOLIC_LINK = 3,
    CPOSIX_KIND_OTHER = 4,
};

struct cposix_status {
    uint64_t device;
    uint64_t inode;
    int64_t size;
    uint64_t links;
    int64_t modified_seconds;
    int64_t modified_nanoseconds;
    int64_t changed_seconds;
    int64_t changed_nanoseconds;
    uint32_t device_major;
    uint32_t device_minor;
    uint32_t owner;
    uint32_t permissions;
    int kind;
};

/// `fstat`.
intptr_t cposix_fstat(int descriptor, struct cposix_status *status);
/// `stat`, which follows symbolic links.
intptr_t cposix_stat(const char *path, struct cposix_status *status);
/// `lstat`, which does not follow one in the last part.
intptr_t cposix_lstat(const char *path, struct cposix_status *status);
/// `fstatat` with `AT_SYMLINK_NOFOLLOW`.
intptr_t cposix_fstatat(int directory, const char *name, struct cposix_status *status);
/// Kind, device, inode and length of what stands at a name, of a descriptor itself when the name is empty; the rest is zero.
/// On Linux `statx` with `AT_SYMLINK_NOFOLLOW` and a mask without times: since 6.13 asking for a file's times makes the next
/// write to it a change of its inode, which its sync then waits for.
intptr_t cposix_statx(int directory, const char *name, struct cposix_status *status);

/// The working directory, in place of a descriptor.
enum { CPOSIX_AT_FDCWD = AT_FDCWD };

// Opening and closing.

enum {
    CPOSIX_OPEN_READ = 1 << 0,
    CPOSIX_OPEN_WRITE = 1 << 1,
    CPOSIX_OPEN_CREATE = 1 << 2,
    CPOSIX_OPEN_EXCLUSIVE = 1 << 3,
    CPOSIX_OPEN_APPEND = 1 << 4,
    CPOSIX_OPEN_TRUNCATE = 1 << 5,
};

/// `openat` with the flags named by `options`, and always
/// `O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY`.
intptr_t cposix_openat(int directory, const char *name, uint32_t options, uint32_t permissions);
/// `openat` with `O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW`. The name "." opens the directory again.
intptr_t cposix_openat_directory(int directory, const char *name);
/// `openat` with `O_RDONLY | O_DIRECTORY | O_CLOEXEC`; symbolic links in `path` are followed, and it begins at the
/// directory when it is relative.
intptr_t cposix_openat_directory_path(int directory, const char *path);
/// `open` with `O_RDONLY | O_DIRECTORY | O_CLOEXEC`; symbolic links in `path` are followed.
intptr_t cposix_open_directory(const char *path);
/// `open` with `O_RDONLY | O_CLOEXEC`; symbolic links in `path` are followed. For the kernel's own files.
intptr_t cposix_open_path(const char *path);
/// Takes the lowest free descriptor with something that neither standard input can be read from nor standard
/// output and error be written to: both fail with EBADF, as they would on the closed descriptor.
intptr_t cposix_occupy_descriptor(void);
/// `close`. Never called twice for one descriptor, not even after `EINTR`: the number may be in use again.
intptr_t cposix_close(int descriptor);

// Names.

/// `mkdirat`.
intptr_t cposix_mkdirat(int directory, const char *name, uint32_t permissions);
/// `renameat`.
intptr_t cposix_renameat(int directory, const char *name, int target, const char *new_name);
/// `renameat2` with `RENAME_NOREPLACE`; `renameatx_np` with `RENAME_EXCL` on Darwin.
intptr_t cposix_renameat_exclusive(int directory, const char *name, int target, const char *new_name);
/// `linkat`; a symbolic link at `name` is not followed.
intptr_t cposix_linkat(int directory, const char *name, int target, const char *new_name);
/// `unlinkat` of a file's name.
intptr_t cposix_unlinkat(int directory, const char *name);
/// `unlinkat` with `AT_REMOVEDIR`.
intptr_t cposix_unlinkat_directory(int directory, const char *name);
/// `readlink`.
intptr_t cposix_readlink(const char *path, char *buffer, size_t capacity);

/// `fdopendir`, which takes the descriptor over: `cposix_closedir` closes it.
intptr_t cposix_fdopendir(int descriptor, void *_Nullable *_Nonnull stream);
/// `readdir`: 1 and an entry that is valid until the next call, or 0 at the end.
intptr_t cposix_readdir(void *stream, const char *_Nullable *_Nonnull name, size_t *length, int *kind);
/// `closedir`.
intptr_t cposix_closedir(void *stream);

// Contents.

/// `read`.
intptr_t cposix_read(int descriptor, void *_Nullable buffer, size_t count);
/// `write`.
intptr_t cposix_write(int descriptor, const void *_Nullable bytes, size_t count);
/// `pread`.
intptr_t cposix_pread(int descriptor, void *_Nullable buffer, size_t count, int64_t offset);
/// `pwrite`.
intptr_t cposix_pwrite(int descriptor, const void *_Nullable bytes, size_t count, int64_t offset);
/// `ftruncate`.
intptr_t cposix_ftruncate(int descriptor, int64_t size);
/// `fallocate` from 0 to `size`, never shrinking; `F_PREALLOCATE` and `ftruncate` on Darwin.
intptr_t cposix_fallocate(int descriptor, int64_t size);
/// `fchmod`.
intptr_t cposix_fchmod(int descriptor, uint32_t permissions);
/// `fdatasync`; `F_FULLFSYNC` on Darwin.
intptr_t cposix_sync_data(int descriptor);
/// `fsync`; `F_FULLFSYNC` on Darwin.
intptr_t cposix_sync_full(int descriptor);
/// `fdatasync`; `F_BARRIERFSYNC` on Darwin.
intptr_t cposix_sync_barrier(int descriptor);
/// Plain `fsync`, which on Darwin stops at the drive's cache.
intptr_t cposix_sync_drive(int descriptor);
/// `flock` with `LOCK_SH` or `LOCK_EX`, and `LOCK_NB` unless `blocking`.
intptr_t cposix_flock(int descriptor, int exclusive, int blocking);
/// `flock` with `LOCK_UN`.
intptr_t cposix_unlock(int descriptor);
/// `flock` that a timer interrupts after `nanoseconds`: -EINTR then, and when another signal came first; -ENOSYS
/// where there is no such timer.
///
/// The timer sends the calling thread a real-time signal that the process does not use: without a handler of another's, and
/// not blocked, as one is that is read with signalfd or sigwait. It gets a handler that does nothing, which stays: only a
/// handler makes a signal interrupt a call. A thread that blocks all of them does not tell which are used: there the last one
/// without a handler is taken, and unblocked for as long as the call waits.
intptr_t cposix_flock_for(int descriptor, int exclusive, uint64_t nanoseconds);
/// `fcntl` with `F_SETFD` and no flags: the descriptor stays open in a program that replaces this one.
intptr_t cposix_keep_across_exec(int descriptor);
/// `mmap` with `PROT_READ` and `MAP_SHARED`, from offset 0.
intptr_t cposix_mmap(int descriptor, size_t length, const void *_Nullable *_Nonnull address);
/// `munmap`.
intptr_t cposix_munmap(const void *address, size_t length);

// Watching a directory.

/// `inotify_init1`; `kqueue` on Darwin.
intptr_t cposix_watch_create(void);
/// `inotify_add_watch` through `/proc/self/fd`; an `EVFILT_VNODE` event on Darwin.
intptr_t cposix_watch_add(int watch, int directory);
/// `ppoll`; `kevent` on Darwin. 1 when something happened, 0 when the time is over.
intptr_t cposix_watch_wait(int watch, uint64_t timeout_nanoseconds);
/// `read`, throwing away what was told; 0 or -EAGAIN when nothing is left.
intptr_t cposix_watch_drain(int watch);

// The machine and the process.

/// `clock_gettime(CLOCK_REALTIME)`, in nanoseconds.
int64_t cposix_wall_clock(void);
/// `clock_gettime(CLOCK_MONOTONIC)`, in nanoseconds.
uint64_t cposix_monotonic_clock(void);
/// `nanosleep`; `remaining` is what is left after `EINTR`.
intptr_t cposix_nanosleep(uint64_t nanoseconds, uint64_t *remaining);
/// `getrandom`; `getentropy` on Darwin. May fill less than `count`.
intptr_t cposix_random(void *_Nullable buffer, size_t count);
/// `getpid`, which on Linux is asked once a process: the answer stands in a page that a forked child finds wiped
/// (`MADV_WIPEONFORK`). Not for what shares its parent's memory, as between `vfork` and `exec`.
int32_t cposix_getpid(void);
/// A random number, never 0, that stays while the process lives, and that a forked child finds another of: also one that has its
/// parent's number, in a process-id namespace of its own. Not for what shares its parent's memory.
uint64_t cposix_process_token(void);
/// `kill` with no signal: 0, `EPERM` for a process of somebody else, `ESRCH` when no process and no thread has the number.
intptr_t cposix_process_exists(int32_t number);
/// `geteuid`.
uint32_t cposix_geteuid(void);
/// `gethostname`; the length of the name.
intptr_t cposix_gethostname(char *buffer, size_t capacity);

struct cposix_mount {
    uint64_t magic;
    uint64_t block_size;
    uint64_t available_bytes;
    uint64_t name_maximum;
    int read_only;
};

/// `fstatfs`.
intptr_t cposix_fstatfs(int descriptor, struct cposix_mount *mount);

enum {
    CPOSIX_MOUNT_TYPE = 0,
    CPOSIX_MOUNT_POINT = 1,
    CPOSIX_MOUNT_SOURCE = 2,
};

/// The texts of `fstatfs` on Darwin, and their length; -ENOTSUP on Linux, which has `/proc/self/mountinfo`.
intptr_t cposix_mount_text(int descriptor, int which, char *buffer, size_t capacity);

enum {
    CPOSIX_PROCESS_BOOT = 0,
    CPOSIX_PROCESS_EXECUTABLE = 1,
};

/// `kern.bootsessionuuid` and the executable's path on Darwin, and their length; -ENOTSUP on Linux, which has
/// `/proc`.
intptr_t cposix_process_text(int which, char *buffer, size_t capacity);

// What the machine really does. On Darwin all but the host's texts and page size give -ENOTSUP.

enum {
    CPOSIX_LOCK_EXCLUDES = 1 << 0,
    CPOSIX_LOCK_RELEASED = 1 << 1,
};

/// A child opens the file for itself, locks it and is killed: whether it kept this process out meanwhile
/// (`CPOSIX_LOCK_EXCLUDES`), and not afterwards (`CPOSIX_LOCK_RELEASED`). Nobody else may use the file. -ETIMEDOUT.
intptr_t cposix_probe_process_lock(int descriptor, uint64_t timeout_nanoseconds);
/// A child maps the first page of the file, shared and writable: 1 when what it writes there is read from the file, and what
/// it writes to the file is read there, 0 when not, or when it died of it. -ETIMEDOUT.
intptr_t cposix_probe_mapping(int descriptor, uint64_t timeout_nanoseconds);
/// Starts a child that removes the directory `name` when this process and all children that it forked meanwhile have ended, or
/// `cposix_guard_end` is called; gives what that needs. The directory is not there yet, and removed only while it is empty
/// before `cposix_guard_made` is called. The child has a session of its own, and is spared when the process's group is killed.
intptr_t cposix_guard_start(int directory, const char *name, int *child);
/// Tells the child that the directory was made: what it holds is removed with it. -EPIPE when the child is gone.
intptr_t cposix_guard_made(int channel);
/// Ends the child, which removes nothing: what stands at the name is somebody else's.
intptr_t cposix_guard_cancel(int channel, int child);
/// Lets the child remove its directory, and waits for that. 0 when it did so; 1 when it ended otherwise, as when it was killed, and
/// the directory may still be there.
intptr_t cposix_guard_end(int channel, int child);
/// `symlinkat`.
intptr_t cposix_symlinkat(const char *target, int directory, const char *name);
/// `openat` with `O_TMPFILE | O_RDWR | O_CLOEXEC`; -ENOTSUP where there are no unnamed files.
intptr_t cposix_open_unnamed(int directory);
/// `fallocate` with `FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE`; `F_PUNCHHOLE` on Darwin.
intptr_t cposix_punch_hole(int descriptor, int64_t offset, int64_t count);
/// Where an open directory stands, and the length of that: `readlink` of `/proc/self/fd`; `F_GETPATH` on Darwin.
intptr_t cposix_directory_path(int directory, char *buffer, size_t capacity);

enum {
    CPOSIX_HOST_KERNEL = 0,
    CPOSIX_HOST_RELEASE = 1,
    CPOSIX_HOST_MACHINE = 2,
};

/// A text of `uname`, and its length.
intptr_t cposix_host_text(int which, char *buffer, size_t capacity);

struct cposix_host {
    uint64_t page_size;
    /// `RLIMIT_MEMLOCK`, `UINT64_MAX` for no limit.
    uint64_t lockable_bytes;
    uint64_t clock_resolution_nanoseconds;
    /// Whether `MADV_DONTDUMP` and `MADV_WIPEONFORK` are followed.
    int hides_from_dumps;
    int wipes_on_fork;
};

/// `sysconf`, `getrlimit`, `clock_getres`, `madvise`; 0 for what is not told.
void cposix_host(struct cposix_host *host);

// Threads. A condition is a `pthread_mutex_t` and a `pthread_cond_t` on the monotonic clock.

/// `pthread_create`. `body` runs on the new thread with `context`.
intptr_t cposix_thread_create(uintptr_t *thread, void (*body)(void *_Nullable), void *_Nullable context);
/// `pthread_join`.
intptr_t cposix_thread_join(uintptr_t thread);
/// `pthread_detach`.
intptr_t cposix_thread_detach(uintptr_t thread);
/// `sysconf(_SC_NPROCESSORS_ONLN)`; negative where that is not told.
intptr_t cposix_processor_count(void);
/// `pthread_setname_np` of the calling thread.
intptr_t cposix_thread_set_name(const char *name);
/// Makes a condition; NULL without memory.
void *_Nullable cposix_condition_create(void);
/// Destroys a condition that nobody uses.
void cposix_condition_destroy(void *condition);
/// `pthread_mutex_lock`.
intptr_t cposix_condition_lock(void *condition);
/// `pthread_mutex_unlock`.
intptr_t cposix_condition_unlock(void *condition);
/// `pthread_cond_wait`.
intptr_t cposix_condition_wait(void *condition);
/// `pthread_cond_timedwait`: 1 after a signal or without cause, 0 when the time is over.
intptr_t cposix_condition_wait_for(void *condition, uint64_t nanoseconds);
/// `pthread_cond_signal`.
intptr_t cposix_condition_signal(void *condition);
/// `pthread_cond_broadcast`.
intptr_t cposix_condition_broadcast(void *condition);

// Memory for secrets.

enum {
    CPOSIX_GUARDED_LOCKED = 1 << 0,
    CPOSIX_GUARDED_NOT_DUMPED = 1 << 1,
    CPOSIX_GUARDED_WIPED_ON_FORK = 1 << 2,
};

/// `mmap` of private memory for at least `length` bytes between two pages that nobody may touch (`mprotect`), then
/// `mlock`, `MADV_DONTDUMP` and `MADV_WIPEONFORK`; `VM_INHERIT_NONE` on Darwin, where a forked child then has no memory there, or
/// puts other memory there. The bytes are zeros.
///
/// Returns the usable bytes, whole pages; `protections` tells which of the last three the system granted.
intptr_t cposix_guarded_map(size_t length, void *_Nullable *_Nonnull address, int *protections);
/// Overwrites with zeros what `cposix_guarded_map` gave, and `munmap`. `length` is what it returned. Not for a forked child to
/// which `CPOSIX_GUARDED_WIPED_ON_FORK` was granted.
intptr_t cposix_guarded_unmap(void *address, size_t length);

// The command line.

/// `isatty`: 1 or 0.
int cposix_isatty(int descriptor);
/// `poll` for nothing: 1 when nobody is there any more to read what is written to `descriptor`, else 0.
int cposix_reader_is_gone(int descriptor);
/// `exit`.
_Noreturn void cposix_exit(int status);
/// `getenv`: the value, valid while nothing changes the environment, or NULL.
const char *_Nullable cposix_getenv(const char *name);
/// `ioctl` with `TIOCGWINSZ`: the columns of the terminal behind `descriptor`, 0 when it does not know.
intptr_t cposix_terminal_columns(int descriptor);
/// `signal(…, SIG_IGN)` for `SIGPIPE` and `SIGXFSZ`: a closed pipe then is `EPIPE`, and a file at its limit `EFBIG`, not a death.
/// What they did before is remembered.
intptr_t cposix_ignore_write_signals(void);
/// `execvp` of `count` words that stand behind each other, each ended by a NUL, with these signals as they were before
/// `cposix_ignore_write_signals`; returns only when it fails.
intptr_t cposix_execute(const char *words, size_t count);

/// Starts a program and waits for its end: `posix_spawnp` of `count` words as in `cposix_execute`, with `/dev/null` for
/// standard input and output, and what it used: its largest resident size in bytes. Its exit code, 128 and the
/// signal's number when a signal ended it, or -errno.
intptr_t cposix_run(const char *words, size_t count, int64_t *resident_bytes);

#pragma clang assume_nonnull end

#endif
