internal import Canonical

extension SessionEvent {
    /// Reads an event from its JSON text; the inverse of ``encoded()``. The bytes stand at ``SessionEvent``.
    ///
    /// The order of members is free, white space is passed over, an optional member may be null. Types and members
    /// that are not known are kept.
    ///
    /// - Throws: ``EventError`` with the member that is missing or has the wrong type.
    public init(parsing bytes: [UInt8]) throws(EventError) {
        try self.init(EventParser.parseOnce(Self.withoutLineEnd(bytes)))
    }

    /// Reads an event that is still to be appended: what the log stamps may be missing or null, which are
    /// `sequence_no`, `event_id`, `timestamp`, `trace_id` and `span_id`.
    ///
    /// - Throws: ``EventError`` with the member that is missing or has the wrong type.
    public init(parsingDraft bytes: [UInt8]) throws(EventError) {
        try self.init(EventParser.parseOnce(Self.withoutLineEnd(bytes), isDraft: true))
    }

    /// A text without the line end that it may come with, so that it can be kept.
    private static func withoutLineEnd(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.last == UInt8(ascii: "\n") else { return bytes }
        let end = bytes.count > 1 && bytes[bytes.count - 2] == UInt8(ascii: "\r") ? 2 : 1
        return Array(bytes.dropLast(end))
    }

    /// Takes the members of a line that was checked.
    init(_ parsed: ParsedEvent) {
        self.init(
            sessionID: parsed.text(.sessionID) ?? "",
            eventID: parsed.text(.eventID) ?? "",
            timestamp: parsed.text(.timestamp) ?? "",
            traceID: parsed.text(.traceID) ?? "",
            spanID: parsed.text(.spanID) ?? "",
            parentSpanID: parsed.text(.parentSpanID),
            agentID: parsed.text(.agentID) ?? "",
            agentInstanceID: parsed.text(.agentInstanceID) ?? "",
            agentName: parsed.text(.agentName) ?? "",
            agentRole: parsed.text(.agentRole),
            hostID: parsed.text(.hostID) ?? "",
            toolRuntimeID: parsed.text(.toolRuntimeID),
            kind: EventKind(parsed),
            artifactReference: parsed.text(.artifactReference),
            meta: parsed.place(.meta).map { parsed.document.value(at: $0) }
        )
        sequenceNumber = parsed.sequenceNumber
        metaText = parsed.place(.meta).map { place in
            let text = parsed.document.source[parsed.document.byteRange(of: place)]
            return RawMember(name: EventMember.meta.name, checked: text)
        }
        if parsed.typeName != nil { unknownMembers = parsed.unknownMembers }
        source = parsed.source
    }
}

