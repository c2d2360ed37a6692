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
