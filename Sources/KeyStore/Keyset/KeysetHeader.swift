internal import Canonical

/// The first 1 024 bytes of a checkpoint, `keyset`. Integers are little-endian:
///
///        0  48 4f 4c 44 4b 45 59 53                    "HOLDKEYS"
///        8  01 00                                      version
///       10  01                                         granularity: 1 entity, 2 category, 3 kind, 4 event
///       11  00                                         bit 0: a destruction is pending; bit 1: an earlier root may live
///       12  03 00 00 00                                number of entries
///       16  9c 41 … (16)                               store id
///       32  07 00 00 00 00 00 00 00                    generation, from 1
///       40  2a 00 00 00 00 00 00 00                    journal records before this checkpoint, over all generations
///       48  b3 6e … (8)                                id of this checkpoint's journal
///       56  02 00 00 00 00 00 00 00                    number of receipts issued
///       64  19 a0 … (32)                               SHA-256 of the last receipt; zeros before the first
///       96  00 10 a5 d4 e8 00 00 00                    when the store was made, nanoseconds since 1970
///      104  08 6b 65 79 2d 66 69 6c 65 …  (24)         the root key provider's kind: its length, ASCII, zeros
///      128  d7 5a … (32)                               Ed25519 public key that receipts are verified with
///      160  4c 19 … (72)                               key of the scope tags: nonce, wrapped key
///      232  91 f0 … (72)                               Ed25519 seed of receipts: nonce, wrapped key
///      304  49 00 00 00                                length of the next; zeros
///      308  01 7e 20 … (512)                           the keyset key as the provider wrapped it; zeros behind it
///      820  00 … (204)                                 zeros
///
/// Behind the header stand the pending destruction (``PendingShred``, 512 bytes, zeros when none), the entries
/// (``KeyEntry``, 144 bytes each), 32 bytes of keyed BLAKE2b over everything before, and SHA-256 over everything before
/// that and it. The SHA-256 tells damage from a wrong root key; only the BLAKE2b tells forgery.
struct KeysetHeader: Sendable {
    var granularity: KeyGranularity
    var mayEarlierRootLive = false
    var entryCount = 0
    var store: StoreID
    var generation: UInt64
    var sequence: UInt64
    var journalID: UInt64
    var receiptCount: UInt64
    var lastReceipt: [UInt8]
    var created: Int64
    var rootKind: String
    var publicKey: [UInt8]
    var wrappedTagKey: [UInt8] = []
    var wrappedSeed: [UInt8] = []
    var wrappedKeysetKey: [UInt8] = []

    static let magic = Array("HOLDKEYS".utf8)
    static let version: UInt16 = 1
    static let byteCount = 1024
    static let entriesOffset = byteCount + PendingShred.byteCount
    static let wrappedMaximum = 512
    static let rootKindMaximum = 23
    static let wrappedSecretLength = Sodium.nonceLength + Sodium.keyLength + Sodium.tagLength
    static let trailerLength = 64

    /// The last receipt; nil when none was issued.
    var receiptReference: ReceiptReference? {
        if receiptCount == 0 { return nil }
        return ReceiptReference(number: receiptCount, digest: Digest(algorithm: .sha256, bytes: lastReceipt))
    }

    /// The name of this checkpoint's journal.
    var journalName: String { KeysetFiles.journal(journalID) }

    /// The bytes shown at ``KeysetHeader``.
    func bytes(isPending: Bool) -> [UInt8] {
        var writer = ByteWriter(capacity: Self.byteCount)
        writer.append(Self.magic)
        writer.append(Self.version)
        writer.append(granularity.rawValue)
        writer.append(UInt8((isPending ? 1 : 0) | (mayEarlierRootLive ? 2 : 0)))
        writer.append(UInt32(entryCount))
        writer.append(store.bytes)
        writer.append(generation)
        writer.append(sequence)
        writer.append(journalID)
        writer.append(receiptCount)
        writer.append(lastReceipt)
        writer.append(created)
        let kind = Array(rootKind.utf8.prefix(Self.rootKindMaximum))
        writer.append(UInt8(kind.count))
        writer.append(kind)
        writer.pad(to: 128)
        writer.append(publicKey)
        writer.append(wrappedTagKey)
        writer.append(wrappedSeed)
        writer.append(UInt32(wrappedKeysetKey.count))
        writer.append(wrappedKeysetKey)
        writer.pad(to: Self.byteCount)
        return writer.bytes
    }

