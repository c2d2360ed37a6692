import EventLog
import FileSystemSeam
import TestSupport
import Testing

/// One bit is wrong of what a read gives, and the next read gives it right. Nothing that was acknowledged may be cut
/// off for that, and no number be given twice.
@Suite("Ends that are read wrong")
struct MisreadEndTests {
    /// What an append finds.
    struct Scene: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var count = 3
        var tail = ""
        /// What becomes of the counter.
        var counter: [UInt8]?
    }

    private static let scenes = [
        Scene(testDescription: "whole lines"),
        Scene(testDescription: "whole lines, a counter that says nothing", counter: []),
        Scene(testDescription: "one line, a counter that says nothing", count: 1, counter: []),
        Scene(testDescription: "a torn tail", tail: String(line(3, "torn").dropLast(9))),
        Scene(testDescription: "a torn tail that is nearly a line", tail: line(3, "torn") + "\u{B}"),
        Scene(testDescription: "a torn tail, a counter that says nothing", tail: "{\"torn", counter: []),
    ]
    private static let path = "/s"

    /// A log, and a file system that has not looked at it.
    private func disk(_ scene: Scene) throws -> (disk: SimDisk, fileSystem: SimFS) {
        let disk = SimDisk()
        disk.isTracing = false
        let fileSystem = disk.boot()
        try SessionLog(at: Self.path, fileSystem: fileSystem).append((0..<scene.count).map { event("e\($0)") })
        let directory = try fileSystem.openDirectory(Self.path)
        if !scene.tail.isEmpty {
            let file = try directory.open("events.jsonl", [.write, .append], permissions: .ownerFile)
            try file.appendOnce(Array(scene.tail.utf8))
        }
        if let bytes = scene.counter {
            let file = try directory.open("events.jsonl.count", .write, permissions: .ownerFile)
            try file.truncate(to: Int64(bytes.count))
        }
        return (disk, fileSystem)
    }

    /// How often an append reads.
    private func readCount(_ scene: Scene) throws -> Int {
        let (disk, fileSystem) = try disk(scene)
        disk.isTracing = true
        try SessionLog(at: Self.path, fileSystem: fileSystem).append(event("new"))
        return disk.trace.count { $0.operation == .read }
    }

    private func events(_ fileSystem: SimFS) throws -> [String] {
        let found = try SessionLog(at: Self.path, fileSystem: fileSystem).readAll()
        return found.events.map { "\($0.sequenceNumber) \($0.event.agentName)" }
    }

    @Test(arguments: scenes) func costNothing(scene: Scene) throws {
        let count = scene.count
        var failures = 0
        for read in 1...(try readCount(scene)) {
            // Of the last byte, which most answers hang on, each bit; of others one each.
            for bit in Array(-8 ... -1) + (1..<(runsLongTests ? 1000 : 80)).map({ -8 - 8 * 13 * $0 + $0 % 8 }) {
                let (disk, fileSystem) = try disk(scene)
                disk.faults = .on(.read, read, .flippedBit(bit))
                let handle = SessionLog(at: Self.path, fileSystem: fileSystem)
                var expected = (0..<count).map { "\($0) e\($0)" }
                let error = try eventLogError {
                    let number = try handle.append(event("new")).sequenceNumbers.lowerBound
                    expected.append("\(number) new")
                    #expect(number >= count, "read \(read), bit \(bit)")
                }
                if error != nil { failures += 1 }
                disk.faults = FaultPlan()
                #expect(try events(fileSystem) == expected, "read \(read), bit \(bit)")
                // And what comes next stands by itself.
                let next = try SessionLog(at: Self.path, fileSystem: fileSystem).append(event("next"))
                let number = next.sequenceNumbers.lowerBound
                #expect(try events(fileSystem) == expected + ["\(number) next"], "read \(read), bit \(bit)")
                #expect(number >= expected.count, "read \(read), bit \(bit)")
            }
        }
        #expect(failures > 0)
    }

    /// Where two looks at the end differ, the append says that the disk cannot be trusted, and moves nothing away.
    @Test func twoAnswersAreAnError() throws {
        for (scene, read) in [(Self.scenes[0], 1), (Self.scenes[2], 3)] {
            let (disk, fileSystem) = try disk(scene)
            disk.faults = .on(.read, read, .flippedBit(-8))
            let handle = SessionLog(at: Self.path, fileSystem: fileSystem)
            let error = try eventLogError { try handle.append(event("new")) }
            let expected = FileSystemError(operation: .read, name: "events.jsonl", code: .inputOutput)
            #expect(error == .io(expected, file: "events.jsonl"), "\(scene.testDescription)")
            #expect(try events(fileSystem) == (0..<scene.count).map { "\($0) e\($0)" })
            let names = try fileSystem.openDirectory(Self.path).entries().map(\.name)
            #expect(!names.contains("quarantine"))
        }
    }
}
