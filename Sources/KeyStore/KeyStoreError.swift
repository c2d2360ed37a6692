public import FileSystemSeam
public import LockKit
public import PlatformProfile

/// What can go wrong with a key store. Every case names the place, and its description the remedy; none shows any
/// byte of a key or plaintext.
public enum KeyStoreError: Error, Sendable, Hashable {
    /// The file system failed. `file` is relative to the store's directory, or says what it was.
    case io(FileSystemError, file: String)
    /// The store's lock could not be taken.
    case lock(LockError)
    /// The platform is not the one that the store's profile describes, or not fit for a store. Nothing was made.
    case platform(PlatformError)
    /// The root key's provider could not do what was asked.
    case root(RootKeyError)
    /// The box does not open: key, nonce, associated data, contents or length are not what was sealed. Which of them
    /// is not told.
    case authenticationFailed
    /// The box has a version that this one does not know.
    case unsupportedBox(version: UInt8)
    /// The keyset has, and had, no key of this id: the box belongs to another store, or to a keyset that was lost.
    case unknownKey(KeyID)
    /// The key is being destroyed, and its destruction is not finished. It is never used again.
    case destroying(KeyID)
    /// The destruction of a scope's keys, the newest of which this is, is decided durably and cannot be taken back, but
    /// not finished: `cause` is in the way. The keys are not used again. ``ScopedKeyStore/flush()``, or whoever opens
    /// the store next, goes on.
    indirect case shredPending(KeyID, cause: KeyStoreError)
    /// The scope has no key: it never had one, or all were destroyed.
    case unknownScope
    /// A key was taken from a store that destroyed it since.
    case keyUnavailable
    /// A nonce is not 24 bytes long but this many.
    case nonceLength(Int)
    /// A key is not 32 bytes long but this many.
    case keyLength(Int)
    /// A selector does not fit the store's granularity. Nothing was destroyed.
    case selectorMismatch(store: KeyGranularity, selector: KeyGranularity)
    /// The store has as many keys as it takes, destroyed ones included. Nothing was made; all else goes on.
    case tooManyKeys(maximum: Int)
    /// An argument makes no sense.
    case invalidArgument(member: String, reason: String)
    /// Another process made a key for the scope before this one could make its own durable, or destroyed one before
    /// this one knew it to be durable: what was sealed with the key in hand does not open.
    case mintConflict
    /// The store was closed.
    case closed
    /// The store was opened by the process this one is a fork of.
    case forked(owner: Int32)
    /// The keyset is gone although something says that there was one.
    case keysetMissing(path: String, evidence: String)
    /// The store's path leads to another directory than when it was opened, or to none. Nothing is acknowledged.
    /// Nothing was written either, but where that came about in the middle of the call: then into the directory that
    /// was opened, if at all.
    case directoryReplaced(path: String)
    /// The keyset's journal is gone, and the keys minted since the last checkpoint with it.
    case journalMissing(file: String)
    /// A file is not as it was written.
    case corrupt(file: String, byteOffset: Int, reason: String)
    /// A file has a version that this one does not know.
    case unsupportedVersion(file: String, version: UInt16)
    /// The store keeps its keys apart in another way than asked for.
    case wrongGranularity(path: String, expected: KeyGranularity, found: KeyGranularity)
    /// The keyset is whole, but this root key does not open it.
    case wrongRoot(path: String, reason: String)
    /// The keyset is older than one that is known to have existed, or did not come of that one: an older one went on by
    /// itself.
    case rolledBack(path: String, found: KeysetPosition, known: KeysetPosition)
    /// A receipt cannot be read, or is not of this store.
    case malformedReceipt(reason: String)
    /// The cryptographic library failed, as without memory.
    case cryptography(function: String)
}

extension KeyStoreError {
    /// A short, stable name, for programs.
    public var code: String {
        switch self {
        case .io: "io"
        case .lock(let error): error.code
        case .platform(let error): error.code
        case .root(let error): error.code
        case .authenticationFailed: "authentication_failed"
        case .unsupportedBox: "unsupported_box"
        case .unknownKey: "unknown_key"
        case .destroying: "destroying"
        case .shredPending: "shred_pending"
        case .unknownScope: "unknown_scope"
        case .keyUnavailable: "key_unavailable"
        case .nonceLength: "nonce_length"
        case .keyLength: "key_length"
        case .selectorMismatch: "selector_mismatch"
        case .tooManyKeys: "too_many_keys"
        case .invalidArgument: "invalid_argument"
        case .mintConflict: "mint_conflict"
        case .closed: "closed"
        case .forked: "forked"
        case .keysetMissing: "keyset_missing"
        case .directoryReplaced: "directory_replaced"
        case .journalMissing: "journal_missing"
        case .corrupt: "corrupt"
        case .unsupportedVersion: "unsupported_version"
        case .wrongGranularity: "wrong_granularity"
        case .wrongRoot: "wrong_root"
        case .rolledBack: "rolled_back"
        case .malformedReceipt: "malformed_receipt"
        case .cryptography: "cryptography"
        }
    }
}
