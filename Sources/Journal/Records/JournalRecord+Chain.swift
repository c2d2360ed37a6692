internal import Canonical

extension JournalRecord {
    /// The record as it is stored after a record with the digest `previous`: typed, linked and sealed.
    func sealed(after previous: String) -> JournalRecord {
        switch self {
        case .use(var use):
            use.seal(after: previous)
            return .use(use)
        case .revocation(var revocation):
            revocation.seal(after: previous)
            return .revocation(revocation)
        case .checkpoint(var checkpoint):
            checkpoint.seal(after: previous)
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
