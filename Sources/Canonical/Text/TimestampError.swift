/// Why a text is not a ``Timestamp``, and where.
///
/// It reads as a sentence: `not an RFC 3339 time at byte 19: the offset is missing; end it with Z or +00:00`.
public struct TimestampError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong with the text.
    public enum Kind: Sendable, Hashable, CaseIterable {
        /// A digit or a separator is missing or is another character.
        case syntax
        /// The month is not 01 to 12, or the day is not in that month of that year.
        case noSuchDay
        /// The hour is above 23 (24:00 included), or the minute above 59.
        case noSuchTimeOfDay
        /// The second is 60. Seconds since the epoch have no place for leap seconds.
        case leapSecond
        /// A decimal point without digits, or more than nine digits: nanoseconds are the finest unit kept.
        case fraction
        /// Neither `Z` nor a numeric offset follows the time.
        case missingOffset
        /// The offset's hour is above 23 or its minute above 59.
        case noSuchOffset
        /// Something follows the time.
        case trailingText
        /// In UTC the time lies outside of the years 0000 to 9999.
        case outOfRange
    }

    /// What is wrong.
    public var kind: Kind
    /// Where: the number of bytes before the offending one.
    public var byteOffset: Int

    /// Makes an error from its parts.
    public init(_ kind: Kind, byteOffset: Int) {
        self.kind = kind
        self.byteOffset = byteOffset
    }

    /// One sentence: the place, what is wrong, and what would be right.
    public var description: String {
        let reason =
            switch kind {
            case .syntax: "write it like 2026-05-01T08:00:00Z"
            case .noSuchDay: "there is no such day; use one that the calendar has"
            case .noSuchTimeOfDay: "there is no such time of day; use 00:00:00 to 23:59:59"
            case .leapSecond: "leap seconds are not kept; use second 59 or the next minute"
            case .fraction: "a fraction has one to nine digits"
            case .missingOffset: "the offset is missing; end it with Z or +00:00"
            case .noSuchOffset: "an offset reaches from -23:59 to +23:59"
            case .trailingText: "nothing may follow the time; remove the rest"
            case .outOfRange: "in UTC the year must be 0000 to 9999"
            }
        return "not an RFC 3339 time at byte \(byteOffset): \(reason)"
    }
}
