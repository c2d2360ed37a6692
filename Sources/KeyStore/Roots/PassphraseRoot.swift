public import FileSystemSeam

/// A root key from a passphrase, through Argon2id (RFC 9106).
///
/// Every generation has a salt of its own, which stands in the keyset with the wrapped key; 122 bytes:
///
///     02                                               version
///     02 00 00 00 00 00 00 00                          passes
///     00 00 00 04 00 00 00 00                          memory in bytes
///     4f 88 … (16)                                     salt
///     7e 20 … (73)                                     the wrapped key, as other providers wrap it
///     00 … (16)                                        zeros
///
/// A passphrase cannot be destroyed: whoever knows it and has an old copy of a keyset reads the keys in it. Receipts
/// therefore say at most `overwritten`, and name this as a risk.
///
/// It stays in the process that read it: in a forked child wrapping and unwrapping throw `.failed`.
@safe
public final class PassphraseRoot: RootKeyProvider {
    /// What one derivation costs. Somebody who guesses passphrases pays it for each guess.
    public struct Cost: Sendable, Hashable {
        /// Passes over the memory, at least 1.
        public var passes: UInt64
        /// Memory in bytes, at least 8 KiB.
        public var memoryBytes: UInt64

        /// Makes a cost. The default takes 64 MiB and about 55 ms.
        public init(passes: UInt64 = 2, memoryBytes: UInt64 = 64 << 20) {
            self.passes = passes
            self.memoryBytes = memoryBytes
        }
    }

    /// What a derivation may cost that a keyset asks for; more is refused, so that a forged keyset cannot use up the
    /// machine.
    public static let costMaximum = Cost(passes: 64, memoryBytes: 4 << 30)

    /// What new generations cost.
    public let cost: Cost
    private let fileSystem: any FileSystem
    private let passphrase: GuardedMemory
    private let passphraseLength: Int
    private let derived = Condition<[Derivation: KeySlab]>([:])
    static let version: UInt8 = 2
    static let length = 122

    /// What a derivation depends on beside the passphrase.
    private struct Derivation: Hashable {
        var salt: [UInt8]
        var passes: UInt64
        var memoryBytes: UInt64
    }

    /// Takes a passphrase and overwrites the caller's bytes with zeros.
    ///
    /// - Parameter passphrase: at least one byte, in an array that has no other copy. Bytes, not text: whoever types it
    ///   decides on its form (UTF-8, NFC).
    /// - Throws: `.failed` when it is empty, or the cost is above ``costMaximum``: what it wrapped would not be
    ///   unwrapped again; `.io` without memory.
    public init(
        wiping passphrase: inout [UInt8],
        cost: Cost = Cost(),
        fileSystem: any FileSystem
    ) throws(RootKeyError) {
        defer { Self.wipe(&passphrase) }
        if passphrase.isEmpty { throw .failed(place: Self.placeName, reason: "it is empty; give at least one byte") }
        if !Self.isAllowed(cost.passes, cost.memoryBytes) {
            throw .failed(
                place: Self.placeName,
                reason:
                    "\(cost.passes) passes over \(cost.memoryBytes) bytes cost too much; \(Self.costMaximum.passes) passes and "
                    + "\(Self.costMaximum.memoryBytes) bytes are the most"
            )
        }
        do {
            self.passphrase = try GuardedMemory(byteCount: passphrase.count)
        } catch {
            throw .io(error, file: Self.placeName)
        }
        passphraseLength = passphrase.count
        unsafe self.passphrase.withBytes { unsafe $0.copyBytes(from: passphrase) }
        self.cost = cost
        self.fileSystem = fileSystem
    }

    private static let placeName = "the passphrase"

    private static func isAllowed(_ passes: UInt64, _ memoryBytes: UInt64) -> Bool {
        passes <= costMaximum.passes && memoryBytes <= costMaximum.memoryBytes
    }

    /// `passphrase`.
    public var kind: String { "passphrase" }

    /// A passphrase knows of no store.
    public func inventory(of store: StoreID?) throws(RootKeyError) -> RootKeyInventory { RootKeyInventory() }

    /// Nothing is to be made: each wrapping takes a new salt.
    public func prepare(
        _ generation: UInt64,
        keeping current: UInt64?,
        for store: StoreID
    ) throws(RootKeyError) {}

