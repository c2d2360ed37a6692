/// The first 16 hexadecimal digits of a SHA-256: a check against chance, not against somebody who wants to deceive.
package struct ShortDigest: Sendable {
    /// How many digits it has.
    package static let digitCount = 16
    /// The digits, eight in each half, the first in the lowest bits.
    private let digits: (UInt64, UInt64)

    /// Hashes some bytes, without asking for memory.
    ///
    /// - Complexity: O(*n*) in the number of bytes.
    package init(hashing bytes: Span<UInt8>) {
        let context = SHA256Context()
        context.update(bytes)
        var digest = InlineArray<32, UInt8>(repeating: 0)
        context.finalize(into: &digest)
        digits = (
            Hex.digits(of: ByteWord.load32(digest.span, at: 0)), Hex.digits(of: ByteWord.load32(digest.span, at: 4))
        )
    }

    /// Whether a text is these digits.
    package func isText(_ text: Span<UInt8>) -> Bool {
        text.count == Self.digitCount && ByteWord.load(text, at: 0) == digits.0
            && ByteWord.load(text, at: 8) == digits.1
    }

    /// Appends the digits.
    package func append(to text: inout [UInt8]) {
        text.append(addingCapacity: Self.digitCount) {
            $0.append(littleEndian: digits.0)
            $0.append(littleEndian: digits.1)
        }
    }
}
