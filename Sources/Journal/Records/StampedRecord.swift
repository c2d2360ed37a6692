internal import Canonical

/// What the kinds of record have in common while a journal appends one: an id and a time that it may have to make, and
/// the link to the record before.
///
/// A record has twenty texts, each of which is counted when it is copied. So it is changed where it is.
protocol StampedRecord: CanonicalEncodable {
    static var kind: RecordKind { get }
    /// What an id that the journal makes begins with.
    static var idPrefix: String { get }
    /// The record's own id: that of the use, the revocation or the checkpoint.
    var ownID: String { get set }
    var type: String { get set }
    var createdAt: String { get set }
    var previousRecordDigest: String { get set }
    var recordDigest: String { get set }

    /// The same as a record of any kind.
    consuming func boxed() -> JournalRecord
    /// What it says, as far as it is counted.
    func content(_ maker: IndexKeyMaker) -> RecordLine.Content
}

private let startOfDigest = Array("\"record_digest\":\"".utf8)

extension StampedRecord {
    /// Links the record to one with the digest `previous`, and seals it: its digest is SHA-256 over the declared bytes
    /// with `record_digest` set to `""`.
    mutating func seal(after previous: String) {
        link(to: previous)
        recordDigest = Digest(hashing: declaredBytes).description
    }

    /// The same, and the record's line in a segment, without the line feed.
    ///
    /// The line is what was hashed with the digest put in its place, so the record is written out once.
    mutating func sealedLine(after previous: String) -> [UInt8] {
        link(to: previous)
        var line = declaredBytes
        recordDigest = Digest(hashing: line).description
        let member = startOfDigest.span
        // Behind it stand at most three members, and inside of a string quotes are escaped: the last one is the one.
        var place = line.count - member.count
        while !Bytes.isSame(line.span, place, member, 0, count: member.count) { place -= 1 }
        line.insert(contentsOf: recordDigest.utf8, at: place + member.count)
        return line
    }

    private mutating func link(to previous: String) {
        type = Self.kind.typeName
        previousRecordDigest = previous
        recordDigest = ""
    }
}

extension CanonicalEncodable {
    /// A record's compact bytes. They cannot fail: no record holds a floating-point number.
    var declaredBytes: [UInt8] {
        var writer = CanonicalWriter(form: .declared)
        // As much as most records take, with a digest that is put in later.
        writer.reserve(byteCount: 896)
        encode(to: &writer)
        do {
            return try writer.finish()
        } catch {
            preconditionFailure("a record holds no value that JSON cannot: \(error)")
        }
    }
}

extension ApprovalUse: StampedRecord {
    static var kind: RecordKind { .approvalUse }
    static var idPrefix: String { "use" }
    var ownID: String {
        get { useID }
        set { useID = newValue }
    }

    consuming func boxed() -> JournalRecord { .use(self) }

    func content(_ maker: IndexKeyMaker) -> RecordLine.Content { .use(RecordLine.Use(self, maker)) }
}

extension ApprovalRevocation: StampedRecord {
    static var kind: RecordKind { .approvalRevocation }
    static var idPrefix: String { "rev" }
    var ownID: String {
        get { revocationID }
        set { revocationID = newValue }
    }

    consuming func boxed() -> JournalRecord { .revocation(self) }

    func content(_ maker: IndexKeyMaker) -> RecordLine.Content {
        .revocation(grant: maker.key(.revokedGrant, grantID))
    }
}

extension JournalCheckpoint: StampedRecord {
    static var kind: RecordKind { .journalCheckpoint }
    static var idPrefix: String { "cp" }
    var ownID: String {
        get { checkpointID }
        set { checkpointID = newValue }
    }

    consuming func boxed() -> JournalRecord { .checkpoint(self) }

    func content(_ maker: IndexKeyMaker) -> RecordLine.Content { .checkpoint }
}
