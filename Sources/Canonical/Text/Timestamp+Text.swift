extension Timestamp {
    /// How a printed time says that it is UTC.
    public enum Offset: Sendable, Hashable, CaseIterable {
        /// `Z`
        case zulu
        /// `+00:00`
        case numericZero
    }

    /// The time as `2026-05-01T08:00:00Z`, and `2026-05-01T08:00:00.25Z` when there is a fraction.
    public var description: String { formatted(offset: .zulu) }

    /// The time as RFC 3339 text in UTC, with an upper-case `T`.
    ///
    ///     2026-05-01T08:00:00Z
    ///     2026-05-01T08:00:00.25+00:00
    ///
    /// It is the inverse of ``init(parsing:)``. The fraction is written only when it is not zero, without trailing
    /// zeros, so that one time has one text per offset form.
    ///
    /// - Parameter offset: How UTC is said.
    /// - Returns: 20 to 35 ASCII characters.
    public func formatted(offset: Offset) -> String {
        let secondsPerDay: Int64 = 86_400
        var (days, secondOfDay) = secondsSinceEpoch.quotientAndRemainder(dividingBy: secondsPerDay)
        if secondOfDay < 0 {
            days -= 1
            secondOfDay += secondsPerDay
        }
        let date = GregorianCalendar.date(daysSinceEpoch: days)
        // Hyphens, colons and the point stand where they belong; digits are written between them.
        var text = Self.outline
        Self.write(date.year, digits: 4, to: &text, at: 0)
        Self.write(date.month, digits: 2, to: &text, at: 5)
        Self.write(date.day, digits: 2, to: &text, at: 8)
        Self.write(secondOfDay / 3600, digits: 2, to: &text, at: 11)
        Self.write(secondOfDay / 60 % 60, digits: 2, to: &text, at: 14)
        Self.write(secondOfDay % 60, digits: 2, to: &text, at: 17)
        var end = 19
        if nanoseconds > 0 {
            Self.write(Int64(nanoseconds), digits: 9, to: &text, at: 20)
            end = 29
            while text[end - 1] == UInt8(ascii: "0") { end -= 1 }
        }
        text.removeLast(text.count - end)
        switch offset {
        case .zulu: text.append(UInt8(ascii: "Z"))
        case .numericZero: text.append(contentsOf: "+00:00".utf8)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads an RFC 3339 time and converts it to UTC.
    ///
    ///     2026-05-01T08:00:00Z
    ///     2026-05-01t10:00:00.250+02:00
    ///
    /// It is the inverse of ``formatted(offset:)``, and accepts more: `T` and `Z` in lower case, any numeric offset
    /// (`-00:00` is UTC too), and one to nine fraction digits with trailing zeros. A space instead of `T` is refused,
    /// as is second 60: the seconds since the epoch that everything here reckons in cannot hold a leap second, and
    /// clamping it would make two texts equal that are not.
    ///
    /// - Parameter text: The whole text; nothing may precede or follow the time.
    /// - Throws: ``TimestampError`` with the place of the first thing that is wrong.
    public init(parsing text: String) throws(TimestampError) {
        try self.init(parsing: text.utf8.span)
    }

    /// Reads an RFC 3339 time from bytes, as ``init(parsing:)-(String)`` does.
    package init(parsing bytes: Span<UInt8>) throws(TimestampError) {
        let (secondOfEpoch, dateEnd) = try Self.parseDateAndTime(bytes)
        let (nanoseconds, fractionEnd) = try Self.parseFraction(bytes, at: dateEnd)
        let (offsetSeconds, end) = try Self.parseOffset(bytes, at: fractionEnd)
        guard end == bytes.count else { throw TimestampError(.trailingText, byteOffset: end) }
        guard let time = Timestamp(exactly: secondOfEpoch - offsetSeconds, nanoseconds: nanoseconds) else {
            throw TimestampError(.outOfRange, byteOffset: 0)
        }
        self = time
    }

    /// Reads `2026-05-01T08:00:00`, taken as UTC; also gives where it ends.
    private static func parseDateAndTime(_ bytes: Span<UInt8>) throws(TimestampError) -> (Int64, end: Int) {
        let year = try number(bytes, at: 0, digits: 4)
        try expect("-", in: bytes, at: 4)
        let month = try number(bytes, at: 5, digits: 2)
        try expect("-", in: bytes, at: 7)
        let day = try number(bytes, at: 8, digits: 2)
        guard bytes.count > 10, bytes[10] | 0x20 == UInt8(ascii: "t") else {
            throw TimestampError(.syntax, byteOffset: 10)
        }
        let hour = try number(bytes, at: 11, digits: 2)
        try expect(":", in: bytes, at: 13)
        let minute = try number(bytes, at: 14, digits: 2)
        try expect(":", in: bytes, at: 16)
        let second = try number(bytes, at: 17, digits: 2)
        guard (1...12).contains(month) else { throw TimestampError(.noSuchDay, byteOffset: 5) }
        guard day >= 1, day <= GregorianCalendar.days(inMonth: month, ofYear: year) else {
            throw TimestampError(.noSuchDay, byteOffset: 8)
        }
        guard hour <= 23 else { throw TimestampError(.noSuchTimeOfDay, byteOffset: 11) }
        guard minute <= 59 else { throw TimestampError(.noSuchTimeOfDay, byteOffset: 14) }
        guard second <= 59 else {
            throw TimestampError(second == 60 ? .leapSecond : .noSuchTimeOfDay, byteOffset: 17)
        }
        let days = GregorianCalendar.daysSinceEpoch(year: year, month: month, day: day)
        return (days * 86_400 + hour * 3600 + minute * 60 + second, end: 19)
    }

    /// Reads nothing or `.25`; gives nanoseconds and where the fraction ends.
    private static func parseFraction(_ bytes: Span<UInt8>, at start: Int) throws(TimestampError) -> (UInt32, end: Int)
    {
        guard start < bytes.count, bytes[start] == UInt8(ascii: ".") else { return (0, start) }
        var nanoseconds: UInt32 = 0
        var digits = 0
        var position = start + 1
        while position < bytes.count, isDigit(bytes[position]) {
            guard digits < 9 else { throw TimestampError(.fraction, byteOffset: position) }
            nanoseconds = nanoseconds * 10 + UInt32(bytes[position] - UInt8(ascii: "0"))
            digits += 1
            position += 1
        }
        guard digits > 0 else { throw TimestampError(.fraction, byteOffset: position) }
        for _ in digits..<9 { nanoseconds *= 10 }
        return (nanoseconds, position)
    }

    /// Reads `Z` or `+02:00`; gives seconds east of UTC and where the offset ends.
    private static func parseOffset(_ bytes: Span<UInt8>, at start: Int) throws(TimestampError) -> (Int64, end: Int) {
        guard start < bytes.count else { throw TimestampError(.missingOffset, byteOffset: start) }
        let sign: Int64
        switch bytes[start] {
        case UInt8(ascii: "Z"), UInt8(ascii: "z"): return (0, start + 1)
        case UInt8(ascii: "+"): sign = 1
        case UInt8(ascii: "-"): sign = -1
        default: throw TimestampError(.missingOffset, byteOffset: start)
        }
        let hours = try number(bytes, at: start + 1, digits: 2)
        try expect(":", in: bytes, at: start + 3)
        let minutes = try number(bytes, at: start + 4, digits: 2)
        guard hours <= 23 else { throw TimestampError(.noSuchOffset, byteOffset: start + 1) }
        guard minutes <= 59 else { throw TimestampError(.noSuchOffset, byteOffset: start + 4) }
        return (sign * (hours * 3600 + minutes * 60), start + 6)
    }

    private static func number(_ bytes: Span<UInt8>, at start: Int, digits: Int) throws(TimestampError) -> Int64 {
        var value: Int64 = 0
        for position in start..<start + digits {
            guard position < bytes.count, isDigit(bytes[position]) else {
                throw TimestampError(.syntax, byteOffset: min(position, bytes.count))
            }
            value = value * 10 + Int64(bytes[position] - UInt8(ascii: "0"))
        }
        return value
    }

    private static func expect(
        _ character: Unicode.Scalar,
        in bytes: Span<UInt8>,
        at position: Int
    ) throws(TimestampError) {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else {
            throw TimestampError(.syntax, byteOffset: min(position, bytes.count))
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    /// What is the same in all texts, and room for what may stand behind it.
    private static let outline = Array("0000-00-00T00:00:00.000000000+00:00".utf8)

    /// Writes the last digits of a number.
    @inline(__always)
    private static func write(_ value: Int64, digits: Int, to text: inout [UInt8], at start: Int) {
        var rest = UInt64(value)
        var position = start + digits
        while position > start {
            position -= 1
            text[position] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
    }
}
