internal import Canonical

/// A record as it stands in a journal.
public struct StoredRecord: Sendable, Hashable {
    /// Its place in the journal, from 1.
    public let index: UInt64
    /// What it says.
    public let record: JournalRecord
    /// Its bytes, as stored.
    public let bytes: [UInt8]

    /// Which kind it is.
    public var kind: RecordKind { record.kind }
    /// Its digest: `sha256:` and 64 hexadecimal digits.
    public var digest: String { record.recordDigest }

    /// The record, as a head names it.
    var head: JournalHead { JournalHead(index: index, digest: digest, updatedAt: record.createdAt) }

    init(index: UInt64, record: JournalRecord, bytes: [UInt8]) {
        self.index = index
        self.record = record
        self.bytes = bytes
    }

    /// The stored members in their stored order, on one line.
    public var compactBytes: [UInt8] {
        do {
            return try JSONDocument(parsing: bytes, options: JSONOptions(integers: .exact64)).canonicalBytes(.declared)
        } catch {
            preconditionFailure("a stored record was parsed before: \(error)")
        }
    }
}

/// The journal's last record, as far as someone saw it.
public struct JournalHead: Sendable, Hashable {
    /// The index of the last record.
    public let index: UInt64
    /// The digest of the last record.
    public let digest: String
    /// When the last record was made, as it says itself.
    public let updatedAt: String

    /// Makes a head from its parts.
    public init(index: UInt64, digest: String, updatedAt: String) {
        self.index = index
        self.digest = digest
        self.updatedAt = updatedAt
    }
}

extension JournalHead? {
    /// Whether both are heads of one record, or of none. Times are not compared: one layout gives them as they stand in
    /// the record, with escapes, the other as they are meant.
    func isOfSameRecord(as other: JournalHead?) -> Bool {
        self?.index == other?.index && self?.digest == other?.digest
    }
}
