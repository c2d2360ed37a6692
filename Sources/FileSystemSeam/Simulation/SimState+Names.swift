/// Acts on names. Each function is one seam primitive on the live state, and logs one event.
extension SimState {
    static let nameLengthMaximum = 255

    /// What stands at a name, 0 for nothing. Needs search permission on the directory; refuses what is not one path
    /// component.
    mutating func lookUp(_ directory: Int64, _ name: String) throws(Refusal) -> (cell: Int, inode: Int64) {
        try lookUp(directory, name.utf8.span)
    }

    /// What stands at a name that is part of a path.
    mutating func lookUp(_ directory: Int64, _ name: Span<UInt8>) throws(Refusal) -> (cell: Int, inode: Int64) {
        guard let id = names.id(name) else { throw Refusal(.invalidArgument) }
        let cell = cellID(.name, directory, id)
        try check(directory, 0o100)
        if name.count > Self.nameLengthMaximum {
            // A removed directory has nothing to compare a length with.
            throw Refusal(removedDirectories.contains(directory) ? .noEntry : .nameTooLong)
        }
        let inode = value(cell)
        if inode & 3 == InodeKind.directory.rawValue { setParent(directory, of: inode) }
        return (cell, inode)
    }

    /// Refuses unless the owner's bits of `inode` contain `bits`.
    mutating func check(_ inode: Int64, _ bits: Int64) throws(Refusal) {
        guard checksPermissions else { return }
        if value(cellID(.permissions, inode)) & bits != bits { throw Refusal(.accessDenied) }
    }

    private mutating func checkChange(_ directory: Int64) throws(Refusal) {
        if removedDirectories.contains(directory) { throw Refusal(.noEntry) }
        try check(directory, 0o300)
    }

    mutating func create(
        _ kind: InodeKind,
        in directory: Int64,
        cell: Int,
        permissions: Permissions
    ) throws(Refusal) -> Int64 {
        try checkChange(directory)
        let inode = newInode(kind)
        giveNumber(to: inode)
        log.begin(.create, operations, inode)
        log.effect(cell, inode)
        setLive(cell, inode)
        let mode = cellID(.permissions, inode)
        let modified = cellID(.modified, inode)
        setLive(mode, Int64(permissions.rawValue & ~umask))
        setLive(modified, quantizedNow)
        log.births.append(CellEffect(cell: Int32(mode), value: value(mode)))
        log.births.append(CellEffect(cell: Int32(modified), value: value(modified)))
        if kind == .directory { setParent(directory, of: inode) }
        noteChange(of: directory)
        return inode
    }

    /// A number that is free again, if there is one. Not where names are still to be decided: to look whether an inode
    /// has one would decide that.
    private mutating func giveNumber(to inode: Int64) {
        guard numbers.handles != nil, source == nil else { return }
        var numbers = self.numbers
        // By its names: the link count of a directory does not tell whether it was removed before this run.
        numbers.giveAgain(to: inode) { old in mentions(of: old).contains { peek($0) == old } }
        self.numbers = numbers
    }

    /// `open`: what to open, made when asked.
    mutating func open(
        _ directory: Int64,
        _ name: String,
        _ options: OpenOptions,
        _ permissions: Permissions
    ) throws(Refusal) -> Int64 {
        if !options.isMeaningfulForOpening { throw Refusal(.invalidArgument) }
        let (cell, found) = try lookUp(directory, name)
        if found == 0 {
            if !options.contains(.create) { throw Refusal(.noEntry) }
            return try create(.regular, in: directory, cell: cell, permissions: permissions)
        }
        if options.contains(.create), options.contains(.exclusive) { throw Refusal(.exists) }
        switch InodeKind(of: found) {
        case .symbolicLink: throw Refusal(.symbolicLinkLoop)
        case .directory: throw Refusal(.isDirectory)
        case .other: if options.contains(.write), !options.contains(.read) { throw Refusal(.noDevice) }
        case .regular: break
        }
        if options.contains(.read) { try check(found, 0o400) }
        if options.contains(.write) { try check(found, 0o200) }
        if options.contains(.truncate) { try resize(found, to: 0, kind: .truncate) }
        return found
    }

    mutating func subdirectory(_ directory: Int64, _ name: String) throws(Refusal) -> Int64 {
        let (_, found) = try lookUp(directory, name)
        if found == 0 { throw Refusal(.noEntry) }
        if InodeKind(of: found) == .symbolicLink { throw Refusal(.symbolicLinkLoop) }
        if InodeKind(of: found) != .directory { throw Refusal(.notDirectory) }
        try check(found, 0o400)
        return found
    }

    mutating func makeDirectory(_ directory: Int64, _ name: String, _ permissions: Permissions) throws(Refusal) {
        let (cell, found) = try lookUp(directory, name)
        if found != 0 { throw Refusal(.exists) }
        _ = try create(.directory, in: directory, cell: cell, permissions: permissions)
    }

