/// What a parse accepts beyond the grammar, and how far it goes.
///
/// The defaults are RFC 8259 with the rules of I-JSON (RFC 7493) that decide what a text means: one value per
/// key, valid Unicode. What is always refused is listed at ``JSONError/Kind``.
public struct JSONOptions: Sendable, Hashable {
    /// What happens when an object has one key twice. Keys are compared after unescaping, byte by byte.
    public enum DuplicateKeys: Sendable, Hashable {
        /// The second key is an error.
        case reject
        /// The last value wins, and stands where its key stood last; the earlier members are dropped. ECMAScript's
        /// `JSON.parse` has the same values, in another order.
        case lastWins
    }

    /// How integers beyond ±2⁵³, where a double begins to skip integers, are read.
    ///
    /// An integer is a number written without point and exponent; `1e300` and `5.0` are doubles with every option.
    public enum Integers: Sendable, Hashable {
        /// They are rounded to the nearest double, as RFC 8785 and ECMAScript do.
        case double
        /// They are an error, so that nothing is rounded silently.
        case safe53
        /// They are kept exactly from −2⁶³ to 2⁶⁴−1, and rounded to a double beyond, as serde_json does.
        case exact64
    }

    /// What happens to the 66 code points that Unicode reserves as noncharacters (U+FFFE, U+FDD0 …).
    public enum Noncharacters: Sendable, Hashable {
        /// They are ordinary characters.
        case allow
        /// They are an error, as I-JSON asks.
        case reject
    }

    /// The deepest nesting of arrays and objects that is accepted: 1 to ``depthCeiling``.
    public var maximumDepth: Int { didSet { maximumDepth = Self.clampedDepth(maximumDepth) } }
    /// The longest input in bytes: 0 to 4 294 967 295.
    public var maximumByteCount: Int { didSet { maximumByteCount = Self.clampedByteCount(maximumByteCount) } }
    /// What happens when an object has one key twice.
    public var duplicateKeys: DuplicateKeys
    /// How integers beyond ±2⁵³ are read. Nil leaves it to what is made of the text: a declared ``CanonicalForm`` keeps
    /// them exactly, `jcs` and ``JSONValue`` round them.
    public var integers: Integers?
    /// What happens to noncharacters.
    public var noncharacters: Noncharacters

    /// No text is ever parsed deeper than this, so that walking its values cannot exhaust the stack.
    public static let depthCeiling = 2048

    /// Makes options; numbers outside their range are moved to its nearest end.
    public init(
        maximumDepth: Int = 512,
        maximumByteCount: Int = Int(UInt32.max),
        duplicateKeys: DuplicateKeys = .reject,
        integers: Integers? = nil,
        noncharacters: Noncharacters = .allow
    ) {
        self.maximumDepth = Self.clampedDepth(maximumDepth)
        self.maximumByteCount = Self.clampedByteCount(maximumByteCount)
        self.duplicateKeys = duplicateKeys
        self.integers = integers
        self.noncharacters = noncharacters
    }

    private static func clampedDepth(_ depth: Int) -> Int { min(max(depth, 1), depthCeiling) }
    private static func clampedByteCount(_ count: Int) -> Int { min(max(count, 0), Int(UInt32.max)) }
}
