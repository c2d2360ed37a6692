internal import Canonical

/// What an argument's value may be. Checked while the command line is parsed, before anything is opened.
package enum ValueKind: Sendable {
    /// Any text that is not empty.
    case text
    /// Any text, also an empty one: a word of another program's command line.
    case word
    /// One of a few words; those not yet known to this version get an error that says so.
    case choice([String], notYet: [String] = [])
    /// A whole number within a range, in decimal digits.
    case integer(ClosedRange<UInt64>)
    /// Seconds with at most three decimals, up to a maximum.
    case seconds(maximum: UInt64)
    /// The digest of a nonce, always SHA-256: under two algorithms one nonce would be two. Its value is never repeated
    /// in errors: what was typed by mistake may be a secret.
    case nonceDigest
    /// A time of RFC 3339.
    case time
    /// A kind of event: a whole number of 16 bits, in decimal digits or as in 0x3001.
    case kind
    /// An event's 128-bit id: 32 hexadecimal digits, with or without the hyphens of a UUID.
    case eventID
    /// A file, or `-` for standard input.
    case file
    /// A file that is read at any place and more than once, which standard input cannot be.
    case regularFile
    /// A directory.
    case directory
    /// A help topic or a word of a command.
    case helpSubject

    /// Says what is wrong with `value`, as the end of a sentence that begins with the argument's name.
    ///
    /// - Returns: nil when nothing is.
    func complaint(about value: String) -> String? {
        if case .word = self { return nil }
        if value.isEmpty { return "must not be empty" }
        // What could not be decoded would become part of a name.
        if value.unicodeScalars.contains("\u{FFFD}") {
            return "is not valid UTF-8 (or holds U+FFFD); write it in UTF-8"
        }
        switch self {
        case .text, .word, .helpSubject: return nil
        case .kind:
            return Self.kind(value) == nil
                ? "must be a whole number from 0 to 65535, or 0x0 to 0xffff, not \(Printable.quoted(value))" : nil
        case .eventID:
            return Self.eventID(value) == nil
                ? "must be 32 hexadecimal digits, or a UUID, not \(Printable.quoted(value))" : nil
        case .file, .regularFile, .directory:
            return value.utf8.contains(0) ? "must not contain a NUL character" : nil
        case .choice(let words, let notYet):
            if words.contains(value) { return nil }
            let reason = notYet.contains(value) ? ", which this version does not have" : ""
            return "must be \(Self.list(words)), not \(Printable.quoted(value))\(reason)"
        case .integer(let range):
            if let number = Self.wholeNumber(value), range.contains(number) { return nil }
            return "must be a whole number from \(range.lowerBound) to \(range.upperBound), "
                + "not \(Printable.quoted(value))"
        case .seconds(let maximum):
            if let milliseconds = Self.milliseconds(value), milliseconds <= maximum * 1000 { return nil }
            return "must be a number of seconds from 0 to \(maximum) with at most three decimals, "
                + "not \(Printable.quoted(value))"
        case .nonceDigest:
            return Self.digestComplaint(value)
        case .time:
            do throws(TimestampError) {
                _ = try Timestamp(parsing: value)
                return nil
            } catch {
                return "must be a time such as 2026-05-01T08:00:00Z (RFC 3339), not \(Printable.quoted(value))"
            }
        }
    }

    private static func digestComplaint(_ value: String) -> String? {
        do throws(DigestError) {
            if try Digest(parsing: value).algorithm == .sha256 { return nil }
        } catch {
            // Said below, for any other text too.
        }
        return "must be sha256: and 64 lower-case hexadecimal digits"
    }

    /// `a, b or c`.
    static func list(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " or " + last
    }
}

extension ValueKind {
    /// Decimal digits as a number; nil for anything else, signs and overflow included.
    static func wholeNumber(_ text: String) -> UInt64? {
        guard !text.isEmpty, text.utf8.allSatisfy(\.isDecimalDigit) else { return nil }
        return UInt64(text)
    }

    /// `1.5` as 1500; nil for anything but digits with at most three decimals.
    static func milliseconds(_ text: String) -> UInt64? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = wholeNumber(String(parts[0])), whole <= UInt64.max / 2000 else {
            return nil
        }
        guard parts.count == 2 else { return whole * 1000 }
        guard parts[1].utf8.count <= 3, let digits = wholeNumber(String(parts[1])) else { return nil }
        let scale: [UInt64] = [1000, 100, 10, 1]
        return whole * 1000 + digits * scale[parts[1].utf8.count]
    }

    /// `12289` or `0x3001` as a number of 16 bits; nil for anything else.
    static func kind(_ text: String) -> UInt16? {
        guard text.hasPrefix("0x") else { return wholeNumber(text).flatMap { UInt16(exactly: $0) } }
        let digits = text.dropFirst(2)
        guard (1...4).contains(digits.utf8.count), digits.allSatisfy(\.isHexDigit) else { return nil }
        return UInt16(digits, radix: 16)
    }

    /// 32 hexadecimal digits as a number, the first digit the highest; nil for anything else.
    static func eventID(_ text: String) -> UInt128? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 1 || parts.map(\.utf8.count) == [8, 4, 4, 4, 12] else { return nil }
        let digits = parts.joined()
        guard digits.utf8.count == 32, digits.allSatisfy(\.isHexDigit) else { return nil }
        return UInt128(digits, radix: 16)
    }
}
