/// What the machine says about one mount: `statfs` and the matching `mountinfo` line, not interpreted.
public struct MountFacts: Sendable, Hashable {
    /// Whether the mount table showed this mount. Where it did not, as below a changed root and after a lazy unmount,
    /// the type, the place, the source and all options are empty because nobody told them, and not because there are
    /// none.
    public var isInMountTable: Bool
    /// The file system's name as the mount table spells it (`ext4`, `overlay`, `apfs`); empty when unknown.
    public var fileSystemType: String
    /// The magic number `statfs` gives; 0 where the platform has none.
    public var magic: UInt64
    /// Where the mount stands in the tree; empty when unknown.
    public var mountPoint: String
    /// What is mounted: a device, a remote export, a keyword; empty when unknown.
    public var source: String
    /// The per-mount options, in the table's order.
    public var mountOptions: [String]
    /// The options of the file system itself, in the table's order.
    public var fileSystemOptions: [String]
    /// Whether the mount refuses writes.
    public var isReadOnly: Bool
    /// The preferred block size in bytes.
    public var blockSizeBytes: UInt64
    /// The bytes an unprivileged process may still use.
    public var availableBytes: UInt64
    /// The longest name, in bytes.
    public var nameLengthMaximum: UInt64
    /// The device as the mount table and the kernel's lock table have it, in the form of ``FileIdentity/device``; nil
    /// when unknown. On btrfs it is another than files show, which have one for each subvolume.
    public var device: UInt64?
    /// Whether ext3 or ext4 writes the contents of files to its journal, too, by whatever it was told so
    /// (`data=journal`, or the default that the file system keeps itself); nil of others, when unknown, and when it was
    /// not asked (``FileSystem/mountFactsWithJournaling(of:)``). What `chattr +j` tells of single files is not in it.
    public var journalsData: Bool?
    /// The options that ext2, ext3 and ext4 work by, those that the file system keeps itself (`tune2fs -o`) among them,
    /// which the mount table leaves out; empty of others, when unknown, and when it was not asked
    /// (``FileSystem/mountFactsWithJournaling(of:)``).
    public var effectiveOptions: [String]

    /// Makes facts from their parts, of a mount that the table shows unless it is said otherwise.
    public init(
        fileSystemType: String,
        magic: UInt64,
        mountPoint: String,
        source: String,
        mountOptions: [String],
        fileSystemOptions: [String],
        isReadOnly: Bool,
        blockSizeBytes: UInt64,
        availableBytes: UInt64,
        nameLengthMaximum: UInt64,
        device: UInt64? = nil,
        isInMountTable: Bool = true,
        journalsData: Bool? = nil,
        effectiveOptions: [String] = []
    ) {
        self.isInMountTable = isInMountTable
        self.fileSystemType = fileSystemType
        self.magic = magic
        self.mountPoint = mountPoint
        self.source = source
        self.mountOptions = mountOptions
        self.fileSystemOptions = fileSystemOptions
        self.isReadOnly = isReadOnly
        self.blockSizeBytes = blockSizeBytes
        self.availableBytes = availableBytes
        self.nameLengthMaximum = nameLengthMaximum
        self.device = device
        self.journalsData = journalsData
        self.effectiveOptions = effectiveOptions
    }
}
