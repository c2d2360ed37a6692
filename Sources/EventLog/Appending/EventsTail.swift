internal import Canonical
internal import FileSystemSeam

/// How the events end.
enum EventsTail: Equatable {
    /// With a line feed, or there are none. The number is that of the last line; nil when it carries none that can be
    /// relied on.
    case whole(lastNumber: UInt64?)
    /// With something else: a crash came between.
    case torn

    /// How much is read at first; nearly every line fits.
    private static let windowByteCount: Int64 = 4096
    /// A last line that is longer proves nothing about the counter. Bounds the time under the lock.
    private static let windowMaximum: Int64 = 4 << 20

    /// Looks at the end of `size` bytes of events.
    ///
    /// - Complexity: O(*n*) in the length of the last line; nearly always one read.
    init(of file: any File, size: Int64) throws(FileSystemError) {
        self = .whole(lastNumber: nil)
        var window = Self.windowByteCount
        while size > 0 {
            let start = max(0, size - window)
            guard let bytes = try file.read(exactly: Int(size - start), at: start) else {
                throw FileSystemError(operation: .read, name: LogFiles.events, code: .staleHandle)
            }
            guard bytes.last == Self.lineFeed else {
                self = .torn
                return
            }
            let before = bytes.span.lastIndex(of: Self.lineFeed, before: bytes.count - 1)
            if before != nil || start == 0 {
                let lineStart = before.map { $0 + 1 } ?? 0
                self = .whole(lastNumber: Self.number(of: Array(bytes[lineStart..<(bytes.count - 1)])))
                return
            }
            if window >= Self.windowMaximum { return }
            window *= 8
        }
    }

    /// Where what stands behind the last line feed begins, in `size` bytes of events that are torn.
    ///
    /// - Returns: nil when the file is shorter.
    /// - Complexity: O(*n*) in the length of the torn tail, in bounded memory.
    static func tornOffset(in file: any File, size: Int64) throws(FileSystemError) -> Int64? {
        let step: Int64 = 1 << 16
        var end = size
        while end > 0 {
            let start = max(0, end - step)
            guard let bytes = try file.read(exactly: Int(end - start), at: start) else { return nil }
            if let place = bytes.span.lastIndex(of: lineFeed, before: bytes.count) { return start + Int64(place) + 1 }
            end = start
        }
        return 0
    }

    private static let lineFeed = UInt8(ascii: "\n")

    private static func number(of line: [UInt8]) -> UInt64? {
        do throws(EventError) {
            return try EventParser.parseOnce(line).sequenceNumber
        } catch {
            return nil
        }
    }
}
