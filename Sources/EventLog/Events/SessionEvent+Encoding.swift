internal import Canonical

extension SessionEvent {
    /// The event as its line, with the sequence number that it carries and without a line feed; the inverse of
    /// ``init(parsing:)``. The bytes stand at ``SessionEvent``.
    ///
    /// - Throws: ``EventError`` for what could not be read back: a number that JSON cannot hold, a member that stands
    ///   twice, a value nested too deep.
    public func encoded() throws(EventError) -> [UInt8] {
        let text = try encode()
        var bytes: [UInt8] = []
        text.append(numbered: sequenceNumber, to: &bytes)
        bytes.removeLast()
        return bytes
    }

    /// The text it was read from, else a new one.
    func encode() throws(EventError) -> EncodedEvent {
        if let source { return source }
        var writer = CanonicalWriter(form: .declaredRyu)
        let numberRange = write(to: &writer)
        let bytes: [UInt8]
        do throws(CanonicalError) {
            bytes = try writer.finish()
        } catch {
            throw Self.error(error)
        }
        if hasFreeMembers { _ = try EventParser.parseOnce(bytes) }
        return EncodedEvent(bytes: bytes, numberRange: numberRange)
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
    private func write(to writer: inout CanonicalWriter) -> Range<Int> {
        writer.beginObject()
        writer.member(.sessionID, sessionID)
        writer.member(.eventID, eventID)
        writer.member(.timestamp, timestamp)
        writer.key(EventMember.sequenceNumber.name)
        let start = writer.writtenByteCount
        writer.value(0)
        let end = writer.writtenByteCount
        writer.member(.traceID, traceID)
        writer.member(.spanID, spanID)
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
            writer.key(EventMember.meta.name)
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
    fileprivate mutating func member(_ member: EventMember, _ text: String?) { self.member(member.name, text) }

    fileprivate mutating func member(_ member: EventMember, _ integer: (some BinaryInteger)?) {
        self.member(member.name, integer)
    }

    /// An array of strings, omitted when empty.
    fileprivate mutating func member(_ member: EventMember, _ texts: [String]) {
        if !texts.isEmpty { self.member(member.name, texts) }
    }

    fileprivate mutating func member(_ member: RawMember) {
        key(member.name)
        raw(member.json)
    }
}
