/// What a verification found.
public struct LogVerification: Sendable, Hashable {
    /// How much is in the log.
    public internal(set) var size = LogSize()
    /// What must not be: numbers that are missing or stand twice, lines that are no events, a broken seal. Of single
    /// lines at most as many as asked for; then what concerns the whole, however much was found before.
    public internal(set) var failures: [LogProblem] = []
    /// What mends itself with the next append, or needs only to be known. Blank lines, at most as many as asked for;
    /// then what concerns the whole, and a torn tail.
    public internal(set) var warnings: [LogProblem] = []
    /// How many failures there are, listed or not.
    public internal(set) var failureCount = 0
    /// How many warnings there are, listed or not.
    public internal(set) var warningCount = 0
    /// The seal, when there is one that can be read.
    public internal(set) var seal: EventSeal?

    /// Whether there is no failure.
    public var isIntact: Bool { failureCount == 0 }

    /// Whether the events are not what was sealed. Then a number that was given may not be there any more, and an
    /// append would give it again.
    public var isSealBroken: Bool { failures.contains { $0.kind == .sealBroken } }
}

/// One thing that is wrong with a log, and where.
public struct LogProblem: Sendable, Hashable {
    /// What is wrong.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Failure: numbers are missing before this one.
        case gap = "sequence_gap"
        /// Failure: this number stands on an earlier line too.
        case duplicate = "duplicate_number"
        /// Failure: this number is lower than the one before.
        case outOfOrder = "out_of_order"
        /// Failure: the line is no event.
        case malformedLine = "malformed_line"
        /// Failure: the events are not what was sealed.
        case sealBroken = "seal_broken"
        /// Failure: the seal cannot be read.
        case malformedSeal = "malformed_seal"
        /// Failure: the seal's signature is not one of the key it names.
        case sealSignature = "seal_signature"
        /// Failure: the seal is not signed by any of the keys that are trusted.
        case sealUntrusted = "seal_untrusted"

        /// Warning: the file ends inside of a line. The next append moves it to the quarantine.
        case tornTail = "torn_tail"
        /// Warning: there is nothing on the line.
        case blankLine = "blank_line"
        /// Warning: the counter is missing or is not that of these events. The next append counts the lines.
        case counter
        /// Warning: events came after the seal; sealing again covers them.
        case unsealedEvents = "unsealed_events"
    }

    /// What is wrong.
    public let kind: Kind
    /// The line, from 1; nil when it concerns the whole.
    public let line: UInt64?
    /// Where that line begins in the file.
    public let byteOffset: Int64?
    /// The number that it is about.
    public let sequenceNumber: UInt64?
    /// One sentence.
    public let message: String

    init(
        _ kind: Kind,
        line: UInt64? = nil,
        byteOffset: Int64? = nil,
        sequenceNumber: UInt64? = nil,
        _ message: String
    ) {
        self.kind = kind
        self.line = line
        self.byteOffset = byteOffset
        self.sequenceNumber = sequenceNumber
        self.message = message
    }
}
