import CrashTesting
import EventLog
import FileSystemSeam
import TestSupport
import Testing

/// Two processes find one torn tail: one cuts it off and appends, while the other one is still busy with it.
@Suite("Interleavings at a torn tail")
struct EventLogTailInterleavingTests {
    /// A log of one event, and the line that comes behind it.
    private struct Scene {
        /// How many bytes the event has.
        let whole: Int64
        /// The line of the next event, with its line feed.
        let line: [UInt8]
        /// Zeros, as a power cut leaves them.
        let tail: [UInt8]

        /// - Parameter excess: how much longer the line is than the tail.
        init(excess: Int) throws {
            let fileSystem = SimDisk().boot()
            let log = EventLogStory.log(fileSystem, .none)
            whole = try log.append(EventLogStory.event("first")).byteRange.upperBound
            try log.append(EventLogStory.event("b"))
            let directory = try fileSystem.openDirectory(EventLogStory.path)
            line = Array(try directory.readFile("events.jsonl", maximumBytes: 1 << 16)[Int(whole)...])
            tail = [UInt8](repeating: 0, count: line.count - excess)
        }

        func prepare(_ fileSystem: any FileSystem) throws {
            try EventLogStory.log(fileSystem, .none).append(EventLogStory.event("first"))
            let directory = try fileSystem.openDirectory(EventLogStory.path)
            let file = try directory.open("events.jsonl", [.write, .append], permissions: .ownerFile)
            try file.appendOnce(tail)
        }

        /// Every event that was acknowledged is there with its number, nothing is spoilt, and no number is missing.
        func check(_ fileSystem: any FileSystem, _ acknowledged: [String]) throws {
            let log = EventLogStory.log(fileSystem, .none)
            let next = try log.append(EventLogStory.event("next")).sequenceNumbers.lowerBound
            let found = try log.readAll()
            try CheckFailure.unless(found.skipped.isEmpty, "lines were spoilt: \(found.skipped)")
            let numbers = found.events.map(\.sequenceNumber)
            try CheckFailure.unless(numbers == Array(0...next), "the numbers are \(numbers)")
            let stored = found.events.map { "\($0.sequenceNumber) \($0.event.agentName)" }
            for answer in acknowledged where !stored.contains(answer) {
                throw CheckFailure("acknowledged and lost: \(answer)")
            }
        }
    }

    /// The other one does what the format asks of any tool, in as few steps as can be, so that it can stand still
    /// between any two of them: also between cutting and appending.
    @Test(arguments: [0, 1]) func everyOrderWithAnotherTool(excess: Int) throws {
        let scene = try Scene(excess: excess)
        let (whole, tail, line) = (scene.whole, scene.tail, scene.line)
        var explorer = InterleavingExplorer()
        explorer.preemptionMaximum = 3
        explorer.killMaximum = 0
        let report = try explorer.explore(
            prepare: scene.prepare,
            processes: [
                { @Sendable (fileSystem: any FileSystem, acknowledge: (String) -> Void) throws in
                    let receipt = try EventLogStory.log(fileSystem, .none).append(EventLogStory.event("a"))
                    acknowledge("\(receipt.sequenceNumbers.lowerBound) a")
                },
                { @Sendable (fileSystem: any FileSystem, acknowledge: (String) -> Void) throws in
                    let directory = try fileSystem.openDirectory(EventLogStory.path)
                    let lock = try directory.open("events.jsonl.lock", [.read, .write], permissions: .ownerFile)
                    let options: OpenOptions = [.read, .write, .append]
                    let events = try directory.open("events.jsonl", options, permissions: .ownerFile)
                    _ = try lock.lock(.exclusive, blocking: true)
                    if try events.read(exactly: 1, at: try events.extent().size - 1) == [0] {
                        try events.truncate(to: whole)
                        try events.appendOnce(line)
                        acknowledge("1 b")
                    }
                    try lock.unlock()
                },
            ]
        ) { fileSystem, outcomes in
            try scene.check(fileSystem, outcomes.flatMap(\.acknowledged))
            let kept = try EventLogStory.kept(fileSystem)
            try CheckFailure.unless(kept.allSatisfy { $0 == tail }, "something else is kept as a torn tail")
        }
        #expect(report.isClean, "\(report)")
    }

    /// Both are ours, and cut the tail off in several holds of the lock. The faster one may append a line that is just
    /// as long, as who appends what was lost does.
    @Test(arguments: runsLongTests ? [0, 60, -60] : [0, 60]) func everyOrderOfTwoWriters(excess: Int) throws {
        let scene = try Scene(excess: excess)
        let tail = scene.tail
        var explorer = InterleavingExplorer()
        explorer.preemptionMaximum = 1
        explorer.killMaximum = 1
        let report = try explorer.explore(
            prepare: scene.prepare,
            processes: ["a", "b"].map { name in
                { @Sendable (fileSystem: any FileSystem, acknowledge: (String) -> Void) throws in
                    var options = SessionLogOptions()
                    options.tailPieceByteCount = 40
                    let log = SessionLog(at: EventLogStory.path, fileSystem: fileSystem, options: options)
                    let receipt = try log.append(EventLogStory.event(name))
                    acknowledge("\(receipt.sequenceNumbers.lowerBound) \(name)")
                }
            }
        ) { fileSystem, outcomes in
            try scene.check(fileSystem, outcomes.flatMap(\.acknowledged))
            let kept = try EventLogStory.kept(fileSystem).compactMap(\.self)
            try CheckFailure.unless(kept.contains(tail), "the torn tail is nowhere")
            // Who comes while it is cut off keeps the rest.
            try CheckFailure.unless(kept.allSatisfy { tail.starts(with: $0) }, "something else is kept as a torn tail")
        }
        #expect(report.isClean, "\(report)")
        #expect(report.schedulesWithKills > 10)
    }
}
