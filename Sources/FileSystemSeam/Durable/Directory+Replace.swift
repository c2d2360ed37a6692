extension Directory {
    /// Gives the file `name` new contents, all of them or none, durably.
    ///
    /// Whenever the machine stops, `name` afterwards holds either all of the old or all of the new contents;
    /// once this returns, the new. What is done, as `strace` prints it for a directory held as 5:
    ///
    /// ```
    /// openat(5, ".head.json.tmp-0", O_WRONLY|O_CREAT|O_EXCL|…, 0600) = 6
    /// pwrite64(6, "…", 123, 0)                                      = 123
    /// fdatasync(6)                                                  = 0
    /// close(6)                                                      = 0
    /// renameat(5, ".head.json.tmp-0", 5, "head.json")               = 0
    /// fsync(5)                                                      = 0
    /// ```
    ///
    /// Why each: rename(2) promises observers, not the disk, that the new name is there in one step; without
    /// the fdatasync a power cut may leave the new name in front of an empty file, and ext4 prevents
    /// that only when mounted with `auto_da_alloc`, which is a repair for careless programs and no promise
    /// (ext4(5)). The file is closed before it is renamed because some network file systems report failed writes
    /// no earlier. The fsync of the directory makes the new name itself durable (fsync(2): syncing a file does
    /// not sync its entry).
    ///
    /// When it throws before the rename, the temporary file is removed and the old file is whole. When the
    /// final sync throws, `name` holds the new contents, and after a power cut the old or the new.
    ///
    /// - Parameters:
    ///   - permissions: of the new file, less the umask. The old file's are not taken over.
    ///   - temporaryName: where the new contents are written first. A file left over under this name by a crash
    ///     is removed: give one only while holding a lock that keeps every other writer of it away. `name`
    ///     itself is refused with `.invalidArgument`. When nil, the first free name of `.<name>.tmp-0`,
    ///     `.<name>.tmp-1`, … is used, and no lock is needed.
    ///   - syncDirectory: false when the caller syncs the directory itself, after more changes to it; until
    ///     then the replacement is whole but not durable.
    public func replaceAtomically(
        _ name: String,
        with contents: Span<UInt8>,
        permissions: Permissions = .ownerFile,
        temporaryName: String? = nil,
        syncDirectory: Bool = true
    ) throws(FileSystemError) {
        let temporary = try openTemporary(for: name, temporaryName, permissions)
        do {
            try temporary.file.writeAll(contents, at: 0)
            try finish(temporary, as: name, exclusive: false)
        } catch {
            abandon(temporary)
            throw error
        }
        if syncDirectory { try sync() }
    }

    /// Gives the file `name` new contents, as
    /// ``replaceAtomically(_:with:permissions:temporaryName:syncDirectory:)-(_,Span<UInt8>,_,_,_)`` does.
    public func replaceAtomically(
        _ name: String,
        with contents: [UInt8],
        permissions: Permissions = .ownerFile,
        temporaryName: String? = nil,
        syncDirectory: Bool = true
    ) throws(FileSystemError) {
        try replaceAtomically(
            name,
            with: contents.span,
            permissions: permissions,
            temporaryName: temporaryName,
            syncDirectory: syncDirectory
        )
    }

    /// Makes the file `name` with all of its contents, durably, or not at all.
    ///
    /// Nobody ever sees a part of it, and an existing file is never replaced: of several that publish the same
    /// name one succeeds, and the others get `.exists`. The system calls are those of
    /// ``replaceAtomically(_:with:permissions:temporaryName:syncDirectory:)-(_,Span<UInt8>,_,_,_)``, with
    /// `renameat2(…, RENAME_NOREPLACE)` for the rename.
    ///
    /// - Throws: `.exists`, and then nothing was changed. When the final sync throws, the file stands but
    ///   may be gone after a power cut. Where the system cannot rename without replacing, and can remove neither of
    ///   two names, the file may stand after any other error.
    public func publishExclusively(
        _ name: String,
        _ contents: Span<UInt8>,
        permissions: Permissions = .ownerFile,
        temporaryName: String? = nil,
        syncDirectory: Bool = true
    ) throws(FileSystemError) {
        let temporary = try openTemporary(for: name, temporaryName, permissions)
        do {
            try temporary.file.writeAll(contents, at: 0)
            try finish(temporary, as: name, exclusive: true)
        } catch {
            abandon(temporary)
            throw error
        }
        if syncDirectory { try sync() }
    }

    /// Makes the file `name`, as
    /// ``publishExclusively(_:_:permissions:temporaryName:syncDirectory:)-(_,Span<UInt8>,_,_,_)`` does.
    public func publishExclusively(
        _ name: String,
        _ contents: [UInt8],
        permissions: Permissions = .ownerFile,
        temporaryName: String? = nil,
        syncDirectory: Bool = true
    ) throws(FileSystemError) {
        try publishExclusively(
            name,
            contents.span,
            permissions: permissions,
            temporaryName: temporaryName,
            syncDirectory: syncDirectory
        )
    }

    /// Copies the file `name` to `newName` in `target`, which may be on another file system, durably.
    ///
    /// The copy is published as a whole; an existing `newName` gives `.exists`. Memory use does not depend on the
    /// size of the file.
    ///
    /// - Parameter permissions: of the copy, less the umask.
    public func copy(
        _ name: String,
        to newName: String,
        in target: any Directory,
        permissions: Permissions = .ownerFile,
        temporaryName: String? = nil
    ) throws(FileSystemError) {
        let source = try openRegular(name).file
        defer { try? source.close() }
        let temporary = try target.openTemporary(for: newName, temporaryName, permissions)
        do {
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            var offset: Int64 = 0
            while true {
                var span = buffer.mutableSpan
                let count = try source.readFully(into: &span, at: offset)
                if count == 0 { break }
                try temporary.file.writeAll(buffer.span.extracting(..<count), at: offset)
                offset += Int64(count)
            }
            try target.finish(temporary, as: newName, exclusive: true)
        } catch {
            target.abandon(temporary)
            throw error
        }
        try target.sync()
    }
}

