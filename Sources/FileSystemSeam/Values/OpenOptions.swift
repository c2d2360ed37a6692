/// How ``Directory/open(_:_:permissions:)`` opens a file.
///
/// At least one of `.read` and `.write` is needed; `.append` and `.truncate` need `.write`, `.exclusive` needs
/// `.create`. Anything else gives `.invalidArgument`, since open(2) leaves it undefined.
public struct OpenOptions: OptionSet, Sendable, Hashable {
    /// The bits, in an order of our own (not `fcntl.h`'s).
    public let rawValue: UInt8

    /// Makes options from their bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The file may be read.
    public static let read = OpenOptions(rawValue: 1 << 0)
    /// The file may be written.
    public static let write = OpenOptions(rawValue: 1 << 1)
    /// The file is made when it is absent (`O_CREAT`).
    public static let create = OpenOptions(rawValue: 1 << 2)
    /// With `.create`: an existing name gives `.exists` (`O_EXCL`).
    public static let exclusive = OpenOptions(rawValue: 1 << 3)
    /// Writes go to the end through ``File/append(_:)`` (`O_APPEND`).
    public static let append = OpenOptions(rawValue: 1 << 4)
    /// An existing file is cut to nothing on opening (`O_TRUNC`).
    public static let truncate = OpenOptions(rawValue: 1 << 5)
}

/// Whether a lock may be shared.
public enum LockMode: Sendable, Hashable {
    /// Held together with other shared locks.
    case shared
    /// Held by one open file description alone.
    case exclusive
}

/// What ``File/sync(_:)`` promises when it returns.
public enum SyncLevel: Sendable, Hashable, CaseIterable {
    /// Contents and size are on stable storage (`fdatasync`; `F_FULLFSYNC` on Darwin).
    case data
    /// Contents, size and attributes are on stable storage (`fsync`; `F_FULLFSYNC` on Darwin).
    case full
    /// Everything written before is ordered before everything written after; nothing is promised to be
    /// durable (`fdatasync` on Linux, `F_BARRIERFSYNC` on Darwin).
    case barrier
    /// What plain `fsync` gives on Darwin: the drive has the bytes, its cache may lose them. It exists so
    /// that its danger can be shown; stores do not use it.
    case driveOnly
}

/// POSIX permission bits.
public struct Permissions: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// The low twelve mode bits.
    public let rawValue: UInt16

    /// Makes permissions from mode bits; higher bits are dropped.
    public init(rawValue: UInt16) { self.rawValue = rawValue & 0o7777 }

    /// `0600`, for every file a store makes.
    public static let ownerFile = Permissions(rawValue: 0o600)
    /// `0700`, for every directory a store makes.
    public static let ownerDirectory = Permissions(rawValue: 0o700)

    /// Whether the group or others may do anything.
    package var givesToOthers: Bool { rawValue & 0o077 != 0 }

    /// The bits in octal, as `ls` and `chmod` users write them: `0600`.
    public var description: String {
        let octal = String(rawValue, radix: 8)
        return String(repeating: "0", count: max(0, 4 - octal.utf8.count)) + octal
    }
}
