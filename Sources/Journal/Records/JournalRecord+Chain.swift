internal import Canonical

extension JournalRecord {
    /// The record as it is stored after a record with the digest `previous`: typed, linked and sealed.
    ///
    /// The digest is SHA-256 over the declared bytes with `record_digest` set to `""`.
    func sealed(after previous: String) -> JournalRecord {
        let linked = stamped(previous: previous, digest: "")
        let digest = Digest(hashing: linked.declaredBytes).description
        return linked.stamped(previous: previous, digest: digest)
    }

    /// The record as ``sealed(after:)`` gives it, and its line in a segment, without the line feed.
    ///
    /// The line is what was hashed with the digest put in its place, so the record is written out once.
    func sealedLine(after previous: String) -> (record: JournalRecord, line: [UInt8]) {
        let linked = stamped(previous: previous, digest: "")
        var line = linked.declaredBytes
        let digest = Digest(hashing: line).description
        let member = Array("\"record_digest\":\"".utf8)
        // Behind it stand at most three members, and inside of a string quotes are escaped: the last one is the one.
        var place = line.count - member.count
        while !Bytes.isSame(line.span, place, member.span, 0, count: member.count) { place -= 1 }
        line.insert(contentsOf: digest.utf8, at: place + member.count)
        return (linked.stamped(previous: previous, digest: digest), line)
    }

    private func stamped(previous: String, digest: String) -> JournalRecord {
        switch self {
        case .use(var use):
            use.type = kind.typeName
            use.previousRecordDigest = previous
            use.recordDigest = digest
            return .use(use)
        case .revocation(var revocation):
            revocation.type = kind.typeName
            revocation.previousRecordDigest = previous
            revocation.recordDigest = digest
            return .revocation(revocation)
        case .checkpoint(var checkpoint):
            checkpoint.type = kind.typeName
            checkpoint.previousRecordDigest = previous
            checkpoint.recordDigest = digest
            return .checkpoint(checkpoint)
        }
    }

    /// The digest of a stored record, over its members **as stored**: in their order, with those that this
    /// version does not know, white space taken out and `record_digest` emptied.
    ///
    /// Hashing the stored members and not the decoded ones is what makes an injected, reordered or nulled member
    /// show.
    static func digest(ofStored document: JSONDocument) -> Digest {
        var own: JSONDocument.Place?
        document.forEachMember(of: document.root) { key, value in
            if document.isString("record_digest", at: key) { own = value }
        }
        guard let own else { return document.digest(.declared) }
        return document.digest(.declared, emptying: own)
    }
}
