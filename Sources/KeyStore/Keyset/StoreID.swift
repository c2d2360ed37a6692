internal import Canonical

/// Which store something belongs to: 16 random bytes, made with the store.
public struct StoreID: Sendable, Hashable, CustomStringConvertible {
    /// 16 bytes.
    public let bytes: [UInt8]

    static let byteCount = 16

    /// Makes an id from its bytes; nil unless there are 16.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// 32 hexadecimal digits.
    public var description: String { Hex.encode(bytes) }
}

/// How far a keyset has come. Kept elsewhere, it is a high-water mark: a keyset that is behind it was put back.
public struct KeysetPosition: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Counts checkpoints, from 1.
    public var generation: UInt64
    /// Counts journal records over all generations.
    public var sequence: UInt64

    /// Makes a position.
    public init(generation: UInt64, sequence: UInt64) {
        self.generation = generation
        self.sequence = sequence
    }

    /// Earlier positions come first.
    public static func < (left: Self, right: Self) -> Bool {
        (left.generation, left.sequence) < (right.generation, right.sequence)
    }

    /// `generation 3, record 17`.
    public var description: String { "generation \(generation), record \(sequence)" }
}
