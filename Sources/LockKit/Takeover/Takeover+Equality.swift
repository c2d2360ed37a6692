internal import Canonical

// A takeover is for one owner and one lock, whose names are bytes: see `LockMarker`.

extension Takeover {
    /// Equal when every member has the same bytes.
    public static func == (left: Takeover, right: Takeover) -> Bool {
        left.markerDigest == right.markerDigest && left.identity == right.identity
            && left.staleOwner == right.staleOwner && left.observedEpoch == right.observedEpoch
            && left.newOwner == right.newOwner && left.issuedAt == right.issuedAt && left.notAfter == right.notAfter
            && TextBytes.areSame(left.texts, right.texts)
    }

    /// Feeds the members, texts as their bytes, to a hasher.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(markerDigest)
        hasher.combine(identity)
        hasher.combine(staleOwner)
        hasher.combine(observedEpoch)
        hasher.combine(newOwner)
        hasher.combine(issuedAt)
        hasher.combine(notAfter)
        TextBytes.hash(texts, into: &hasher)
    }

    private var texts: [String?] { [lockID, operatorKey, reason, nonce] }
}

extension TakeoverOwner {
    /// Equal when every member has the same bytes.
    public static func == (left: TakeoverOwner, right: TakeoverOwner) -> Bool {
        TextBytes.areSame(left.texts, right.texts)
    }

    /// Feeds the members' bytes to a hasher.
    public func hash(into hasher: inout Hasher) { TextBytes.hash(texts, into: &hasher) }

    private var texts: [String?] { [deploymentID, operatorPrincipalID, host] }
}
