/// The counter beside the events: how many numbers were given, and how long the events were then.
///
/// Stored as 16 bytes, both integers little-endian; 51 events in 22 907 bytes are
///
///     33 00 00 00 00 00 00 00  7b 59 00 00 00 00 00 00
///
/// It is a cache that writers of several kinds share, and it can lie: a writer that counted before it took the lock can
/// publish an old count with a new size. It is therefore believed only when the size is that of the events **and**
/// the last line carries the number before the count.
struct CounterRecord: Hashable, Sendable {
    /// The next sequence number.
    var count: UInt64
    /// The size of the events in bytes when the count was right.
    var size: UInt64

    static let byteCount = 16

    init(count: UInt64, size: UInt64) {
        self.count = count
        self.size = size
    }

    /// Reads a counter; the inverse of ``bytes``, which are shown at ``CounterRecord``.
    ///
    /// - Returns: nil when there are not exactly 16 bytes.
    init?(parsing bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var words: [UInt64] = [0, 0]
        for (place, byte) in bytes.enumerated() { words[place / 8] |= UInt64(byte) << UInt64(place % 8 * 8) }
        self.init(count: words[0], size: words[1])
    }

    /// The counter as it is stored; the bytes are shown at ``CounterRecord``.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        for word in [count, size] {
            for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift * 8))) }
        }
        return bytes
    }
}
