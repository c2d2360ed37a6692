import EventLog
import FileSystemSeam

/// Records a call of a tool, and returns the event's number.
func recordCall(_ fileSystem: any FileSystem, of tool: String, session: String) throws -> UInt64 {
    let log = SessionLog(at: session, fileSystem: fileSystem)
    let event = SessionEvent(
        sessionID: session,
        agentID: "agent://indexer",
        agentInstanceID: "i1",
        agentName: "indexer",
        hostID: "h1",
        kind: .agentCalledTool(name: tool)
    )
    return try log.append(event).sequenceNumbers.lowerBound  // survives the death of every process
}

// A disk in memory: nothing of the machine is touched.
let fileSystem = SimDisk().boot()
let numbers = try ["grep", "sed"].map { try recordCall(fileSystem, of: $0, session: "s1") }
precondition(numbers == [0, 1])

let log = SessionLog(at: "s1", fileSystem: fileSystem)
let contents = try log.readAll()
precondition(contents.events.map(\.sequenceNumber) == [0, 1] && contents.skipped.isEmpty)
_ = try log.seal()
let verification = try log.verify()
precondition(verification.isIntact && verification.warnings.isEmpty && verification.seal != nil)
print("EventLog:", verification.size.eventCount)
