/// What runs say of grants and nonces that are asked for in the order of their keys: each table is read once, in order.
struct PriorTotals {
    private let runs: [IndexRun]
    private var cursors: [TableCursor] = []
    private var scratch = [UInt8](repeating: 0, count: IndexPage.byteCount)

    init(_ runs: [IndexRun]) throws(IndexDamage) {
        self.runs = runs
        for run in runs { cursors.append(try TableCursor(run)) }
    }

    /// What they say of a key that is not below the one before.
    mutating func totals(_ key: IndexKey) throws(IndexDamage) -> UseTotals {
        var found: (run: Int, index: UInt64)?
        for number in cursors.indices {
            try cursors[number].advance(to: key)
            if let entry = cursors[number].current, entry.matches(key) { found = (number, entry.index) }
        }
        guard let found else { return UseTotals() }
        let state = try runs[found.run].state(of: found.index, &scratch)
        guard state.isUse else { throw runs[found.run].damage }
        return UseTotals(state, of: key, at: found.index)
    }
}
