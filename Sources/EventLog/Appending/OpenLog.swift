internal import FileSystemSeam
internal import LockKit

/// What a handle holds open between its appends, and remembers of the last one.
///
/// Other writers replace the counter by renaming, so that what is held is looked at by its name before it is used.
struct OpenLog: Sendable {
    let path: String
    let directory: any Directory
    let lock: FileLock
    /// The events, once they were opened.
    private(set) var events: OpenEvents?
    /// Whether the directory is the one that the platform was looked at for.
    var isConfirmed = false
    /// What the last count found, as far as it went.
    var tally = Tally()
    /// The last line that this handle wrote.
    var last: WrittenLine?
    /// The highest number that this handle gave in these events.
    var highestGiven: UInt64?
    /// What the making of the events has come to: see ``makeEvents(_:)``.
    var making = EventsMaking()
    /// Whether the line feed was written again that stood at their end when they were opened.
    private var isEndRenewed = false
    private var counter: CounterFile?
    /// What the directory was before everything held open was last looked at by its name, and found there.
    private var stamp: DirectoryStamp?
    let fileSystem: any FileSystem

    init(_ directory: any Directory, path: String, _ fileSystem: any FileSystem) {
        self.path = path
        self.directory = directory
        self.fileSystem = fileSystem
        // Other tools take the lock on whatever file system the session lies; refusing here would lose events.
        let options = FileLockOptions(allowsNetworkFileSystems: true, keepsFileOpen: true)
        lock = FileLock(LogFiles.lock, in: directory, fileSystem: fileSystem, options: options)
    }

    /// The events as they stand at their name now.
    ///
    /// - Parameter creating: whether they are made when they are missing; see ``makeEvents(_:)``.
    /// - Returns: the open events and their size; nil when they are missing, and are not to be made.
    /// - Throws: `.notALog` when something else than a file stands there.
    mutating func openEvents(creating: Bool) throws(EventLogError) -> (events: OpenEvents, size: Int64)? {
        guard let held = events, let size = try standingSize(of: held) else {
            return try reopenEvents(creating: creating)
        }
        if size < tally.byteOffset { tally = Tally() }
        return (held, size)
    }

    /// The size of the events that are held open; nil when something else, or nothing, stands at their name.
    private mutating func standingSize(of held: OpenEvents) throws(EventLogError) -> Int64? {
        do throws(FileSystemError) {
            let now = try directory.status()
            if let stamp, stamp.vouches(for: now) { return try held.file.extent().size }
            // Kept only when everything is found in its place, and made before it is looked for.
            let fresh = DirectoryStamp(now, fileSystem)
            stamp = nil
            checkCounter()
            let status = try directory.extent(of: LogFiles.events)
            guard status.identity == held.identity else { return nil }
            stamp = fresh
            return status.size
        } catch  where error.code == .noEntry {
            return nil
        } catch {
            throw .io(error, file: LogFiles.events)
        }
    }

    private mutating func reopenEvents(creating: Bool) throws(EventLogError) -> (events: OpenEvents, size: Int64)? {
        let file: any File
        let status: FileExtent
        var options: OpenOptions = [.read, .write, .append]
        if creating { options.insert(.create) }
        do throws(FileSystemError) {
            file = try directory.open(LogFiles.events, options, permissions: .ownerFile)
            status = try file.extent()
        } catch  where error.code == .noEntry && !creating {
            return nil
        } catch {
            throw .opening(error, in: path)
        }
        if status.kind != .regular { throw .notALog(path: path, reason: "\(LogFiles.events) is no regular file") }
        let opened = OpenEvents(file: file, identity: status.identity)
        events = opened
        stamp = nil
        // These events may be what the counter is a name of.
        counter?.note(isProven: false)
        tally = Tally()
        last = nil
        highestGiven = nil
        isEndRenewed = false
        return (opened, status.size)
    }

    /// Writes the line feed again that the events end with, so that the next sync of theirs makes it durable.
    ///
    /// The line before may be one that a sync failed for. Its bytes then count as written, no later sync writes them,
    /// and after a power cut there are zeros in their place: with those in front of it, the line that comes next would
    /// be none, although it was acknowledged. Under the lock, and once for all of a handle's appends where every handle
    /// is told of a failed sync.
    ///
    /// - Parameter size: where the events end, with a line feed.
    mutating func renewEnd(of events: OpenEvents, size: Int64) throws(FileSystemError) {
        if size == 0 || isEndRenewed { return }
        guard try events.rewrite((size - 1)..<size, in: directory) else {
            throw FileSystemError(operation: .open, name: LogFiles.events, code: .staleHandle)
        }
        isEndRenewed = fileSystem.tellsEveryHandleOfFailedSyncs
    }
}

// MARK: - The counter

extension OpenLog {
    /// Whether a counter is held open; after ``openEvents(creating:)`` it is the one at its name.
    var hasCounter: Bool { counter != nil }

    /// Lets go of a counter that is not the one at its name.
    private mutating func checkCounter() {
        if counter?.stands(in: directory) == true { return }
        counter?.close()
        counter = nil
    }

    /// Opens the counter for ``writeCounter(_:)``; before the first event it says nothing.
    mutating func openCounter() { if counter == nil { counter = CounterFile(in: directory) } }

    /// What the counter says; nil when that is nothing.
    mutating func readCounter() -> CounterRecord? {
        openCounter()
        return counter?.read()
    }

    /// Notes whether what the counter says proved itself.
    mutating func noteCounter(isProven: Bool) { counter?.note(isProven: isProven) }

    /// Writes the counter, in place.
    ///
    /// - Returns: false when that failed, which no event is lost by.
    mutating func writeCounter(_ record: CounterRecord) -> Bool {
        if counter?.write(record, in: directory) == true { return true }
        counter?.close()
        counter = nil
        return false
    }
}

/// The events, open for appending.
struct OpenEvents: Sendable {
    let file: any File
    let identity: FileIdentity

    /// Writes bytes again that stand in whole lines, which nobody changes, so that the next sync makes them durable.
    ///
    /// - Parameter range: where; a single byte is a line feed.
    /// - Returns: false when another file stands at the name, or a shorter one.
    /// - Complexity: O(*n*) in the length of the range, in bounded memory.
    func rewrite(_ range: Range<Int64>, in directory: any Directory) throws(FileSystemError) -> Bool {
        // Through another handle: where this one writes, it appends.
        let file: any File
        do throws(FileSystemError) {
            file = try directory.open(LogFiles.events, [.read, .write], permissions: .ownerFile)
        } catch  where error.code == .noEntry {
            return false
        }
        defer { try? file.close() }
        let extent = try file.extent()
        // What was cut off is nobody's to make durable; to write there would leave zeros before it.
        guard extent.identity == identity, extent.size >= range.upperBound else { return false }
        var offset = range.lowerBound
        while offset < range.upperBound {
            let count = min(1 << 18, range.upperBound - offset)
            let bytes = range.count == 1 ? [UInt8(ascii: "\n")] : try file.read(exactly: Int(count), at: offset)
            guard let bytes else { return false }
            try file.writeAll(bytes, at: offset)
            offset += count
        }
        return true
    }
}

/// The last line that a handle wrote.
struct WrittenLine: Sendable {
    let number: UInt64
    /// The size of the events behind it.
    let end: Int64

    /// Whether the events, `size` bytes long, still end with it. The file is the same as then, whole lines are never
    /// cut off and everybody appends: when nothing came behind the line, it is the last one.
    func isLast(size: Int64) -> Bool { size == end }
}
