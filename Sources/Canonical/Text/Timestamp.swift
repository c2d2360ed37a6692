/// A point of time in UTC, as RFC 3339 writes it: `2026-05-01T08:00:00Z`.
///
/// The calendar is the proleptic Gregorian one and the years are 0000 to 9999, because four digits are all that the
/// format has. Leap seconds do not exist here, as they do not in seconds since the epoch. Two equal points of time are
/// equal whatever offset they were written with: the offset is not kept.
public struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Seconds since 1970-01-01T00:00:00Z, rounded down; within ``earliest`` and ``latest``.
    public let secondsSinceEpoch: Int64
    /// The rest, 0 to 999 999 999 nanoseconds, always forward in time.
    public let nanoseconds: UInt32

    /// 0000-01-01T00:00:00Z, the first time that can be written.
    public static let earliest = Timestamp(secondsSinceEpoch: -62_167_219_200)
    /// 9999-12-31T23:59:59.999999999Z, the last time that can be written.
    public static let latest = Timestamp(secondsSinceEpoch: 253_402_300_799, nanoseconds: 999_999_999)

    /// Makes a time from seconds since the epoch.
    ///
    /// - Precondition: The time is not before 0000-01-01T00:00:00Z and not after 9999-12-31T23:59:59.999999999Z, and
    ///   there are fewer than 10⁹ nanoseconds. Seconds from outside go through ``init(exactly:nanoseconds:)``.
    /// - Parameters:
    ///   - secondsSinceEpoch: Seconds since 1970-01-01T00:00:00Z; negative before it.
    ///   - nanoseconds: Nanoseconds after that second.
    public init(secondsSinceEpoch: Int64, nanoseconds: UInt32 = 0) {
        guard let time = Timestamp(exactly: secondsSinceEpoch, nanoseconds: nanoseconds) else {
            preconditionFailure("\(secondsSinceEpoch) s and \(nanoseconds) ns do not fit the years 0000 to 9999")
        }
        self = time
    }

    /// Makes a time from seconds since the epoch that may be anything, as when they come from a file.
    ///
    /// - Parameters:
    ///   - secondsSinceEpoch: Seconds since 1970-01-01T00:00:00Z; negative before it.
    ///   - nanoseconds: Nanoseconds after that second.
    /// - Returns: Nil when the year is not 0000 to 9999, or there are 10⁹ nanoseconds or more.
    public init?(exactly secondsSinceEpoch: Int64, nanoseconds: UInt32 = 0) {
        guard (-62_167_219_200...253_402_300_799).contains(secondsSinceEpoch), nanoseconds < 1_000_000_000 else {
            return nil
        }
        self.secondsSinceEpoch = secondsSinceEpoch
        self.nanoseconds = nanoseconds
    }

    /// Earlier times come first.
    public static func < (left: Self, right: Self) -> Bool {
        (left.secondsSinceEpoch, left.nanoseconds) < (right.secondsSinceEpoch, right.nanoseconds)
    }
}

/// The proleptic Gregorian calendar, reckoned in days.
enum GregorianCalendar {
    /// Days from 1970-01-01 to a date.
    ///
    /// Years are counted from March, so that the leap day is a year's last day and every month's start follows from
    /// one formula; 146 097 days make the 400 years after which the calendar repeats itself.
    ///
    /// - Parameters:
    ///   - year: 0 to 9999.
    ///   - month: 1 to 12.
    ///   - day: 1 to the month's length.
    static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
        let marchYear = month < 3 ? year + 399 : year + 400  // 400 years later, so that nothing is negative
        let marchMonth = (month + 9) % 12
        let leapDays = marchYear / 4 - marchYear / 100 + marchYear / 400
        let dayOfYear = (153 * marchMonth + 2) / 5 + day - 1
        return marchYear * 365 + leapDays + dayOfYear - 146_097 - 719_468
    }

    /// The date that is a number of days from 1970-01-01. It is the inverse of ``daysSinceEpoch(year:month:day:)``.
    ///
    /// - Parameter days: Within the years 0 to 9999.
    static func date(daysSinceEpoch days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468 + 146_097
        let (era, dayOfEra) = shifted.quotientAndRemainder(dividingBy: 146_097)
        // Take out the leap days that have passed in this era; what remains are years of 365 days.
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = (era - 1) * 400 + yearOfEra + (month < 3 ? 1 : 0)
        return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    /// How many days a month has.
    static func days(inMonth month: Int64, ofYear year: Int64) -> Int64 {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