/// A file that is written under one name to stand under another.
struct TemporaryFile {
    /// The name it has now.
    let name: String
    /// The file, open for writing.
    let file: any File
}

extension Directory {
    /// Makes the temporary file for `name`; how it is called says
    /// ``replaceAtomically(_:with:permissions:temporaryName:syncDirectory:)-(_,Span<UInt8>,_,_,_)``.
    func openTemporary(
        for name: String,
        _ temporaryName: String?,
        _ permissions: Permissions
    ) throws(FileSystemError) -> TemporaryFile {
        // Before anything is made. A temporary of the same name would be taken for a leftover, and the old file
        // removed.
        if !name.isPathComponent || temporaryName == name {
            throw FileSystemError(operation: .open, name: name, code: .invalidArgument)
        }
        let options: OpenOptions = [.write, .create, .exclusive]
        if let temporaryName {
            do {
                return TemporaryFile(
                    name: temporaryName,
                    file: try open(temporaryName, options, permissions: permissions)
                )
            } catch  where error.code == .exists {
                try remove(temporaryName)
            }
            return TemporaryFile(name: temporaryName, file: try open(temporaryName, options, permissions: permissions))
        }
        // Names are free or in use by others; leftovers of crashes are few, so a thousand taken ones are a
        // sign of something else.
        var attempt = 0
        while true {
            let candidate = ".\(name).tmp-\(attempt)"
            do {
                return TemporaryFile(name: candidate, file: try open(candidate, options, permissions: permissions))
            } catch  where error.code == .exists && attempt < 1000 {
                attempt += 1
            }
        }
    }

    /// Makes the temporary file's contents durable, and gives it its name.
    func finish(_ temporary: TemporaryFile, as name: String, exclusive: Bool) throws(FileSystemError) {
        // Its size and contents are all that matters: the permissions come with its creation.
        try temporary.file.sync(.data)
        try temporary.file.close()
        try rename(temporary.name, to: name, in: self, exclusive: exclusive)
    }

    /// Removes a temporary file after a failure, which is what the caller reports.
    func abandon(_ temporary: TemporaryFile) {
        try? temporary.file.close()
        try? remove(temporary.name)
    }
}
