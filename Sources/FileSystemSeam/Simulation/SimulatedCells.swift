/// The kinds of cell a simulated disk is made of. A cell is the unit that persists or does not.
package enum CellKind: UInt64, Sendable {
    /// What a name in a directory stands for: an inode number, 0 when absent.
    case name = 0
    /// A file's length in bytes.
    case size = 1
    /// An inode's permission bits.
    case permissions = 2
    /// An inode's modification time in nanoseconds since the epoch.
    case modified = 3
    /// 512 bytes of a file: an index into the sector pool.
    case sector = 4
}

/// The identity of a cell: kind, inode and, for names and sectors, which one; packed into one word.
package struct CellKey: Hashable, Sendable {
    package let word: UInt64

    /// The cell of `kind` that belongs to `inode`; `index` is a name's id or a sector's number.
    package init(_ kind: CellKind, _ inode: Int64, _ index: Int = 0) {
        word = kind.rawValue << 61 | UInt64(inode) << 32 | UInt64(index)
    }

    package var kind: CellKind { CellKind(rawValue: word >> 61) ?? .sector }
    package var inode: Int64 { Int64(word >> 32 & 0x1FFF_FFFF) }
    package var index: Int { Int(word & 0xFFFF_FFFF) }
}

/// Inode numbers carry the sort of inode in their low two bits, so that a number alone says what it is.
package enum InodeKind: Int64, Sendable {
    case regular = 0
    case directory = 1
    case symbolicLink = 2
    case other = 3

    package init(of inode: Int64) { self = InodeKind(rawValue: inode & 3) ?? .other }

    var statusKind: FileStatus.Kind {
        switch self {
        case .regular: .regular
        case .directory: .directory
        case .symbolicLink: .symbolicLink
        case .other: .other
        }
    }
}

/// Interns cells: a dense id for each cell ever named. Open addressing, because every read goes through it.
package struct CellTable: Sendable {
    /// The cell behind each id.
    package private(set) var keys: [CellKey] = []
    /// The name cells of each directory, by its inode's serial number.
    private var namesOfDirectory: [[Int]] = []
    /// The sector cells of each file, likewise.
    private var sectorsOfFile: [[Int]] = []
    private var slots = [Int32](repeating: -1, count: 256)

    package var count: Int { keys.count }

    /// The id of a cell; makes one on first sight. O(1).
    package mutating func id(_ key: CellKey) -> Int {
        var slot = home(key)
        while slots[slot] >= 0 {
            let found = Int(slots[slot])
            if keys[found].word == key.word { return found }
            slot = (slot &+ 1) & (slots.count &- 1)
        }
        slots[slot] = Int32(keys.count)
        keys.append(key)
        switch key.kind {
        case .name: Self.add(keys.count - 1, &namesOfDirectory, Int(key.inode >> 2))
        case .sector: Self.add(keys.count - 1, &sectorsOfFile, Int(key.inode >> 2))
        default: break
        }
        if keys.count * 2 > slots.count { grow() }
        return keys.count - 1
    }

    /// The same where it is likely to be the one made next after `previous`, as the sectors of a file are that was
    /// written from its beginning.
    mutating func id(_ key: CellKey, after previous: Int) -> Int {
        let next = previous &+ 1
        return next < keys.count && keys[next].word == key.word ? next : id(key)
    }

    private static func add(_ id: Int, _ lists: inout [[Int]], _ serial: Int) {
        while lists.count <= serial { lists.append([]) }
        lists[serial].append(id)
    }

    /// The name cells of a directory, oldest first.
    package func names(of directory: Int64) -> [Int] {
        let serial = Int(directory >> 2)
        return serial < namesOfDirectory.count ? namesOfDirectory[serial] : []
    }

    /// The sector cells of a file that were ever named, in no order.
    func sectors(of inode: Int64) -> [Int] {
        let serial = Int(inode >> 2)
        return serial < sectorsOfFile.count ? sectorsOfFile[serial] : []
    }

    private func home(_ key: CellKey) -> Int {
        Int(truncatingIfNeeded: (key.word &* 0x9E37_79B9_7F4A_7C15) >> 32) & (slots.count &- 1)
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 2)
        for (id, key) in keys.enumerated() {
            var slot = home(key)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(id)
        }
    }
}
