/// The inode numbers that processes are told. Each inode of a simulated disk is one of its own for good; what it is
/// called may have been the number of another one before, which is gone.
struct InodeNumbers {
    /// What processes have open; nil where no number is given twice.
    var handles: OpenHandles?
    /// The numbers of those that did not get their own.
    private var told: [Int64: UInt64] = [:]
    /// Those that lost a name, and whose number was not given again.
    private var unnamed: [Int64] = []
    /// Both at the last checkpoint.
    private var base: (told: [Int64: UInt64], unnamed: [Int64]) = ([:], [])

    /// The number of an inode.
    func number(of inode: Int64) -> UInt64 { told[inode] ?? UInt64(inode >> 2) }

    mutating func noteUnnamed(_ inode: Int64) {
        if handles != nil, !unnamed.contains(inode) { unnamed.append(inode) }
    }

    /// Gives an inode the lowest number that one which nobody can reach any more had.
    mutating func giveAgain(to inode: Int64, _ isNamed: (Int64) -> Bool) {
        guard let handles else { return }
        let free = unnamed.filter { !isNamed($0) && !handles.hasOpen($0) }
        guard let old = free.min(by: { number(of: $0) < number(of: $1) }) else { return }
        told[inode] = number(of: old)
        unnamed.removeAll { $0 == old }
    }

    /// Of those that were free before a power cut none is given again: what had got one of them may have survived.
    mutating func keepFree() { (unnamed, base.unnamed) = ([], []) }

    mutating func checkpoint() { base = (told, unnamed) }

    /// Every inode has the number again that it had at the last checkpoint, or its own: of one that had the same number
    /// before, it is not decided that it is gone.
    mutating func restart() {
        if handles != nil { (told, unnamed) = base }
    }
}

/// An open file or directory of a simulated process.
protocol SimHandle: AnyObject {
    var heldInode: Int64 { get }
    /// Whether it is open, and its process lives.
    var isHeld: Bool { get }
}

/// What the processes of a disk have open; behind the disk's gate.
final class OpenHandles: @unchecked Sendable {
    private struct Entry { weak var handle: (any SimHandle)? }

    private var entries: [Entry] = []
    /// At how many entries those that are gone are left out.
    private var limit = 64

    func add(_ handle: any SimHandle) {
        if entries.count >= limit {
            entries.removeAll { $0.handle?.isHeld != true }
            limit = max(64, entries.count * 2)
        }
        entries.append(Entry(handle: handle))
    }

    func hasOpen(_ inode: Int64) -> Bool {
        entries.contains { $0.handle?.heldInode == inode && $0.handle?.isHeld == true }
    }
}
