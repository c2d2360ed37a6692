public import FileSystemSeam

/// What holds the store's path, as the mount table and `statfs` tell it.
public struct MountEvidence: Sendable, Hashable {
    /// Where the bytes are.
    public enum Source: String, Sendable, Hashable, CaseIterable {
        /// A file system on devices of this machine.
        case local
        /// Another machine's, over a network.
        case network
        /// Layers of other file systems.
        case overlay
        /// Memory: nothing survives a power cut.
        case memory
        /// A program, through FUSE or a protocol of the host: it may promise what it does not keep.
        case fuse
        /// None that is known.
        case unknown
    }

    /// Whether the mount table showed it. Where it did not, type and options are not known, and empty.
    public var isInMountTable: Bool
    /// The file system's name, `ext4`; empty when unknown.
    public var type: String
    /// Where the bytes are.
    public var source: Source
    /// The options of the mount and of the file system, in the table's order.
    public var options: [String]
    /// The options that ext2, ext3 and ext4 work by, those that the file system keeps itself among them; empty of others, and when
    /// they are not told.
    public var effectiveOptions: [String]
    /// Whether writes are refused.
    public var isReadOnly: Bool
    /// The longest name, in bytes.
    public var nameLengthMaximum: UInt64
    /// How many bytes may still be used.
    public var availableBytes: UInt64

    /// Classifies what the machine says.
    public init(_ facts: MountFacts) {
        isInMountTable = facts.isInMountTable
        type = facts.fileSystemType
        options = facts.mountOptions + facts.fileSystemOptions
        effectiveOptions = facts.effectiveOptions
        isReadOnly = facts.isReadOnly || facts.mountOptions.contains("ro") || facts.fileSystemOptions.contains("ro")
        nameLengthMaximum = facts.nameLengthMaximum
        availableBytes = facts.availableBytes
        source = Self.source(type: facts.fileSystemType, magic: facts.magic)
    }

    /// Whether the options give up durability: `volatile` of overlays, and write barriers that are off.
    public var optionsGiveUpDurability: Bool { isVolatile || hasNoBarriers }

    /// Whether the options say that nothing is ever synced.
    public var isVolatile: Bool { options.contains { $0 == "volatile" || $0 == "fsync=volatile" } }

    /// Whether the device's write cache is never flushed, also by the file system's own default.
    public var hasNoBarriers: Bool { (options + effectiveOptions).contains { Self.barrierless.contains($0) } }

    private static let barrierless: Set<String> = ["nobarrier", "barrier=0", "barrier=none", "fsync_mode=nobarrier"]

    /// The value of ext's `data=` option; empty when it is not said. That of the file system's own default is only said where it is not
    /// `ordered`, as the table has it.
    public var dataMode: String {
        if let said = Self.dataMode(options) { return said }
        let mode = Self.dataMode(effectiveOptions) ?? ""
        return mode == "ordered" ? "" : mode
    }

    private static func dataMode(_ options: [String]) -> String? {
        options.first { $0.hasPrefix("data=") }.map { String($0.dropFirst("data=".count)) }
    }

    /// The options, and what of the file system's own defaults gives up durability, for people.
    var toldOptions: String {
        let defaults = effectiveOptions.filter { Self.barrierless.contains($0) && !options.contains($0) }
        let told = options.joined(separator: ",")
        return defaults.isEmpty
            ? told : "\(told) and, by the file system's own default, \(defaults.joined(separator: ","))"
    }
}

// MARK: - Classes

extension MountEvidence {
    private static let types: [Source: Set<String>] = [
        .local: [
            "ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "zfs", "bcachefs", "jfs", "reiserfs", "nilfs2", "vfat",
            "exfat",
            "ntfs", "ntfs3", "apfs", "hfs", "hfsplus", "erofs", "squashfs", "ubifs", "jffs2", "udf", "iso9660",
        ],
        .network: [
            "nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "ncp", "afs", "coda", "ceph", "lustre", "gpfs", "gfs2",
            "ocfs2",
            "beegfs", "orangefs", "pvfs2", "glusterfs", "davfs", "webdav", "afpfs",
        ],
        .overlay: ["overlay", "overlayfs", "aufs", "unionfs", "ecryptfs"],
        .memory: ["tmpfs", "ramfs", "devtmpfs", "hugetlbfs"],
        .fuse: ["fuse", "fuseblk", "9p", "virtiofs", "vboxsf", "vmhgfs", "prl_fs"],
    ]

    /// The magic numbers of statfs(2), where the mount table does not tell. It is asked first: what lies below an overlay or 9p
    /// may answer `statfs` in their stead.
    private static let magics: [UInt64: Source] = [
        0xEF53: .local, 0x5846_5342: .local, 0x9123_683E: .local, 0xF2F5_2010: .local, 0x2FC1_2FC1: .local,
        0xCA45_1A4E: .local, 0x4D44: .local, 0x2011_BAB0: .local, 0x5346_544E: .local, 0x7366_746E: .local,
        0x3153_464A: .local, 0x5265_4973: .local, 0x3434: .local, 0x2405_1905: .local, 0x72B6: .local,
        0xF15F: .overlay, 0x6175_6673: .overlay, 0x786F_4256: .fuse,
        0x6969: .network, 0xFF53_4D42: .network, 0xFE53_4D42: .network, 0x517B: .network, 0x564C: .network,
        0x5346_414F: .network, 0x7375_7245: .network, 0x00C3_6400: .network, 0x0BD0_0BD0: .network,
        0x0116_1970: .network, 0x7461_636F: .network, 0x4750_4653: .network, 0x1983_0326: .network,
        0x2003_0528: .network,
        0x794C_7630: .overlay, 0x0102_1994: .memory, 0x8584_58F6: .memory, 0x6573_5546: .fuse, 0x0102_1997: .fuse,
    ]

    /// Whether the statistics of a file system alone show that it is neither read-only nor another machine's.
    ///
    /// Some file systems answer with the number of another one, as 9p does with that of the host's; none that is on a network is
    /// known to answer with a local one's.
    static func isSurelyWritableAndHere(_ statistics: MountFacts) -> Bool {
        if statistics.isReadOnly { return false }
        switch source(type: statistics.fileSystemType, magic: statistics.magic) {
        case .local, .overlay, .memory, .fuse: return true
        case .network, .unknown: return false
        }
    }

    static func source(type: String, magic: UInt64) -> Source {
        if type.isEmpty { return magics[magic] ?? .unknown }
        // Bytes: whoever mounts it chooses what follows, and it may combine with the full stop.
        if type.utf8.starts(with: "fuse.".utf8) { return .fuse }
        for (source, types) in types where types.contains(type) { return source }
        return .unknown
    }
}
