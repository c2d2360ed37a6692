@_spi(Bytes) internal import Canonical

/// What a reader needs to know of every line: that it is an event, its number and its type.
struct EventOutline: Sendable {
    let sequenceNumber: UInt64
    /// The type, when it is one that this version knows.
    let typeName: EventTypeName?
}

extension EventOutline {
    /// Reads a line that is written the usual way: the members in their order, in plain text, nothing unknown.
    ///
    /// - Returns: nil for everything else, which the parser has to judge.
    /// - Complexity: O(*n*) in the length of the line, and nothing is allocated.
    init?(plain line: Span<UInt8>, _ scratch: inout MemberRanges) {
        var position = 0
        guard Self.envelope.scan(line, from: &position, into: &scratch),
            let number: UInt64 = scratch.integer(Self.numberIndex, line),
            let type = EventTypeName.index(of: line, scratch[Self.typeIndex])
        else { return nil }
        let rest = Self.types.span
        guard rest[type].members.scan(line, from: &position, into: &scratch), position &+ 1 == line.count,
            line[position] == UInt8(ascii: "}")
        else { return nil }
        for limit in rest[type].limits where scratch.isPresent(limit.index) {
            guard let value: UInt64 = scratch.integer(limit.index, line), value <= limit.maximum else { return nil }
        }
        self.init(sequenceNumber: number, typeName: rest[type].name)
    }

    /// What every event has, in its order.
    private static let envelope = MemberLayout(
        [
            member(.sessionID), member(.eventID), member(.timestamp), member(.sequenceNumber, .number),
            member(.traceID), member(.spanID), optional(.parentSpanID), member(.agentID), member(.agentInstanceID),
            member(.agentName), optional(.agentRole), member(.hostID), optional(.toolRuntimeID), member(.type),
        ]
    )
    private static let numberIndex = 3
    private static let typeIndex = 13

    /// The members behind the type, and the highest numbers that some of them may hold.
    private struct TypeLayout: Sendable {
        let name: EventTypeName
        let members: MemberLayout
        var limits: [(index: Int, maximum: UInt64)] = []

        init(_ name: EventTypeName) {
            self.name = name
            var members: [MemberLayout.Member] = []
            for rule in name.rules {
                let value: MemberLayout.Value
                switch rule.shape {
                case .text: value = .string
                case .unsigned(let maximum):
                    value = .number
                    limits.append((members.count, maximum))
                case .signed32:
                    // A sign is left to the parser.
                    value = .number
                    limits.append((members.count, UInt64(Int32.max)))
                case .texts, .double: value = .other
                }
                members.append(MemberLayout.Member(rule.member.name, value, isRequired: rule.isRequired))
            }
            members.append(optional(.artifactReference))
            self.members = MemberLayout(members)
        }
    }

    private static let types = EventTypeName.allCases.map { TypeLayout($0) }

    private static func member(_ member: EventMember, _ value: MemberLayout.Value = .string) -> MemberLayout.Member {
        MemberLayout.Member(member.name, value)
    }

    private static func optional(_ member: EventMember) -> MemberLayout.Member {
        MemberLayout.Member(member.name, isRequired: false)
    }
}
