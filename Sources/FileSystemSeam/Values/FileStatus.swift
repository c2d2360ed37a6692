/// What stands behind a name or a descriptor (`stat`).
public struct FileStatus: Sendable, Hashable {
    /// What sort of thing it is.
    public enum Kind: Sendable, Hashable {
        /// A regular file.
        case regular
        /// A directory.
        case directory
        /// A symbolic link, itself.
        case symbolicLink
        /// A device, socket or FIFO.
        case other
    }

    /// What sort of thing it is.
    public var kind: Kind
    /// Which file it is: equal identities are the same file.
    public var identity: FileIdentity
    /// Its length in bytes.
    public var size: Int64
    /// How many names it has; 0 for an unlinked file that is still open.
    public var linkCount: UInt64
    /// Its permission bits.
    public var permissions: Permissions
    /// The numeric id of its owner.
    public var ownerID: UInt32
    /// When its contents last changed, as the file system says. Never a version number.
    public var modified: WallClockTime
    /// When its contents or its attributes last changed (`st_ctime`); a directory's also when a name in it came, went
    /// or was replaced. Nobody can set it back, unlike ``modified``. The simulator keeps one time for both.
    public var changed: WallClockTime

    /// Makes a status from its parts.
    public init(
        kind: Kind,
        identity: FileIdentity,
        size: Int64,
        linkCount: UInt64,
        permissions: Permissions,
        ownerID: UInt32,
        modified: WallClockTime,
        changed: WallClockTime
    ) {
        self.kind = kind
        self.identity = identity
        self.size = size
        self.linkCount = linkCount
        self.permissions = permissions
        self.ownerID = ownerID
        self.modified = modified
        self.changed = changed
    }
}

/// What a file is, which one, and how long: a status without its times (`statx`).
///
/// For files that are written again and again. Since Linux 6.13 a file whose times were asked for gets a new time with
/// its next write, which is a change of its inode: a sync then commits the file system's journal, too, and takes half
/// as long again.
public struct FileExtent: Sendable, Hashable {
    /// What sort of thing it is.
    public var kind: FileStatus.Kind
    /// Which file it is: equal identities are the same file.
    public var identity: FileIdentity
    /// Its length in bytes.
    public var size: Int64

    /// Makes one from its parts.
    public init(kind: FileStatus.Kind, identity: FileIdentity, size: Int64) {
        self.kind = kind
        self.identity = identity
        self.size = size
    }

    /// What a status says of it.
    public init(_ status: FileStatus) {
        self.init(kind: status.kind, identity: status.identity, size: status.size)
    }
}

extension Directory {
    /// Taken from ``Directory/status(of:)``; for implementations to which times cost nothing.
    public func extent(of name: String) throws(FileSystemError) -> FileExtent { FileExtent(try status(of: name)) }
}

extension File {
    /// Taken from ``File/status()``; for implementations to which times cost nothing.
    public func extent() throws(FileSystemError) -> FileExtent { FileExtent(try status()) }
}

/// A file's device and inode: the identity that survives renames.
public struct FileIdentity: Sendable, Hashable {
    /// The device that holds the file.
    public var device: UInt64
    /// The file's number on that device.
    public var inode: UInt64

    /// Makes an identity from its parts.
    public init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }
}

/// One name in a directory.
public struct DirectoryEntry: Sendable, Hashable {
    /// The name's bytes, as stored.
    public var nameBytes: [UInt8]
    /// What the directory says stands there, without a `stat`; nil when the file system does not tell.
    public var kind: FileStatus.Kind?

    /// Makes an entry from its parts.
    public init(nameBytes: [UInt8], kind: FileStatus.Kind?) {
        self.nameBytes = nameBytes
        self.kind = kind
    }

    /// The name as text. Bytes that are not UTF-8 are replaced by U+FFFD, and such a name cannot be opened:
    /// compare ``nameBytes`` with `name.utf8` where it matters.
    public var name: String { String(decoding: nameBytes, as: UTF8.self) }
}
