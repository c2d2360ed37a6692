internal import Canonical

/// The text of an event with the place of its sequence number.
struct EncodedEvent: Sendable {
    /// The text on one line, without the line feed.
    let bytes: [UInt8]
    /// Where the digits of the sequence number stand.
    let numberRange: Range<Int>

    /// The text with this number.
    func numbered(_ number: UInt64) -> [UInt8] {
        var output: [UInt8] = []
        output.append(contentsOf: bytes[..<numberRange.lowerBound])
        NumberLayout.append(number, to: &output)
        output.append(contentsOf: bytes[numberRange.upperBound...])
        return output
    }
}
