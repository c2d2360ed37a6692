public import Canonical
public import FileSystemSeam
public import Signing

/// An operator's decision that a stale marker may be taken over: exactly this marker, by exactly this new owner, for a
/// time.
///
/// As canonical JSON (RFC 8785):
///
/// ```
/// {"device":"65024","inode":"1311768","issued_at":"2026-03-14T16:00:00Z","lock_id":"/srv/store/.cortex-…lock",
///  "marker_digest":"sha256:…","new_owner":{"deployment_id":"dep-eu-0007","host":"build-8.example",
///  "operator_principal_id":"operator-n"},"nonce":"…","not_after":"2026-03-14T16:10:00Z","observed_epoch":"17",
///  "operator_key":"ed25519:…","reason":"the restore died","stale_owner":{"acquired_at":"…","deployment_id":"…",…}}
/// ```
///
/// `stale_owner` holds every line of the marker, `header` for the first, as strings; `null` when the marker cannot be
/// read. Numbers are strings, because device and inode may pass 2⁵³.
public struct Takeover: Sendable, Hashable {
    /// Which lock; see ``MarkerLock/lockID``.
    public var lockID: String
    /// The SHA-256 of the marker's bytes.
    public var markerDigest: Digest
    /// The marker's device and inode.
    public var identity: FileIdentity
    /// The marker in full; nil when it cannot be read.
    public var staleOwner: LockMarker?
    /// The epoch that stood in the epoch file.
    public var observedEpoch: UInt64
    /// Who may take over.
    public var newOwner: TakeoverOwner
    /// The operator's key, as ``VerifyingKey/description`` writes it.
    public var operatorKey: String
    /// Why, for the record. Not empty.
    public var reason: String
    /// When it was decided.
    public var issuedAt: Timestamp
    /// Until when it holds.
    public var notAfter: Timestamp
    /// Makes two decisions differ: 16 or more random bytes in hexadecimal.
    public var nonce: String

    /// Makes a decision about what an inspection found.
    ///
    /// - Throws: `.io` when there is no randomness to be had.
    public init(
        of evidence: MarkerEvidence,
        lock: MarkerLock,
        observedEpoch: UInt64,
        newOwner: TakeoverOwner,
        operatorKey: VerifyingKey,
        reason: String,
        issuedAt: Timestamp,
        notAfter: Timestamp
    ) throws(LockError) {
        lockID = lock.lockID
        markerDigest = evidence.digest
        identity = evidence.identity
        staleOwner = evidence.marker?.comparable
        self.observedEpoch = observedEpoch
        self.newOwner = newOwner
        self.operatorKey = operatorKey.description
        self.reason = reason
        self.issuedAt = issuedAt
        self.notAfter = notAfter
        nonce = try lock.randomHex(byteCount: 16)
    }

    init(
        lockID: String,
        markerDigest: Digest,
        identity: FileIdentity,
        staleOwner: LockMarker?,
        observedEpoch: UInt64,
        newOwner: TakeoverOwner,
        operatorKey: String,
        reason: String,
        issuedAt: Timestamp,
        notAfter: Timestamp,
        nonce: String
    ) {
        self.lockID = lockID
        self.markerDigest = markerDigest
        self.identity = identity
        self.staleOwner = staleOwner
        self.observedEpoch = observedEpoch
        self.newOwner = newOwner
        self.operatorKey = operatorKey
        self.reason = reason
        self.issuedAt = issuedAt
        self.notAfter = notAfter
        self.nonce = nonce
    }
}

/// Who may take a lock over.
public struct TakeoverOwner: Sendable, Hashable {
    /// The deployment.
    public var deploymentID: String
    /// The operator on whose behalf.
    public var operatorPrincipalID: String
    /// The host on which; empty for any.
    public var host: String

    /// Makes an owner.
    public init(deploymentID: String, operatorPrincipalID: String, host: String) {
        self.deploymentID = deploymentID
        self.operatorPrincipalID = operatorPrincipalID
        self.host = host
    }

    init(_ request: MarkerRequest, host: String) {
        self.init(deploymentID: request.deploymentID, operatorPrincipalID: request.operatorPrincipalID, host: host)
    }
}

/// Why a takeover is refused.
public enum TakeoverRefusal: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    /// No trusted key is the one it names.
    case untrustedKey = "untrusted_key"
    /// The signature is not that key's.
    case badSignature = "bad_signature"
    /// It is about another lock.
    case otherLock = "other_lock"
    /// It is about another marker, or another file.
    case otherMarker = "other_marker"
    /// It names another stale owner than the marker does.
    case otherStaleOwner = "other_stale_owner"
    /// The lock was acquired since.
    case otherEpoch = "other_epoch"
    /// It is for another new owner.
    case otherNewOwner = "other_new_owner"
    /// Its time has not begun.
    case notYetValid = "not_yet_valid"
    /// Its time is over.
    case expired = "expired"
    /// It gives no reason, or its nonce is too short.
    case incomplete = "incomplete"
    /// There is no marker to take over.
    case noMarker = "no_marker"

    /// One sentence with the remedy.
    public var description: String {
        switch self {
        case .untrustedKey: "its key is not among the trusted ones. Have it signed by a trusted operator"
        case .badSignature: "its signature is wrong. Have it signed again, and sent unaltered"
        case .otherLock: "it is about another lock. Have it made for this one"
        case .otherMarker: "the marker is not the one it is about. Inspect the lock again"
        case .otherStaleOwner: "the marker's owner is not the one it names. Inspect the lock again"
        case .otherEpoch: "the lock was acquired since it was made. Inspect the lock again"
        case .otherNewOwner:
            "it is for a new owner of another deployment, operator or host. Have it made for this one, or take over as "
                + "that one"
        case .notYetValid: "it is not valid yet. Set the clock right, or wait"
        case .expired: "it has expired. Inspect the lock again, and have a new one made"
        case .incomplete: "it gives no reason, or its nonce is too short. Have it made again"
        case .noMarker: "there is no marker to take over. Just acquire the lock"
        }
    }
}
