/// Where the bytes of a file system are.
public enum FileSystemKind: String, Sendable, Hashable, CaseIterable {
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

extension MountFacts {
    /// Where the bytes are, by the type that the mount table tells, and where that is empty by the number of `statfs`.
    /// What lies below an overlay or 9p may answer `statfs` in their stead.
    public var kind: FileSystemKind {
        if fileSystemType.isEmpty { return Self.magics[magic]?.kind ?? .unknown }
        if let kind = Self.kinds[fileSystemType] { return kind }
        // Bytes: whoever mounts it chooses what follows, and it may combine with the full stop.
        let prefix = "fuse."
        guard fileSystemType.utf8.starts(with: prefix.utf8) else { return .unknown }
        let program = String(decoding: fileSystemType.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
        return Self.kinds[program] == .network || Self.networkPrograms.contains(program) ? .network : .fuse
    }

    /// The file system's name when other machines, or a server behind a protocol, may use its files at the same time,
    /// so that `flock` may be local, emulated or absent; nil when they do not, and when it is not known.
    package var sharedFileSystemType: String? {
        // A block device of this machine behind a program: locks are this kernel's.
        if fileSystemType == "fuseblk" { return nil }
        switch kind {
        case .local, .overlay, .memory, .unknown: return nil
        case .network, .fuse: return fileSystemType.isEmpty ? Self.magics[magic]?.name : fileSystemType
        }
    }

    private static let kinds: [String: FileSystemKind] = {
        let names: [FileSystemKind: [String]] = [
            .local: [
                "ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "zfs", "bcachefs", "jfs", "reiserfs", "nilfs2", "vfat",
                "exfat", "ntfs", "ntfs3", "apfs", "hfs", "hfsplus", "erofs", "squashfs", "ubifs", "jffs2", "udf",
                "iso9660",
            ],
            .network: [
                "nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "ncp", "afs", "coda", "ceph", "lustre", "gpfs", "gfs2",
                "ocfs2", "beegfs", "orangefs", "pvfs2", "glusterfs", "davfs", "webdav", "afpfs",
            ],
            .overlay: ["overlay", "overlayfs", "aufs", "unionfs", "ecryptfs"],
            .memory: ["tmpfs", "ramfs", "devtmpfs", "hugetlbfs"],
            .fuse: ["fuse", "fuseblk", "9p", "virtiofs", "vboxsf", "vmhgfs", "prl_fs"],
        ]
        var kinds: [String: FileSystemKind] = [:]
        for (kind, names) in names { for name in names { kinds[name] = kind } }
        return kinds
    }()

    /// What stands behind `fuse.` of programs that keep their files on other machines, and are no kernel's file system
    /// besides. No such list is complete.
    private static let networkPrograms: Set<String> = [
        "sshfs", "ceph-fuse", "davfs2", "curlftpfs", "smbnetfs", "fuse-nfs", "afpfs-ng", "gvfsd-fuse", "kio-fuse",
        "s3fs", "s3ql",
        "goofys", "mount-s3", "mountpoint-s3", "gcsfuse", "blobfuse", "blobfuse2", "rclone", "juicefs", "seaweedfs",
        "mfs",
        "mfsmount", "moosefs", "lizardfs", "saunafs", "fuse_dfs", "quobyte", "cvmfs2", "google-drive-ocamlfuse",
        "onedriver",
    ]

    /// The magic numbers of statfs(2), where the mount table does not tell.
    private static let magics: [UInt64: (name: String, kind: FileSystemKind)] = [
        0xEF53: ("ext4", .local), 0x5846_5342: ("xfs", .local), 0x9123_683E: ("btrfs", .local),
        0xF2F5_2010: ("f2fs", .local),
        0x2FC1_2FC1: ("zfs", .local), 0xCA45_1A4E: ("bcachefs", .local), 0x4D44: ("vfat", .local),
        0x2011_BAB0: ("exfat", .local),
        0x5346_544E: ("ntfs", .local), 0x7366_746E: ("ntfs3", .local), 0x3153_464A: ("jfs", .local),
        0x5265_4973: ("reiserfs", .local),
        0x3434: ("nilfs2", .local), 0x2405_1905: ("ubifs", .local), 0x72B6: ("jffs2", .local),
        0x6969: ("nfs", .network), 0xFF53_4D42: ("cifs", .network), 0xFE53_4D42: ("smb2", .network),
        0x517B: ("smbfs", .network),
        0x564C: ("ncpfs", .network), 0x5346_414F: ("afs", .network), 0x7375_7245: ("coda", .network),
        0x00C3_6400: ("ceph", .network),
        0x0BD0_0BD0: ("lustre", .network), 0x0116_1970: ("gfs2", .network), 0x7461_636F: ("ocfs2", .network),
        0x4750_4653: ("gpfs", .network), 0x1983_0326: ("beegfs", .network), 0x2003_0528: ("orangefs", .network),
        0x794C_7630: ("overlay", .overlay), 0xF15F: ("ecryptfs", .overlay), 0x6175_6673: ("aufs", .overlay),
        0x0102_1994: ("tmpfs", .memory), 0x8584_58F6: ("ramfs", .memory),
        0x6573_5546: ("fuse", .fuse), 0x0102_1997: ("9p", .fuse), 0x786F_4256: ("vboxsf", .fuse),
    ]
}
