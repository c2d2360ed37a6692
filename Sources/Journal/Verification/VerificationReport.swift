internal import Canonical

/// What verifying a journal gave: whether it is intact, and everything worth knowing besides.
public struct VerificationReport: Sendable, Hashable {
    /// Whether nothing is wrong with the chain, nor with what trusted keys, an anchor or a note say of it. Warnings and
    /// findings do not change that.
    public var isIntact: Bool { failures.isEmpty }
    /// How many records could be read.
    public internal(set) var recordCount: UInt64 = 0
    /// The last record that could be read; nil when there is none.
    public internal(set) var head: JournalHead?
    /// What is wrong with the chain, in order of the records; only the first unless all were asked for.
    public internal(set) var failures: [VerificationFailure] = []
    /// What is wrong with caches, and what stands around. A crash leaves such things, and the next append mends most of
    /// them; an index that is stale is to be rebuilt, as it may have been forged to allow a use again.
    public internal(set) var warnings: [VerificationWarning] = []
    /// What a valid chain can hold although it should not.
    public internal(set) var findings: [VerificationFinding] = []
    /// The last record that a checkpoint sums up which one of the trusted keys signed and which holds. For that record
    /// and all before it, through the chain, the key's owner vouches; what follows rests on the chain alone, which
    /// whoever can write the journal could have made anew. Nil when there is none, or no key was given.
    public internal(set) var vouchedUpTo: UInt64?
}

/// A break of the chain, or what somebody else who is trusted says of it and is not so.
public struct VerificationFailure: Sendable, Hashable {
    /// What is wrong.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A record that once was there is gone.
        case missingRecord = "missing_record"
        /// Two records have one index.
        case duplicateIndex = "duplicate_index"
        /// A record cannot be read.
        case malformedRecord = "malformed_record"
        /// A record's contents do not have the digest it carries.
        case recordTampered = "record_tampered"
        /// A record does not link to the one before it.
        case brokenChain = "broken_chain"
        /// A record's file is not named after its contents.
        case nameMismatch = "name_mismatch"
        /// A record is of a kind that this version does not know.
        case unknownKind = "unknown_kind"
        /// The journal is older than an anchor or a note says.
        case rolledBack = "rolled_back"
        /// The records do not have the root that a trusted hub signed, or a note states.
        case merkleMismatch = "merkle_mismatch"
        /// A checkpoint names a trusted key as the one that signed it, and is not signed by it as it stands.
        case checkpointSignature = "checkpoint_signature"
        /// Keys were given, and no checkpoint that one of them signed is there.
        case checkpointUntrusted = "checkpoint_untrusted"
    }

    /// What is wrong.
    public let kind: Kind
    /// Where; 0 for the journal as a whole.
    public let index: UInt64
    /// What should be there: a digest or a name; nil where there is nothing to compare.
    public let expected: String?
    /// What is there instead.
    public let actual: String?
    /// In words, with the remedy: the same as the error that a decision on this journal throws, where one would.
    public let message: String

    /// Makes a failure from its parts.
    init(kind: Kind, index: UInt64, expected: String? = nil, actual: String? = nil, message: String) {
        self.kind = kind
        self.index = index
        self.expected = expected
        self.actual = actual
        self.message = message
    }

    /// The failure that an error stands for; nil for an error that says nothing about the chain.
    ///
    /// - Parameter message: in words, where that is not the error's description.
    init?(_ error: JournalError, message: String? = nil) {
        self.message = message ?? error.description
        switch error {
        case .missingRecord(let index, _):
            (kind, self.index, expected, actual) = (.missingRecord, index, nil, nil)
        case .duplicateIndex(let index, _):
            (kind, self.index, expected, actual) = (.duplicateIndex, index, nil, nil)
        case .malformedRecord(let index, _, _):
            (kind, self.index, expected, actual) = (.malformedRecord, index, nil, nil)
        case .recordTampered(let index, let stored, let recomputed):
            (kind, self.index, expected, actual) = (.recordTampered, index, stored, recomputed)
        case .brokenChain(let index, let wanted, let found):
            (kind, self.index, expected, actual) = (.brokenChain, index, wanted, found)
        case .nameMismatch(let index, let wanted, let found):
            (kind, self.index, expected, actual) = (.nameMismatch, index, wanted, found)
        case .unknownKind(let index, let kindName):
            (kind, self.index, expected, actual) = (.unknownKind, index, nil, kindName)
        case .rolledBack(let wanted, let found):
            (kind, index, expected, actual) = (.rolledBack, wanted.index, wanted.digest, found?.digest)
        default: return nil
        }
    }
}

