/// SHA-256 of many texts, one after the other, with one context and no memory for any of them.
///
/// Not for several threads at a time.
package final class RepeatedSHA256 {
    private let context = SHA256Context()
    private static let tag = Array("sha256:".utf8)
    private var digest = InlineArray<32, UInt8>(repeating: 0)
    private var isFresh = true

    /// Makes a context.
    package init() {}

    /// Hashes two pieces as one text.
    ///
    /// - Complexity: O(*n*) in the number of bytes.
    package func hash(_ first: Span<UInt8>, _ second: Span<UInt8>) {
        if !isFresh { context.restart() }
        isFresh = false
        context.update(first)
        if !second.isEmpty { context.update(second) }
        // By way of a local: what is written through is guarded against overlapping accesses at run time.
        var digest = InlineArray<32, UInt8>(repeating: 0)
        context.finalize(into: &digest)
        self.digest = digest
    }

    /// The last hash that was made.
    package var last: Digest { Digest(algorithm: .sha256, bytes: (0..<Digest.byteCount).map { digest[$0] }) }

    /// Whether a text is that of the last hash: ``Digest/description``, in time that does not depend on where it
    /// differs.
    package func isLast(_ text: Span<UInt8>) -> Bool {
        let tag = Self.tag
        guard text.count == tag.count &+ 2 &* Digest.byteCount else { return false }
        var difference: UInt64 = 0
        for position in 0..<tag.count { difference |= UInt64(text[position] ^ tag[position]) }
        let digest = digest
        let bytes = digest.span
        var position = 0
        while position < Digest.byteCount {
            let digits = Hex.digits(of: ByteWord.load32(bytes, at: position))
            difference |= digits ^ ByteWord.load(text, at: tag.count &+ 2 &* position)
            position &+= 4
        }
        return difference == 0
    }
}
