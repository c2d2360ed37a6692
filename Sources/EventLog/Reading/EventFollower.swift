internal import FileSystemSeam
internal import PlatformProfile

/// Gives the events of a log as they are appended, by whatever process: each one once, in the order of the file.
///
///     let follower = try log.follow()
///     while let entry = try follower.next(timeoutMilliseconds: 60_000) { … }
///
/// It takes no lock and keeps no writer waiting. It is woken by change notification (inotify, kqueue) and looks by
/// itself ten times a second besides, so that it also works where nobody notifies. Not for use by several threads at
/// once.
public final class EventFollower {
    private let path: String
    private let fileSystem: any FileSystem
    private let platform: PlatformAdmission
    private let first: UInt64
    private var parser = EventParser()
    private var directory: (any Directory)?
    private var watch: (any DirectoryWatch)?
    private var events: OpenEvents?
    private var reader: LineReader?
    /// The last whole line that was read, and whether the end of the events was found behind it.
    private var last: RawLine?
    private var isAtEnd = false
    private let stopped = Condition(false)

    /// Looks by itself this often.
    private static let sliceNanoseconds: UInt64 = 100_000_000
    /// So much of the last line is compared.
    private static let comparedByteCount = 4096

    /// - Parameter first: nil for what is appended from now on.
    init(_ log: SessionLog, from first: UInt64?) throws(EventLogError) {
        path = log.path
        fileSystem = log.fileSystem
        platform = log.platform
        self.first = first ?? 0
        guard first == nil else { return }
        try open()
        // What is appended from now on is for whoever follows.
        let end = try size
        while let offset = reader?.byteOffset, offset < end, try nextLine() != nil {}
    }

    deinit {
        try? watch?.close()
        try? directory?.close()
        try? events?.file.close()
    }

    /// The next line, waiting for it. Lines that are no events are given as such; one that is still being written is
    /// waited for.
    ///
    /// Events that were not asked for are passed over, which takes time as well: where the time is over meanwhile, the
    /// next call goes on behind them.
    ///
    /// - Parameter timeoutMilliseconds: how long to look and wait at most; 0 looks once at all that is there, nil waits
    ///   for ever.
    /// - Returns: nil when the time is over, or it was stopped.
    /// - Throws: `.eventsReplaced` when the events were cut or replaced, or their directory is not the one at the path
    ///   any more; `.notALog`, `.io`.
    public func next(timeoutMilliseconds: UInt64? = nil) throws(EventLogError) -> LogEntry? {
        let deadline = Deadline(milliseconds: timeoutMilliseconds, fileSystem)
        /// Where a look without waiting ends.
        var end: Int64?
        while !stopped.withLock({ $0 }) {
            try open()
            while let line = try nextLine() {
                let entry = LogEntry(line, &parser)
                guard case .event(let event) = entry, event.sequenceNumber < first else { return entry }
                if stopped.withLock({ $0 }) { return nil }
                if timeoutMilliseconds != 0 {
                    if deadline.isOver { break }
                    continue
                }
                if end == nil { end = try size }
                if let end, line.byteOffset + line.byteCount >= end { break }
            }
            try checkEvents()
            let rest = deadline.remainingNanoseconds
            if rest == 0 { return nil }
            wait(atMost: min(rest, Self.sliceNanoseconds))
        }
        return nil
    }

    /// Ends the following; the only part of a follower that other threads may use meanwhile.
    ///
    ///     let stop = follower.stop
    ///     onInterrupt { stop() }
    ///
    /// A ``next(timeoutMilliseconds:)`` that waits, or passes over events, returns nil within a tenth of a second, and
    /// so does every later one at once. Nothing is lost by it: another follower goes on behind the last number.
    public var stop: @Sendable () -> Void {
        { [stopped] in stopped.withLock { $0 = true } }
    }

    /// Opens what is not open yet. The watch begins before the first look, so that no change is missed.
    private func open() throws(EventLogError) {
        if events == nil { try openDirectory() }
        guard events == nil, let directory, let opened = try directory.openEvents(in: path) else { return }
        events = OpenEvents(file: opened.file, identity: opened.status.identity)
        reader = LineReader(opened.file)
    }

