internal import FileSystemSeam

/// The counter's file, opened by its name each time: other writers replace it by renaming another over it.
///
/// Nothing here throws. A counter that cannot be read is no counter, and one that cannot be written leaves the next
/// writer to count: what counts are the events. It is never synced, because it proves itself against the events.
struct CounterFile {
    /// What it says; nil when it is missing, has not exactly 16 bytes or cannot be read.
    let record: CounterRecord?

    private let file: any File
    private let isTooLong: Bool

    /// Opens the counter, and makes it when it is missing.
    ///
    /// - Returns: nil when it cannot be opened.
    init?(in directory: any Directory) {
        do throws(FileSystemError) {
            file = try directory.open(LogFiles.counter, [.read, .write, .create], permissions: .ownerFile)
        } catch {
            return nil
        }
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
        record = CounterRecord(parsing: buffer[..<found])
    }

    /// Writes the counter in place, and closes it.
    ///
    /// - Returns: false when that failed.
    func write(_ record: CounterRecord) -> Bool {
        do throws(FileSystemError) {
            if isTooLong { try file.truncate(to: Int64(CounterRecord.byteCount)) }
            try file.writeAll(record.bytes, at: 0)
            try file.close()
            return true
        } catch {
            close()
            return false
        }
    }

    func close() { try? file.close() }
}
