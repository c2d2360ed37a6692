internal import Canonical

/// The members of one kind of record in the order in which they are written, for reading lines without a parser.
struct MemberLayout: Sendable {
    /// One member.
    struct Member: Sendable {
        var name: [UInt8]
        var value = Value.string
        var isRequired = true
    }

    /// What a member holds.
    enum Value: Sendable {
        case string, stringOrNull, number
    }

    private let prefix: [UInt8]
    private let members: [Member]

    private init(_ kind: RecordKind, _ members: [Member]) {
        prefix = Array("{\"type\":\"\(kind.typeName)\"".utf8)
        self.members = members
    }

    private static func member(_ name: String, _ value: Value = .string, isRequired: Bool = true) -> Member {
        Member(name: Array(name.utf8), value: value, isRequired: isRequired)
    }

    private static func optional(_ name: String, _ value: Value = .string) -> Member {
        member(name, value, isRequired: false)
    }

    /// The members of ``ApprovalUse`` after its type.
    static let use = MemberLayout(
        .approvalUse,
        [
            member("use_id"), member("grant_id"), member("grant_digest"), member("nonce_digest"), member("actor"),
            member("action"), member("subject"), optional("session_id"), optional("action_artifact_id"),
            optional("receipt_digest"), member("use_number", .number), optional("max_uses", .number),
            optional("idempotency_key"), member("created_at"), optional("expires_at"),
            member("previous_record_digest"), member("record_digest"), optional("signature"),
            optional("signature_alg"), optional("signing_key_id"),
        ]
    )
    static let useID = 0
    static let useGrant = 1
    static let nonce = 3
    static let useNumber = 10
    static let maximumUses = 11
    static let idempotencyKey = 12
    static let useTime = 13
    static let usePrevious = 15
    static let useDigest = 16

    /// The members of ``ApprovalRevocation`` after its type.
    static let revocation = MemberLayout(
        .approvalRevocation,
        [
            member("revocation_id"), member("grant_id"), member("grant_digest"), member("revoker"),
            member("reason", .stringOrNull), member("created_at"), member("previous_record_digest"),
            member("record_digest"), optional("signature"), optional("signature_alg"), optional("signing_key_id"),
        ]
    )
    static let revokedGrant = 1
    static let revocationTime = 5
    static let revocationPrevious = 6
    static let revocationDigest = 7
}

/// Where the values of a line's members stand.
struct MemberRanges {
    fileprivate var ranges = [Range<Int>](repeating: 0..<0, count: 20)

    subscript(member: Int) -> Range<Int> { ranges[member] }

    func isPresent(_ member: Int) -> Bool { ranges[member].lowerBound > 0 }

    /// The value of a number, which is decimal digits without a leading zero; nil beyond 32 bits.
    func integer(_ member: Int, _ line: Span<UInt8>) -> UInt32? {
        let range = ranges[member]
        if range.count > 10 { return nil }
        var value: UInt64 = 0
        for position in range { value = value &* 10 &+ UInt64(line[position] &- 0x30) }
        return UInt32(exactly: value)
    }
}

extension MemberLayout {
    /// Whether a line is of this kind.
    func begins(_ line: Span<UInt8>) -> Bool {
        line.count > prefix.count && Bytes.isSame(line, 0, prefix.span, 0, count: prefix.count)
    }

    /// Finds the values of a line that is of this kind.
    ///
    /// - Returns: false unless the line is exactly what an encoder writes for plain members: known members in their
    ///   order, every required one, ASCII without escapes. What this accepts is in declared form.
    func scan(_ line: Span<UInt8>, _ found: inout MemberRanges) -> Bool {
        var position = prefix.count
        var next = 0
        for member in members.indices { found.ranges[member] = 0..<0 }
        while position < line.count, line[position] == UInt8(ascii: ",") {
            position &+= 1
            guard let member = self.member(line, &position, from: &next) else { return false }
            guard let range = value(members[member].value, line, &position) else { return false }
            found.ranges[member] = range
        }
        while next < members.count {
            if members[next].isRequired { return false }
            next &+= 1
        }
        return position &+ 1 == line.count && line[position] == UInt8(ascii: "}")
    }

    /// Reads `"name":` of a member that comes after those read before.
    private func member(_ line: Span<UInt8>, _ position: inout Int, from next: inout Int) -> Int? {
        guard position < line.count, line[position] == UInt8(ascii: "\"") else { return nil }
        while next < members.count {
            let candidate = next
            next &+= 1
            let name = members[candidate].name
            let count = name.count
            let end = position &+ 1 &+ count
            if end &+ 2 < line.count, line[end] == UInt8(ascii: "\""), line[end &+ 1] == UInt8(ascii: ":"),
                Bytes.isSame(line, position &+ 1, name.span, 0, count: count)
            {
                position = end &+ 2
                return candidate
            }
            if members[candidate].isRequired { return nil }
        }
        return nil
    }

    private func value(_ kind: Value, _ line: Span<UInt8>, _ position: inout Int) -> Range<Int>? {
        let start = position
        if line[start] == UInt8(ascii: "\"") {
            if kind == .number { return nil }
            guard let end = Self.endOfPlainText(line, from: start &+ 1) else { return nil }
            position = end &+ 1
            return start &+ 1..<end
        }
        switch kind {
        case .string: return nil
        case .stringOrNull:
            // null
            guard start &+ 4 < line.count, line[start] == 0x6E, line[start &+ 1] == 0x75, line[start &+ 2] == 0x6C,
                line[start &+ 3] == 0x6C
            else { return nil }
            position = start &+ 4
        case .number:
            while position < line.count, (0x30...0x39).contains(line[position]) { position &+= 1 }
            if position == start || (position > start &+ 1 && line[start] == 0x30) { return nil }
        }
        return start..<position
    }

    /// The place of the quote that ends a string of ASCII without escapes; nil for any other.
    private static func endOfPlainText(_ line: Span<UInt8>, from start: Int) -> Int? {
        var position = start
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
