public import FileSystemSeam

/// Names one state after a crash, so that a failure can be tried again in one line.
///
///     posixMinimal:6:d                         model, crash point, what survived
///     posixMinimal:6:d:2:1                     a recovery from it, crashed too: its crash point, what survived of it
///     posixMinimal:6:d+sync#2=EIO+read#1=bit3  the faults under which the workload ran
///     posixMinimal:9:d+end=killed              no fault: the process was killed at its end, and the next one recovered
///     posixMinimal:6:d!open#1=EIO              the faults under which a recovery from it ran
///     posixMinimal:6:d:2:1!open#1=EIO          that recovery and the next one, crashed: where, what survived of both
///
/// In a model's name `%`, `:`, `+` and `!` are written `%25`, `%3A`, `%2B` and `%21`. Points count from 0. What
/// survived is a set of micro-operations: bit *n* of hexadecimal words, the lowest 64 first, separated by dots, stands
/// for the micro-operation issued as the *n*-th. A fault names a kind of call, which call of that kind, counted from 1,
/// and what happens to it: the symbol of an error, `killed`, `short4` (transfers 4 bytes), `lies`, `bit3` (flipped;
/// `bit-1` is the last one), `off-1` (lands one sector before).
public struct ReplayToken: Sendable, Hashable, CustomStringConvertible {
    /// The persistence model's name.
    public var model: String
    /// Index of the crash point in the workload.
    public var point: Int
    /// What went wrong while the workload ran, or the recovery.
    public var faults: FaultPlan
    /// Whether the process was killed at the end of the workload, which no fault had struck, and another one of the
    /// same boot recovered before the power was cut.
    public var killsAtEnd = false
    /// Whether ``faults`` strike the recovery.
    public var strikesRecovery = false
    /// The micro-operations that survived.
    var survivors: [UInt64]
    /// The crash point inside the recovery and what survived of the recovery.
    var recovery: (point: Int, survivors: [UInt64])?

    init(
        model: String,
        point: Int,
        survivors: [UInt64],
        recovery: (point: Int, survivors: [UInt64])?,
        faults: FaultPlan
    ) {
        self.model = model
        self.point = point
        self.survivors = survivors
        self.recovery = recovery
        self.faults = faults
    }

    /// Reads a token as ``description`` writes it; nil when it is not one.
    public init?(_ text: String) {
        strikesRecovery = text.contains("!")
        let separator: Character = strikesRecovery ? "!" : "+"
        let pieces = text.split(separator: separator, omittingEmptySubsequences: false)
        var entries: [FaultPlan.Entry] = []
        killsAtEnd = !strikesRecovery && pieces.count == 2 && pieces[1] == Self.killAtEnd
        for piece in pieces.dropFirst(killsAtEnd ? 2 : 1) {
            guard let entry = FaultPlan.Entry(token: piece) else { return nil }
            entries.append(entry)
        }
        faults = FaultPlan(entries)
        let parts = pieces[0].split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3 || parts.count == 5, let point = Int(parts[1]), let survivors = Self.words(parts[2])
        else { return nil }
        self.model = Self.unescaped(parts[0])
        self.point = point
        self.survivors = survivors
        if parts.count == 5 {
            guard let inner = Int(parts[3]), let words = Self.words(parts[4]) else { return nil }
            recovery = (inner, words)
        }
    }

    /// The token as text; the inverse of ``init(_:)``.
    public var description: String {
        var text = "\(Self.escaped(model)):\(point):\(Self.hex(survivors))"
        if let recovery { text += ":\(recovery.point):\(Self.hex(recovery.survivors))" }
        for entry in faults.entries { text += (strikesRecovery ? "!" : "+") + entry.token }
        if killsAtEnd, faults.entries.isEmpty, !strikesRecovery { text += "+" + Self.killAtEnd }
        return text
    }

    /// Tokens are equal when they name the same state.
    public static func == (left: Self, right: Self) -> Bool { left.description == right.description }

    /// Hashes the text form.
    public func hash(into hasher: inout Hasher) { hasher.combine(description) }

    /// How ``killsAtEnd`` is written. No kind of call is named so.
    private static let killAtEnd = "end=killed"

    /// What separates the parts of a token.
    private static let separators: [(character: Character, escape: String)] = [
        ("%", "%25"), (":", "%3A"), ("+", "%2B"), ("!", "%21"),
    ]

    private static func escaped(_ name: String) -> String {
        var text = ""
        for character in name { text += separators.first { $0.character == character }?.escape ?? String(character) }
        return text
    }

    private static func unescaped(_ text: Substring) -> String {
        var name = ""
        var rest = text
        while let character = rest.first {
            if let known = separators.first(where: { rest.hasPrefix($0.escape) }) {
                name.append(known.character)
                rest = rest.dropFirst(known.escape.count)
            } else {
                name.append(character)
                rest = rest.dropFirst()
            }
        }
        return name
    }

    private static func hex(_ words: [UInt64]) -> String {
        words.map { String($0, radix: 16) }.joined(separator: ".")
    }

    private static func words(_ text: Substring) -> [UInt64]? {
        var words: [UInt64] = []
        for part in text.split(separator: ".", omittingEmptySubsequences: false) {
            guard let word = UInt64(part, radix: 16) else { return nil }
            words.append(word)
        }
        return words
    }
}
