extension Directory {
    /// Makes a chain of directories, each inside of the one before, where they are missing, durably.
    ///
    /// Once this returns, the whole chain survives a power cut. Every parent is synced, also when nothing had
    /// to be made in it: an earlier call may have made it and been killed before its sync. A directory whose name
    /// could not be made durable is removed again, also one that stood already, if it is empty: the next sync would
    /// succeed and say nothing of that name, so the next call has to make it anew. Where something is in it already it
    /// stays, and no later call can tell whether its name is durable.
    ///
    /// ```
    /// mkdirat(5, "a", 0700)                        = 0
    /// fsync(5)                                     = 0
    /// openat(5, "a", O_DIRECTORY|O_NOFOLLOW|…)     = 6
    /// mkdirat(6, "b", 0700)                        = -1 EEXIST
    /// fsync(6)                                     = 0
    /// openat(6, "b", O_DIRECTORY|O_NOFOLLOW|…)     = 7
    /// ```
    ///
    /// - Parameters:
    ///   - components: names, outermost first; none gives this directory again.
    ///   - permissions: of what is made, less the umask; what stands already keeps its own.
    /// - Returns: the innermost directory.
    /// - Throws: `.symbolicLinkLoop` or `.notDirectory` when something else stands in the way.
    public func makeDirectories(
        _ components: [String],
        permissions: Permissions = .ownerDirectory
    ) throws(FileSystemError) -> any Directory {
        if components.isEmpty { return try reopened() }
        var parent: any Directory = self
        for component in components {
            var isMade = true
            do {
                try parent.makeDirectory(component, permissions: permissions)
            } catch  where error.code == .exists {
                isMade = false
            }
            do {
                try parent.sync()
            } catch {
                // Not when somebody found it meanwhile and put something in.
                if isMade || error.code.leavesNamesInDoubt { try? parent.removeDirectory(component) }
                throw error
            }
            parent = try parent.subdirectory(component)
        }
        return parent
    }
}

extension FileSystem {
    /// Opens a directory that stands, and makes its name durable as ``openDirectory(_:creating:)`` does. One whose
    /// parent cannot be synced stays, also when it is empty: only what has something in it may be relied on here.
    ///
    /// - Throws: `.noEntry` when there is none.
    package func openStandingDirectory(_ path: String) throws(FileSystemError) -> any Directory {
        let directory = try openDirectory(path)
        try syncParent(of: directory, at: path, removing: false)
        return directory
    }

    /// Opens the directory at `path`, and makes it and the directories above it where they are missing,
    /// durably.
    ///
    /// The innermost directory that stood already is synced in its parent, what was made is synced as
    /// ``Directory/makeDirectories(_:permissions:)`` does it, and only then the call returns. When that sync fails in a
    /// way that may have given the name up, this innermost standing directory is removed if it is empty, whoever made
    /// it, unless it was reached through `.`, `..` or a link: the next call makes it anew, with `permissions`. One that
    /// is not empty stays, and no later call can tell whether its name is durable. The parent is the directory that
    /// really holds it, also where the path ends in `.`, in `..` or in a symbolic link; the link's own name is its
    /// maker's to sync. A parent that may not be opened for reading (`.accessDenied`, as above many home directories)
    /// cannot be synced and is left alone, and so is one on another file system that refuses.
    ///
    /// - Parameters:
    ///   - path: absolute, or relative to the working directory. Symbolic links are followed as far as the
    ///     path exists; what is made is not reached through one.
    ///   - permissions: of what is made, less the umask.
    /// - Throws: `.notDirectory` when something else stands in the path, `.invalidArgument` when a part to be
    ///   made is called `.` or `..`.
    public func openDirectory(
        _ path: String,
        creating permissions: Permissions
    ) throws(FileSystemError) -> any Directory {
        var missing: [String] = []
        var standing = path
        while true {
            let directory: any Directory
            do {
                directory = try openDirectory(standing)
            } catch {
                guard error.code == .noEntry, let parts = PathParts(standing) else { throw error }
                // Before anything is made: it would stay.
                if [".", ".."].contains(parts.last) {
                    throw FileSystemError(operation: .makeDirectory, name: path, code: .invalidArgument)
                }
                missing.append(parts.last)
                standing = parts.parent
                continue
            }
            try syncParent(of: directory, at: standing, removing: true)
            if missing.isEmpty { return directory }
            return try directory.makeDirectories(missing.reversed(), permissions: permissions)
        }
    }

    /// Makes a directory's name durable.
    ///
    /// - Parameter removing: whether an empty one is removed when its name is left in doubt.
    private func syncParent(
        of directory: any Directory,
        at path: String,
        removing: Bool
    ) throws(FileSystemError) {
        // The root has none.
        if path.utf8.allSatisfy({ $0 == UInt8(ascii: "/") }) { return }
        let parent: any Directory
        do {
            // Not the path cut at its last slash: before a `.` or behind a link that is another directory.
            parent = try openDirectory(path + "/..")
        } catch  where [.accessDenied, .notPermitted, .nameTooLong].contains(error.code) {
            return
        }
        do {
            try parent.sync()
        } catch {
            // Where a file system is mounted its root has no name that anybody could have made.
            guard let above = try? parent.status(), let here = try? directory.status(),
                above.identity.device != here.identity.device
            else {
                if removing, error.code.leavesNamesInDoubt { parent.removeEmpty(directory, at: path) }
                throw error
            }
        }
    }
}

extension Directory {
    /// Removes a directory in this one that was opened at some path, when it is empty and the path ends in its own
    /// name.
    fileprivate func removeEmpty(_ directory: any Directory, at path: String) {
        guard let name = PathParts(path)?.last, let found = try? status(of: name), let it = try? directory.status(),
            found.identity == it.identity
        else { return }
        try? removeDirectory(name)
    }
}

extension ErrorNumber {
    /// Whether a sync that fails with it may have given up what it was to write. The next one succeeds without that.
    /// Others refuse, and change nothing: a file system without such syncs, a call that was interrupted.
    fileprivate var leavesNamesInDoubt: Bool { [.inputOutput, .noSpace, .quotaExceeded].contains(self) }
}
