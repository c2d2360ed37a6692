/// Names one state after a crash, so that a failure can be tried again in one line.
///
/// Written `model:point:survivors` or, when the recovery was crashed too, `model:point:survivors:point:survivors`;
/// survivors are micro-operations as a bit set in hexadecimal.
public struct ReplayToken: Sendable, Hashable, CustomStringConvertible {
    /// The persistence model's name.
    public var model: String
    /// Index of the crash point in the workload.
    public var point: Int
    /// The micro-operations that survived.
    var survivors: [UInt64]
    /// The crash point inside the recovery and what survived of the recovery.
    var recovery: (point: Int, survivors: [UInt64])?

    init(model: String, point: Int, survivors: [UInt64], recovery: (point: Int, survivors: [UInt64])?) {
        self.model = model
        self.point = point
        self.survivors = survivors
        self.recovery = recovery
    }

    /// Reads a token as ``description`` writes it; nil when it is not one.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3 || parts.count == 5, let point = Int(parts[1]),
            let survivors = Self.words(parts[2])
        else { return nil }
        self.model = String(parts[0])
        self.point = point
        self.survivors = survivors
        if parts.count == 5 {
            guard let inner = Int(parts[3]), let words = Self.words(parts[4]) else { return nil }
            recovery = (inner, words)
        }
    }

    /// The token as text; the inverse of ``init(_:)``.
    public var description: String {
        var text = "\(model):\(point):\(Self.hex(survivors))"
        if let recovery { text += ":\(recovery.point):\(Self.hex(recovery.survivors))" }
        return text
    }

    /// Tokens are equal when they name the same state.
    public static func == (left: Self, right: Self) -> Bool { left.description == right.description }

    /// Hashes the text form.
    public func hash(into hasher: inout Hasher) { hasher.combine(description) }

    private static func hex(_ words: [UInt64]) -> String {
        words.map { String($0, radix: 16) }.joined(separator: ".")
    }

    private static func words(_ text: Substring) -> [UInt64]? {
        var words: [UInt64] = []
        for part in text.split(separator: ".") {
            guard let word = UInt64(part, radix: 16) else { return nil }
            words.append(word)
        }
        return words.isEmpty ? nil : words
    }
}