/// Something wrong with a cache, or something that stands around.
public struct VerificationWarning: Sendable, Hashable {
    /// What it is.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// There is no head although there are records.
        case headMissing = "head_missing"
        /// The head cannot be read.
        case headUnreadable = "head_unreadable"
        /// There are records after the one that the head names.
        case headBehind = "head_behind"
        /// An index does not hold what the records say: it is damaged, which a decision notices, too, or somebody who
        /// knows the format made it, which only this tells. Rebuild the indexes.
        case indexStale = "index_stale"
        /// An append was interrupted before its record was published.
        case leftoverFile = "leftover_file"
        /// A file that is no record stands among the records, or one that is no part of a journal beside its parts.
        case foreignFile = "foreign_file"
        /// An append was interrupted in the middle of its line.
        case tornTail = "torn_tail"
    }

    /// What it is.
    public let kind: Kind
    /// Which file, and what becomes of it.
    public let message: String
}

/// Something that a valid chain can hold although it should not.
public struct VerificationFinding: Sendable, Hashable {
    /// What it is.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A nonce has more uses than its maximum.
        case limitExceeded = "limit_exceeded"
        /// A use stands after the revocation of its grant.
        case useAfterRevocation = "use_after_revocation"
        /// Two uses have one id.
        case repeatedUseID = "repeated_use_id"
        /// A record says that it was made well before the one it follows.
        case clockRegression = "clock_regression"
        /// The records do not have the root that a checkpoint states which nobody trusted signed.
        case merkleMismatch = "merkle_mismatch"
        /// A use does not carry the number that the count of its grant's uses gives.
        case useNumberMismatch = "use_number_mismatch"
        /// The root that a checkpoint states was not recomputed: too many ranges that begin at different records
        /// overlap.
        case merkleUnchecked = "merkle_unchecked"
        /// A hub's checkpoint is not signed as it stands, by a key that nobody trusted. Looked at only when keys are
        /// given.
        case checkpointSignature = "checkpoint_signature"
    }

    /// What it is.
    public let kind: Kind
    /// Which record shows it.
    public let index: UInt64
    /// The finding in words.
    public let message: String
}

/// What a caller has seen of a journal before, kept elsewhere: it turns a rollback of the whole directory, which
/// cannot be seen from inside, into a failure.
///
/// As a file it is a head: `{"index":12,"digest":"sha256:…"}`, as `holdfast journal head --json` prints. That of an
/// empty journal, index 0 with an empty digest, holds nothing.
public struct JournalAnchor: Sendable, Hashable {
    /// The last record that was seen.
    public let index: UInt64
    /// Its digest, which through the chain stands for every record before it.
    public let digest: String

    /// Makes an anchor.
    public init(index: UInt64, digest: String) {
        self.index = index
        self.digest = digest
    }

    /// Reads an anchor; members besides the two are passed over.
    ///
    /// - Throws: `.invalidArgument` when it is no anchor: also when its digest is none, which would be taken for a
    ///   rollback.
    public init(parsing bytes: [UInt8]) throws(JournalError) {
        guard case .head(let head) = HeadFile.read(bytes), Self.isWellFormed(head) else {
            throw .invalidArgument(
                member: "anchor",
                reason: "is not of the form {\"index\":12,\"digest\":\"sha256:…\"}"
            )
        }
        self.init(index: head.index, digest: head.digest)
    }

    private static func isWellFormed(_ head: JournalHead) -> Bool {
        if head.index == 0 { return head.digest.isEmpty }
        return (try? Digest(parsing: head.digest))?.algorithm == .sha256
    }
}
