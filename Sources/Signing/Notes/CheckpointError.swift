/// Why a text is not the body of a checkpoint, and where.
public struct CheckpointError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    public enum Kind: Sendable, Hashable {
        /// There are fewer than three lines, or the last one does not end with a line feed.
        case missingLine
        /// The origin is empty or has a control character.
        case origin
        /// The size is not a decimal number of 64 bits without sign and leading zeros.
        case size
        /// The root hash is not strict base64 of 32 bytes.
        case rootHash
        /// An extension line is empty or has a control character.
        case extensionLine
        /// The origin is not the expected one but this.
        case foreignOrigin(String)
    }

    /// What is wrong.
    public var kind: Kind
    /// The line, counted from 1.
    public var line: Int

    /// Makes an error from its parts.
    public init(_ kind: Kind, line: Int) {
        self.kind = kind
        self.line = line
    }

    /// One sentence: the place, what is wrong, and what would be right.
    public var description: String {
        let reason =
            switch kind {
            case .missingLine: "origin, size and root hash must each have a line that ends with a line feed"
            case .origin: "the origin must be one line, not empty, without control characters"
            case .size: "the size must be a decimal number below 2^64 without leading zeros"
            case .rootHash: "the root hash must be the base64 of 32 bytes"
            case .extensionLine: "an extension line must not be empty nor have control characters"
            case .foreignOrigin(let origin): "the checkpoint is of another log, \(origin)"
            }
        return "checkpoint, line \(line): \(reason)"
    }
}