    /// The inverse of ``bytes(isPending:)``. The file's SHA-256 was verified before.
    ///
    /// - Returns: the header, and whether a destruction is pending.
    /// - Throws: `.corrupt` when the fields make no sense: what wrote them was not this version.
    static func read(_ bytes: [UInt8]) throws(KeyStoreError) -> (header: KeysetHeader, isPending: Bool) {
        func fail(_ offset: Int, _ reason: String) -> KeyStoreError {
            .corrupt(file: KeysetFiles.keyset, byteOffset: offset, reason: reason)
        }
        var reader = ByteReader(bytes, at: 10)
        guard let granularity = KeyGranularity(rawValue: reader.integer()) else {
            throw fail(10, "unknown granularity")
        }
        let flags: UInt8 = reader.integer()
        if flags > 3 { throw fail(11, "unknown flags") }
        let count: UInt32 = reader.integer()
        guard let store = StoreID(bytes: reader.take(16)) else { throw fail(16, "no store id") }
        var header = KeysetHeader(
            granularity: granularity,
            store: store,
            generation: reader.integer(),
            sequence: reader.integer(),
            journalID: reader.integer(),
            receiptCount: reader.integer(),
            lastReceipt: reader.take(32),
            created: reader.integer(),
            rootKind: "",
            publicKey: []
        )
        header.entryCount = Int(count)
        header.mayEarlierRootLive = flags & 2 != 0
        let kindLength = Int(reader.integer(UInt8.self))
        if kindLength > rootKindMaximum { throw fail(104, "the kind of root key is too long") }
        header.rootKind = String(decoding: reader.take(kindLength), as: UTF8.self)
        guard reader.isZero(to: 128) else { throw fail(105, "there are bytes where zeros belong") }
        header.publicKey = reader.take(32)
        header.wrappedTagKey = reader.take(wrappedSecretLength)
        header.wrappedSeed = reader.take(wrappedSecretLength)
        let length = Int(reader.integer(UInt32.self))
        if length > wrappedMaximum { throw fail(304, "the wrapped key is too long") }
        header.wrappedKeysetKey = reader.take(length)
        guard reader.isZero(to: byteCount) else { throw fail(820, "there are bytes where zeros belong") }
        return (header, flags & 1 != 0)
    }
}

/// The names in a store's directory.
enum KeysetFiles {
    /// The checkpoint: truth.
    static let keyset = "keyset"
    /// What processes lock, and empty. Only a `keys init` that failed and left nothing else removes it.
    static let lock = "keyset.lock"
    /// Where receipts are kept.
    static let receipts = "receipts"
    /// Where a checkpoint is written before it is published.
    static let temporary = ".keyset.tmp"

    private static let journalPrefix = "journal-"
    private static let stalePrefix = "keyset-"

    /// The journal of a checkpoint: truth.
    static func journal(_ id: UInt64) -> String { journalPrefix + hex(id) }

    /// What a checkpoint is called when the next one has taken its place, until it is overwritten.
    static func stale(_ id: UInt64) -> String { stalePrefix + hex(id) }

    static func receipt(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits + ".json"
    }

    static func isJournal(_ name: String) -> Bool { isNumbered(name, journalPrefix) }

    static func isStale(_ name: String) -> Bool { isNumbered(name, stalePrefix) || name == temporary }

    /// Whether a store gives this name to something in its directory.
    static func isOwn(_ name: String) -> Bool {
        isJournal(name) || isStale(name) || [keyset, lock, receipts].contains(name)
    }

    /// Whether a name is just what the store gives: what others put beside its files is not overwritten.
    private static func isNumbered(_ name: String, _ prefix: String) -> Bool {
        let (bytes, prefix) = (name.utf8, prefix.utf8)
        guard bytes.count == prefix.count + 16, bytes.starts(with: prefix) else { return false }
        return bytes.dropFirst(prefix.count).allSatisfy(\.isLowerHexDigit)
    }

    /// Whether a file is of an older generation than the one with this journal.
    static func isLeftover(_ name: String, journal: String) -> Bool {
        isStale(name) || isJournal(name) && name != journal
    }

    private static func hex(_ id: UInt64) -> String {
        let digits = String(id, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
