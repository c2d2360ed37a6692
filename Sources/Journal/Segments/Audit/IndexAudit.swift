/// Compares an index with the records while these are walked: every state, and what stands in every table.
///
/// It shows what no check of a page can: a run that is whole and was made of something else. Memory does not depend on
/// the number of records.
///
/// A table is compared without looking anything up in it. Each of its entries gives a number, as good as random, and so
/// does each record that must stand in it; what a later record of the run supersedes is taken off again. The sums agree
/// when the entries do. What later runs supersede is summed up over all tables besides: the uses of a grant are
/// followed from one run to another.
///
/// Which use a use supersedes is what its state says, so that the sums alone would let one supersede itself, and its
/// key be missing in the table. Each has to supersede an earlier one: then the first use of a key supersedes none, the
/// second one the first, as nothing else is left for it, and so on to the latest, which is the one in the table. One
/// chain is possible.
struct IndexAudit {
    private let runs: [IndexRun]
    private let part: KeyPart
    private let summer = EntrySummer.ofProcess
    private var number = 0
    private var states: StateCursor?
    private var expected: UInt64 = 0
    /// What all tables together must say, in which of a key only the entry that counts is left.
    private var expectedOfAll: UInt64 = 0
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
            guard state.previousOfGrant < line.index, state.previousOfNonce < line.index else { throw run.damage }
            let isCounted =
                counted.grantUseCount.map { $0 == UInt64(state.grantUseCount) } ?? true
                && counted.nonce.map {
                    $0.useCount == UInt64(state.nonceUseCount) && $0.maximumUses == state.maximumUses
                }
                    ?? true
            if !isCounted { throw run.damage }
            add(use.grant, line.index, superseding: state.previousOfGrant, run)
            add(use.nonce, line.index, superseding: state.previousOfNonce, run)
            add(use.id, line.index, behind: counted.previousOfID, run)
            if let key = use.idempotencyKey { add(key, line.index, behind: counted.previousOfKey, run) }
        case .revocation(let grant): add(grant, line.index, behind: counted.previousOfID, run)
        case .checkpoint: break
        }
    }

    /// A record that counts only when no earlier one has the key.
    ///
    /// - Parameter previous: the earlier one, 0 for none; nil for a key that is not looked at.
    private mutating func add(_ key: IndexKey, _ index: UInt64, behind previous: UInt64?, _ run: IndexRun) {
        guard let previous, previous < run.header.first else { return }
        let sum = summer.sum(IndexEntry(key, index))
        expected &+= sum
        if previous == 0 { expectedOfAll &+= sum }
    }

    /// A record that counts until a later one has the key.
    private mutating func add(_ key: IndexKey, _ index: UInt64, superseding previous: UInt64, _ run: IndexRun) {
        guard part.holds(key) else { return }
        let sum = summer.sum(IndexEntry(key, index))
        expected &+= sum
        expectedOfAll &+= sum
        if previous == 0 { return }
        let superseded = summer.sum(IndexEntry(key, previous))
        if previous >= run.header.first { expected &-= superseded }
        expectedOfAll &-= superseded
    }

    private mutating func finish(_ run: IndexRun) throws(IndexDamage) {
        var found: UInt64 = 0
        var table = try TableCursor(run)
        while let entry = table.current {
            if part.holds(entry.key) { found &+= summer.sum(entry) }
            try table.advance()
        }
        if found != expected { throw run.damage }
        // Each run is right by itself; which one leads to a wrong use of an earlier one is not known.
        if number == runs.count - 1, runs.count > 1, try TableSums(runs, part: part).ofAll != expectedOfAll {
            throw IndexDamage(file: IndexRun.directoryName)
        }
        expected = 0
        states = nil
        number += 1
    }
}
