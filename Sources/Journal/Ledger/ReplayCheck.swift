public import Canonical

/// How much evidence an answer rests on.
public enum ReplayLevel: String, Sendable, Hashable, CaseIterable {
    /// There was no evidence: no journal was found.
    case notPerformed = "not-performed"
    /// What came along with the action itself.
    case packageLocal = "package-local"
    /// A journal on this machine.
    case localJournal = "local-journal"
    /// A journal that a hub vouches for.
    case hubOrg = "hub-org"
}

/// The answer to "may this nonce be used (again)?".
///
///     {"level":"local-journal","use_number":2,"max_uses":1,"passed":false,
///      "details":"local Approval Use Journal: use 1/1"}
public struct ReplayCheck: Sendable, Hashable {
    /// How much evidence the answer rests on.
    public let level: ReplayLevel
    /// For a question about the next use: its number, the count of earlier uses of the nonce plus one. For a
    /// question about a recorded use: the number it carries. Nil when there is no journal.
    public let useNumber: UInt32?
    /// The maximum that was applied; nil for none.
    public let maximumUses: UInt32?
    /// Whether the use is within its maximum and its grant not revoked.
    public let passed: Bool
    /// Whether the grant was revoked.
    public let isRevoked: Bool
    /// What ``details`` is put into words from.
    private let basis: Basis

    /// The answer in words.
    ///
    /// - Complexity: put together each time; many who ask never look.
    public var details: String { basis.description }
}

extension ReplayCheck: CanonicalEncodable {
    /// Writes the members that are there; `revoked` only when true.
    public func encode(to writer: inout CanonicalWriter) {
        writer.beginObject()
        writer.member("level", level.rawValue)
        writer.member("use_number", useNumber)
        writer.member("max_uses", maximumUses)
        writer.member("passed", passed)
        if isRevoked { writer.member("revoked", true) }
        writer.member("details", details)
        writer.endObject()
    }
}

extension ReplayCheck {
    /// The answer where there is no journal.
    static let notPerformed = ReplayCheck(
        level: .notPerformed,
        useNumber: nil,
        maximumUses: nil,
        passed: false,
        isRevoked: false,
        basis: .nothing
    )

    /// The answer about the next use of a nonce.
    init(nextUseBy facts: UseFacts, hint: UInt32?) {
        let remarks = Remarks(facts, hint)
        let maximum = hint ?? facts.maximumUses
        let count = UInt32(clamping: facts.useCount)
        self.init(
            level: .localJournal,
            useNumber: UInt32(clamping: facts.useCount + 1),
            maximumUses: maximum,
            passed: maximum.map { count < $0 } ?? true && facts.revocationIndex == nil,
            isRevoked: facts.revocationIndex != nil,
            basis: .earlierUses(count, maximum: maximum, remarks)
        )
    }

    /// The answer about a use that is recorded.
    init(recorded use: ApprovalUse, by facts: UseFacts, hint: UInt32?) {
        let remarks = Remarks(facts, hint)
        let maximum = hint ?? facts.maximumUses
        self.init(
            level: .localJournal,
            useNumber: use.useNumber,
            maximumUses: maximum,
            passed: maximum.map { use.useNumber <= $0 } ?? true && facts.revocationIndex == nil,
            isRevoked: facts.revocationIndex != nil,
            basis: .recordedUse(use.useNumber, maximum: maximum, remarks)
        )
    }

    /// What an answer rests on.
    private enum Basis: Sendable, Hashable, CustomStringConvertible {
        case nothing
        case earlierUses(UInt32, maximum: UInt32?, Remarks)
        case recordedUse(UInt32, maximum: UInt32?, Remarks)

        var description: String {
            switch self {
            case .nothing:
                "no local Approval Use Journal was found"
            case .earlierUses(let count, let maximum?, let remarks):
                "local Approval Use Journal: use \(count)/\(maximum)\(remarks)"
            case .earlierUses(let count, nil, let remarks):
                "local Approval Use Journal: \(count) prior use(s); grant has no max_uses\(remarks)"
            case .recordedUse(let number, let maximum?, let remarks):
                "local Approval Use Journal passed, use \(number)/\(maximum)\(remarks)"
            case .recordedUse(let number, nil, let remarks):
                "local Approval Use Journal: use \(number) of unbounded grant\(remarks)"
            }
        }
    }

    /// What a reader should know besides: a hint that disagrees with the record, a revocation.
    private struct Remarks: Sendable, Hashable, CustomStringConvertible {
        /// The hint and what it differs from.
        var hint: UInt32?
        var recordedMaximum: UInt32?
        var revocationIndex: UInt64?

        init(_ facts: UseFacts, _ hint: UInt32?) {
            if let hint, let recorded = facts.maximumUses, hint != recorded {
                self.hint = hint
                recordedMaximum = recorded
            }
            revocationIndex = facts.revocationIndex
        }

        var description: String {
            var text = ""
            if let hint, let recordedMaximum {
                text += "; the hint \(hint) differs from the recorded max_uses \(recordedMaximum)"
            }
            if let revocationIndex { text += "; the grant was revoked by record \(revocationIndex)" }
            return text
        }
    }
}
