import Canonical
import Foundation
import TestSupport
import Testing

@Suite struct TimestampTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0, 0),
            ("1970-01-01t00:00:00z", 0, 0),
            ("2026-05-01T08:00:00Z", 1_777_622_400, 0),
            ("2026-05-01T10:00:00+02:00", 1_777_622_400, 0),
            ("2026-05-01T01:30:00-06:30", 1_777_622_400, 0),
            ("2026-05-01T08:00:00-00:00", 1_777_622_400, 0),
            ("2026-05-01T08:00:00.25Z", 1_777_622_400, 250_000_000),
            ("2026-05-01T08:00:00.000000001+00:00", 1_777_622_400, 1),
            ("1969-12-31T23:59:59.5Z", -1, 500_000_000),
            ("2000-02-29T00:00:00Z", 951_782_400, 0),
            ("2024-02-29T23:59:59Z", 1_709_251_199, 0),
            ("0000-01-01T00:00:00Z", -62_167_219_200, 0),
            ("0000-01-01T23:59:00+23:59", -62_167_219_200, 0),
            ("9999-12-31T23:59:59.999999999Z", 253_402_300_799, 999_999_999),
            ("9999-12-31T00:00:59.999999999-23:59", 253_402_300_799, 999_999_999),
        ] as [(String, Int64, UInt32)]
    )
    func readsAndConvertsToUTC(_ text: String, _ seconds: Int64, _ nanoseconds: UInt32) throws {
        let time = try Timestamp(parsing: text)
        #expect(time.secondsSinceEpoch == seconds)
        #expect(time.nanoseconds == nanoseconds)
    }

    @Test(
        arguments: [
            ("", .syntax, 0), ("2026", .syntax, 4), ("26-05-01T08:00:00Z", .syntax, 2),
            ("2026-5-01T08:00:00Z", .syntax, 6),
            ("2026/05/01T08:00:00Z", .syntax, 4), ("2026-05-01 08:00:00Z", .syntax, 10),
            ("2026-05-01T08:00Z", .syntax, 16), ("2026-05-01T08:00:0", .syntax, 18),
            ("+2026-05-01T08:00:00Z", .syntax, 0),
            (" 2026-05-01T08:00:00Z", .syntax, 0), ("2026-05-01", .syntax, 10), ("20260501T080000Z", .syntax, 4),
            ("٢026-05-01T08:00:00Z", .syntax, 0), ("2026-05-01T08:00:00+0200", .syntax, 22),
            ("2026-05-01T08:00:00+2:00", .syntax, 21), ("2026-05-01T08:00:00+02", .syntax, 22),
            ("2026-05-01T08:00:00+", .syntax, 20),
            ("2026-00-01T08:00:00Z", .noSuchDay, 5), ("2026-13-01T08:00:00Z", .noSuchDay, 5),
            ("2026-05-00T08:00:00Z", .noSuchDay, 8), ("2026-04-31T08:00:00Z", .noSuchDay, 8),
            ("2026-05-32T08:00:00Z", .noSuchDay, 8), ("2026-02-29T08:00:00Z", .noSuchDay, 8),
            ("1900-02-29T08:00:00Z", .noSuchDay, 8), ("2100-02-29T08:00:00Z", .noSuchDay, 8),
            ("2026-05-01T24:00:00Z", .noSuchTimeOfDay, 11), ("2026-05-01T08:60:00Z", .noSuchTimeOfDay, 14),
            ("2026-05-01T08:00:61Z", .noSuchTimeOfDay, 17), ("2016-12-31T23:59:60Z", .leapSecond, 17),
            ("2026-05-01T08:00:00.Z", .fraction, 20), ("2026-05-01T08:00:00.1234567890Z", .fraction, 29),
            ("2026-05-01T08:00:00", .missingOffset, 19), ("2026-05-01T08:00:00.5", .missingOffset, 21),
            ("2026-05-01T08:00:00,5Z", .missingOffset, 19), ("2026-05-01T08:00:00 Z", .missingOffset, 19),
            ("2026-05-01T08:00:00\u{2212}02:00", .missingOffset, 19),
            ("2026-05-01T08:00:00+24:00", .noSuchOffset, 20), ("2026-05-01T08:00:00-02:60", .noSuchOffset, 23),
            ("2026-05-01T08:00:00Z ", .trailingText, 20), ("2026-05-01T08:00:00Zz", .trailingText, 20),
            ("2026-05-01T08:00:00+02:000", .trailingText, 25), ("2026-05-01T08:00:00Z\u{0}", .trailingText, 20),
            ("0000-01-01T00:00:00+00:01", .outOfRange, 0), ("9999-12-31T23:59:59-00:01", .outOfRange, 0),
        ] as [(String, TimestampError.Kind, Int)]
    )
    func refusesWithThePlace(_ text: String, _ kind: TimestampError.Kind, _ byteOffset: Int) {
        #expect(throws: TimestampError(kind, byteOffset: byteOffset)) { try Timestamp(parsing: text) }
    }

    @Test func everyErrorNamesPlaceAndRemedy() {
        for kind in TimestampError.Kind.allCases {
            #expect("\(TimestampError(kind, byteOffset: 7))".hasPrefix("not an RFC 3339 time at byte 7: "))
        }
    }

    @Test func noPrefixOfATimeIsATime() {
        let text = "2026-05-01T08:00:00.25+02:00"
        for length in 0..<text.utf8.count {
            #expect(throws: TimestampError.self) { try Timestamp(parsing: String(text.prefix(length))) }
        }
    }

    @Test func printsTheFractionOnlyWhenThereIsOneAndTrimmed() {
        #expect(Timestamp(secondsSinceEpoch: 0).description == "1970-01-01T00:00:00Z")
        #expect("\(Timestamp(secondsSinceEpoch: 0, nanoseconds: 10))" == "1970-01-01T00:00:00.00000001Z")
        #expect("\(Timestamp(secondsSinceEpoch: -1, nanoseconds: 500_000_000))" == "1969-12-31T23:59:59.5Z")
        let time = Timestamp(secondsSinceEpoch: 1_777_622_400, nanoseconds: 123_456_789)
        #expect(time.formatted(offset: .zulu) == "2026-05-01T08:00:00.123456789Z")
        #expect(time.formatted(offset: .numericZero) == "2026-05-01T08:00:00.123456789+00:00")
        #expect(Timestamp.earliest.description == "0000-01-01T00:00:00Z")
        #expect(Timestamp.latest.description == "9999-12-31T23:59:59.999999999Z")
    }

    @Test func onlyFourDigitYearsCanBeHeld() {
        #expect(Timestamp(exactly: -62_167_219_201) == nil)
        #expect(Timestamp(exactly: 253_402_300_800) == nil)
        #expect(Timestamp(exactly: .min) == nil)
        #expect(Timestamp(exactly: .max) == nil)
        #expect(Timestamp(exactly: 0, nanoseconds: 1_000_000_000) == nil)
        #expect(Timestamp(exactly: 0, nanoseconds: 999_999_999) != nil)
    }

    @Test func earlierTimesComeFirst() {
        let ordered = [
            Timestamp(secondsSinceEpoch: -2, nanoseconds: 9), Timestamp(secondsSinceEpoch: -1),
            Timestamp(secondsSinceEpoch: 0),
            Timestamp(secondsSinceEpoch: 0, nanoseconds: 1), Timestamp(secondsSinceEpoch: 1),
        ]
        #expect(ordered.shuffled().sorted() == ordered)
    }

    /// Foundation switches to the Julian calendar before 1582-10-15, so the comparison starts there.
    @Test func agreesWithFoundationOnSeededTimesAndOffsets() throws {
        let reference = ISO8601DateFormatter()
        var generator = SplitMix64(seed: 3339)
        for _ in 0..<4000 {
            let seconds = Int64.random(in: -12_219_292_800...253_402_300_799, using: &generator)
            let time = Timestamp(secondsSinceEpoch: seconds)
            let expected = reference.string(from: Date(timeIntervalSince1970: Double(seconds)))
            #expect(time.description == expected)
            #expect(try Timestamp(parsing: expected) == time)

            // The formatter's own offsets are limited to 18 hours, so its UTC text is shifted instead.
            let offset = Int.random(in: -1439...1439, using: &generator)
            guard Timestamp(exactly: seconds + Int64(offset * 60)) != nil else { continue }
            let shifted = reference.string(from: Date(timeIntervalSince1970: Double(seconds) + Double(offset * 60)))
            let sign = offset < 0 ? "-" : "+"
            let size = String(format: "%02d:%02d", abs(offset) / 60, abs(offset) % 60)
            let localText = shifted.replacingOccurrences(of: "Z", with: sign + size)
            #expect(try Timestamp(parsing: localText) == time, "\(localText)")
        }
    }

    /// The calendar repeats itself after 400 years: the first and the last such cycle are walked day by day.
    @Test(arguments: [0, 9600])
    func everyDayOfACycleFollowsTheOneBefore(_ firstYear: Int) throws {
        var expected = (year: firstYear, month: 1, day: 1)
        let firstDay = Int64(firstYear / 400 * 146_097 - 719_528)
        for day in firstDay..<firstDay + 146_097 {
            let text = Timestamp(secondsSinceEpoch: day * 86_400).description
            let digits = Array(text.utf8.prefix(10)).map { Int($0) - 48 }
            let year = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3]
            let month = digits[5] * 10 + digits[6]
            let dayOfMonth = digits[8] * 10 + digits[9]
            guard (year, month, dayOfMonth) == expected else {
                Issue.record("day \(day) is printed as \(text), which does not follow the day before")
                return
            }
            if day % 97 == 0 { try #require(try Timestamp(parsing: text).secondsSinceEpoch == day * 86_400) }
            let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            expected.day += 1
            if expected.day > lengths[expected.month - 1] { expected = (expected.year, expected.month + 1, 1) }
            if expected.month > 12 { expected = (expected.year + 1, 1, 1) }
        }
        #expect(expected == (firstYear + 400, 1, 1))
    }
}
