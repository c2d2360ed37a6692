/// The rules by which a file system lets recent changes survive a power loss.
///
/// A model is data: each property answers one question that file systems answer differently. Everywhere, 512-byte
/// sectors are atomic and unordered among themselves, changes of one cell persist in program order, and a rename
/// within a directory is atomic (unless ``splitsRenames``).
public struct PersistenceModel: Sendable, Hashable, CustomStringConvertible {
    /// How names persist relative to each other.
    public enum NameOrder: Sendable, Hashable {
        /// In any order.
        case unordered
        /// After the earlier changes of the same name, of the same inode, and of the directory they lie in.
        case dependencies
        /// All in program order, as one journal has it.
        case total
    }

    /// What the sync of a file or directory commits beside the thing itself.
    public enum Reach: Sendable, Hashable {
        /// Nothing else.
        case itself
        /// The names of that inode, with what they depend on.
        case dependencies
        /// Every name changed up to the last change of the inode's own name, length or attributes, whose transaction is
        /// committed; none for an inode without such a change. Names changed after that may be in a later transaction.
        case ownTransaction
        /// Every name changed so far.
        case journal
    }

    /// When the new length of a file that grew may persist.
    public enum LengthRule: Sendable, Hashable {
        /// At any time: before the data, the new part reads as zeros.
        case anyTime
        /// At any time, but blocks of this many bytes that the file did not have are allocated unwritten: until
        /// their data counts they read as zeros from end to end, then all sectors written to them show at once.
        case overUnwrittenBlocks(bytes: Int64)
        /// After the data of newly allocated blocks of this many bytes; within an old block at any time.
        case afterNewBlocks(bytes: Int64)
        /// After all the data it covers.
        case afterData
    }

    /// The model's name, as reports and replay tokens carry it: a changed model needs another one, or its tokens are
    /// taken for those of the model that it was made from.
    public var name: String
    /// How names persist relative to each other.
    public var nameOrder: NameOrder
    /// What `sync(.full)` of a file commits beside its contents and attributes.
    public var fileSyncReach: Reach
    /// What a directory sync commits beside the directory's own entries.
    public var directorySyncReach: Reach
    /// When a new length may persist.
    public var lengthRule: LengthRule
    /// Whether a rename across directories is one step; else its two names persist apart.
    public var movesAcrossDirectoriesAtomically: Bool
    /// Whether a truncation's new length and freed sectors persist together.
    public var truncatesAtomically: Bool
    /// Whether `sync(.driveOnly)` makes anything durable.
    public var driveOnlyIsDurable: Bool
    /// Whether `sync(.barrier)` makes durable what it orders.
    public var barrierIsDurable: Bool
    /// Knob: a rename onto an existing name persists only after the file's data. `auto_da_alloc` of ext4 means this,
    /// and does it with `dioread_lock`; in the default mode it starts the writing without waiting for it.
    public var renameOntoWaitsForData = false
    /// Knob: sectors never written may hold garbage instead of zeros once the length covers them.
    public var newSectorsMayHoldGarbage = false
    /// Knob: a rename is a link and an unlink that persist apart. No real file system does this; it finds
    /// false positives.
    public var splitsRenames = false

    /// The model's name.
    public var description: String { name }

    /// What POSIX alone promises, and the default: nothing is ordered that was not synced.
    public static let posixMinimal = PersistenceModel(
        name: "posixMinimal",
        nameOrder: .unordered,
        fileSyncReach: .itself,
        directorySyncReach: .itself,
        lengthRule: .anyTime,
        movesAcrossDirectoriesAtomically: false,
        truncatesAtomically: false,
        driveOnlyIsDurable: true,
        barrierIsDurable: false
    )

    /// ext4 with `data=ordered` as it is mounted by default (`dioread_nolock`, since Linux 5.6): one journal for names;
    /// a length may persist before the data of new blocks, which then read as zeros. Mounted with `dioread_lock` a
    /// length follows that data: set ``lengthRule`` to ``LengthRule/afterNewBlocks(bytes:)``.
    public static let ext4Ordered = PersistenceModel(
        name: "ext4Ordered",
        nameOrder: .total,
        fileSyncReach: .ownTransaction,
        directorySyncReach: .journal,
        lengthRule: .overUnwrittenBlocks(bytes: 4096),
        movesAcrossDirectoriesAtomically: true,
        truncatesAtomically: true,
        driveOnlyIsDurable: true,
        barrierIsDurable: true
    )

    /// XFS: names in dependency order, a length after its data.
    public static let xfs = PersistenceModel(
        name: "xfs",
        nameOrder: .dependencies,
        fileSyncReach: .dependencies,
        directorySyncReach: .dependencies,
        lengthRule: .afterData,
        movesAcrossDirectoriesAtomically: true,
        truncatesAtomically: true,
        driveOnlyIsDurable: true,
        barrierIsDurable: true
    )

    /// APFS as Darwin offers it: plain `fsync` reaches the drive only, a barrier orders, `F_FULLFSYNC` is durable.
    public static let apfs = PersistenceModel(
        name: "apfs",
        nameOrder: .unordered,
        fileSyncReach: .itself,
        directorySyncReach: .itself,
        lengthRule: .anyTime,
        movesAcrossDirectoriesAtomically: false,
        truncatesAtomically: false,
        driveOnlyIsDurable: false,
        barrierIsDurable: false
    )

    /// The four models, the default first.
    public static let all: [PersistenceModel] = [.posixMinimal, .ext4Ordered, .xfs, .apfs]
}
