// Names, directories and contents, as Linux and Darwin share them. See the header for what each function is.
#define _GNU_SOURCE
#include "CPosix.h"
#include "counted.h"
#include "kind.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/sysmacros.h>
#endif

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

intptr_t cposix_openat_directory_path(int directory, const char *path) {
    return counted(openat(directory, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
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
