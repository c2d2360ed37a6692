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

    /// Whether two texts have the same bytes, or neither is there.
    package static func isSame(_ left: String?, _ right: String?) -> Bool {
        switch (left, right) {
        case (let left?, let right?): isSame(left, right)
        case (nil, nil): true
        default: false
        }
    }

    /// Whether two lists hold texts of the same bytes in the same order, and lack the same ones.
    package static func areSame(_ left: [String?], _ right: [String?]) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { isSame($0, $1) }
    }

    /// Whether two arrays hold the same bytes.
    package static func areSame(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        ByteWord.isSame(left.span, 0..<left.count, right.span)
    }

    /// Whether a text has exactly these bytes.
    package static func isSame(_ text: String, _ bytes: [UInt8]) -> Bool {
        ByteWord.isSame(bytes.span, 0..<bytes.count, text.utf8.span)
    }

    /// Whether a range of bytes is the same as a text's.
    package static func holds(_ bytes: Span<UInt8>, _ range: Range<Int>, _ text: Span<UInt8>) -> Bool {
        ByteWord.isSame(bytes, range, text)
    }

    /// Feeds the bytes of a text, and their number, to a hasher.
    package static func hash(_ text: String, into hasher: inout Hasher) {
        let span = text.utf8.span
        hasher.combine(span.count)
        unsafe span.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }

    /// Feeds texts, their number, and which of them are not there to a hasher.
    package static func hash(_ texts: [String?], into hasher: inout Hasher) {
        hasher.combine(texts.count)
        for text in texts {
            hasher.combine(text != nil)
            if let text { hash(text, into: &hasher) }
        }
    }
}
