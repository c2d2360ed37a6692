internal import Canonical

extension LockMarker {
    /// The marker's text; its form stands at ``LockMarker``. It is the inverse of ``init(parsing:form:)``.
    ///
    /// - Throws: `.invalidValue` for a control character or a line separator in a value, which could make a line of its
    ///   own, for an intent that is not a BLAKE3 digest, and for a text of more than 65 536 bytes, which nobody would
    ///   read. `acquired_at` is written with `+00:00`.
    public func encoded() throws(LockError) -> [UInt8] { try encoded(leavingRoomFor: 0) }

    /// The marker's text, when so many bytes more could still be added to it.
    func encoded(leavingRoomFor byteCount: Int) throws(LockError) -> [UInt8] {
        try Self.check("the header", header)
        if header.isEmpty || header.utf8.contains(Self.equals) {
            throw .invalidValue(member: "the header", reason: "is empty or holds \"=\"")
        }
        if restoreIntent.algorithm != .blake3 {
            throw .invalidValue(member: "restore_intent_blake3", reason: "is not a BLAKE3 digest")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.usualByteCount)
        bytes.append(contentsOf: header.utf8)
        for (key, value) in lines {
            try Self.check(key, value)
            bytes.append(Self.lineFeed)
            bytes.append(contentsOf: key.utf8)
            bytes.append(Self.equals)
            bytes.append(contentsOf: value.utf8)
        }
        for line in otherLines {
            try Self.check("a line of another tool", line)
            bytes.append(Self.lineFeed)
            bytes.append(contentsOf: line.utf8)
        }
        bytes.append(Self.lineFeed)
        if bytes.count + byteCount > Self.sizeMaximum {
            throw .invalidValue(member: "the marker", reason: "is larger than \(Self.sizeMaximum) bytes")
        }
        return bytes
    }

    /// A marker larger than this, in bytes, is not one.
    static let sizeMaximum = 1 << 16
    /// What may be added to a marker after its lock was taken: epoch, token and reason, and the fraction of a later
    /// second.
    static let laterByteMaximum =
        "epoch=\(UInt64.max)\ntoken=\n".utf8.count + tokenByteCount * 2 + "preserved_reason=\n".utf8.count
        + reasonByteMaximum + ".999999999".utf8.count
    /// How many random bytes a token has.
    static let tokenByteCount = 16
    private static let reasonByteMaximum = 4096
    private static let usualByteCount = 768
    fileprivate static let (lineFeed, equals) = (UInt8(ascii: "\n"), UInt8(ascii: "="))

    /// The keys and values of the known lines, in order.
    var lines: [(key: String, value: String)] {
        var lines = [
            ("pid", String(processID)), ("host", host), ("deployment_id", deploymentID),
            ("operator_principal_id", operatorPrincipalID),
            ("acquired_at", acquiredAt.formatted(offset: .numericZero)), ("scope", scope),
            ("restore_intent_blake3", restoreIntent.description),
        ]
        func add(_ key: String, _ value: String?) {
            if let value { lines.append((key, value)) }
        }
        add("boot_id", bootID)
        add("pid_namespace", processNamespace.map { String($0) })
        add("start_ticks", startTicks.map { String($0) })
        add("machine_id", machineID)
        add("executable", executable)
        add("epoch", epoch.map { String($0) })
        add("token", token)
        add("preserved_reason", preservedReason)
        return lines
    }

    /// Refuses what could end a line, or hide in one.
    static func check(_ member: String, _ value: String) throws(LockError) {
        if value.utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) { return }
        if let scalar = value.unicodeScalars.first(where: isRefused) {
            let number = String(scalar.value, radix: 16, uppercase: true)
            throw .invalidValue(member: member, reason: "holds the control character U+\(number)")
        }
    }

    /// A text of any kind as the value of one line, with `\u{a}` for what could end the line or hide in it. The end of
    /// a long one is cut off.
    static func line(_ text: String) -> String {
        var line = ""
        var count = 0
        for scalar in text.unicodeScalars {
            let piece = isRefused(scalar) ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
            count += piece.utf8.count
            if count > reasonByteMaximum { break }
            line.unicodeScalars.append(contentsOf: piece.unicodeScalars)
        }
        return line
    }

    private static func isRefused(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || scalar.value == 0x2028 || scalar.value == 0x2029
    }
}

// MARK: - Reading

/// Why a text is no marker.
public struct MarkerSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The line, from 1.
    public let line: Int
    /// What is wrong with it.
    public let reason: String

    /// `line 3: …`.
    public var description: String { "line \(line): \(reason)" }
}

