internal import CPosix

extension PosixDirectory {
    func rename(
        _ name: String,
        to newName: String,
        in target: any Directory,
        exclusive: Bool
    ) throws(FileSystemError) {
        let result = withTwoNames(name, newName, target) { directory, target in
            if !exclusive { return calls.rename(directory, name, target, newName) }
            let renamed = calls.renameExclusively(directory, name, target, newName)
            guard renamed == -Int(CPOSIX_EINVAL) || renamed == -Int(CPOSIX_ENOSYS) || renamed == -Int(CPOSIX_ENOTSUP)
            else { return renamed }
            return renameByLink(directory, name, target, newName, refusal: renamed)
        }
        _ = try checked(result, .rename, name)
    }

    func link(_ name: String, to newName: String, in target: any Directory) throws(FileSystemError) {
        let result = withTwoNames(name, newName, target) { directory, target in
            calls.link(directory, name, target, newName)
        }
        _ = try checked(result, .link, name)
    }

    /// Moves a file on a file system that cannot rename without replacing (some network and FUSE ones): a
    /// link never replaces, but for a moment, and after a crash in between, both names stand. They do, too, when
    /// neither can be removed; else a failure leaves only the old one. A directory cannot be linked; for it the
    /// refusal of the rename stands.
    private func renameByLink(
        _ directory: Int32,
        _ name: String,
        _ target: Int32,
        _ newName: String,
        refusal: Int
    ) -> Int {
        var status = cposix_status()
        let found = calls.status(directory, name, into: &status)
        if found < 0 { return found }
        if Int(status.kind) == CPOSIX_KIND_DIRECTORY { return refusal }
        let linked = calls.link(directory, name, target, newName)
        if linked < 0 { return linked }
        let removed = calls.unlink(directory, name)
        // What somebody else removed meanwhile is moved all the same.
        if removed >= 0 || removed == -Int(CPOSIX_ENOENT) { return 0 }
        // An answer that was lost may be that of a removal that took place: then the new name is the only one.
        var (left, made) = (cposix_status(), cposix_status())
        let looked = calls.status(directory, name, into: &left)
        if looked == -Int(CPOSIX_ENOENT) { return 0 }
        if looked >= 0, left.device == status.device, left.inode == status.inode,
            calls.status(target, newName, into: &made) >= 0, made.device == status.device, made.inode == status.inode
        {
            _ = calls.unlink(target, newName)
        }
        return removed
    }

    /// Runs `body` with the two descriptors. A closed directory is refused first, then names that are not one path
    /// component. A directory of another implementation is another file system.
    private func withTwoNames(
        _ name: String,
        _ newName: String,
        _ target: any Directory,
        _ body: (Int32, Int32) -> Int
    ) -> Int {
        descriptor.use { directory in
            guard let target = target as? PosixDirectory else { return -Int(CPOSIX_EXDEV) }
            return target.descriptor.use { target in
                name.isPathComponent && newName.isPathComponent ? body(directory, target) : -Int(CPOSIX_EINVAL)
            }
        }
    }
}
