internal import Canonical

/// A text that is equal to another only when their bytes are.
///
/// Swift's `String` calls `é` as one code point and as two the same; identifiers in a journal are bytes, and
/// merging two of them would merge two grants.
struct ExactText: Hashable, Sendable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (left: ExactText, right: ExactText) -> Bool { isSame(left.text, right.text) }

    static func isSame(_ left: String, _ right: String) -> Bool { TextBytes.isSame(left, right) }

    /// Whether a range of bytes is a text.
    static func holds(_ bytes: Span<UInt8>, _ range: Range<Int>, _ text: Span<UInt8>) -> Bool {
        TextBytes.holds(bytes, range, text)
    }

    func hash(into hasher: inout Hasher) { TextBytes.hash(text, into: &hasher) }
}
