import EventLog
import FileSystemSeam
import Foundation

// Made to be killed: `event-worker <session> <name> <first> <count> <durability>` appends events called `<name>-<step>`
// for steps from `first` on, and prints a line for every append that was acknowledged to it:
//
//     appended 17 w3-5
//
// The durability is `none` or `every`. With a size after it, as in `none*4`, so many events are appended at a time, and
// the line names the first of them. Anything that fails ends it with the error and code 1.
//
// With `forked` the handle syncs in the background, and once a thread of it waits for that, a child that was forked
// appends as many events called `<name>c-<step>` and closes it; who is not done after 20 seconds is killed.

let words = CommandLine.arguments
let mode = words.count == 6 ? words[5].split(separator: "*").map(String.init) : []
guard let first = Int(words.dropFirst(3).first ?? ""), let count = Int(words.dropFirst(4).first ?? ""), !mode.isEmpty
else { exit(64) }
let size = mode.count == 2 ? Int(mode[1]) ?? 1 : 1
let durabilities: [String: EventDurability] = [
    "none": .none, "every": .every, "forked": .interval(milliseconds: 5),
]
guard let durability = durabilities[mode[0]] else { exit(64) }
let log = SessionLog(
    at: words[1],
    fileSystem: PosixFileSystem.shared,
    options: SessionLogOptions(durability: durability)
)

func append(_ name: String) {
    for step in stride(from: first, to: first + count, by: size) { append(name, step) }
}

func append(_ name: String, _ step: Int) {
    let events = (step..<min(step + size, first + count)).map { step in
        SessionEvent(
            sessionID: "ssn_1",
            agentID: "agent://worker",
            agentInstanceID: "ai_1",
            agentName: "\(name)-\(step)",
            hostID: "host_1",
            kind: .agentCalledTool(name: String(repeating: "x", count: step % 7 * 40))
        )
    }
    do {
        let number = try log.append(events).sequenceNumbers.lowerBound
        FileHandle.standardOutput.write(Data("appended \(number) \(name)-\(step)\n".utf8))
    } catch {
        FileHandle.standardOutput.write(Data("failed \(error)\n".utf8))
        exit(1)
    }
}

append(words[2])
if mode[0] == "forked" {
    usleep(20_000)
    let child = fork()
    if child == 0 {
        // Whoever starts this program from a work queue has it inherit that all signals are blocked.
        var none = sigset_t()
        sigemptyset(&none)
        sigprocmask(SIG_SETMASK, &none, nil)
        alarm(20)
        append(words[2] + "c")
        do {
            try log.close()
        } catch {
            FileHandle.standardOutput.write(Data("failed \(error)\n".utf8))
            _exit(1)
        }
        _exit(0)
    }
    var status: Int32 = 0
    waitpid(child, &status, 0)
    if status != 0 { exit(1) }
    append(words[2] + "p")
    do {
        try log.close()
    } catch {
        FileHandle.standardOutput.write(Data("failed \(error)\n".utf8))
        exit(1)
    }
}
