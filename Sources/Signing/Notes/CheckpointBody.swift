internal import Canonical

/// The state of a Merkle tree as a log signs it: the text of a checkpoint note (C2SP tlog-checkpoint).
public struct CheckpointBody: Sendable {
    /// The log's identity, by custom a URL without scheme such as `example.com/log`; one line, not empty.
    public let origin: String
    /// The number of leaves.
    public let size: UInt64
    /// The RFC 6962 root of that many leaves, 32 bytes of SHA-256.
    public let rootHash: [UInt8]
    /// Further lines, kept as they are; not empty ones. New checkpoints had better have none.
    public let extensionLines: [String]

    /// Checks and takes the parts.
    ///
    /// - Parameters:
    ///   - origin: One line, not empty, without control characters below U+0020.
    ///   - size: The number of leaves.
    ///   - rootHash: 32 bytes.
    ///   - extensionLines: Each like `origin`.
    /// - Throws: ``CheckpointError`` with the line that the part would stand on.
    public init(
        origin: String,
        size: UInt64,
        rootHash: [UInt8],
        extensionLines: [String] = []
    ) throws(CheckpointError) {
        guard Self.isLine(origin) else { throw CheckpointError(.origin, line: 1) }
        guard rootHash.count == 32 else { throw CheckpointError(.rootHash, line: 3) }
        for (index, line) in extensionLines.enumerated() where !Self.isLine(line) {
            throw CheckpointError(.extensionLine, line: 4 + index)
        }
        self.origin = origin
        self.size = size
        self.rootHash = rootHash
        self.extensionLines = extensionLines
    }

    /// The body as text: origin, size in decimal, base64 of the root hash, extension lines.
    ///
    ///     example.com/behind-the-sofa
    ///     20852163
    ///     CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
    ///
    /// It is the inverse of ``init(parsing:)``. Every line, the last one too, ends with a line feed.
    public var text: String {
        let lines = [origin, "\(size)", Base64.encode(rootHash, .standard)] + extensionLines
        return lines.map { $0 + "\n" }.joined()
    }

    /// Reads a body from the text of a note.
    ///
    ///     example.com/behind-the-sofa
    ///     20852163
    ///     CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
    ///
    /// It is the inverse of ``text``, and accepts nothing that `text` does not write: no leading zeros or signs in the
    /// size, no size beyond 64 bits, strict base64 of 32 bytes.
    ///
    /// - Parameter text: The whole text.
    /// - Throws: ``CheckpointError`` with the line.
    public init(parsing text: String) throws(CheckpointError) {
        // Bytes, because Swift sees a carriage return and a line feed as one character.
        let lines = text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false).map { String(Substring($0)) }
        guard lines.count > 3, lines.last == "" else { throw CheckpointError(.missingLine, line: lines.count) }
        guard let size = Self.size(lines[1]) else { throw CheckpointError(.size, line: 2) }
        guard let rootHash = Base64.decode(lines[2], .standard) else { throw CheckpointError(.rootHash, line: 3) }
        try self.init(
            origin: lines[0],
            size: size,
            rootHash: rootHash,
            extensionLines: Array(lines[3..<(lines.count - 1)])
        )
    }

    /// Reads a decimal number that has no sign and no leading zeros.
    private static func size(_ text: String) -> UInt64? {
        guard text.utf8.first != UInt8(ascii: "0") || text.utf8.count == 1 else { return nil }
        guard text.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else { return nil }
        return UInt64(text)
    }

    /// Whether a text may be a line of its own.
    private static func isLine(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy { $0 >= 0x20 } }
}

extension CheckpointBody: Hashable {
    /// Bodies are equal when their texts are, byte by byte.
    public static func == (left: Self, right: Self) -> Bool { TextBytes.isSame(left.text, right.text) }

    /// Hashes size and root hash.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(size)
        hasher.combine(rootHash)
    }
}
