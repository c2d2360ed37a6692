/// Builds bytes; integers are little-endian.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    mutating func append(_ integer: some FixedWidthInteger) {
        var rest = integer
        for _ in 0..<integer.bitWidth / 8 {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    mutating func append(_ other: [UInt8]) { bytes += other }

    /// Zeros up to a length.
    mutating func pad(to length: Int) {
        precondition(bytes.count <= length, "the fields before reach beyond \(length) bytes")
        bytes += [UInt8](repeating: 0, count: length - bytes.count)
    }
}

/// Takes bytes apart; the inverse of ``ByteWriter``. The caller knows that there are enough.
struct ByteReader {
    let bytes: [UInt8]
    private(set) var offset: Int

    init(_ bytes: [UInt8], at offset: Int = 0) {
        self.bytes = bytes
        self.offset = offset
    }

    mutating func integer<Integer: FixedWidthInteger>(_ type: Integer.Type = Integer.self) -> Integer {
        var value: Integer = 0
        let count = Integer.bitWidth / 8
        for index in (0..<count).reversed() { value = value << 8 | Integer(truncatingIfNeeded: bytes[offset + index]) }
        offset += count
        return value
    }

    mutating func take(_ count: Int) -> [UInt8] {
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }

    /// Whether only zeros stand between here and `end`; goes there.
    mutating func isZero(to end: Int) -> Bool {
        defer { offset = end }
        return bytes[offset..<end].allSatisfy { $0 == 0 }
    }
}
