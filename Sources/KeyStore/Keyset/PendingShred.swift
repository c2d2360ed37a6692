/// A destruction that was decided and is not finished. At most one is under way. Stored as 512 bytes in a checkpoint:
///
///     02 00 00 00 00 00 00 00                          stage: 2 rewrapped without the keys, 3 tombstones stand; zeros
///     3d 90 … (32)                                     scope tag
///     00 10 a5 d4 e8 00 00 00                          when it was decided, nanoseconds since 1970
///     04 00 00 00 00 00 00 00                          generation before
///     11 00 00 00 00 00 00 00                          journal records before
///     77 2b … (32)                                     digest of the checkpoint before
///     05 00 00 00 00 00 00 00                          receipt number; from stage 3 on, as are the next four
///     02 00 00 00  0c 00 00 00                         assurance; risks, one bit each
///     05 00 00 00 00 00 00 00                          generation after
///     01 c4 … (32)                                     digest of the checkpoint after
///     05 00 6c 65 66 74 2e …                           length of the reason, and the reason in UTF-8; zeros
///
/// Nothing is pending when all are zeros. Stage 1, decided, stands in the journal only.
struct PendingShred: Sendable, Hashable {
    enum Stage: UInt8, Sendable {
        /// The intent is durable; the keys are still in the checkpoint.
        case intended = 1
        /// A checkpoint without them was published.
        case rewrapped = 2
        /// Everything old is destroyed; the receipt may be missing.
        case entombed = 3
    }

    var stage: Stage
    var tag: ScopeTag
    var time: Int64
    var reason: String
    var before = KeysetPosition(generation: 0, sequence: 0)
    var digestBefore = [UInt8](repeating: 0, count: 32)
    var tombstone: Tombstone?

    static let byteCount = 512
    static let reasonMaximum = 240

    /// What is known when everything old is destroyed.
    struct Tombstone: Sendable, Hashable {
        var receipt: UInt64
        var assurance: ErasureAssurance
        var risks: ResidualRisks
        var generationAfter: UInt64
        var digestAfter: [UInt8]

        static let byteCount = 56

        /// The five fields shown at ``PendingShred``.
        var bytes: [UInt8] {
            var writer = ByteWriter(capacity: Self.byteCount)
            writer.append(receipt)
            writer.append(UInt32(assurance.rawValue))
            writer.append(risks.rawValue)
            writer.append(generationAfter)
            writer.append(digestAfter)
            return writer.bytes
        }

        /// The inverse of ``bytes``; nil for an unknown assurance.
        init?(reading bytes: [UInt8], at offset: Int) {
            var reader = ByteReader(bytes, at: offset)
            receipt = reader.integer()
            guard let assurance = ErasureAssurance(rawValue: UInt8(truncatingIfNeeded: reader.integer(UInt32.self)))
            else { return nil }
            self.assurance = assurance
            risks = ResidualRisks(rawValue: reader.integer())
            generationAfter = reader.integer()
            digestAfter = reader.take(32)
        }

        init(
            receipt: UInt64,
            assurance: ErasureAssurance,
            risks: ResidualRisks,
            generationAfter: UInt64,
            digestAfter: [UInt8]
        ) {
            self.receipt = receipt
            self.assurance = assurance
            self.risks = risks
            self.generationAfter = generationAfter
            self.digestAfter = digestAfter
        }
    }

    /// The bytes shown at ``PendingShred``.
    var bytes: [UInt8] {
        var writer = ByteWriter(capacity: Self.byteCount)
        writer.append(UInt64(stage.rawValue))
        writer.append(tag.bytes)
        writer.append(time)
        writer.append(before.generation)
        writer.append(before.sequence)
        writer.append(digestBefore)
        writer.append(tombstone?.bytes ?? [UInt8](repeating: 0, count: Tombstone.byteCount))
        writer.append(Self.reasonField(reason))
        writer.pad(to: Self.byteCount)
        return writer.bytes
    }

    /// The inverse of ``bytes``; nil when they are not what this version writes.
    init?(reading bytes: [UInt8], at offset: Int) {
        var reader = ByteReader(bytes, at: offset)
        guard let stage = Stage(rawValue: UInt8(truncatingIfNeeded: reader.integer(UInt64.self))), stage != .intended
        else { return nil }
        self.stage = stage
        tag = ScopeTag(reading: reader.take(32))
        time = reader.integer()
        before = KeysetPosition(generation: reader.integer(), sequence: reader.integer())
        digestBefore = reader.take(32)
        if stage == .entombed {
            guard let tombstone = Tombstone(reading: bytes, at: reader.offset) else { return nil }
            self.tombstone = tombstone
        }
        guard let reason = Self.reason(reading: bytes, at: reader.offset + Tombstone.byteCount) else { return nil }
        self.reason = reason
    }

    init(tag: ScopeTag, time: Int64, reason: String) {
        (stage, self.tag, self.time, self.reason) = (.intended, tag, time, reason)
    }

    /// A reason as it stands in checkpoints and intents: its length in two bytes, then its UTF-8.
    static func reasonField(_ reason: String) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(UInt16(reason.utf8.count))
        writer.append(Array(reason.utf8))
        return writer.bytes
    }

    /// The inverse of ``reasonField(_:)``.
    static func reason(reading bytes: [UInt8], at offset: Int) -> String? {
        var reader = ByteReader(bytes, at: offset)
        let count = Int(reader.integer(UInt16.self))
        guard count <= reasonMaximum else { return nil }
        return String(validating: reader.take(count), as: UTF8.self)
    }
}
