internal import Canonical

/// The name of one key of a keyset: 16 bytes that commit to the key and say nothing about it.
///
/// It is BLAKE2b keyed with the key itself, over the store's id, the key's version and the scope.
public struct KeyID: Sendable, Hashable, CustomStringConvertible {
    private let first: UInt64
    private let second: UInt64

    static let byteCount = 16

    /// Makes an id from its bytes; nil unless there are 16.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init(reading: bytes, at: 0)
    }

    init(reading bytes: [UInt8], at offset: Int) {
        var reader = ByteReader(bytes, at: offset)
        first = reader.integer()
        second = reader.integer()
    }

    func write(to bytes: UnsafeMutableRawBufferPointer, at offset: Int) {
        unsafe bytes.storeBytes(of: first.littleEndian, toByteOffset: offset, as: UInt64.self)
        unsafe bytes.storeBytes(of: second.littleEndian, toByteOffset: offset + 8, as: UInt64.self)
    }

    /// 16 bytes.
    public var bytes: [UInt8] {
        var writer = ByteWriter(capacity: Self.byteCount)
        writer.append(first)
        writer.append(second)
        return writer.bytes
    }

    /// 32 hexadecimal digits.
    public var description: String { Hex.encode(bytes) }
}

/// What a keyset calls a scope: 32 bytes of BLAKE2b over the scope under a key of the store. Who has a keyset without
/// its keys cannot tell which scopes are in it, not even by guessing names.
struct ScopeTag: Sendable, Hashable {
    private let words: SIMD4<UInt64>

    static let byteCount = 32

    init(reading bytes: [UInt8], at offset: Int = 0) {
        var reader = ByteReader(bytes, at: offset)
        words = SIMD4(reader.integer(), reader.integer(), reader.integer(), reader.integer())
    }

    func write(to bytes: UnsafeMutableRawBufferPointer) {
        for index in 0..<4 {
            unsafe bytes.storeBytes(of: words[index].littleEndian, toByteOffset: index * 8, as: UInt64.self)
        }
    }

    var bytes: [UInt8] {
        var writer = ByteWriter(capacity: Self.byteCount)
        for index in 0..<4 { writer.append(words[index]) }
        return writer.bytes
    }
}
