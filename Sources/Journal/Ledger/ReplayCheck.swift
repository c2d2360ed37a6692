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
    /// The answer in words.
    public let details: String
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
        details: "no local Approval Use Journal was found"
    )

    /// The answer about the next use of a nonce.
    init(nextUseBy facts: UseFacts, hint: UInt32?) {
        let maximum = hint ?? facts.maximumUses
        let count = UInt32(clamping: facts.useCount)
        var details = ""
        details.reserveCapacity(64)
        details += "local Approval Use Journal: "
        if let maximum {
            details += "use "
            details += String(count)
            details += "/"
            details += String(maximum)
        } else {
            details += String(count)
            details += " prior use(s); grant has no max_uses"
        }
        Self.addRemarks(facts, hint, to: &details)
        self.init(
            level: .localJournal,
            useNumber: UInt32(clamping: facts.useCount + 1),
            maximumUses: maximum,
            passed: maximum.map { count < $0 } ?? true && facts.revocationIndex == nil,
            isRevoked: facts.revocationIndex != nil,
            details: details
        )
    }

    /// The answer about a use that is recorded.
    init(recorded use: ApprovalUse, by facts: UseFacts, hint: UInt32?) {
        let maximum = hint ?? facts.maximumUses
        var details =
            if let maximum {
                "local Approval Use Journal passed, use \(use.useNumber)/\(maximum)"
            } else {
                "local Approval Use Journal: use \(use.useNumber) of unbounded grant"
            }
        Self.addRemarks(facts, hint, to: &details)
        self.init(
            level: .localJournal,
            useNumber: use.useNumber,
            maximumUses: maximum,
            passed: maximum.map { use.useNumber <= $0 } ?? true && facts.revocationIndex == nil,
            isRevoked: facts.revocationIndex != nil,
            details: details
        )
    }

    /// Adds what a reader should know besides: a hint that disagrees with the record, a revocation.
    private static func addRemarks(_ facts: UseFacts, _ hint: UInt32?, to details: inout String) {
        if let hint, let stored = facts.maximumUses, hint != stored {
            details += "; the hint \(hint) differs from the recorded max_uses \(stored)"
        }
        if let index = facts.revocationIndex {
            details += "; the grant was revoked by record \(index)"
        }
    }
}
