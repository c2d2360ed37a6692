internal import Canonical

/// Looks whether records say that they were made well before the ones they follow.
struct ClockAudit: Sendable {
    private let toleranceSeconds: Int64
    /// The first record that tells a time, and the time that the last one tells.
    private var first: (index: UInt64, time: Timestamp)?
    private var last: Timestamp?
    /// The text that ``last`` was read from: many records follow each other within a second.
    private var lastText: [UInt8] = []
    private(set) var findings: [VerificationFinding] = []

    init(toleranceSeconds: Int64) { self.toleranceSeconds = toleranceSeconds }

    /// Looks at the next record.
    mutating func apply(_ line: SegmentWalk.Line, _ bytes: Span<UInt8>) {
        let range = line.read.createdAt
        if range.count == lastText.count,
            Bytes.isSame(bytes, range.lowerBound, lastText.span, 0, count: range.count)
        {
            return
        }
        guard let time = try? Timestamp(parsing: bytes.extracting(range)) else { return }
        check(time, line.index)
        if first == nil { first = (line.index, time) }
        last = time
        lastText = Bytes.copy(bytes.extracting(range))
    }

    private mutating func check(_ time: Timestamp, _ index: UInt64) {
        guard let last,
            ClockRule.isRegression(
                from: last.secondsSinceEpoch,
                to: time.secondsSinceEpoch,
                toleranceSeconds: toleranceSeconds
            )
        else { return }
        findings.append(
            VerificationFinding(
                kind: .clockRegression,
                index: index,
                message: "it says \(time), and follows a record of \(last)"
            )
        )
    }

    /// Adds what was found in the records that follow.
    mutating func add(_ next: ClockAudit) {
        guard let (index, time) = next.first else { return }
        check(time, index)
        if first == nil { first = next.first }
        (last, lastText) = (next.last, next.lastText)
        findings += next.findings
    }
}
