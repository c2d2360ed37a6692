import EventLog
import FileSystemSeam

let log = SessionLog(at: "/nonexistent/session", fileSystem: PosixFileSystem.shared)
let event = SessionEvent(
    sessionID: "ssn_1",
    agentID: "agent://a",
    agentInstanceID: "ai_1",
    agentName: "a",
    hostID: "host_1",
    kind: .agentCalledTool(name: "grep")
)
print("EventLog:", event.kind.type, try log.readAll().events.count)
