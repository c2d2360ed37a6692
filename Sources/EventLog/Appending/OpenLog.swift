internal import FileSystemSeam
internal import LockKit

/// What a handle holds open between its appends, and remembers of the last one.
///
/// Only the events and the directory are held. Other writers replace the counter by renaming, so that a held
/// descriptor of it would soon be that of an orphan.
struct OpenLog: Sendable {
    let path: String
    let directory: any Directory
    let lock: FileLock
    /// The events, once they were opened.
    private(set) var events: OpenEvents?
    /// What the last count found, as far as it went.
    var tally = Tally()
    /// The last line that this handle wrote.
    var last: WrittenLine?
    /// The highest number that this handle gave in these events.
    var highestGiven: UInt64?

    init(_ directory: any Directory, path: String, _ fileSystem: any FileSystem) {
        self.path = path
        self.directory = directory
        // Other tools take the lock on whatever file system the session lies; refusing here would lose events.
        let options = FileLockOptions(allowsNetworkFileSystems: true)
        lock = FileLock(LogFiles.lock, in: directory, fileSystem: fileSystem, options: options)
    }

    /// The events as they stand at their name now, made when they are missing.
    ///
    /// - Returns: the open events and their size.
    /// - Throws: `.notALog` when something else than a file stands there.
    mutating func openEvents() throws(EventLogError) -> (events: OpenEvents, size: Int64) {
        if let held = events, let status = try statusOfEvents(), status.identity == held.identity {
            if status.size < tally.byteOffset { tally = Tally() }
            return (held, status.size)
        }
        let file: any File
        let status: FileStatus
        do throws(FileSystemError) {
            file = try directory.open(LogFiles.events, [.read, .write, .append, .create], permissions: .ownerFile)
            status = try file.status()
        } catch {
            throw .opening(error, in: path)
        }
        if status.kind != .regular { throw .notALog(path: path, reason: "\(LogFiles.events) is no regular file") }
        let opened = OpenEvents(file: file, identity: status.identity)
        events = opened
        tally = Tally()
        last = nil
        highestGiven = nil
        return (opened, status.size)
    }

    private func statusOfEvents() throws(EventLogError) -> FileStatus? {
        do throws(FileSystemError) {
            return try directory.status(of: LogFiles.events)
        } catch  where error.code == .noEntry {
            return nil
        } catch {
            throw .io(error, file: LogFiles.events)
        }
    }
}

/// The events, open for appending.
struct OpenEvents: Sendable {
    let file: any File
    let identity: FileIdentity
}

/// The last line that a handle wrote.
struct WrittenLine: Sendable {
    let number: UInt64
    /// The size of the events behind it.
    let end: Int64

    /// The counter that goes with it.
    var counter: CounterRecord { CounterRecord(count: number + 1, size: UInt64(end)) }

    /// Whether the events, `size` bytes long, still end with it. The file is the same as then, whole lines are never
    /// cut off and everybody appends: when nothing came behind the line, it is the last one.
    func isLast(size: Int64) -> Bool { size == end }
}
