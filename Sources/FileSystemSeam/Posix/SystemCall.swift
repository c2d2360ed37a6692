/// One call into libc, as a test sees it: which, on which descriptor, with which arguments.
///
/// It reads much as `strace` prints it: `renameat(5, "head.json.tmp", 5, "head.json")`.
package struct SystemCall: Sendable, Hashable, CustomStringConvertible {
    /// The calls the seam makes, by their Linux names.
    package enum Name: String, Sendable, Hashable, CaseIterable {
        case open, openat, close
        case mkdirat, renameat, renameat2, linkat, unlinkat, readlink
        case fdopendir, readdir, closedir
        case fstat, fstatat, stat, lstat, statx, fstatfs
        case read, write
        case pread = "pread64"
        case pwrite = "pwrite64"
        case ftruncate, fallocate, fchmod, fsync, fdatasync
        case flock, fcntl, mmap, munmap
        // Darwin uses its own means for these three; the names stay.
        case inotifyInit = "inotify_init1"
        case inotifyAddWatch = "inotify_add_watch"
        case poll = "ppoll"
        case nanosleep, getrandom, kill
        // Only looks at the host make these.
        case clone, symlinkat
    }

    /// What a test may make of a call instead of what the system would have done.
    package enum Fault: Sendable, Hashable {
        /// The call fails with this number and nothing is done. `.interrupted` is retried like a real one.
        case failure(ErrorNumber)
        /// The call is made, for at most so many bytes.
        case short(Int)
    }

    /// Which call.
    package var name: Name
    /// The descriptor it acts on; nil where it takes none.
    package var descriptor: Int32?
    /// The remaining arguments as text, in order; empty where they say nothing.
    package var arguments: String
    /// The bytes asked for; nil where the call moves none.
    package var count: Int?

    /// The call as `strace` would print it, without its result and without bytes.
    package var description: String {
        var parts: [String] = []
        if let descriptor { parts.append(String(descriptor)) }
        if !arguments.isEmpty { parts.append(arguments) }
        if let count { parts.append(String(count)) }
        return "\(name.rawValue)(\(parts.joined(separator: ", ")))"
    }
}

/// Sees every call before it is made, and may fail or shorten it. Called again for every retry.
package typealias SystemCallHook = @Sendable (SystemCall) -> SystemCall.Fault?
