internal import Canonical

/// Replays the records in order and notes what a journal that followed its rules would not hold.
struct SemanticAudit {
    private var ledger = UseLedger()
    private(set) var findings: [VerificationFinding] = []
    /// The checkpoints, whose roots are recomputed in a pass of their own.
    private(set) var checkpoints: [IndexedCheckpoint] = []
    private var previousTime: Timestamp?
    let clockToleranceSeconds: Int64

    init(clockToleranceSeconds: Int64) { self.clockToleranceSeconds = clockToleranceSeconds }

    /// Looks at the next record.
    mutating func apply(_ record: StoredRecord) {
        checkClock(record)
        if case .use(let use) = record.record { check(use, at: record.index) }
        if case .checkpoint(let checkpoint) = record.record { note(checkpoint, at: record.index) }
        ledger.apply(record)
    }

    private mutating func check(_ use: ApprovalUse, at index: UInt64) {
        let grant = ledger.grant(use.grantID)
        let nonce = grant.nonce(use.nonceDigest)
        if let maximum = use.maximumUses ?? nonce.maximumUses, nonce.indexes.count >= Int(maximum) {
            note(.limitExceeded, index, "use \(nonce.indexes.count + 1) of a nonce that allows \(maximum)")
        }
        if let revocation = grant.revocationIndex {
            note(.useAfterRevocation, index, "the grant \"\(use.grantID)\" was revoked by record \(revocation)")
        }
        if let first = ledger.useIDs[ExactText(use.useID)] {
            note(.repeatedUseID, index, "the use id \"\(use.useID)\" is that of record \(first)")
        }
        if Int(use.useNumber) != grant.indexes.count + 1 {
            note(
                .useNumberMismatch,
                index,
                "it says use \(use.useNumber), and is use \(grant.indexes.count + 1) of its grant"
            )
        }
    }

    private mutating func checkClock(_ record: StoredRecord) {
        guard let time = try? Timestamp(parsing: record.record.createdAt) else { return }
        if let previousTime,
            ClockRule.isRegression(
                from: previousTime.secondsSinceEpoch,
                to: time.secondsSinceEpoch,
                toleranceSeconds: clockToleranceSeconds
            )
        {
            note(
                .clockRegression,
                record.index,
                "it says \(time), and follows a record of \(previousTime)"
            )
        }
        previousTime = time
    }

    private mutating func note(_ checkpoint: JournalCheckpoint, at index: UInt64) {
        checkpoints.append(IndexedCheckpoint(index: index, checkpoint: checkpoint))
    }

    private mutating func note(_ kind: VerificationFinding.Kind, _ index: UInt64, _ message: String) {
        findings.append(VerificationFinding(kind: kind, index: index, message: message))
    }
}
