internal import FileSystemSeam
internal import LockKit
internal import PlatformProfile

extension KeyStoreError: CustomStringConvertible {
    /// One or two sentences: what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .io(let error, let file): "\(file): \(error). \(Self.ioRemedy(error.code))"
        case .lock(let error): "\(error)"
        case .platform(let error): error.description
        case .root(let error): "\(error)"
        case .authenticationFailed: "the box does not open"
        case .unsupportedBox(let version):
            "the box has version \(version), and this program knows \(SealedBox.version). Use a newer one"
        case .unknownKey(let id):
            "the keyset has no key \(id) and never destroyed one: the box is from another store, or from a keyset that "
                + "was lost. Nothing says that it was destroyed"
        case .destroying(let id):
            "the key \(id) is being destroyed: that was decided, and cannot be taken back. Whatever opens the store goes on with it, "
                + "and says what is in the way"
        case .shredPending(let id, let cause): Self.pending(id, cause: "\(cause)")
        case .unknownScope: "the scope has no key: it never had one, or all were destroyed, and a receipt says so"
        case .keyUnavailable:
            "the key was destroyed, or its store took it back. Ask the store for the scope's key again"
        case .nonceLength(let count): "a nonce has 24 bytes, not \(count)"
        case .keyLength(let count): "a key has 32 bytes, not \(count)"
        case .selectorMismatch(let store, let selector):
            "the store has one key for each \(store), and \(selector) was selected. Nothing was destroyed; select one "
                + "\(store)"
        case .tooManyKeys(let maximum):
            "the store has \(maximum) keys, those that were destroyed included, and takes no more. Nothing was made; make a "
                + "second store for further scopes"
        case .invalidArgument(let member, let reason): "\(member) cannot be used: \(reason)"
        case .mintConflict:
            "another process made a scope's key first, or destroyed it, before the one in hand was known to be durable. "
                + "Acknowledge nothing that was sealed with that one; seal again"
        case .closed: "the store was closed. Open it again"
        case .forked(let owner):
            "the store was opened by process \(owner), of which this one is a fork, and its keys stayed there. Open it "
                + "in this process"
        default: storeDescription
        }
    }

    /// The description of `.shredPending`, with the cause in whatever words.
    package static func pending(_ id: KeyID, cause: String) -> String {
        "the destruction of the key \(id) is decided and cannot be taken back. It is not finished: whatever opens the store goes on "
            + "with it, while shredding again would destroy also a key that was made since. In the way is \(cause)"
    }

    private var storeDescription: String {
        switch self {
        case .keysetMissing(let path, let evidence):
            "the keyset of \(path) is missing, although \(evidence). This is a loss and no erasure, unless no store ever stood there: "
                + "restore the directory from a copy that is as new"
        case .directoryReplaced(let path):
            "\(path) does not lead to the directory any more that was opened there. Nothing is acknowledged, and nothing was written "
                + "to the one that stands there now; open the store again when the right one does"
        case .journalMissing(let file):
            "\(file), which the keyset names, is missing, and the keys it held with it. Restore the directory from a copy "
                + "that is as new"
        case .corrupt(let file, let offset, let reason):
            "\(file) is damaged at byte \(offset): \(reason). Nothing was changed; restore the directory from a copy that "
                + "is as new"
        case .unsupportedVersion(let file, let version):
            "\(file) has version \(version), which this program does not know. Use a newer one; nothing was changed"
        case .wrongGranularity(let path, let expected, let found):
            "\(path) has one key for each \(found), not for each \(expected). Open it as what it is"
        case .wrongRoot(let path, let reason):
            "this root key does not open the keyset of \(path): \(reason). Give the root key it was made with"
        case .rolledBack(let path, let found, let known) where !found.isBehind(known):
            "the keyset of \(path), at \(found), did not come of the one that is known, at \(known): it was put back to an older "
                + "state and went on from there, so that destroyed keys may be alive, and others missing. Restore the newest copy"
        case .rolledBack(let path, let found, let known):
            "the keyset of \(path) is at \(found), but \(known) is known: it was put back to an older state, in which "
                + "destroyed keys may be alive, or a copy of the directory went on with the same root key. Restore the newest copy"
        case .malformedReceipt(let reason): "the receipt cannot be used: \(reason)"
        case .cryptography(let function): "\(function) of the cryptographic library failed"
        default: "\(code)"
        }
    }

    static func ioRemedy(_ code: ErrorNumber) -> String {
        switch code {
        case .noSpace, .quotaExceeded: "Make room and try again; nothing that was acknowledged is lost"
        case .accessDenied, .notPermitted: "Check who owns the directory and its permissions"
        case .readOnlyFileSystem: "Mount it writable"
        case .fileTooLarge: "Raise the limit on the size of files (ulimit -f), or find out what is wrong with it"
        case .nameTooLong: "Give a shorter path"
        case .noEntry: "Check the path"
        case .notDirectory, .isDirectory: "Check the path; where that is right, move away what stands there"
        case .symbolicLinkLoop: "Replace the symbolic link by what it points to"
        case .outOfMemory: "Free memory and try again"
        case .tooManyOpenFiles, .systemFileTableFull: "Allow more open files (ulimit -n)"
        default: "Check the disk and try again; nothing that was acknowledged is lost"
        }
    }
}
