/// Compares an index with the records while these are walked: every state, and what stands in every table.
///
/// It shows what no check of a page can: a run that is whole and was made of something else. Memory does not depend on the
/// number of records.
///
/// A table is compared without looking anything up in it. Each of its entries gives a number, as good as random, and so
/// does each record that must stand in it; what a later record of the run supersedes is taken off again. The sums agree
/// when the entries do.
struct IndexAudit {
    private let runs: [IndexRun]
    private let part: KeyPart
    private let summer = EntrySummer.ofProcess
    private var number = 0
    private var states: StateCursor?
    private var expected: UInt64 = 0
    /// Which file does not say what the records do.
    private(set) var stale: IndexDamage?
    /// How many runs were found right.
    var rightCount: Int { number }

    /// - Parameter part: which keys are looked at.
    init(_ runs: [IndexRun], part: KeyPart = .whole) {
        self.runs = runs
        self.part = part
    }

    /// Looks at the next record.
    ///
    /// - Parameter counted: what is known of the record and those before.
    mutating func apply(_ line: SegmentWalk.Line, _ counted: SegmentAudit.Counted) {
        guard stale == nil, number < runs.count else { return }
        let run = runs[number]
        do throws(IndexDamage) {
            if states == nil { states = StateCursor(run) }
            guard let state = try states?.next() else { throw run.damage }
            try check(line, state, counted, run)
            if line.index == run.header.last { try finish(run) }
        } catch {
            stale = error
        }
    }

    /// Looks whether there are fewer records than runs cover; that is for others to say.
    private mutating func check(
        _ line: SegmentWalk.Line,
        _ state: RecordState,
        _ counted: SegmentAudit.Counted,
        _ run: IndexRun
    ) throws(IndexDamage) {
        guard state.offset == RecordState.offset(line.position.offset), state.kind == line.read.kind else {
            throw run.damage
        }
        switch line.read.content {
        case .use(let use):
            let isCounted =
                counted.grantUseCount.map { $0 == UInt64(state.grantUseCount) } ?? true
                && counted.nonce.map {
                    $0.useCount == UInt64(state.nonceUseCount) && $0.maximumUses == state.maximumUses
                }
                    ?? true
            if !isCounted { throw run.damage }
            add(use.grant, line.index, superseding: state.previousOfGrant, run)
            add(use.nonce, line.index, superseding: state.previousOfNonce, run)
            if let previous = counted.previousOfID, previous < run.header.first { add(use.id, line.index) }
            if let key = use.idempotencyKey, let previous = counted.previousOfKey, previous < run.header.first {
                add(key, line.index)
            }
        case .revocation(let grant):
            if let previous = counted.previousOfID, previous < run.header.first { add(grant, line.index) }
        case .checkpoint: break
        }
    }

    private mutating func add(_ key: IndexKey, _ index: UInt64) { expected &+= summer.sum(IndexEntry(key, index)) }

    private mutating func add(_ key: IndexKey, _ index: UInt64, superseding previous: UInt64, _ run: IndexRun) {
        guard part.holds(key) else { return }
        add(key, index)
        if previous >= run.header.first { expected &-= summer.sum(IndexEntry(key, previous)) }
    }

    private mutating func finish(_ run: IndexRun) throws(IndexDamage) {
        var found: UInt64 = 0
        var table = try TableCursor(run)
        while let entry = table.current {
            if part.holds(entry.key) { found &+= summer.sum(entry) }
            try table.advance()
        }
        if found != expected { throw run.damage }
        expected = 0
        states = nil
        number += 1
    }
}
