/// What a destruction cannot reach, and what could not be done.
public struct ResidualRisks: OptionSet, Sendable, Hashable {
    /// The bits, as they stand in keysets.
    public let rawValue: UInt32

    /// Makes risks from their bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Copies made by others: backups, snapshots, images, replicas. Nothing on this machine can tell, so it is always
    /// named.
    public static let copiesElsewhere = ResidualRisks(rawValue: 1 << 0)
    /// The device may write elsewhere than where it was told to, as solid-state disks do. Always named for files.
    public static let deviceRemapping = ResidualRisks(rawValue: 1 << 1)
    /// The file system never overwrites in place (btrfs, ZFS, bcachefs, APFS, overlays of these).
    public static let copyOnWrite = ResidualRisks(rawValue: 1 << 2)
    /// The file system writes contents to its journal, too (ext4 `data=journal`), where they stay for a while.
    public static let dataJournaling = ResidualRisks(rawValue: 1 << 3)
    /// It is not known whether the file system overwrites in place.
    public static let unknownFileSystem = ResidualRisks(rawValue: 1 << 4)
    /// The root key is a passphrase: with it and an old copy of the keyset, destroyed keys are read.
    public static let passphraseRoot = ResidualRisks(rawValue: 1 << 5)
    /// The store was rewrapped from another root key, whose secrets may live: they could not be destroyed, as a
    /// passphrase cannot, or not for certain. Once named it is named in every receipt.
    public static let earlierRoot = ResidualRisks(rawValue: 1 << 6)
    /// Key memory, the store's or its root key's, was not locked, so that the system may have written it to swap. Said
    /// of the process that finished the destruction; of others that had the store open nothing is known. Said, too, of
    /// files on a tmpfs that is not mounted with `noswap`.
    public static let memoryNotLocked = ResidualRisks(rawValue: 1 << 7)

    private static let names: [(risk: ResidualRisks, name: String)] = [
        (.copiesElsewhere, "copies_elsewhere"), (.deviceRemapping, "device_remapping"),
        (.copyOnWrite, "copy_on_write"), (.dataJournaling, "data_journaling"),
        (.unknownFileSystem, "unknown_file_system"), (.passphraseRoot, "passphrase_root"),
        (.earlierRoot, "earlier_root"), (.memoryNotLocked, "memory_not_locked"),
    ]

    /// As receipts name them, in the order of their bits.
    public var names: [String] { Self.names.filter { contains($0.risk) }.map(\.name) }

    /// The inverse of ``names``; nil for a name that is not known.
    init?(names: [String]) {
        self = []
        for name in names {
            guard let known = Self.names.first(where: { $0.name == name }) else { return nil }
            insert(known.risk)
        }
    }
}
