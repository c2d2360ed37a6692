public import Canonical

/// How far a keyset has come. Kept elsewhere, it is a high-water mark: a keyset that is behind it was put back.
///
/// The two counters refuse a copy that is behind. A copy that was put back and used counts on by itself, and may come
/// as far: the last receipt refuses it where it was made before that was issued. One that was made later a mark cannot
/// tell from the store: no key whose destruction the mark knows is alive in it, but keys that the store made since may
/// be missing.
public struct KeysetPosition: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Counts checkpoints, from 1.
    public var generation: UInt64
    /// Counts journal records over all generations.
    public var sequence: UInt64
    /// The last receipt that was issued. Nil when there was none; and when it is not known, and then only the counters
    /// are compared.
    public var lastReceipt: ReceiptReference?

    /// Makes a position.
    public init(generation: UInt64, sequence: UInt64, lastReceipt: ReceiptReference? = nil) {
        self.generation = generation
        self.sequence = sequence
        self.lastReceipt = lastReceipt
    }

    /// Earlier positions come first. With the same counters in two histories, which one comes first says nothing.
    public static func < (left: Self, right: Self) -> Bool {
        if left.counters != right.counters { return left.counters < right.counters }
        switch (left.lastReceipt, right.lastReceipt) {
        case (let left?, let right?): return left < right
        case (nil, _?): return true
        case (_, nil): return false
        }
    }

    /// Whether the counters are smaller.
    func isBehind(_ other: Self) -> Bool { counters < other.counters }

    private var counters: (UInt64, UInt64) { (generation, sequence) }

    /// `generation 3, record 17`.
    public var description: String { "generation \(generation), record \(sequence)" }
}

/// Which receipt of a store is meant, and what stands in it.
public struct ReceiptReference: Sendable, Hashable, Comparable {
    /// Counts a store's receipts, from 1.
    public var number: UInt64
    /// SHA-256 of the receipt's bytes.
    public var digest: Digest

    /// Makes a reference.
    public init(number: UInt64, digest: Digest) {
        self.number = number
        self.digest = digest
    }

    /// By number, then by digest.
    public static func < (left: Self, right: Self) -> Bool {
        if left.number != right.number { return left.number < right.number }
        return left.digest.bytes.lexicographicallyPrecedes(right.digest.bytes)
    }
}
