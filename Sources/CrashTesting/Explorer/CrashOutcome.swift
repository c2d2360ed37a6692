internal import Canonical

/// What was observed of a state that a power loss may leave; see ``CrashExplorer/outcomes(prepare:workload:observe:)``.
///
/// Two are the same only when their bytes are. Swift's `String` calls two spellings of one character equal (`é` as one
/// code point and as two), and a set of strings would lose the one that was seen later.
public struct CrashOutcome: Sendable, Hashable, Comparable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// What was observed, in the observer's words.
    public let text: String

    /// Makes an outcome, to compare with.
    public init(_ text: String) { self.text = text }

    /// Makes an outcome from a literal.
    public init(stringLiteral text: String) { self.text = text }

    /// The ``text``.
    public var description: String { text }

    /// Equal when the bytes are.
    public static func == (left: CrashOutcome, right: CrashOutcome) -> Bool { TextBytes.isSame(left.text, right.text) }

    /// By bytes, for lists that people read.
    public static func < (left: CrashOutcome, right: CrashOutcome) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    /// Feeds the bytes to a hasher.
    public func hash(into hasher: inout Hasher) { TextBytes.hash(text, into: &hasher) }
}
