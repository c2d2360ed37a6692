internal import Canonical

/// Replays the lines in order and notes what a journal that followed its rules would not hold.
struct SegmentAudit {
    /// What is known of a grant or nonce.
    private struct Uses {
        var count: UInt64 = 0
        var maximumUses: UInt32?
    }

    private let toleranceSeconds: Int64
    private var uses: [IndexKey: Uses] = [:]
    private var firsts: [IndexKey: UInt64] = [:]
    /// The latest record with a key that more than one has; there are few.
    private var repeated: [IndexKey: UInt64] = [:]
    private var previousTime: Timestamp?
    private(set) var findings: [VerificationFinding] = []
    /// The checkpoints, whose roots are recomputed in a pass of their own.
    private(set) var checkpoints: [IndexedCheckpoint] = []

    /// What a record adds up to with those before it.
    struct Counted {
        var grantUseCount: UInt64 = 0
        var nonceUseCount: UInt64 = 0
        var maximumUses: UInt32?
        /// The record before it with the same use id or, for a revocation, grant; 0 for none.
        var previousOfID: UInt64 = 0
        /// The use before it with the same idempotency key; 0 for none.
        var previousOfKey: UInt64 = 0
    }

    init(clockToleranceSeconds: Int64) { toleranceSeconds = clockToleranceSeconds }

    /// Looks at the next line.
    @discardableResult
    mutating func apply(_ line: SegmentWalk.Line, _ bytes: Span<UInt8>) -> Counted {
        checkClock(line, bytes)
        var counted = Counted()
        switch line.read.content {
        case .use(let use):
            let (grant, nonce) = (count(use.grant, nil), count(use.nonce, use.maximumUses))
            check(use, grant, nonce, line, bytes)
            counted.grantUseCount = grant.count + 1
            counted.nonceUseCount = nonce.count + 1
            counted.maximumUses = use.maximumUses ?? nonce.maximumUses
            counted.previousOfID = note(use.id, line.index)
            if let key = use.idempotencyKey { counted.previousOfKey = note(key, line.index) }
        case .revocation(let grant): counted.previousOfID = note(grant, line.index)
        case .checkpoint:
            if case .checkpoint(let checkpoint)? = try? RecordLine.record(Bytes.copy(bytes)) {
                checkpoints.append(IndexedCheckpoint(index: line.index, checkpoint: checkpoint))
            }
        }
        return counted
    }

    /// Counts a use, and returns what was known before.
    private mutating func count(_ key: IndexKey, _ maximumUses: UInt32?) -> Uses {
        func add(_ all: inout Uses) -> Uses {
            let before = all
            all.count += 1
            if let maximumUses { all.maximumUses = maximumUses }
            return before
        }
        // One search instead of two: there are as many keys as records.
        return add(&uses[key, default: Uses()])
    }

    /// Notes a record with a key, and returns the one before; 0 for none.
    private mutating func note(_ key: IndexKey, _ index: UInt64) -> UInt64 {
        guard let first = firsts[key] else {
            firsts[key] = index
            return 0
        }
        let previous = repeated[key] ?? first
        repeated[key] = index
        return previous
    }

    private mutating func check(
        _ use: RecordLine.Use,
        _ grant: Uses,
        _ nonce: Uses,
        _ line: SegmentWalk.Line,
        _ bytes: Span<UInt8>
    ) {
        if let maximum = use.maximumUses ?? nonce.maximumUses, nonce.count >= UInt64(maximum) {
            note(.limitExceeded, line.index, "use \(nonce.count + 1) of a nonce that allows \(maximum)")
        }
        if let revocation = firsts[use.revocation] {
            let grant = Self.use(bytes)?.grantID ?? ""
            note(.useAfterRevocation, line.index, "the grant \"\(grant)\" was revoked by record \(revocation)")
        }
        if let first = firsts[use.id] {
            let id = Self.use(bytes)?.useID ?? ""
            note(.repeatedUseID, line.index, "the use id \"\(id)\" is that of record \(first)")
        }
        let number = grant.count + 1
        if UInt64(use.useNumber) != number {
            note(
                .useNumberMismatch,
                line.index,
                "it says use \(use.useNumber), and is use \(number) of its grant"
            )
        }
    }

    /// The whole use, for a message.
    private static func use(_ bytes: Span<UInt8>) -> ApprovalUse? {
        guard case .use(let use)? = try? RecordLine.record(Bytes.copy(bytes)) else { return nil }
        return use
    }

    private mutating func checkClock(_ line: SegmentWalk.Line, _ bytes: Span<UInt8>) {
        guard let time = try? Timestamp(parsing: LineVerifier.text(bytes, line.read.createdAt)) else { return }
        if let previousTime,
            ClockRule.isRegression(
                from: previousTime.secondsSinceEpoch,
                to: time.secondsSinceEpoch,
                toleranceSeconds: toleranceSeconds
            )
        {
            note(.clockRegression, line.index, "it says \(time), and follows a record of \(previousTime)")
        }
        previousTime = time
    }

    private mutating func note(_ kind: VerificationFinding.Kind, _ index: UInt64, _ message: String) {
        findings.append(VerificationFinding(kind: kind, index: index, message: message))
    }
}
