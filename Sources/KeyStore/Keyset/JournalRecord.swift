/// One thing that happened since a checkpoint. Stored as one sector of 512 bytes; integers are little-endian:
///
///        0  48 4b 4a 31                                "HKJ1"
///        4  03 00 00 00                                type; zeros
///        8  9c 41 … (16)                               store id
///       24  07 00 00 00 00 00 00 00                    generation
///       32  2d 00 00 00 00 00 00 00                    sequence: counts records over all generations
///       40  b3 6e … (8)                                id of the journal
///       48  5f 02 … (32)                               code of the record before; zeros in the first
///       80  … (400)                                    what happened, then zeros
///      480  e8 71 … (32)                               code: keyed BLAKE2b over everything before
///
/// What happened, by type: 1 the journal begins, 2 the checkpoint is published, 6 every earlier root is destroyed:
/// nothing; 3 minted, 4 rotated: the entry (``KeyEntry``); 5 a destruction is decided: scope tag, time (8), reason (2 +
/// up to 240); 7 everything old is destroyed: the last fields of ``PendingShred``; 8 the receipt is issued: number (8),
/// its SHA-256.
enum JournalRecord: Sendable {
    case begun
    case published
    case minted(KeyEntry)
    case rotated(KeyEntry)
    case intended(tag: ScopeTag, time: Int64, reason: String)
    case earlierRootDestroyed
    case entombed(PendingShred.Tombstone)
    case receipted(number: UInt64, digest: [UInt8])

    static let byteCount = 512
    static let magic = Array("HKJ1".utf8)
    static let payloadOffset = 80
    static let codeOffset = 480
    static let codeLength = 32

    private var type: UInt32 {
        switch self {
        case .begun: 1
        case .published: 2
        case .minted: 3
        case .rotated: 4
        case .intended: 5
        case .earlierRootDestroyed: 6
        case .entombed: 7
        case .receipted: 8
        }
    }

    /// Where a record stands: what it must agree with.
    struct Place: Sendable {
        var store: StoreID
        var generation: UInt64
        var sequence: UInt64
        var journalID: UInt64
        var previousCode: [UInt8]
    }

    /// The record's bytes, as shown at ``JournalRecord``.
    func bytes(
        at place: Place,
        keys: KeySlab,
        ring: KeyRing,
        nonce: [UInt8]
    ) throws(KeyStoreError) -> [UInt8] {
        var writer = ByteWriter(capacity: Self.byteCount)
        writer.append(Self.magic)
        writer.append(type)
        writer.append(place.store.bytes)
        writer.append(place.generation)
        writer.append(place.sequence)
        writer.append(place.journalID)
        writer.append(place.previousCode)
        switch self {
        case .begun, .published, .earlierRootDestroyed: break
        case .minted(let entry), .rotated(let entry):
            let wrapping = EntryWrapping(keys, ring, store: place.store, generation: place.generation)
            var bytes = [UInt8](repeating: 0, count: KeyEntry.byteCount)
            try wrapping.write([entry], nonce: nonce, into: &bytes, at: 0)
            writer.append(bytes)
        case .intended(let tag, let time, let reason):
            writer.append(tag.bytes)
            writer.append(time)
            writer.append(PendingShred.reasonField(reason))
        case .entombed(let tombstone): writer.append(tombstone.bytes)
        case .receipted(let number, let digest):
            writer.append(number)
            writer.append(digest)
        }
        writer.pad(to: Self.codeOffset)
        let message = writer.bytes.span
        let code = try ring.authenticationCode(message)
        return writer.bytes + code
    }

    /// Whether the record at an offset says that it belongs there; only ``read(_:at:of:keys:ring:known:fileOffset:)``
    /// can verify it.
    static func stands(
        at offset: Int,
        of bytes: [UInt8],
        _ header: KeysetHeader,
        _ sequence: UInt64,
        _ previousCode: [UInt8]
    ) -> Bool {
        var reader = ByteReader(bytes, at: offset)
        if reader.take(4) != magic { return false }
        let _: UInt32 = reader.integer()
        return reader.take(16) == header.store.bytes && reader.integer() == header.generation
            && reader.integer() == sequence && reader.integer() == header.journalID && reader.take(32) == previousCode
    }

    /// Reads the record at an offset; the inverse of ``bytes(at:keys:ring:nonce:)``. A key in it is unwrapped, unless
    /// it stands in memory already: then it stays where it is, so that who holds it can go on.
    ///
    /// - Parameter known: what was read before; nil when nothing was.
    /// - Throws: `.corrupt` with the offset in the file when it is not the record that belongs there.
    static func read(
        _ bytes: [UInt8],
        at offset: Int,
        of place: Place,
        keys: KeySlab,
        ring: KeyRing,
        known: Keyset?,
        fileOffset: Int
    ) throws(KeyStoreError) -> JournalRecord {
        let file = KeysetFiles.journal(place.journalID)
        func fail(_ part: Int, _ reason: String) -> KeyStoreError {
            .corrupt(file: file, byteOffset: fileOffset + part, reason: reason)
        }
        let message = bytes.span.extracting(offset..<offset + codeOffset)
        let code = try ring.authenticationCode(message)
        guard Sodium.isEqual(code, Array(bytes[offset + codeOffset..<offset + byteCount])) else {
            throw fail(0, "the record is not as it was written")
        }
        var reader = ByteReader(bytes, at: offset)
        guard reader.take(4) == magic else { throw fail(0, "it is no record") }
        let type: UInt32 = reader.integer()
        guard reader.take(16) == place.store.bytes, reader.integer() == place.generation,
            reader.integer() == place.sequence, reader.integer() == place.journalID,
            reader.take(32) == place.previousCode
        else { throw fail(8, "the record belongs elsewhere") }
        let start = offset + payloadOffset
        switch type {
        case 1: return .begun
        case 2: return .published
        case 3, 4:
            guard var entry = KeyEntry(reading: bytes, at: start), entry.state == .current else {
                throw fail(payloadOffset, "the entry makes no sense")
            }
            if let place = known?.entry(entry.id)?.place, keys.isFilled(place) {
                entry.place = place
            } else {
                var wrapping = EntryWrapping(keys, ring, store: place.store, generation: place.generation)
                guard let key = try wrapping.unwrap(bytes, at: start) else {
                    throw fail(payloadOffset, "the wrapped key does not open")
                }
                entry.place = key
            }
            return type == 3 ? .minted(entry) : .rotated(entry)
        case 5:
            var reader = ByteReader(bytes, at: start + ScopeTag.byteCount)
            let time: Int64 = reader.integer()
            guard let reason = PendingShred.reason(reading: bytes, at: reader.offset) else {
                throw fail(payloadOffset + 40, "the reason is no text")
            }
            return .intended(tag: ScopeTag(reading: bytes, at: start), time: time, reason: reason)
        case 6: return .earlierRootDestroyed
        case 7:
            guard let tombstone = PendingShred.Tombstone(reading: bytes, at: start) else {
                throw fail(payloadOffset, "the tombstone makes no sense")
            }
            return .entombed(tombstone)
        case 8:
            var reader = ByteReader(bytes, at: start)
            return .receipted(number: reader.integer(), digest: reader.take(32))
        default: throw fail(4, "the record has the unknown type \(type); a newer program wrote it")
        }
    }
}
