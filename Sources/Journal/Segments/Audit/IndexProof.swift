/// Shows, with memory that does not depend on the number of records, that runs say exactly what the records say, and
/// that nothing in the records needs a closer look. Records may be looked at in any order, by several threads.
///
/// For each record a run keeps which use of its grant and of its nonce came before. Where the claimed ones are all
/// earlier and all there, each is superseded once, and what is left over are the entries of the tables, in which each
/// key stands once, then every key has one chain from its first use to its latest (see ``IndexAudit``). Both sides are
/// sums of a number for each pair of key and record, as good as random (``EntrySummer``), so that they agree when the
/// pairs do. Counts and maxima are compared along the chains. Ids and idempotency keys must stand in the tables with
/// the one record that has them.
///
/// A journal that has a key twice, or uses that should not be, fails the proof without being wrong: ``ExactAudit``
/// tells.
struct IndexProof: Sendable {
    /// What the tables of each run hold more than the records looked at, and then what all of them hold together.
    private var sums: [UInt64]
    private let summer = EntrySummer.ofProcess
    /// Whether all that was looked at is as it should be.
    private(set) var holds = true

    init(runCount: Int) { sums = [UInt64](repeating: 0, count: runCount + 1) }

    /// Looks at a record that a run covers.
    mutating func apply(_ line: SegmentWalk.Line, _ states: inout StateReader) {
        if !holds { return }
        do throws(IndexDamage) {
            holds = try check(line, &states)
        } catch {
            holds = false
        }
    }

    private mutating func check(_ line: SegmentWalk.Line, _ states: inout StateReader) throws(IndexDamage) -> Bool {
        let index = line.index
        let run = states.run(of: index)
        let state = try states.next(index, of: run)
        guard state.offset == RecordState.offset(line.position.offset), state.kind == line.read.kind else {
            return false
        }
        switch line.read.content {
        case .use(let use):
            var (grant, nonce) = (RecordState(), RecordState())
            if state.previousOfGrant > 0 {
                guard state.previousOfGrant < index else { return false }
                grant = try states.earlier(state.previousOfGrant)
            }
            if state.previousOfNonce > 0 {
                guard state.previousOfNonce < index else { return false }
                nonce = try states.earlier(state.previousOfNonce)
            }
            let maximum = use.maximumUses ?? nonce.maximumUses
            guard UInt64(state.grantUseCount) == UInt64(grant.grantUseCount) &+ 1, use.useNumber == state.grantUseCount,
                UInt64(state.nonceUseCount) == UInt64(nonce.nonceUseCount) &+ 1, state.maximumUses == maximum,
                maximum.map({ nonce.nonceUseCount < $0 }) ?? true
            else { return false }
            add(use.grant, index, run)
            add(use.nonce, index, run)
            supersede(use.grant, state.previousOfGrant, run, states.first(of: run))
            supersede(use.nonce, state.previousOfNonce, run, states.first(of: run))
            add(use.id, index, run)
            if let key = use.idempotencyKey { add(key, index, run) }
        case .revocation(let grant): add(grant, index, run)
        case .checkpoint: break
        }
        return true
    }

    private mutating func add(_ key: IndexKey, _ index: UInt64, _ run: Int) {
        let sum = summer.sum(IndexEntry(key, index))
        sums[run] &+= sum
        sums[sums.count &- 1] &+= sum
    }

    /// Takes off a use that a later one follows. The run's own table still holds the one of an earlier run.
    private mutating func supersede(_ key: IndexKey, _ previous: UInt64, _ run: Int, _ first: UInt64) {
        if previous == 0 { return }
        let sum = summer.sum(IndexEntry(key, previous))
        if previous >= first { sums[run] &-= sum }
        sums[sums.count &- 1] &-= sum
    }

    /// Adds what was found in other records.
    mutating func add(_ other: IndexProof) {
        holds = holds && other.holds
        for place in sums.indices { sums[place] &+= other.sums[place] }
    }

    /// Whether all records that runs cover were looked at and found right, and the tables hold no more and no less.
    func isComplete(with tables: TableSums) -> Bool { holds && sums == tables.sums }
}

/// Sums over the entries of the tables of runs.
struct TableSums: Sendable {
    /// Of each run, and then of all of them together, in which a key stands once.
    private(set) var sums: [UInt64]

    /// The sum of all of them together.
    var ofAll: UInt64 { sums[sums.count &- 1] }

    /// Reads all tables from beginning to end.
    ///
    /// - Parameter part: which keys are looked at.
    init(_ runs: [IndexRun], part: KeyPart = .whole) throws(IndexDamage) {
        let summer = EntrySummer.ofProcess
        sums = [UInt64](repeating: 0, count: runs.count + 1)
        var tables: [TableCursor] = []
        for run in runs { tables.append(try TableCursor(run)) }
        while let (number, bound) = Self.least(tables) {
            // Mostly there are many entries in one table before the next one of another.
            while let entry = tables[number].current, bound.map({ entry < $0 && !entry.hasSameKey(as: $0) }) ?? true {
                let sum = part.holds(entry.key) ? summer.sum(entry) : 0
                sums[number] &+= sum
                sums[runs.count] &+= sum
                try tables[number].advance()
            }
            guard let bound else { continue }
            // Then come entries that may have one key.
            var winner: IndexEntry?
            for number in tables.indices {
                guard let entry = tables[number].current, entry.hasSameKey(as: bound) else { continue }
                if part.holds(entry.key) { sums[number] &+= summer.sum(entry) }
                winner = winner.map { IndexEntry.winner($0, entry) } ?? entry
                try tables[number].advance()
            }
            if let winner, part.holds(winner.key) { sums[runs.count] &+= summer.sum(winner) }
        }
    }

    /// The table whose next entry is the least, and the least one of the others; nil when there are no more.
    private static func least(_ tables: [TableCursor]) -> (number: Int, bound: IndexEntry?)? {
        var least: (number: Int, entry: IndexEntry)?
        var bound: IndexEntry?
        for (number, table) in tables.enumerated() {
            guard let entry = table.current else { continue }
            if let known = least, !(entry < known.entry) {
                if bound.map({ entry < $0 }) ?? true { bound = entry }
            } else {
                bound = least?.entry
                least = (number, entry)
            }
        }
        return least.map { ($0.number, bound) }
    }
}
