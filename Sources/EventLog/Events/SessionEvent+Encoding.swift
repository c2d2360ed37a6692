internal import Canonical

extension SessionEvent {
    /// The event as its line, with the sequence number that it carries and without a line feed; the inverse of
    /// ``init(parsing:)``. The bytes stand at ``SessionEvent``.
    ///
    /// - Throws: ``EventError`` for what could not be read back: a number that JSON cannot hold, a member that stands
    ///   twice, a value nested too deep.
    public func encoded() throws(EventError) -> [UInt8] {
        if let source { return source.numbered(sequenceNumber) }
        var writer = CanonicalWriter(form: .declaredRyu)
        var stamp: EventStamp?
        let numberRange = try writeLine(to: &writer, &stamp)
        return EncodedEvent(bytes: writer.finishLines().dropLast(), numberRange: numberRange).numbered(sequenceNumber)
    }

    /// Writes the event as a line: the text it was read from, else a new one.
    ///
    /// - Parameter stamp: fills in what is empty; nil to leave that empty.
    /// - Returns: the place of its sequence number, in all that the writer has written.
    borrowing func writeLine(to writer: inout CanonicalWriter, _ stamp: inout EventStamp?) throws(EventError) -> Range<
        Int
    > {
        let start = writer.writtenByteCount
        let numberRange: Range<Int>
        if let source, stamp == nil || !hasEmptyMembers {
            writer.raw(source.bytes)
            numberRange = (start + source.numberRange.lowerBound)..<(start + source.numberRange.upperBound)
        } else {
            numberRange = write(to: &writer, &stamp)
            if hasFreeMembers { _ = try EventParser.parseOnce(writer.written(from: start)) }
        }
        do throws(CanonicalError) {
            try writer.endLine()
        } catch {
            throw Self.error(error)
        }
        return numberRange
    }

    /// Whether the log has to fill in anything.
    private var hasEmptyMembers: Bool {
        eventID.isEmpty || timestamp.isEmpty || traceID.isEmpty || spanID.isEmpty
    }

    /// Whether it holds anything whose names and depth are not fixed here.
    private var hasFreeMembers: Bool {
        if case .other = kind { return true }
        return meta != nil || !unknownMembers.isEmpty
    }

    private static func error(_ error: CanonicalError) -> EventError {
        switch error {
        case .notFinite(let key): EventError(member: key, reason: "is NaN or infinite, which JSON cannot hold")
        case .duplicateKey(let key): EventError(member: key, reason: "stands twice")
        }
    }

    /// Writes the event, and gives the place of its sequence number.
    private borrowing func write(to writer: inout CanonicalWriter, _ stamp: inout EventStamp?) -> Range<Int> {
        writer.beginObject()
        writer.member(.sessionID, sessionID)
        writer.identifier(.eventID, eventID, "evt_", byteCount: 8, &stamp)
        writer.member(.timestamp, timestamp.isEmpty ? stamp?.timestamp ?? "" : timestamp)
        writer.key(EventMember.sequenceNumber.key)
        let start = writer.writtenByteCount
        writer.value(0)
        let end = writer.writtenByteCount
        writer.identifier(.traceID, traceID, "", byteCount: 16, &stamp)
        writer.identifier(.spanID, spanID, "", byteCount: 8, &stamp)
        writer.member(.parentSpanID, parentSpanID)
        writer.member(.agentID, agentID)
        writer.member(.agentInstanceID, agentInstanceID)
        writer.member(.agentName, agentName)
        writer.member(.agentRole, agentRole)
        writer.member(.hostID, hostID)
        writer.member(.toolRuntimeID, toolRuntimeID)
        writer.member(.type, kind.type)
        kind.writeMembers(to: &writer)
        for member in unknownMembers { writer.member(member) }
        writer.member(.artifactReference, artifactReference)
        if let metaText {
            writer.member(metaText)
        } else if let meta, meta != .null {
            writer.key(EventMember.meta.key)
            writer.value(meta)
        }
        writer.endObject()
        return start..<end
    }
}

