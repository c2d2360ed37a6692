internal import Canonical

/// What verification takes from records that are right, block by block.
///
/// Memory depends on checkpoints, revocations and what is found, not on the number of uses.
struct RecordSurvey: Sendable {
    /// A record behind those that runs cover.
    struct TailRecord: Sendable {
        var content: RecordLine.Content
        var position: RecordPosition
        /// The grant of a use as a key of revocations.
        var revocation: IndexKey?
    }

    /// The most revocations and tail records that are kept; with more of them the exact audit is asked.
    static let keptMaximum = 1 << 14

    fileprivate(set) var clock: ClockAudit
    fileprivate(set) var proof: IndexProof
    /// The records whose digests someone outside of them names.
    fileprivate(set) var noted: [UInt64: NotedRecord] = [:]
    fileprivate(set) var checkpoints: [IndexedCheckpoint] = []
    /// At most how many keys the records have.
    fileprivate(set) var keyCount: UInt64 = 0
    /// Which grants were revoked, as keys of uses, and by which records.
    fileprivate(set) var revocations: [(grant: IndexKey, index: UInt64)] = []
    /// The records behind those that runs cover.
    fileprivate(set) var tail: [TailRecord] = []
    /// Whether there were more revocations or tail records than are kept.
    fileprivate(set) var isCut = false

    fileprivate init(_ clock: ClockAudit, runCount: Int) {
        self.clock = clock
        proof = IndexProof(runCount: runCount)
    }

    /// Adds what was taken from the records that follow.
    mutating func add(_ next: RecordSurvey) {
        clock.add(next.clock)
        proof.add(next.proof)
        noted.merge(next.noted) { $1 }
        checkpoints += next.checkpoints
        keyCount += next.keyCount
        isCut = isCut || next.isCut
        if isCut {
            (revocations, tail) = ([], [])
        } else {
            revocations += next.revocations
            tail += next.tail
            bound()
        }
    }

    fileprivate mutating func bound() {
        guard revocations.count > Self.keptMaximum || tail.count > Self.keptMaximum else { return }
        (revocations, tail, isCut) = ([], [], true)
    }
}

/// Takes a survey of lines.
struct SurveyCollector: LineCollector {
    private let maker: IndexKeyMaker
    private let empty: RecordSurvey
    private var survey: RecordSurvey
    private var states: StateReader
    /// In order.
    private let wanted: [UInt64]
    /// The first of ``wanted`` that the lines have not passed.
    private var nextWanted: UInt64 = 0

    /// - Parameter wanted: the records whose digests are to be kept.
    init(_ maker: IndexKeyMaker, _ runs: [IndexRun], noting wanted: [UInt64], clockToleranceSeconds: Int64) {
        self.maker = maker
        self.wanted = wanted.sorted()
        empty = RecordSurvey(ClockAudit(toleranceSeconds: clockToleranceSeconds), runCount: runs.count)
        survey = empty
        states = StateReader(runs)
    }

    mutating func apply(_ line: SegmentWalk.Line, _ bytes: Span<UInt8>) {
        if line.index >= nextWanted { note(line, bytes) }
        survey.clock.apply(line, bytes)
        switch line.read.content {
        case .use(let use): survey.keyCount &+= use.idempotencyKey == nil ? 3 : 4
        case .revocation:
            survey.keyCount &+= 1
            guard case .revocation(let revocation)? = try? RecordLine.record(Bytes.copy(bytes)) else { break }
            survey.revocations.append((maker.key(.grant, revocation.grantID), line.index))
        case .checkpoint:
            guard case .checkpoint(let checkpoint)? = try? RecordLine.record(Bytes.copy(bytes)) else { break }
            survey.checkpoints.append(IndexedCheckpoint(index: line.index, checkpoint: checkpoint))
        }
        if line.index <= states.last {
            survey.proof.apply(line, &states)
        } else if !survey.isCut {
            var record = RecordSurvey.TailRecord(content: line.read.content, position: line.position)
            if case .use(let use) = line.read.content { record.revocation = use.revocation(bytes, maker) }
            survey.tail.append(record)
            survey.bound()
        }
    }

    private mutating func note(_ line: SegmentWalk.Line, _ bytes: Span<UInt8>) {
        if wanted.contains(line.index) { survey.noted[line.index] = NotedRecord(line, bytes) }
        nextWanted = wanted.first { $0 > line.index } ?? .max
    }

    mutating func finish() -> RecordSurvey {
        let finished = survey
        survey = empty
        nextWanted = 0
        return finished
    }
}

extension RecordSurvey {
    /// Whether the records hold nothing that they should not (clocks aside), and the runs say exactly what they say.
    ///
    /// - Parameter tables: of the runs.
    func isFlawless(_ runs: [IndexRun], _ tables: TableSums, _ maker: IndexKeyMaker) -> Bool {
        guard !isCut, proof.isComplete(with: tables), let last = runs.last?.header.last else { return false }
        // From here on the runs can be asked, too.
        var ledger = SegmentLedger(
            maker,
            IndexRuns(runs),
            tail: TailIndex(firstIndex: last + 1, capacity: tail.count + 1)
        )
        do throws(JournalError) {
            for (grant, index) in revocations {
                let latest = try ledger.before(grant).latest
                if let latest, latest > index { return false }
            }
            for record in tail {
                guard try isFlawless(record, after: &ledger) else { return false }
                ledger.tail.append(record.content, at: record.position, byteCount: 0)
            }
            return true
        } catch {
            return false
        }
    }

    private func isFlawless(
        _ record: TailRecord,
        after ledger: inout SegmentLedger
    ) throws(JournalError) -> Bool {
        switch record.content {
        case .use(let use):
            let (grant, nonce) = (try ledger.uses(use.grant), try ledger.uses(use.nonce))
            if let maximum = use.maximumUses ?? nonce.maximumUses, nonce.useCount >= UInt64(maximum) { return false }
            if let revocation = record.revocation, try ledger.first(revocation) != nil { return false }
            let id = try ledger.first(use.id)
            return id == nil && UInt64(use.useNumber) == grant.useCount + 1
        case .revocation, .checkpoint: return true
        }
    }
}
