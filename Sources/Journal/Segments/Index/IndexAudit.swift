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
    private var number = 0
    private var states: StateCursor?
    private var expected: UInt64 = 0
    /// Which file does not say what the records do.
    private(set) var stale: IndexDamage?

    init(_ runs: [IndexRun]) { self.runs = runs }

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
        guard state.offset == UInt32(clamping: line.position.offset), state.kind == line.read.kind else {
            throw run.damage
        }
        switch line.read.content {
        case .use(let use):
            guard UInt64(state.grantUseCount) == counted.grantUseCount,
                UInt64(state.nonceUseCount) == counted.nonceUseCount, state.maximumUses == counted.maximumUses
            else { throw run.damage }
            add(use.grant, line.index, superseding: state.previousOfGrant, run)
            add(use.nonce, line.index, superseding: state.previousOfNonce, run)
            if counted.previousOfID < run.header.first { add(use.id, line.index) }
            if let key = use.idempotencyKey, counted.previousOfKey < run.header.first { add(key, line.index) }
        case .revocation(let grant):
            if counted.previousOfID < run.header.first { add(grant, line.index) }
        case .checkpoint: break
        }
    }

    private mutating func add(_ key: IndexKey, _ index: UInt64) { expected &+= Self.sum(IndexEntry(key, index)) }

    private mutating func add(_ key: IndexKey, _ index: UInt64, superseding previous: UInt64, _ run: IndexRun) {
        add(key, index)
        if previous >= run.header.first { expected &-= Self.sum(IndexEntry(key, previous)) }
    }

    /// Keyed by the process: nobody can make entries whose sum is that of others.
    private static func sum(_ entry: IndexEntry) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(entry)
        return UInt64(truncatingIfNeeded: hasher.finalize())
    }

    private mutating func finish(_ run: IndexRun) throws(IndexDamage) {
        var found: UInt64 = 0
        var table = try TableCursor(run)
        while let entry = table.current {
            found &+= Self.sum(entry)
            try table.advance()
        }
        if found != expected { throw run.damage }
        expected = 0
        states = nil
        number += 1
    }
}
