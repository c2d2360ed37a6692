import EventLog
import FileSystemSeam
import Foundation

// Made to be killed: `event-worker <session> <name> <first> <count> <durability>` appends events called `<name>-<step>`
// for steps from `first` on, and prints a line for every append that was acknowledged to it:
//
//     appended 17 w3-5
//
// The durability is `none` or `every`. With a size after it, as in `none*4`, so many events are appended at a time, and the
// line names the first of them. Anything that fails ends it with the error and code 1.

let words = CommandLine.arguments
let mode = words.count == 6 ? words[5].split(separator: "*").map(String.init) : []
guard let first = Int(words.dropFirst(3).first ?? ""), let count = Int(words.dropFirst(4).first ?? ""), !mode.isEmpty
else { exit(64) }
let size = mode.count == 2 ? Int(mode[1]) ?? 1 : 1
let log = SessionLog(
    at: words[1],
    fileSystem: PosixFileSystem.shared,
    options: SessionLogOptions(durability: mode[0] == "every" ? .every : .none)
)
for step in stride(from: first, to: first + count, by: size) {
    let events = (step..<min(step + size, first + count)).map { step in
        SessionEvent(
            sessionID: "ssn_1",
            agentID: "agent://worker",
            agentInstanceID: "ai_1",
            agentName: "\(words[2])-\(step)",
            hostID: "host_1",
            kind: .agentCalledTool(name: String(repeating: "x", count: step % 7 * 40))
        )
    }
    do {
        let number = try log.append(events).sequenceNumbers.lowerBound
        FileHandle.standardOutput.write(Data("appended \(number) \(words[2])-\(step)\n".utf8))
    } catch {
        FileHandle.standardOutput.write(Data("failed \(error)\n".utf8))
        exit(1)
    }
}