    /// Derives a secret with a new salt, and wraps with it.
    public func wrap(
        _ key: UnsafeRawBufferPointer,
        generation: UInt64,
        context: [UInt8],
        store: StoreID
    ) throws(RootKeyError) -> [UInt8] {
        let salt: [UInt8]
        do {
            salt = try fileSystem.randomBytes(Sodium.saltLength)
        } catch {
            throw error.asRootError(Self.placeName)
        }
        let derivation = Derivation(salt: salt, passes: cost.passes, memoryBytes: cost.memoryBytes)
        let slab = try secret(derivation)
        var writer = ByteWriter()
        writer.append(Self.version)
        writer.append(derivation.passes)
        writer.append(derivation.memoryBytes)
        writer.append(salt)
        writer.append(
            unsafe try SecretWrapping.wrap(key, with: 0, of: slab, context: context, fileSystem, place: Self.placeName)
        )
        writer.pad(to: Self.length)
        return writer.bytes
    }

    /// Derives the secret with the salt that stands there, and unwraps with it.
    public func unwrap(
        _ wrapped: [UInt8],
        generation: UInt64,
        context: [UInt8],
        store: StoreID,
        into key: UnsafeMutableRawBufferPointer
    ) throws(RootKeyError) {
        guard wrapped.count == Self.length, wrapped[0] == Self.version else {
            throw .damaged(place: Self.placeName, reason: "the keyset was not wrapped with a passphrase")
        }
        var reader = ByteReader(wrapped, at: 1)
        let passes: UInt64 = reader.integer()
        let memoryBytes: UInt64 = reader.integer()
        if !Self.isAllowed(passes, memoryBytes) {
            throw .failed(
                place: Self.placeName,
                reason: "the keyset asks for \(passes) passes over \(memoryBytes) bytes"
            )
        }
        let salt = reader.take(Sodium.saltLength)
        let slab = try secret(Derivation(salt: salt, passes: passes, memoryBytes: memoryBytes))
        unsafe try SecretWrapping.unwrap(
            reader.take(SecretWrapping.length),
            with: 0,
            of: slab,
            context: context,
            into: key,
            place: Self.placeName
        )
    }

    /// The passphrase stays what it is: old keysets were overwritten at best.
    public func destroyAllBut(_ generation: UInt64, for store: StoreID) throws(RootKeyError) -> RootKeyDestruction {
        let derivedMemory = derived.withLock { derived in derived.values.map(\.protections) }
        let isLocked = ([passphrase.protections] + derivedMemory).allSatisfy { $0?.contains(.locked) == true }
        let risks: ResidualRisks = isLocked ? .passphraseRoot : [.passphraseRoot, .memoryNotLocked]
        return RootKeyDestruction(assurance: .overwritten, risks: risks)
    }

    /// Does nothing: the passphrase stays what it is, and opens old copies of the keyset.
    public func destroyAll(for store: StoreID) throws(RootKeyError) -> RootKeyDestruction {
        try destroyAllBut(0, for: store)
    }

    /// Overwrites bytes that were a passphrase, so that no compiler takes it for superfluous.
    package static func wipe(_ bytes: inout [UInt8]) {
        unsafe bytes.withUnsafeMutableBytes { unsafe Sodium.wipe($0) }
    }

    /// The derived secret, kept because deriving is meant to be slow. Only the last few are.
    private func secret(_ derivation: Derivation) throws(RootKeyError) -> KeySlab {
        // A forked child has zeros in the passphrase's place; what is derived from those anybody can derive.
        guard passphrase.isOwnProcess else {
            throw .failed(
                place: Self.placeName,
                reason:
                    "it was read by process \(passphrase.owner.processID), of which this one is a fork. Read it again "
                    + "in this process"
            )
        }
        do throws(KeyStoreError) {
            return try derived.withLock { (derived) throws(KeyStoreError) in
                if let slab = derived[derivation] { return slab }
                let slab = try KeySlab(capacity: 1)
                let length = passphraseLength
                let added = try unsafe slab.add { room in
                    unsafe passphrase.withBytes { passphrase in
                        unsafe derivation.salt.withUnsafeBytes { salt in
                            unsafe Sodium.derive(
                                UnsafeRawBufferPointer(rebasing: passphrase[..<length]),
                                salt: salt,
                                passes: derivation.passes,
                                memoryBytes: derivation.memoryBytes,
                                into: room
                            )
                        }
                    }
                }
                guard added != nil else {
                    throw .root(
                        .failed(
                            place: Self.placeName,
                            reason: "\(derivation.memoryBytes) bytes of memory are not to be had for deriving, or the "
                                + "cost is outside of what Argon2id takes"
                        )
                    )
                }
                if derived.count >= 4 { derived.removeAll() }
                derived[derivation] = slab
                return slab
            }
        } catch {
            throw error.asRootError(Self.placeName)
        }
    }
}