    /// How long the events are.
    private var size: Int64 {
        get throws(EventLogError) {
            do throws(FileSystemError) {
                return try events?.file.extent().size ?? 0
            } catch {
                throw .io(error, file: LogFiles.events)
            }
        }
    }

    /// Opens what stands at the path now; as long as there are no events it may be removed and made anew.
    private func openDirectory() throws(EventLogError) {
        let found = try fileSystem.openSession(path, admittedBy: platform)
        if let found, let held = directory, let there = try? found.status(), let here = try? held.status(),
            there.identity == here.identity
        {
            try? found.close()
            return
        }
        try? watch?.close()
        try? directory?.close()
        watch = found.flatMap { try? $0.watch() }
        directory = found
    }

    /// The next whole line; nil as long as there is none.
    private func nextLine() throws(EventLogError) -> RawLine? {
        let found: RawLine?
        let place = reader?.bufferOffset
        do throws(FileSystemError) {
            found = try reader?.next()
        } catch {
            throw .io(error, file: LogFiles.events)
        }
        guard let line = found, line.ending != .endOfFile else {
            isAtEnd = true
            return nil
        }
        if isAtEnd || reader?.bufferOffset != place { try checkLast() }
        isAtEnd = false
        last = line
        return line
    }

    /// Makes sure that the last line still stands at its place: events that were cut and have grown again since may be
    /// longer than what was read of them.
    private func checkLast() throws(EventLogError) {
        guard let events, let last, last.ending == .terminated else { return }
        // The beginning of an event tells it from any other.
        var expected = Array(last.bytes.prefix(Self.comparedByteCount))
        if expected.count == last.bytes.count { expected.append(UInt8(ascii: "\n")) }
        let found: [UInt8]?
        let size: Int64
        do throws(FileSystemError) {
            found = try events.file.read(exactly: expected.count, at: last.byteOffset)
            size = try events.file.extent().size
        } catch {
            throw .io(error, file: LogFiles.events)
        }
        if found != expected {
            throw .eventsReplaced(path: path, readBytes: last.byteOffset + last.byteCount, size: size)
        }
    }

    /// Makes sure that what was read still stands in the file at the name, in the directory at the path.
    private func checkEvents() throws(EventLogError) {
        guard let directory, let events, let readBytes = reader?.byteOffset else { return }
        if try !isAtPath(directory) {
            let size = try fileSystem.openSession(path)?.openEvents(in: path)?.status.size
            throw .eventsReplaced(path: path, readBytes: readBytes, size: size ?? 0)
        }
        let status: FileExtent
        do throws(FileSystemError) {
            status = try directory.extent(of: LogFiles.events)
        } catch  where error.code == .noEntry {
            // Whoever makes events durable gives empty ones their name anew; nothing of them was read.
            if readBytes == 0 { return }
            throw .eventsReplaced(path: path, readBytes: readBytes, size: 0)
        } catch {
            throw .io(error, file: LogFiles.events)
        }
        if status.identity != events.identity || status.size < readBytes {
            throw .eventsReplaced(path: path, readBytes: readBytes, size: status.size)
        }
        try checkLast()
    }

    private func isAtPath(_ directory: any Directory) throws(EventLogError) -> Bool {
        do throws(FileSystemError) {
            return try fileSystem.directoryStatus(path).identity == directory.status().identity
        } catch  where error.code == .noEntry || error.code == .notDirectory {
            return false
        } catch {
            throw .io(error, file: path)
        }
    }

    private func wait(atMost nanoseconds: UInt64) {
        if let watch, (try? watch.wait(timeoutNanoseconds: nanoseconds)) != nil { return }
        fileSystem.sleep(nanoseconds: nanoseconds)
    }
}

extension SessionLog {
    /// Follows the log, from a sequence number on or from now on.
    ///
    /// The log need not be there yet. What is followed is what stands at the path: a directory that is moved away is
    /// not followed to its new place, as writers' handles do.
    ///
    /// - Parameter first: the lowest number that is given; nil for what is appended from now on.
    /// - Throws: `.notALog`, `.io`.
    /// - Complexity: O(*n*) once, for what is there already.
    public func follow(from first: UInt64? = nil) throws(EventLogError) -> EventFollower {
        try EventFollower(self, from: first)
    }
}
