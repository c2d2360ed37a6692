/// The text of an event with the place of its sequence number, which is known only under the lock.
struct EncodedEvent: Sendable {
    /// The text on one line, without the line feed.
    let bytes: [UInt8]
    /// Where the digits of the sequence number stand.
    let numberRange: Range<Int>

    /// How long the text is with this number, in bytes and without the line feed.
    func byteCount(numbered number: UInt64) -> Int {
        bytes.count - numberRange.count + Self.digitCount(number)
    }

    /// Appends the text with this number, and a line feed.
    func append(numbered number: UInt64, to output: inout [UInt8]) {
        output.append(contentsOf: bytes[..<numberRange.lowerBound])
        Self.append(number, to: &output)
        output.append(contentsOf: bytes[numberRange.upperBound...])
        output.append(UInt8(ascii: "\n"))
    }

    private static func append(_ number: UInt64, to output: inout [UInt8]) {
        let count = digitCount(number)
        let start = output.count
        output.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: count))
        var rest = number
        var place = start + count
        while rest > 0 {
            place -= 1
            output[place] += UInt8(rest % 10)
            rest /= 10
        }
    }

    private static func digitCount(_ number: UInt64) -> Int {
        var count = 1
        var rest = number / 10
        while rest > 0 {
            count += 1
            rest /= 10
        }
        return count
    }
}