extension LockMarker {
    /// Reads a marker, in the form that stands at ``LockMarker``. It is the inverse of ``encoded()``.
    ///
    /// The lines after the header may stand in any order, and lines that are not known are kept. A key that stands
    /// twice, byte by byte, a line without `=`, a control character, and a last line without its end are refused: a
    /// marker that is half written shall not be read as a whole one, and nobody shall slip a second `scope` in.
    ///
    /// - Throws: ``MarkerSyntaxError`` with the line.
    public init(parsing bytes: [UInt8], form: MarkerForm = .restoreActiveStore) throws(MarkerSyntaxError) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw MarkerSyntaxError(line: 1, reason: "the text is not UTF-8")
        }
        // Bytes, not characters: a line feed or an equals sign is one whatever combines with it.
        var lines = text.utf8.split(separator: Self.lineFeed, omittingEmptySubsequences: false)
        guard lines.last?.isEmpty == true else {
            throw MarkerSyntaxError(line: lines.count, reason: "the text ends in the middle of a line")
        }
        lines.removeLast()
        guard let first = lines.first, first.elementsEqual(form.header.utf8) else {
            throw MarkerSyntaxError(line: 1, reason: "the header is not \(form.header)")
        }
        var reader = try MarkerReader(lines)
        header = form.header
        processID = try reader.number("pid")
        host = try reader.text("host")
        deploymentID = try reader.text("deployment_id")
        operatorPrincipalID = try reader.text("operator_principal_id")
        acquiredAt = try reader.time("acquired_at")
        scope = try reader.text("scope")
        restoreIntent = try reader.blake3("restore_intent_blake3")
        bootID = reader.take("boot_id")
        processNamespace = try reader.optionalNumber("pid_namespace")
        startTicks = try reader.optionalNumber("start_ticks")
        machineID = reader.take("machine_id")
        executable = reader.take("executable")
        epoch = try reader.optionalNumber("epoch")
        token = reader.take("token")
        preservedReason = reader.take("preserved_reason")
        otherLines = reader.rest
    }
}

/// Takes the values out of a marker's lines.
private struct MarkerReader {
    private struct Line {
        var number: Int
        var key: String
        var value: String
        var isTaken = false
    }

    private var lines: [Line] = []
    private let end: Int

    init(_ texts: [Substring.UTF8View]) throws(MarkerSyntaxError) {
        end = texts.count
        lines.reserveCapacity(end)
        // The lines of the keys: to look each one up among all before it would take long in a marker of thousands.
        var numbers: [[UInt8]: Int] = [:]
        for (index, text) in texts.enumerated().dropFirst() {
            let number = index + 1
            guard let equals = text.firstIndex(of: LockMarker.equals) else {
                throw MarkerSyntaxError(line: number, reason: "it is not key=value")
            }
            let line = Line(
                number: number,
                key: String(Substring(text[..<equals])),
                value: String(Substring(text[text.index(after: equals)...]))
            )
            do {
                try LockMarker.check(line.key, line.key)
                try LockMarker.check(line.key, line.value)
            } catch {
                throw MarkerSyntaxError(line: number, reason: "it holds a control character")
            }
            if let earlier = numbers.updateValue(number, forKey: Array(line.key.utf8)) {
                throw MarkerSyntaxError(line: number, reason: "\(line.key) stands on line \(earlier) already")
            }
            lines.append(line)
        }
    }

    /// What nobody asked for.
    var rest: [String] { lines.filter { !$0.isTaken }.map { "\($0.key)=\($0.value)" } }

    private mutating func line(_ key: String) -> Line? {
        guard let index = lines.firstIndex(where: { TextBytes.isSame($0.key, key) }) else { return nil }
        lines[index].isTaken = true
        return lines[index]
    }

    mutating func take(_ key: String) -> String? { line(key)?.value }

    private mutating func required(_ key: String) throws(MarkerSyntaxError) -> Line {
        if let line = line(key) { return line }
        throw MarkerSyntaxError(line: end, reason: "\(key) is missing")
    }

    mutating func text(_ key: String) throws(MarkerSyntaxError) -> String { try required(key).value }

    mutating func number<Number: FixedWidthInteger>(_ key: String) throws(MarkerSyntaxError) -> Number {
        try Self.number(required(key))
    }

    mutating func optionalNumber<Number: FixedWidthInteger>(_ key: String) throws(MarkerSyntaxError) -> Number? {
        guard let line = line(key) else { return nil }
        return try Self.number(line)
    }

    private static func number<Number: FixedWidthInteger>(_ line: Line) throws(MarkerSyntaxError) -> Number {
        let digits = line.value.utf8
        guard !digits.isEmpty, digits.allSatisfy(\.isDecimalDigit), let number = Number(line.value) else {
            throw MarkerSyntaxError(line: line.number, reason: "\(line.key) is not a number from 0 to \(Number.max)")
        }
        return number
    }

    mutating func time(_ key: String) throws(MarkerSyntaxError) -> Timestamp {
        let line = try required(key)
        do {
            return try Timestamp(parsing: line.value)
        } catch {
            throw MarkerSyntaxError(line: line.number, reason: "\(key) is not a time of RFC 3339")
        }
    }

    mutating func blake3(_ key: String) throws(MarkerSyntaxError) -> Digest {
        let line = try required(key)
        guard let digest = try? Digest(parsing: line.value), digest.algorithm == .blake3 else {
            throw MarkerSyntaxError(line: line.number, reason: "\(key) is not blake3: and 64 hexadecimal digits")
        }
        return digest
    }
}
