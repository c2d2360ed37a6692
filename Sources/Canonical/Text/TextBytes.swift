/// Texts as the bytes they are. Swift's `String` calls different spellings of one character equal, and hashes them
/// alike; identifiers and keys are bytes.
package enum TextBytes {
    /// Whether two texts have the same bytes.
    ///
    /// - Complexity: O(*n*), eight bytes at a time.
    package static func isSame(_ left: String, _ right: String) -> Bool {
        let span = left.utf8.span
        return ByteWord.isSame(span, 0..<span.count, right.utf8.span)
    }

    /// Feeds the bytes of a text, and their number, to a hasher.
    package static func hash(_ text: String, into hasher: inout Hasher) {
        let span = text.utf8.span
        hasher.combine(span.count)
        unsafe span.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
}
