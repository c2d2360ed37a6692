/// Keeps the secrets that keysets are wrapped with: a key file, a passphrase, a key management service.
///
/// A provider has a secret **for each generation** of a keyset, and destroys it when the next generation stands. That
/// is what makes old copies of a keyset worthless: with one secret for all times, every copy ever made would stay
/// readable.
///
/// A store calls its provider only while it holds its own lock, one call at a time. A provider serves one store, in one
/// directory: a copy of the directory has a lock of its own, and when one of the two goes on to the next generation,
/// the other one's secret is destroyed. All calls may be repeated after a crash.
///
/// **Errors.** Stores tell three of them apart, wherever they are thrown below: `.otherStore` and `.wrongSecret` say
/// that this is not the keyset's root key, and `.unknownGeneration` with a newer one that the keyset is an old copy.
/// Everything else says nothing of the keyset: a provider that cannot be reached, or refuses, throws `.io` or
/// `.failed`, after which the store goes on later; `.missing` and `.damaged` where secrets are kept and these are gone
/// or unreadable for good.
public protocol RootKeyProvider: AnyObject, Sendable {
    /// What sort of provider it is, as checkpoints name it: 1 to 23 printable ASCII characters, always the same. Others
    /// are refused.
    var kind: String { get }

    /// What is there for a store.
    ///
    /// - Parameter store: nil when it is not known yet, since there is no keyset.
    /// - Throws: `.otherStore` when what is there belongs to another store than this one; `.damaged`, `.io`, `.failed`.
    ///   Nothing at all is no error, but an empty inventory.
    func inventory(of store: StoreID?) throws(RootKeyError) -> RootKeyInventory

    /// Makes a **new** secret for a generation, durably. An older secret of that same generation is overwritten; those
    /// of other generations stay, but for one that is neither the given `current` nor the one before.
    ///
    /// - Parameter current: the generation whose secret must stay; nil for a new store.
    /// - Throws: and has then made nothing that a later call could not overwrite, and destroyed nothing: `.otherStore`
    ///   when a complete store has it; `.unknownGeneration` and `.missing` when there is no secret of `current`;
    ///   `.failed` for a new store when it served one before; `.damaged`, `.io`.
    func prepare(_ generation: UInt64, keeping current: UInt64?, for store: StoreID) throws(RootKeyError)

    /// Wraps 32 bytes with the secret of a generation.
    ///
    /// - Parameter context: authenticated along with them.
    /// - Returns: at most 512 bytes, from which ``unwrap(_:generation:context:store:into:)`` makes the same again.
    /// - Throws: `.unknownGeneration` and `.missing` when there is no such secret; `.otherStore`, `.damaged`, `.io`,
    ///   `.failed`.
    @unsafe
    func wrap(
        _ key: UnsafeRawBufferPointer,
        generation: UInt64,
        context: [UInt8],
        store: StoreID
    ) throws(RootKeyError) -> [UInt8]

    /// Unwraps what ``wrap(_:generation:context:store:)`` gave, into 32 bytes.
    ///
    /// - Throws: `.wrongSecret` when the bytes or the context are not authentic, or were wrapped with another secret,
    ///   and `.otherStore` when the secrets are another store's: the store says `.wrongRoot`. `.unknownGeneration` when
    ///   there is no secret of this generation, with the newest there is: when that is later the store says
    ///   `.rolledBack`, else `.wrongRoot`. `.missing`, `.damaged`, `.io`, `.failed` for all that says nothing of the
    ///   keyset.
    @unsafe
    func unwrap(
        _ wrapped: [UInt8],
        generation: UInt64,
        context: [UInt8],
        store: StoreID,
        into key: UnsafeMutableRawBufferPointer
    ) throws(RootKeyError)

    /// Destroys the secrets of all generations before one, durably, and remembers that this one is complete. Those of
    /// later ones stay: what an attempt that came to nothing left is overwritten by the next
    /// ``prepare(_:keeping:for:)``, and from here it cannot be told from the secret of a newer keyset, of which the
    /// caller's directory is an old copy.
    ///
    /// - Returns: how surely they are gone, and what that does not reach.
    /// - Throws: when any of them may be left, or their end may not be durable; the store calls again.
    ///   `.unknownGeneration`, `.missing` when there is no secret of this generation, and then nothing is destroyed;
    ///   `.otherStore`, `.damaged`, `.io`, `.failed`.
    func destroyAllBut(_ generation: UInt64, for store: StoreID) throws(RootKeyError) -> RootKeyDestruction

    /// Destroys the secrets of all generations, durably, when the store was wrapped with another provider.
    ///
    /// - Returns: how surely they are gone, and what that does not reach. Only with `effaced` or better, and no risk
    ///   but ``ResidualRisks/memoryNotLocked``, receipts do not name this root key; a provider that destroyed nothing
    ///   says `overwritten` or less.
    /// - Throws: when any of them may be left, or their end may not be durable: `.otherStore`, `.damaged`, `.io`,
    ///   `.failed`. No secret at all is no error.
    func destroyAll(for store: StoreID) throws(RootKeyError) -> RootKeyDestruction
}

/// How secrets were destroyed.
public struct RootKeyDestruction: Sendable, Hashable {
    /// How surely they are gone, when no copy was made of where they stood.
    public var assurance: ErasureAssurance
    /// What that does not reach; with ``ResidualRisks/memoryNotLocked`` when secrets stood in memory that was not
    /// locked.
    public var risks: ResidualRisks

    /// Makes the description of a destruction.
    public init(assurance: ErasureAssurance, risks: ResidualRisks = []) {
        self.assurance = assurance
        self.risks = risks
    }
}

/// What a provider has for a store.
public struct RootKeyInventory: Sendable, Hashable {
    /// The generations there are secrets of; empty when none, or when the provider makes them from something else.
    public var generations: Set<UInt64>
    /// Whether a store was complete with this root key, so that its keyset must exist.
    public var wasCompleted: Bool
    /// Which store it belongs to; nil when it belongs to none, or does not know.
    public var store: StoreID?

    /// Makes an inventory.
    public init(generations: Set<UInt64> = [], wasCompleted: Bool = false, store: StoreID? = nil) {
        self.generations = generations
        self.wasCompleted = wasCompleted
        self.store = store
    }
}

/// How surely something is destroyed; the first is the strongest.
public enum ErasureAssurance: UInt8, Sendable, Hashable, CaseIterable, Comparable {
    /// A service outside of this machine says that it destroyed the secret.
    case externallyDestroyed = 1
    /// The only secret that opens old copies of the keyset was overwritten in its place: whatever is left of those
    /// opens with nothing.
    case effaced = 2
    /// The old keyset was overwritten in its place; a secret that would open a copy of it lives on, as a passphrase
    /// does, or may, as that of an earlier root key.
    case overwritten = 3
    /// Names were removed; what they named may still stand on the disk.
    case unlinkedOnly = 4

    /// The stronger one comes first.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// As receipts name it.
    public var name: String {
        switch self {
        case .externallyDestroyed: "externally_destroyed"
        case .effaced: "effaced"
        case .overwritten: "overwritten"
        case .unlinkedOnly: "unlinked_only"
        }
    }
}
