import FileSystemSeam
import KeyStore

/// Secrets in a dictionary: what a key management service would keep.
final class OutsideRoot: RootKeyProvider {
    private let secrets = Condition<[UInt64: [UInt8]]>([:])

    let kind: String

    init(_ kind: String = "outside") { self.kind = kind }

    func inventory(of store: StoreID?) throws(RootKeyError) -> RootKeyInventory {
        RootKeyInventory(generations: secrets.withLock { Set($0.keys) })
    }

    func prepare(_ generation: UInt64, keeping current: UInt64?, for store: StoreID) throws(RootKeyError) {
        secrets.withLock { $0[generation] = (0..<32).map { _ in UInt8.random(in: 0...255) } }
    }

    func wrap(
        _ key: UnsafeRawBufferPointer,
        generation: UInt64,
        context: [UInt8],
        store: StoreID
    ) throws(RootKeyError) -> [UInt8] {
        guard let secret = secrets.withLock({ $0[generation] }) else { throw .missing(place: "outside") }
        return zip(key, secret).map { $0 ^ $1 }
    }

    func unwrap(
        _ wrapped: [UInt8],
        generation: UInt64,
        context: [UInt8],
        store: StoreID,
        into key: UnsafeMutableRawBufferPointer
    ) throws(RootKeyError) {
        guard let secret = secrets.withLock({ $0[generation] }) else { throw .missing(place: "outside") }
        key.copyBytes(from: zip(wrapped, secret).map { $0 ^ $1 })
    }

    func destroyAllBut(_ generation: UInt64, for store: StoreID) throws(RootKeyError) -> RootKeyDestruction {
        secrets.withLock { secrets in secrets = secrets.filter { $0.key == generation } }
        return RootKeyDestruction(assurance: .externallyDestroyed)
    }

    func destroyAll(for store: StoreID) throws(RootKeyError) -> RootKeyDestruction {
        secrets.withLock { $0 = [:] }
        return RootKeyDestruction(assurance: .externallyDestroyed)
    }
}
