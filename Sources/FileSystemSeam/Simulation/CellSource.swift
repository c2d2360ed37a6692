/// Where a simulated disk finds the cells it has not written since it was started. Without a source every cell
/// has its base value; an explorer is a source that decides a cell when it is first read.
///
/// Every call with `seen` is one observation; it says how many came before it in this run.
package protocol CellSource: AnyObject {
    /// The value of one cell.
    func value(of cell: Int, seen: Int) -> Int64
    /// The values of all `cells`, the names of one directory, observed together. Names that stand for nothing may be
    /// left out at the end.
    func listing(of directory: Int64, cells: [Int], seen: Int) -> [Int64]
    /// Which of `cells` name `inode`; nothing else about them is observed.
    func names(of inode: Int64, cells: [Int], seen: Int) -> NamesFound
    /// Whether a cell may hold something else than on the base. This is no observation: the answer is the same in every
    /// run over what was recorded.
    func mayHaveChanged(_ cell: Int) -> Bool
    /// Told when a run looks at something that differs from boot to boot.
    func observedBoot(seen: Int)
}

/// Which of some cells name an inode, in the order of the cells. What stands behind the end does not.
package enum NamesFound: Sendable {
    /// A bit for each of the first cells.
    case bits(UInt64)
    /// The inode for each cell that names it, else 0.
    case list([Int64])

    /// How many cells fit into bits, in a foreseen value that is not negative.
    package static var bitMaximum: Int { 62 }

    @inline(__always)
    package func contains(_ place: Int) -> Bool {
        switch self {
        case .bits(let bits): place < 64 && bits & (1 &<< UInt64(place)) != 0
        case .list(let list): place < list.count && list[place] != 0
        }
    }
}

/// One observation that a run is expected to make.
package struct ForeseenStep: Sendable {
    /// What is looked at: a cell; with ``names`` added, the names of an inode; or what only the source understands.
    package var code: Int64
    /// What is seen of a cell; of the names of an inode, the bits of ``NamesFound`` when it is not negative; else the
    /// source's business.
    package var value: Int64

    /// What is added to an inode to make a code of it.
    package static var names: Int64 { 2 << 40 }

    package init(code: Int64, value: Int64) {
        self.code = code
        self.value = value
    }
}

/// The observations of a run: how many it made, and those that are foreseen. A cell that is foreseen is answered
/// without asking the source, which answers for everything else.
struct Foresight: Sendable {
    private var steps: [ForeseenStep] = []
    private(set) var seen = 0

    /// Begins a run.
    mutating func begin(_ steps: [ForeseenStep]) {
        self.steps = steps
        seen = 0
    }

    /// The value of a cell, when its observation is the next one foreseen.
    @inline(__always)
    mutating func value(of cell: Int) -> Int64? {
        guard seen < steps.count, steps[seen].code == Int64(cell) else { return nil }
        defer { seen &+= 1 }
        return steps[seen].value
    }

    /// Which names an inode has, when that is the next observation foreseen.
    @inline(__always)
    mutating func names(of inode: Int64) -> NamesFound? {
        guard seen < steps.count, steps[seen].code == ForeseenStep.names | inode, steps[seen].value >= 0 else {
            return nil
        }
        defer { seen &+= 1 }
        return .bits(UInt64(steps[seen].value))
    }

    /// Counts an observation that the source is asked for; returns how many came before.
    mutating func next() -> Int {
        // Whoever foresaw goes on with the same array now.
        if seen >= steps.count { steps = [] }
        defer { seen &+= 1 }
        return seen
    }
}
