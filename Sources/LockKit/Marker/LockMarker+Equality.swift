internal import Canonical

// Who holds a lock, and what it is, is said in bytes. Swift's `String` calls two spellings of one character equal (`é`
// as one code point and as two), and what is synthesized compares strings so: two operators would be one.

extension LockMarker {
    /// Equal when every member has the same bytes.
    public static func == (left: LockMarker, right: LockMarker) -> Bool {
        left.processID == right.processID && left.acquiredAt == right.acquiredAt
            && left.restoreIntent == right.restoreIntent && left.processNamespace == right.processNamespace
            && left.startTicks == right.startTicks && left.epoch == right.epoch
            && TextBytes.areSame(left.texts, right.texts) && TextBytes.areSame(left.otherLines, right.otherLines)
    }

    /// Feeds the members, texts as their bytes, to a hasher.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(processID)
        hasher.combine(acquiredAt)
        hasher.combine(restoreIntent)
        hasher.combine(processNamespace)
        hasher.combine(startTicks)
        hasher.combine(epoch)
        TextBytes.hash(texts, into: &hasher)
        TextBytes.hash(otherLines, into: &hasher)
    }

    private var texts: [String?] {
        [
            header, host, deploymentID, operatorPrincipalID, scope, bootID, machineID, executable, token,
            preservedReason,
        ]
    }
}

extension MarkerForm {
    /// Equal when every member has the same bytes.
    public static func == (left: MarkerForm, right: MarkerForm) -> Bool { TextBytes.areSame(left.texts, right.texts) }

    /// Feeds the members' bytes to a hasher.
    public func hash(into hasher: inout Hasher) { TextBytes.hash(texts, into: &hasher) }

    private var texts: [String?] { [header, scope, name] }
}

extension MarkerRequest {
    /// Equal when every member has the same bytes.
    public static func == (left: MarkerRequest, right: MarkerRequest) -> Bool {
        left.restoreIntent == right.restoreIntent && TextBytes.areSame(left.texts, right.texts)
    }

    /// Feeds the members' bytes to a hasher.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(restoreIntent)
        TextBytes.hash(texts, into: &hasher)
    }

    private var texts: [String?] { [deploymentID, operatorPrincipalID] }
}

extension MarkerLockOptions {
    /// Equal when every member is, texts byte by byte.
    public static func == (left: MarkerLockOptions, right: MarkerLockOptions) -> Bool {
        left.form == right.form && TextBytes.isSame(left.lockID, right.lockID)
            && left.allowsNetworkFileSystems == right.allowsNetworkFileSystems
    }

    /// Feeds the members, texts as their bytes, to a hasher.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(form)
        TextBytes.hash([lockID], into: &hasher)
        hasher.combine(allowsNetworkFileSystems)
    }
}
