/// What a run keeps for an inode beside its cells.
struct InodeNotes: Sendable {
    /// The epoch in which all names of this directory were read.
    var listed: UInt32 = 0
    /// The epoch in which the names of this inode were counted.
    var counted: UInt32 = 0
    /// The epoch in which a name of this directory changed last, and when.
    var namesChangedIn: UInt32 = 0
    var namesChanged: Int64 = 0
    /// The epoch in which the file grew over ``cleared``.
    var clearedIn: UInt32 = 0
    /// Sectors that came behind the file's end when it grew in that epoch: zeros, but where it was written to since.
    var cleared = 0..<0
    /// The directory that this directory was last found in, 0 for none.
    var parent: Int64 = 0
    /// Every name cell that ever stood for this inode, in any run.
    var mentions: [Int] = []
}
