import FileSystemSeam
import KeyStore

/// A key file that destroys nothing until it is allowed to.
final class StubbornRoot: RootKeyProvider {
    private let file: RootKeyFile
    private let isAllowed = Condition(false)

    init(_ file: RootKeyFile) { self.file = file }

    var kind: String { file.kind }

    func allow(_ allowed: Bool) { isAllowed.withLock { $0 = allowed } }

    func inventory(of store: StoreID?) throws(RootKeyError) -> RootKeyInventory { try file.inventory(of: store) }

    func prepare(_ generation: UInt64, keeping current: UInt64?, for store: StoreID) throws(RootKeyError) {
        try file.prepare(generation, keeping: current, for: store)
    }

    func wrap(
        _ key: UnsafeRawBufferPointer,
        generation: UInt64,
        context: [UInt8],
        store: StoreID
    ) throws(RootKeyError) -> [UInt8] {
        try file.wrap(key, generation: generation, context: context, store: store)
    }

    func unwrap(
        _ wrapped: [UInt8],
        generation: UInt64,
        context: [UInt8],
        store: StoreID,
        into key: UnsafeMutableRawBufferPointer
    ) throws(RootKeyError) {
        try file.unwrap(wrapped, generation: generation, context: context, store: store, into: key)
    }

    func destroyAllBut(_ generation: UInt64, for store: StoreID) throws(RootKeyError) -> RootKeyDestruction {
        if !isAllowed.withLock({ $0 }) { throw .failed(place: "the vault", reason: "it does not answer") }
        return try file.destroyAllBut(generation, for: store)
    }

    func destroyAll(for store: StoreID) throws(RootKeyError) -> RootKeyDestruction {
        if !isAllowed.withLock({ $0 }) { throw .failed(place: "the vault", reason: "it does not answer") }
        return try file.destroyAll(for: store)
    }
}
