internal import EventLog

/// What an event says, as a line for people.
enum EventText {
    /// Number, time, type, agent and what the type is about:
    /// `12  2026-07-01T00:00:00Z  agent.called_tool  coder  grep`.
    static func line(_ stored: StoredEvent, _ style: TextStyle) -> String {
        let event = stored.event
        var cells = [String(stored.sequenceNumber), event.timestamp, stored.type, event.agentName]
        let summary = summary(event.kind)
        if !summary.isEmpty { cells.append(summary) }
        var shown = cells.map { $0.isEmpty ? "-" : Printable.cut($0, 200) }
        shown[2] = style.heading(shown[2])
        return shown.joined(separator: "  ")
    }

    /// What a line that is no event is, for a diagnostic.
    static func line(_ skipped: SkippedLine, _ style: TextStyle) -> String {
        let place = style.notable("line \(skipped.line) (byte \(skipped.byteOffset)):")
        return "\(place) \(Printable.escaped(skipped.reason.description))"
    }

    /// What matters most of a type's members.
    static func summary(_ kind: EventKind) -> String {
        switch kind {
        case .sessionStarted: ""
        case .sessionClosed(let summary, _): summary ?? ""
        case .agentStarted(let parent): parent.map { "from \($0)" } ?? ""
        case .agentSpawned(let spawner, let reason): join("by \(spawner)", reason)
        case .agentHandoff(let giver, let taker, let artifacts):
            join("\(giver) to \(taker)", artifacts.isEmpty ? nil : artifacts.joined(separator: " "))
        case .agentCollaborated(let others): others.joined(separator: " ")
        case .agentReturned(let receiver): "to \(receiver)"
        case .agentCompleted(let reason), .agentFailed(let reason): reason ?? ""
        case .agentCalledTool(let name, _, _, let duration): join(name, milliseconds(duration))
        case .agentReadFile(let path, _): path
        case .agentWroteFile(let path, _, let operation, let additions, let deletions):
            join(path, operation, additions.map { "+\($0)" }, deletions.map { "-\($0)" })
        case .agentOpenedPort(let port, let networkProtocol): join(String(port), networkProtocol)
        case .agentConnectedNetwork(let destination, let port): join(destination, port.map { String($0) })
        case .agentStartedProcess(let name, let processID, let command):
            join(name, processID.map { "pid \($0)" }, command)
        case .agentCompletedProcess(let name, let code, let duration, _):
            join(name, code.map { "exit code \($0)" }, milliseconds(duration))
        case .agentDecision(let model, _, _, _, let summary, _): join(model ?? "", summary)
        case .other(_, let members):
            members.prefix(3).map { "\($0.name)=\(String(decoding: $0.json, as: UTF8.self))" }.joined(separator: " ")
        }
    }

    private static func milliseconds(_ duration: UInt64?) -> String? { duration.map { "\($0) ms" } }

    private static func join(_ first: String, _ rest: String?...) -> String {
        ([first] + rest.compactMap { $0 }).filter { !$0.isEmpty }.joined(separator: ", ")
    }
}
