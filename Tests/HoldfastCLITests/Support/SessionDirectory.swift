import Foundation
import HoldfastCLI
import TestSupport

/// A session's directory in a temporary one, and short ways to ask it.
struct SessionDirectory: ~Copyable {
    let temporary: TemporaryDirectory

    init() throws { temporary = try TemporaryDirectory() }

    /// The session's directory; not made yet.
    var path: String { temporary.path + "/session" }

    /// A place beside the session.
    func beside(_ name: String) -> String { temporary.path + "/" + name }

    /// Runs `events COMMAND` on the directory.
    func run(_ command: String, _ more: String..., input: String = "") -> CommandRun {
        CommandRun(["events", command, path] + more, input: Array(input.utf8))
    }

    /// Appends events with these names.
    func append(_ names: String...) -> CommandRun {
        let input = names.map { Self.event($0) + "\n" }.joined()
        return CommandRun(["events", "append", path, "--batch"], input: Array(input.utf8))
    }

    var eventsFile: String { path + "/events.jsonl" }

    func text() throws -> String { String(decoding: try Data(contentsOf: URL(filePath: eventsFile)), as: UTF8.self) }

    /// An event as a hook gives it: without what the log makes up.
    static func event(_ name: String, type: String = "agent.called_tool", more: String = #","tool_name":"grep""#)
        -> String
    {
        #"{"session_id":"ssn_1","agent_id":"agent://a","agent_instance_id":"ai_1","agent_name":"\#(name)","#
            + #""host_id":"h","type":"\#(type)"\#(more)}"#
    }
}
