/// What a mode says stands there, shared by the forms of `stat`.
#ifndef HOLDFAST_CPOSIX_KIND_H
#define HOLDFAST_CPOSIX_KIND_H

#include <sys/stat.h>

#include "CPosix.h"

static inline int cposix_kind(unsigned mode) {
    return S_ISREG(mode)   ? CPOSIX_KIND_REGULAR
           : S_ISDIR(mode) ? CPOSIX_KIND_DIRECTORY
           : S_ISLNK(mode) ? CPOSIX_KIND_SYMBOLIC_LINK
                           : CPOSIX_KIND_OTHER;
}

#endif
