/// One simulated process's view of a ``SimDisk``: a ``FileSystem``.
public final class SimFS: FileSystem, @unchecked Sendable {
    /// The disk this process works on.
    public let disk: SimDisk
    package let process: SimProcess

    package init(_ disk: SimDisk, _ process: SimProcess) {
        self.disk = disk
        self.process = process
    }

    /// Opens an existing directory; see ``FileSystem/openDirectory(_:)``. Relative paths start at the root.
    public func openDirectory(_ path: String) throws(FileSystemError) -> any Directory {
        try openDirectory(path, from: nil)
    }

    /// Opens an existing directory; see ``FileSystem/openDirectory(_:from:)``.
    public func openDirectory(
        _ path: String,
        from origin: (any Directory)?
    ) throws(FileSystemError) -> any Directory {
        let inode = try disk.perform(process, .openDirectory, path) { (state, _) throws(Refusal) in
            if path.utf8.count == 1, path.utf8.first == UInt8(ascii: "/") { return SimState.root }
            let inode = try state.resolve(path, from: try self.start(origin))
            try state.check(inode, 0o400)
            return inode
        }
        return SimDirectory(self, inode, name: path)
    }

    /// Where a relative path begins.
    private func start(_ origin: (any Directory)?) throws(Refusal) -> Int64 {
        guard let origin else { return SimState.root }
        guard let origin = origin as? SimDirectory, origin.fileSystem.disk === disk else { throw Refusal(.crossDevice) }
        try origin.checkOpen()
        return origin.inode
    }

    /// What the directory at a path is; see ``FileSystem/directoryStatus(_:)``.
    public func directoryStatus(_ path: String) throws(FileSystemError) -> FileStatus {
        try disk.perform(process, .directoryStatus, path) { (state, _) throws(Refusal) in
            state.status(try state.resolve(path))
        }
    }

    /// What stands at a path; see ``FileSystem/linkExtent(_:from:)``.
    public func linkExtent(_ path: String, from origin: (any Directory)?) throws(FileSystemError) -> FileExtent {
        try disk.perform(process, .status, path) { (state, _) throws(Refusal) in
            let start = try self.start(origin)
            guard let parts = PathParts(path), parts.last.isPathComponent, path.utf8.last != UInt8(ascii: "/") else {
                return state.extent(try state.resolve(path, from: start))
            }
            let (_, found) = try state.lookUp(try state.resolve(parts.parent, from: start), parts.last)
            if found == 0 { throw Refusal(.noEntry) }
            return state.extent(found)
        }
    }

    /// What the disk is set to.
    public var tellsEveryHandleOfFailedSyncs: Bool { disk.tellsEveryHandleOfFailedSyncs }

    /// What a scheduler is told instead of a name when a process sleeps; no file can be called that.
    package static let sleepTurn = "/sleep"

    /// The simulated wall clock.
    public func wallClock() -> WallClockTime {
        disk.scheduler?.look(process)
        disk.enter()
        defer { disk.leave() }
        return WallClockTime(nanosecondsSinceEpoch: disk.state.now &+ Int64(clamping: look()))
    }

    /// The simulated monotonic clock, which counts from boot.
    public func monotonicClock() -> MonotonicTime {
        disk.scheduler?.look(process)
        disk.enter()
        defer { disk.leave() }
        return MonotonicTime(nanoseconds: disk.state.ticks &+ look())
    }

    /// Counts a look at a clock. Returns how much later it is for this process, which is killed then.
    private func look() -> UInt64 {
        if process.isKilled { disk.countCall(ofKilled: process) } else { disk.countIdleCall() }
        return process.afterlife
    }

    /// Advances the simulated clocks; takes no real time.
    public func sleep(nanoseconds: UInt64) {
        // A killed process must not hold up the others: it just returns.
        do { try disk.scheduler?.turn(process, .lock, Self.sleepTurn) } catch {}
        disk.enter()
        defer { disk.leave() }
        if process.isKilled { return disk.countCall(ofKilled: process, nanoseconds: nanoseconds) }
        disk.countIdleCall()
        disk.state.now &+= Int64(clamping: nanoseconds)
        disk.state.ticks &+= nanoseconds
    }

    /// Fills `buffer` from the disk's seeded generator.
    public func fillRandom(_ buffer: inout MutableSpan<UInt8>) throws(FileSystemError) {
        let words = try disk.perform(process, .fillRandom, "") { (state, _) throws(Refusal) in
            state.observeBoot()
            var words: [UInt64] = []
            for _ in 0..<(buffer.count + 7) / 8 { words.append(state.random()) }
            return words
        }
        for index in buffer.indices {
            buffer[index] = UInt8(truncatingIfNeeded: words[index / 8] >> UInt64(index % 8 * 8))
        }
    }

    /// Process number, start time and boot of this simulated process.
    public var processIdentity: ProcessIdentity {
        disk.enter()
        defer { disk.leave() }
        disk.state.observeBoot()
        return ProcessIdentity(
            processID: process.id,
            startTicks: UInt64(process.id) * 10,
            bootID: "simulated-boot-\(process.boot)",
            processNamespace: disk.processNamespace,
            hostName: disk.hostName,
            machineID: "simulated-machine",
            executable: "/simulated",
            userID: SimState.ownerID
        )
    }

    /// This simulated process; no two have one number.
    public var processInstance: ProcessInstance { ProcessInstance(processID: process.id, token: UInt64(process.id)) }

    /// What the disk's ``SimDisk/processNumbersInUse`` say.
    public func isProcessNumberInUse(_ number: Int32) -> Bool? { disk.processNumbersInUse?.contains(number) }

    /// The disk's ``SimDisk/mountFacts``.
    public func mountFacts(of directory: any Directory) throws(FileSystemError) -> MountFacts {
        try disk.perform(process, .mountFacts, "") { (_, _) throws(Refusal) in
            guard let directory = directory as? SimDirectory, directory.process === process else {
                throw Refusal(.crossDevice)
            }
            try directory.checkOpen()
            return disk.mountFacts
        }
    }
}

extension SimState {
    /// Walks a path from the root, following symbolic links.
    mutating func resolve(_ path: String, from start: Int64 = root, depth: Int = 0) throws(Refusal) -> Int64 {
        if depth > 8 { throw Refusal(.symbolicLinkLoop) }
        if path.isEmpty { throw Refusal(.noEntry) }
        if path.containsNUL { throw Refusal(.invalidArgument) }
        let (slash, dot) = (UInt8(ascii: "/"), UInt8(ascii: "."))
        let text = path.utf8.span
        var directory = text[0] == slash ? Self.root : start
        var position = 0
        while true {
            while position < text.count, text[position] == slash { position += 1 }
            if position == text.count { break }
            var end = position
            while end < text.count, text[end] != slash { end += 1 }
            let component = text.extracting(position..<end)
            position = end
            if component.count == 1, component[0] == dot { continue }
            if component.count == 2, component[0] == dot, component[1] == dot {
                directory = parent(of: directory) ?? Self.root
                continue
            }
            var (_, found) = try lookUp(directory, component)
            if found == 0 { throw Refusal(.noEntry) }
            if InodeKind(of: found) == .symbolicLink {
                found = try resolve(linkTargets[found] ?? "", from: directory, depth: depth + 1)
            }
            if InodeKind(of: found) != .directory { throw Refusal(.notDirectory) }
            directory = found
        }
        return directory
    }
}