extension EventKind {
    /// Writes the members of the type, in their order.
    fileprivate func writeMembers(to writer: inout CanonicalWriter) {
        switch self {
        case .sessionStarted: break
        case .sessionClosed(let summary, let duration):
            writer.member(.summary, summary)
            writer.member(.durationMilliseconds, duration)
        case .agentStarted(let parent): writer.member(.parentAgentInstanceID, parent)
        case .agentSpawned(let spawner, let reason):
            writer.member(.spawnedByAgentInstanceID, spawner)
            writer.member(.reason, reason)
        case .agentHandoff(let giver, let taker, let artifacts):
            writer.member(.fromAgentInstanceID, giver)
            writer.member(.toAgentInstanceID, taker)
            writer.member(.artifacts, artifacts)
        case .agentCollaborated(let others): writer.member(.collaboratorAgentInstanceIDs, others)
        case .agentReturned(let receiver): writer.member(.returnedToAgentInstanceID, receiver)
        case .agentCompleted(let reason): writer.member(.terminationReason, reason)
        case .agentFailed(let reason): writer.member(.reason, reason)
        case .agentCalledTool(let name, let input, let output, let duration):
            writer.member(.toolName, name)
            writer.member(.toolInputDigest, input)
            writer.member(.toolOutputDigest, output)
            writer.member(.durationMilliseconds, duration)
        case .agentReadFile(let path, let digest):
            writer.member(.filePath, path)
            writer.member(.digest, digest)
        case .agentWroteFile(let path, let digest, let operation, let additions, let deletions):
            writer.member(.filePath, path)
            writer.member(.digest, digest)
            writer.member(.operation, operation)
            writer.member(.additions, additions)
            writer.member(.deletions, deletions)
        case .agentOpenedPort(let port, let networkProtocol):
            writer.member(.port, port as UInt16?)
            writer.member(.networkProtocol, networkProtocol)
        case .agentConnectedNetwork(let destination, let port):
            writer.member(.destination, destination)
            writer.member(.port, port)
        case .agentStartedProcess(let name, let processID, let command):
            writer.member(.processName, name)
            writer.member(.processID, processID)
            writer.member(.command, command)
        case .agentCompletedProcess(let name, let exitCode, let duration, let command):
            writer.member(.processName, name)
            writer.member(.exitCode, exitCode)
            writer.member(.durationMilliseconds, duration)
            writer.member(.command, command)
        case .agentDecision(let model, let tokensIn, let tokensOut, let provider, let summary, let confidence):
            writer.member(.model, model)
            writer.member(.tokensIn, tokensIn)
            writer.member(.tokensOut, tokensOut)
            writer.member(.provider, provider)
            writer.member(.summary, summary)
            if let confidence { writer.member(EventMember.confidence.name, confidence) }
        case .other(_, let members):
            for member in members { writer.member(member) }
        }
    }
}

extension CanonicalWriter {
    fileprivate mutating func member(_ member: EventMember, _ text: String) {
        key(member.key)
        value(text)
    }

    fileprivate mutating func member(_ member: EventMember, _ text: String?) {
        if let text { self.member(member, text) }
    }

    fileprivate mutating func member(_ member: EventMember, _ integer: (some BinaryInteger)?) {
        guard let integer else { return }
        key(member.key)
        value(integer)
    }

    /// An array of strings, omitted when empty.
    fileprivate mutating func member(_ member: EventMember, _ texts: [String]) {
        if !texts.isEmpty { self.member(member.name, texts) }
    }

    /// An identifier, made up by the stamp when it is empty.
    fileprivate mutating func identifier(
        _ member: EventMember,
        _ text: String,
        _ prefix: StaticString,
        byteCount: Int,
        _ stamp: inout EventStamp?
    ) {
        key(member.key)
        if text.isEmpty, stamp != nil {
            stamp?.writeIdentifier(prefix, byteCount: byteCount, to: &self)
        } else {
            value(text)
        }
    }

    fileprivate mutating func member(_ member: RawMember) {
        key(member.name)
        raw(member.json)
    }
}
