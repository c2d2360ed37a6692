internal import Canonical

/// Replays the lines in order and notes what a journal that followed its rules would not hold.
///
/// It knows every key of its part of the keys: 28 bytes each, of which a record has up to four.
struct SegmentAudit {
    /// What is known of a grant or nonce.
    private struct Uses {
        var count: UInt64
        var maximumUses: UInt32?
    }

    private let maker: IndexKeyMaker
    private let part: KeyPart
    private var keys: KeyTable
    private var hasRevocations = false
    private var clock: ClockAudit
    private var noted: [VerificationFinding] = []
    /// The checkpoints, whose roots are recomputed in a pass of their own.
    private(set) var checkpoints: [IndexedCheckpoint] = []

    /// What a record adds up to with those before it. Nil for what another part of the keys tells.
    struct Counted {
        var grantUseCount: UInt64?
        var nonce: (useCount: UInt64, maximumUses: UInt32?)?
        /// The record before it with the same use id or, for a revocation, grant; 0 for none.
        var previousOfID: UInt64?
        /// The use before it with the same idempotency key; 0 for none.
        var previousOfKey: UInt64?
    }

    /// - Parameters:
    ///   - part: which keys are looked at; clocks and checkpoints go with the first part.
    ///   - capacity: how many keys are expected.
    init(_ maker: IndexKeyMaker, clockToleranceSeconds: Int64, part: KeyPart = .whole, capacity: Int = 0) {
        self.maker = maker
        clock = ClockAudit(toleranceSeconds: clockToleranceSeconds)
        self.part = part
        keys = KeyTable(capacity: capacity)
    }

    /// What was found, in the order of records.
    var findings: [VerificationFinding] { VerificationFinding.sorted(clock.findings + noted) }

    /// Looks at the next line.
    @discardableResult
    mutating func apply(_ line: SegmentWalk.Line, _ bytes: Span<UInt8>) -> Counted {
        if part.number == 0 { clock.apply(line, bytes) }
        var counted = Counted()
        switch line.read.content {
        case .use(let use):
            if part.holds(use.nonce) { counted.nonce = checkNonce(use, line) }
            if hasRevocations { checkRevocation(use, line, bytes) }
            if part.holds(use.id) {
                counted.previousOfID = checkID(use, line, bytes)
            }
            if part.holds(use.grant) { counted.grantUseCount = checkNumber(use, line) }
            if let key = use.idempotencyKey, part.holds(key) { counted.previousOfKey = note(key, line.index).previous }
        case .revocation(let grant):
            if part.holds(grant) {
                counted.previousOfID = note(grant, line.index).previous
                hasRevocations = true
            }
        case .checkpoint:
            if part.number == 0, case .checkpoint(let checkpoint)? = try? RecordLine.record(Bytes.copy(bytes)) {
                checkpoints.append(IndexedCheckpoint(index: line.index, checkpoint: checkpoint))
            }
        }
        return counted
    }

    /// Counts a use, and returns what was known before.
    ///
    /// The word of such a key is the count above the maximum; its number is 2 when there is a maximum, else 1.
    private mutating func count(_ key: IndexKey, _ maximumUses: UInt32?) -> Uses {
        let (place, _) = keys.place(of: key, number: 1)
        let word = keys[place]
        let before = Uses(
            count: word &>> 32,
            maximumUses: keys.number(at: place) == 2 ? UInt32(truncatingIfNeeded: word) : nil
        )
        keys[place] = word &+ 1 &<< 32
        if let maximumUses {
            keys[place] = keys[place] & ~0xFFFF_FFFF | UInt64(maximumUses)
            keys.setNumber(2, at: place)
        }
        return before
    }

    /// Notes a record with a key, and returns the first one and the one before; 0 for none.
    ///
    /// The number of such a key is the first record; its word is the latest, when there are several.
    private mutating func note(_ key: IndexKey, _ index: UInt64) -> (first: UInt64, previous: UInt64) {
        let (place, isNew) = keys.place(of: key, number: index)
        if isNew { return (0, 0) }
        let (first, latest) = (keys.number(at: place), keys[place])
        keys[place] = index
        return (first, latest == 0 ? first : latest)
    }

    private mutating func checkNonce(
        _ use: RecordLine.Use,
        _ line: SegmentWalk.Line
    ) -> (useCount: UInt64, maximumUses: UInt32?) {
        let nonce = count(use.nonce, use.maximumUses)
        let maximum = use.maximumUses ?? nonce.maximumUses
        if let maximum, nonce.count >= UInt64(maximum) {
            note(.limitExceeded, line.index, "use \(nonce.count + 1) of a nonce that allows \(maximum)")
        }
        return (nonce.count + 1, maximum)
    }

    private mutating func checkRevocation(_ use: RecordLine.Use, _ line: SegmentWalk.Line, _ bytes: Span<UInt8>) {
        guard let place = keys.place(of: use.revocation(bytes, maker)) else { return }
        let grant = Self.use(bytes)?.grantID ?? ""
        let revocation = keys.number(at: place)
        note(.useAfterRevocation, line.index, "the grant \"\(grant)\" was revoked by record \(revocation)")
    }

    private mutating func checkID(
        _ use: RecordLine.Use,
        _ line: SegmentWalk.Line,
        _ bytes: Span<UInt8>
    ) -> UInt64 {
        let (first, previous) = note(use.id, line.index)
        if first > 0 {
            let id = Self.use(bytes)?.useID ?? ""
            note(.repeatedUseID, line.index, "the use id \"\(id)\" is that of record \(first)")
        }
        return previous
    }

    private mutating func checkNumber(_ use: RecordLine.Use, _ line: SegmentWalk.Line) -> UInt64 {
        let number = count(use.grant, nil).count + 1
        if UInt64(use.useNumber) != number {
            note(
                .useNumberMismatch,
                line.index,
                "it says use \(use.useNumber), and is use \(number) of its grant"
            )
        }
        return number
    }

    /// The whole use, for a message.
    private static func use(_ bytes: Span<UInt8>) -> ApprovalUse? {
        guard case .use(let use)? = try? RecordLine.record(Bytes.copy(bytes)) else { return nil }
        return use
    }

    private mutating func note(_ kind: VerificationFinding.Kind, _ index: UInt64, _ message: String) {
        noted.append(VerificationFinding(kind: kind, index: index, message: message))
    }
}

extension VerificationFinding {
    /// Findings in the order of records, those of one record always in the same order, whoever found them.
    static func sorted(_ findings: [VerificationFinding]) -> [VerificationFinding] {
        findings.sorted { ($0.index, $0.rank) < ($1.index, $1.rank) }
    }

    private var rank: Int {
        switch kind {
        case .clockRegression: 0
        case .limitExceeded: 1
        case .useAfterRevocation: 2
        case .repeatedUseID: 3
        case .useNumberMismatch: 4
        case .merkleMismatch: 5
        case .merkleUnchecked: 6
        case .checkpointSignature: 7
        }
    }
}
