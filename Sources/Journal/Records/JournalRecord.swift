public import Canonical

/// Any record of a journal.
///
/// Indirect, because a record is passed on more often than it is looked into.
public indirect enum JournalRecord: Sendable, Hashable {
    /// One use of an approval was consumed.
    case use(ApprovalUse)
    /// A grant was revoked.
    case revocation(ApprovalRevocation)
    /// A range of records was summed up.
    case checkpoint(JournalCheckpoint)

    /// Which kind it is.
    public var kind: RecordKind {
        switch self {
        case .use: .approvalUse
        case .revocation: .approvalRevocation
        case .checkpoint: .journalCheckpoint
        }
    }

    /// What the record itself says it is. In a journal that verifies it is ``kind``'s ``RecordKind/typeName``.
    public var typeName: String {
        switch self {
        case .use(let use): use.type
        case .revocation(let revocation): revocation.type
        case .checkpoint(let checkpoint): checkpoint.type
        }
    }

    /// The record's own identifier: use, revocation or checkpoint id.
    public var id: String {
        switch self {
        case .use(let use): use.useID
        case .revocation(let revocation): revocation.revocationID
        case .checkpoint(let checkpoint): checkpoint.checkpointID
        }
    }

    /// When it was recorded, as it says itself.
    public var createdAt: String {
        switch self {
        case .use(let use): use.createdAt
        case .revocation(let revocation): revocation.createdAt
        case .checkpoint(let checkpoint): checkpoint.createdAt
        }
    }

    /// The digest of the record before this one.
    public var previousRecordDigest: String {
        switch self {
        case .use(let use): use.previousRecordDigest
        case .revocation(let revocation): revocation.previousRecordDigest
        case .checkpoint(let checkpoint): checkpoint.previousRecordDigest
        }
    }

    /// The digest that the record says it has.
    public var recordDigest: String {
        switch self {
        case .use(let use): use.recordDigest
        case .revocation(let revocation): revocation.recordDigest
        case .checkpoint(let checkpoint): checkpoint.recordDigest
        }
    }

    /// The grant it concerns; nil for a checkpoint.
    public var grantID: String? {
        switch self {
        case .use(let use): use.grantID
        case .revocation(let revocation): revocation.grantID
        case .checkpoint: nil
        }
    }

    /// Reads a record of a known kind.
    ///
    /// - Throws: ``RecordError`` with the member that is missing or has the wrong type.
    public init(kind: RecordKind, parsing bytes: [UInt8]) throws(RecordError) {
        try self.init(kind: kind, reading: RecordReader(parsing: bytes))
    }

    init(kind: RecordKind, reading reader: borrowing RecordReader) throws(RecordError) {
        switch kind {
        case .approvalUse: self = .use(try ApprovalUse(reading: reader))
        case .approvalRevocation: self = .revocation(try ApprovalRevocation(reading: reader))
        case .journalCheckpoint: self = .checkpoint(try JournalCheckpoint(reading: reader))
        }
    }
}

extension JournalRecord: CanonicalEncodable {
    /// Writes the members in declaration order.
    public func encode(to writer: inout CanonicalWriter) {
        switch self {
        case .use(let use): use.encode(to: &writer)
        case .revocation(let revocation): revocation.encode(to: &writer)
        case .checkpoint(let checkpoint): checkpoint.encode(to: &writer)
        }
    }
}
