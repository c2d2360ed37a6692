/// The members of one kind of object in the order in which they are written, for reading lines without a parser.
///
/// What an encoder writes for plain members is recognised as it stands: known members in their order, ASCII without
/// escapes, no white space. Anything else is for the parser to judge.
package struct MemberLayout: Sendable {
    /// One member.
    package struct Member: Sendable {
        fileprivate let key: WrittenKey
        fileprivate let value: Value
        fileprivate let isRequired: Bool

        /// A member that holds a string, or what `value` says.
        package init(_ name: String, _ value: Value = .string, isRequired: Bool = true) {
            key = WrittenKey(name)
            self.value = value
            self.isRequired = isRequired
        }
    }

    /// What a member holds.
    package enum Value: Sendable {
        case string, stringOrNull
        /// Decimal digits without a leading zero, at most as many as stand in every number up to the highest of 64
        /// bits.
        case number
        /// Something that is left to the parser.
        case other
    }

    private let members: [Member]

    /// Members in their order.
    package init(_ members: [Member]) { self.members = members }

    /// Reads members from `position` on, and moves past the last one that is known.
    ///
    /// - Parameters:
    ///   - position: at the comma before the first member, or at the brace when there is nothing before it.
    ///   - found: one range for each member: a string without its quotes, a number; empty when it is absent or null.
    /// - Returns: false when a required member is missing, or a value is one for the parser.
    package func scan(_ line: Span<UInt8>, from position: inout Int, into found: inout MemberRanges) -> Bool {
        if line.count > Int(UInt32.max) { return false }
        let members = members.span
        var start = position
        for index in members.indices {
            guard Self.isKey(members[index].key.bytes.span, line, at: start) else {
                (found.bounds[2 &* index], found.bounds[2 &* index &+ 1]) = (0, 0)
                if members[index].isRequired { return false }
                continue
            }
            start &+= members[index].key.bytes.count
            guard let range = Self.value(members[index].value, line, &start) else { return false }
            found.bounds[2 &* index] = UInt32(truncatingIfNeeded: range.lowerBound)
            found.bounds[2 &* index &+ 1] = UInt32(truncatingIfNeeded: range.upperBound)
        }
        position = start
        return true
    }

    /// Whether a key stands at a place, behind a comma; behind the brace where the line begins.
    @inline(__always)
    private static func isKey(_ key: Span<UInt8>, _ line: Span<UInt8>, at start: Int) -> Bool {
        let end = start &+ key.count
        // At least one byte has to follow.
        guard end < line.count, line[start] == (start == 0 ? UInt8(ascii: "{") : UInt8(ascii: ",")) else {
            return false
        }
        return ByteWord.isSame(line, start &+ 1..<end, key.extracting(1...))
    }

    @inline(__always)
    private static func value(_ kind: Value, _ line: Span<UInt8>, _ position: inout Int) -> Range<Int>? {
        let start = position
        switch kind {
        case .string, .stringOrNull:
            guard line[start] == UInt8(ascii: "\"") else { return kind == .string ? nil : null(line, &position) }
            guard let end = endOfPlainText(line, from: start &+ 1) else { return nil }
            position = end &+ 1
            return start &+ 1..<end
        case .number:
            while position < line.count, line[position].isDecimalDigit { position &+= 1 }
            let count = position &- start
            return count == 0 || count > 19 || (count > 1 && line[start] == 0x30) ? nil : start..<position
        case .other: return nil
        }
    }

    private static func null(_ line: Span<UInt8>, _ position: inout Int) -> Range<Int>? {
        let end = position &+ 4
        guard end <= line.count, ByteWord.load32(line, at: position) == 0x6C6C_756E else { return nil }
        position = end
        return 0..<0
    }

    /// The place of the quote that ends a string of ASCII without escapes; nil for any other.
    @inline(__always)
    private static func endOfPlainText(_ line: Span<UInt8>, from start: Int) -> Int? {
        var position = start
        while position &+ 16 <= line.count {
            let first = ByteWord.needsAttention(ByteWord.load(line, at: position))
            if first | ByteWord.needsAttention(ByteWord.load(line, at: position &+ 8)) != 0 {
                if first == 0 { position &+= 8 }
                break
            }
            position &+= 16
        }
        while position &+ 8 <= line.count {
            let end = ByteWord.needsAttention(ByteWord.load(line, at: position))
            if end != 0 {
                position &+= end.trailingZeroBitCount &>> 3
                return line[position] == UInt8(ascii: "\"") ? position : nil
            }
            position &+= 8
        }
        while position < line.count {
            let byte = line[position]
            if byte == UInt8(ascii: "\"") { return position }
            if byte < 0x20 || byte == UInt8(ascii: "\\") || byte >= 0x80 { return nil }
            position &+= 1
        }
        return nil
    }
}

/// Where the values of a line's members stand.
///
/// Inlined into the modules above, as ``ByteWord`` is: a call for each value would copy all ranges.
@_spi(Bytes) @frozen public struct MemberRanges: Sendable {
    /// Pairs of where a value begins and where it ends; zeros for what is absent.
    @usableFromInline var bounds: InlineArray<40, UInt32> = .init(repeating: 0)

    /// Room for the members of every layout.
    @inlinable public init() {}

    /// The value of a member by its place in the layout; empty when it is absent.
    @inlinable public subscript(member: Int) -> Range<Int> {
        @inline(__always) get { Int(bounds[2 &* member])..<Int(bounds[2 &* member &+ 1]) }
    }

    /// Whether the member is there; a null is not.
    @inlinable @inline(__always)
    public func isPresent(_ member: Int) -> Bool { bounds[2 &* member] > 0 }

    /// The value of a number; nil when it does not fit.
    @inlinable @inline(__always)
    public func integer<Integer: FixedWidthInteger>(_ member: Int, _ line: Span<UInt8>) -> Integer? {
        var value: UInt64 = 0
        for position in self[member] { value = value &* 10 &+ UInt64(line[position] &- 0x30) }
        return Integer(exactly: value)
    }
}