    mutating func link(
        _ directory: Int64,
        _ name: String,
        to newName: String,
        in target: Int64
    ) throws(Refusal) {
        for component in [name, newName] where names.id(component) == nil { throw Refusal(.invalidArgument) }
        let (_, source) = try lookUp(directory, name)
        if source == 0 { throw Refusal(.noEntry) }
        let (cell, existing) = try lookUp(target, newName)
        if existing != 0 { throw Refusal(.exists) }
        try checkChange(target)
        if InodeKind(of: source) == .directory { throw Refusal(.notPermitted) }
        log.begin(.link, operations, source)
        write(cell, source)
        noteChange(of: target)
    }

    mutating func remove(_ directory: Int64, _ name: String) throws(Refusal) {
        let (cell, found) = try lookUp(directory, name)
        if found == 0 { throw Refusal(.noEntry) }
        if InodeKind(of: found) == .directory { throw Refusal(.isDirectory) }
        try checkChange(directory)
        unlink(cell, found, in: directory)
    }

    mutating func removeDirectory(_ directory: Int64, _ name: String) throws(Refusal) {
        let (cell, found) = try lookUp(directory, name)
        if found == 0 { throw Refusal(.noEntry) }
        if InodeKind(of: found) != .directory { throw Refusal(.notDirectory) }
        try checkChange(directory)
        if !listing(found).isEmpty { throw Refusal(.notEmpty) }
        removedDirectories.insert(found)
        unlink(cell, found, in: directory)
    }

    private mutating func unlink(_ cell: Int, _ inode: Int64, in directory: Int64) {
        log.begin(.unlink, operations, inode)
        write(cell, 0)
        numbers.noteUnnamed(inode)
        noteChange(of: directory)
    }

    mutating func rename(
        _ directory: Int64,
        _ name: String,
        to newName: String,
        in target: Int64,
        exclusive: Bool
    ) throws(Refusal) {
        for component in [name, newName] where names.id(component) == nil { throw Refusal(.invalidArgument) }
        let (from, source) = try lookUp(directory, name)
        if source == 0 { throw Refusal(.noEntry) }
        let (to, existing) = try lookUp(target, newName)
        if existing != 0, exclusive { throw Refusal(.exists) }
        // Directories that lie in each other come first, in the order in which Linux looks.
        let moving = InodeKind(of: source) == .directory
        if moving, isAncestor(source, of: target) { throw Refusal(.invalidArgument) }
        if InodeKind(of: existing) == .directory, existing != 0, isAncestor(existing, of: directory) {
            throw Refusal(.notEmpty)
        }
        try checkChange(directory)
        try checkChange(target)
        if source == existing { return }
        // Its `..` changes with its parent.
        if moving, directory != target { try check(source, 0o200) }
        if existing != 0 {
            let replacing = InodeKind(of: existing) == .directory
            if replacing, !moving { throw Refusal(.isDirectory) }
            if moving, !replacing { throw Refusal(.notDirectory) }
            if replacing {
                if !listing(existing).isEmpty { throw Refusal(.notEmpty) }
                removedDirectories.insert(existing)
            }
        }
        log.begin(.rename, operations, source)
        log.events[log.events.count - 1].replaced = existing
        write(from, 0)
        write(to, source)
        if existing != 0 { numbers.noteUnnamed(existing) }
        if moving { setParent(target, of: source) }
        noteChange(of: directory)
        noteChange(of: target)
    }

    /// Whether `inode` is `directory` or lies above it.
    private func isAncestor(_ inode: Int64, of directory: Int64) -> Bool {
        var next: Int64? = directory
        while let current = next {
            if current == inode { return true }
            next = parent(of: current)
        }
        return false
    }

    /// The status of an inode. Reads its size, link count, permissions and time.
    mutating func status(_ inode: Int64) -> FileStatus {
        var time = value(cellID(.modified, inode))
        if let changed = namesChanged(in: inode) { time = changed }
        let modified = WallClockTime(nanosecondsSinceEpoch: time)
        let extent = extent(inode)
        return FileStatus(
            kind: extent.kind,
            identity: extent.identity,
            size: extent.size,
            linkCount: UInt64(linkCount(inode)),
            permissions: Permissions(rawValue: UInt16(truncatingIfNeeded: value(cellID(.permissions, inode)))),
            ownerID: Self.ownerID,
            modified: modified,
            changed: modified
        )
    }

    /// The part of a status for which nothing but the size has to be read.
    mutating func extent(_ inode: Int64) -> FileExtent {
        let kind = InodeKind(of: inode)
        return FileExtent(
            kind: kind.statusKind,
            identity: FileIdentity(device: 1, inode: numbers.number(of: inode)),
            size: kind == .directory ? 4096 : value(cellID(.size, inode))
        )
    }

    var quantizedNow: Int64 { now / fileTimeGrainNanoseconds * fileTimeGrainNanoseconds }
}

extension OpenOptions {
    /// Whether the combination says something: an access, and no modifier without what it modifies.
    var isMeaningfulForOpening: Bool {
        if isDisjoint(with: [.read, .write]) { return false }
        if !contains(.write), !isDisjoint(with: [.append, .truncate]) { return false }
        return contains(.create) || !contains(.exclusive)
    }
}
