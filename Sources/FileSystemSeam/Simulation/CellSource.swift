/// Where a simulated disk finds the cells it has not written since it was started. Without a source every cell
/// has its base value; an explorer is a source that decides a cell when it is first read.
///
/// Every call is one observation; `seen` says how many came before it in this run.
package protocol CellSource: AnyObject {
    /// The value of one cell.
    func value(of cell: Int, seen: Int) -> Int64
    /// The values of all `cells`, the names of one directory, observed together. Names that stand for nothing may be
    /// left out at the end.
    func listing(of directory: Int64, cells: [Int], seen: Int) -> [Int64]
    /// For each of `cells`, the inode if it names that, else 0; nothing else about them is observed. Zeros may be left
    /// out at the end.
    func names(of inode: Int64, cells: [Int], seen: Int) -> [Int64]
    /// Told when a run looks at something that differs from boot to boot.
    func observedBoot(seen: Int)
}

/// One observation that a run is expected to make.
package struct ForeseenStep: Sendable {
    /// What is looked at: a cell, or something that only the source understands.
    package var code: Int64
    /// What is seen of a cell; else the source's business.
    package var value: Int64

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

    /// Counts an observation that the source is asked for; returns how many came before.
    mutating func next() -> Int {
        // Whoever foresaw goes on with the same array now.
        if seen >= steps.count { steps = [] }
        defer { seen &+= 1 }
        return seen
    }
}
