internal import FileSystemSeam

/// The counter's file, open.
///
/// Nothing here throws. A counter that cannot be read is no counter, and one that cannot be written leaves the next
/// writer to count: what counts are the events. It is never synced, because it proves itself against the events.
///
/// Whatever else may stand at the name, be it the events by a second name, is not written over: see ``write(_:in:)``. A
/// counter that lies costs a count, never data.
struct CounterFile: Sendable {
    private var file: any File
    /// Which file it is; nil as long as nobody asked.
    private var identity: FileIdentity?
    /// Whether it is known for a counter, which may be written over.
    private var isKnown = false

    /// Opens the counter, and makes it when it is missing.
    ///
    /// - Returns: nil when it cannot be opened.
    init?(in directory: any Directory) {
        do throws(FileSystemError) {
            file = try directory.open(LogFiles.counter, [.read, .write, .create], permissions: .ownerFile)
        } catch {
            return nil
        }
    }

    /// Whether it is what stands at its name, with the length of a counter. Other writers replace it by renaming
    /// another over it.
    mutating func stands(in directory: any Directory) -> Bool {
        do throws(FileSystemError) {
            let found = try directory.extent(of: LogFiles.counter)
            let own = if let identity { identity } else { try file.extent().identity }
            identity = own
            return found.identity == own && found.size == Int64(CounterRecord.byteCount)
        } catch {
            return false
        }
    }

    /// What it says; nil when it has not exactly 16 bytes or cannot be read.
    mutating func read() -> CounterRecord? {
        // One byte more than it may have.
        var buffer = [UInt8](repeating: 0, count: CounterRecord.byteCount + 1)
        var found = 0
        do throws(FileSystemError) {
            var span = buffer.mutableSpan
            found = try file.read(into: &span, at: 0)
        } catch {
            found = 0
        }
        return CounterRecord(parsing: buffer[..<found])
    }

    /// Notes whether what was read proved itself against the events: nothing but a counter does.
    mutating func note(isProven: Bool) { isKnown = isProven }

    /// Writes the counter in place; where something stands that may be more than a counter, in the place of that.
    ///
    /// - Returns: false when that failed.
    mutating func write(_ record: CounterRecord, in directory: any Directory) -> Bool {
        do throws(FileSystemError) {
            if !isKnown { try giveWay(in: directory) }
            isKnown = true
            try file.writeAll(record.bytes, at: 0)
            return true
        } catch {
            return false
        }
    }

    /// Opens a new file in the place of one that is longer than a counter, or has other names.
    ///
    /// The one with other names loses this one; the other is renamed to `events.jsonl.count.moved-` and its number.
    private mutating func giveWay(in directory: any Directory) throws(FileSystemError) {
        let status = try file.status()
        identity = status.identity
        guard status.kind == .regular else {
            throw FileSystemError(operation: .write, name: LogFiles.counter, code: .invalidArgument)
        }
        if status.linkCount > 1 {
            try directory.remove(LogFiles.counter)
        } else if status.size > Int64(CounterRecord.byteCount) {
            let name = "\(LogFiles.counter).moved-\(status.identity.inode)"
            try directory.rename(LogFiles.counter, to: name, in: directory, exclusive: true)
        } else {
            return
        }
        let options: OpenOptions = [.read, .write, .create, .exclusive]
        let fresh = try directory.open(LogFiles.counter, options, permissions: .ownerFile)
        close()
        (file, identity) = (fresh, nil)
    }

    func close() { try? file.close() }
}
