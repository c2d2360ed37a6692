public import FileSystemSeam

/// What a root key's provider could not do. It never shows any byte of a secret.
public enum RootKeyError: Error, Sendable, Hashable {
    /// The file system failed.
    case io(FileSystemError, file: String)
    /// There is no secret at all where there should be one.
    case missing(place: String)
    /// What stands there is no root key, or is damaged.
    case damaged(place: String, reason: String)
    /// The root key belongs to another store.
    case otherStore(place: String)
    /// The wrapped key does not open: it was wrapped with another secret.
    case wrongSecret(place: String)
    /// There is no secret of this generation; the newest one there is, if any.
    case unknownGeneration(UInt64, newest: UInt64?, place: String)
    /// A provider's own failure.
    case failed(place: String, reason: String)

    /// A short, stable name, for programs.
    public var code: String {
        switch self {
        case .io: "io"
        case .missing: "root_missing"
        case .damaged: "root_damaged"
        case .otherStore: "root_of_other_store"
        case .wrongSecret: "wrong_root"
        case .unknownGeneration: "root_generation"
        case .failed: "root_failed"
        }
    }
}

extension RootKeyError: CustomStringConvertible {
    /// One or two sentences: what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .io(let error, let file): "\(file): \(error). \(KeyStoreError.ioRemedy(error.code))"
        case .missing(let place): "there is no root key in \(place). Restore it, or name where it is"
        case .damaged(let place, let reason):
            "the root key in \(place) cannot be used: \(reason). Restore it from a copy that is as new"
        case .otherStore(let place): "the root key in \(place) belongs to another store. Name this store's"
        case .wrongSecret(let place): "the secret from \(place) does not open the keyset. Give the one it was made with"
        case .unknownGeneration(let generation, let newest, let place):
            "\(place) has no secret of generation \(generation)" + (newest.map { "; its newest is \($0)" } ?? "")
        case .failed(let place, let reason): "\(place): \(reason)"
        }
    }
}
