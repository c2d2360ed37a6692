internal import FileSystemSeam

/// The counter's file, open.
///
/// Nothing here throws. A counter that cannot be read is no counter, and one that cannot be written leaves the next
/// writer to count: what counts are the events. It is never synced, because it proves itself against the events.
struct CounterFile: Sendable {
    private let file: any File
    /// Which file it is; nil as long as nobody asked.
    private var identity: FileIdentity?
    /// Whether it is known to be longer than a counter.
    private var isTooLong = false

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

    /// Whether it is what stands at its name, with the length of a counter. Other writers replace it by renaming another
    /// over it.
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
        isTooLong = found > CounterRecord.byteCount
        return CounterRecord(parsing: buffer[..<found])
    }

    /// Writes the counter in place.
    ///
    /// - Returns: false when that failed.
    mutating func write(_ record: CounterRecord) -> Bool {
        do throws(FileSystemError) {
            if isTooLong { try file.truncate(to: Int64(CounterRecord.byteCount)) }
            isTooLong = false
            try file.writeAll(record.bytes, at: 0)
            return true
        } catch {
            return false
        }
    }

    func close() { try? file.close() }
}