extension EventKind {
    fileprivate init(_ parsed: ParsedEvent) {
        guard let typeName = parsed.typeName else {
            self = .other(type: parsed.text(.type) ?? "", members: parsed.unknownMembers)
            return
        }
        switch typeName {
        case .sessionStarted: self = .sessionStarted
        case .sessionClosed:
            self = .sessionClosed(
                summary: parsed.text(.summary),
                durationMilliseconds: parsed.integer(.durationMilliseconds)
            )
        case .agentStarted: self = .agentStarted(parentAgentInstanceID: parsed.text(.parentAgentInstanceID))
        case .agentSpawned:
            self = .agentSpawned(
                byAgentInstanceID: parsed.text(.spawnedByAgentInstanceID) ?? "",
                reason: parsed.text(.reason)
            )
        case .agentHandoff:
            self = .agentHandoff(
                fromAgentInstanceID: parsed.text(.fromAgentInstanceID) ?? "",
                toAgentInstanceID: parsed.text(.toAgentInstanceID) ?? "",
                artifacts: parsed.texts(.artifacts)
            )
        case .agentCollaborated:
            self = .agentCollaborated(collaboratorAgentInstanceIDs: parsed.texts(.collaboratorAgentInstanceIDs))
        case .agentReturned:
            self = .agentReturned(toAgentInstanceID: parsed.text(.returnedToAgentInstanceID) ?? "")
        case .agentCompleted: self = .agentCompleted(terminationReason: parsed.text(.terminationReason))
        case .agentFailed: self = .agentFailed(reason: parsed.text(.reason))
        case .agentCalledTool:
            self = .agentCalledTool(
                name: parsed.text(.toolName) ?? "",
                inputDigest: parsed.text(.toolInputDigest),
                outputDigest: parsed.text(.toolOutputDigest),
                durationMilliseconds: parsed.integer(.durationMilliseconds)
            )
        case .agentReadFile:
            self = .agentReadFile(path: parsed.text(.filePath) ?? "", digest: parsed.text(.digest))
        case .agentWroteFile:
            self = .agentWroteFile(
                path: parsed.text(.filePath) ?? "",
                digest: parsed.text(.digest),
                operation: parsed.text(.operation),
                additions: parsed.integer(.additions),
                deletions: parsed.integer(.deletions)
            )
        case .agentOpenedPort:
            self = .agentOpenedPort(
                port: parsed.integer(.port) ?? 0,
                networkProtocol: parsed.text(.networkProtocol)
            )
        case .agentConnectedNetwork:
            self = .agentConnectedNetwork(
                destination: parsed.text(.destination) ?? "",
                port: parsed.integer(.port)
            )
        case .agentStartedProcess:
            self = .agentStartedProcess(
                name: parsed.text(.processName) ?? "",
                processID: parsed.integer(.processID),
                command: parsed.text(.command)
            )
        case .agentCompletedProcess:
            self = .agentCompletedProcess(
                name: parsed.text(.processName) ?? "",
                exitCode: parsed.integer(.exitCode),
                durationMilliseconds: parsed.integer(.durationMilliseconds),
                command: parsed.text(.command)
            )
        case .agentDecision:
            self = .agentDecision(
                model: parsed.text(.model),
                tokensIn: parsed.integer(.tokensIn),
                tokensOut: parsed.integer(.tokensOut),
                provider: parsed.text(.provider),
                summary: parsed.text(.summary),
                confidence: parsed.place(.confidence).flatMap { parsed.document.number(at: $0)?.doubleValue }
            )
        }
    }
}

extension ParsedEvent {
    /// The type's name on disk.
    var type: String { typeName?.rawValue ?? text(.type) ?? "" }

    /// A string; nil when it is absent or null.
    func text(_ member: EventMember) -> String? { place(member).map { document.string(at: $0) } }

    fileprivate func texts(_ member: EventMember) -> [String] {
        guard let place = place(member) else { return [] }
        var texts: [String] = []
        document.forEachElement(of: place) { texts.append(document.string(at: $0)) }
        return texts
    }

    fileprivate func integer<Integer: FixedWidthInteger>(_ member: EventMember) -> Integer? {
        guard let place = place(member), let number = document.number(at: place) else { return nil }
        if let value = number.unsignedValue { return Integer(exactly: value) }
        return number.signedValue.flatMap { Integer(exactly: $0) }
    }

    /// The members that neither every event nor this type has.
    fileprivate var unknownMembers: [RawMember] {
        let own = typeName?.rules.map(\.member) ?? []
        var members: [RawMember] = []
        document.forEachMember(of: document.root) { key, value in
            if let member = EventMember(at: key, in: document), member.isEnvelope || own.contains(member) { return }
            let text = document.source[document.byteRange(of: value)]
            members.append(RawMember(name: document.string(at: key), checked: text))
        }
        return members
    }

    /// The text as it can be written back; nil when it does not stand on one line.
    fileprivate var source: EncodedEvent? {
        guard let place = place(.sequenceNumber) else { return nil }
        let bytes = document.source
        if bytes.contains(UInt8(ascii: "\n")) || bytes.contains(UInt8(ascii: "\r")) { return nil }
        return EncodedEvent(bytes: bytes, numberRange: document.byteRange(of: place))
    }
}

extension SessionEvent: Equatable {
    /// Equal when their lines are, byte by byte and with the sequence number.
    public static func == (left: SessionEvent, right: SessionEvent) -> Bool {
        do throws(EventError) {
            return try left.withoutSource.encoded() == right.withoutSource.encoded()
        } catch {
            return false
        }
    }

    /// The event as a new one with the same members, which forgets the text it was read from.
    package var withoutSource: SessionEvent {
        var event = self
        event.source = nil
        return event
    }
}
