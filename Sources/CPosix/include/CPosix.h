/// Thin, logic-free wrappers of libc for the one Swift file that calls it.
///
/// Every function returns a count (or 0) on success and -errno on failure, so that Swift never reads `errno`.
#ifndef HOLDFAST_CPOSIX_H
#define HOLDFAST_CPOSIX_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CPOSIX_EPERM = EPERM,
    CPOSIX_ENOENT = ENOENT,
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
};

#endif
