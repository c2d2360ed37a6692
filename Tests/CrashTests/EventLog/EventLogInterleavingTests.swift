import CrashTesting
import EventLog
import FileSystemSeam
import TestSupport
import Testing

/// Two processes on one log, in every order of their steps with one preemption at most, one of them killed anywhere.
@Suite("Interleavings of the event log")
struct EventLogInterleavingTests {
    @Test func everyOrderGivesEachNumberOnce() throws {
        var explorer = InterleavingExplorer()
        explorer.preemptionMaximum = runsLongTests ? 2 : 1
        explorer.killMaximum = 1
        let work: @Sendable (String) -> @Sendable (any FileSystem, (String) -> Void) throws -> Void = { name in
            { fileSystem, acknowledge in
                let log = EventLogStory.log(fileSystem, .none)
                let receipt = try log.append(EventLogStory.event(name))
                acknowledge("\(receipt.sequenceNumbers.lowerBound) \(name)")
            }
        }
        let report = try explorer.explore(
            prepare: { try EventLogStory.log($0, .none).append(EventLogStory.event("first")) },
            processes: [work("a"), work("b")]
        ) { fileSystem, outcomes in
            let log = EventLogStory.log(fileSystem, .none)
            let next = try log.append(EventLogStory.event("next")).sequenceNumbers.lowerBound
            let found = try log.readAll()
            try CheckFailure.unless(found.skipped.isEmpty, "lines were spoilt: \(found.skipped)")
            let numbers = found.events.map(\.sequenceNumber)
            try CheckFailure.unless(numbers == Array(0...next), "the numbers are \(numbers)")
            let stored = found.events.map { "\($0.sequenceNumber) \($0.event.agentName)" }
            for outcome in outcomes {
                for answer in outcome.acknowledged where !stored.contains(answer) {
                    throw CheckFailure("acknowledged and lost: \(answer)")
                }
            }
        }
        #expect(report.isClean, "\(report)")
        #expect(report.schedulesWithKills > 10)
    }

    /// Two make a log at once, or one that is empty anew; the one that is killed keeps nobody from it.
    @Test(arguments: [false, true]) func everyOrderMakesADurableLog(isEmpty: Bool) throws {
        var explorer = InterleavingExplorer()
        // With two there are more than 50 000 orders, of which each has a dozen system calls more than the others here.
        explorer.preemptionMaximum = 1
        explorer.killMaximum = 1
        // As on Linux.
        explorer.tellsEveryHandleOfFailedSyncs = true
        let report = try explorer.explore(
            prepare: { fileSystem in
                let root = try fileSystem.openDirectory("/")
                let directory = try root.makeDirectories([String(EventLogStory.path.dropFirst())])
                if isEmpty { try directory.open("events.jsonl", [.write, .create], permissions: .ownerFile).close() }
            },
            processes: ["a", "b"].map { name in
                { @Sendable (fileSystem: any FileSystem, acknowledge: (String) -> Void) throws in
                    let receipt = try EventLogStory.log(fileSystem, .every).append(EventLogStory.event(name))
                    acknowledge("\(receipt.sequenceNumbers.lowerBound) \(name)")
                }
            }
        ) { fileSystem, outcomes in
            let found = try EventLogStory.log(fileSystem, .none).readAll()
            try CheckFailure.unless(found.skipped.isEmpty, "lines were spoilt: \(found.skipped)")
            let numbers = found.events.map(\.sequenceNumber)
            try CheckFailure.unless(numbers == Array(0..<UInt64(numbers.count)), "the numbers are \(numbers)")
            let stored = found.events.map { "\($0.sequenceNumber) \($0.event.agentName)" }
            for answer in outcomes.flatMap(\.acknowledged) where !stored.contains(answer) {
                throw CheckFailure("acknowledged and lost: \(answer)")
            }
        }
        #expect(report.isClean, "\(report)")
        #expect(report.schedulesWithKills > 10)
    }

    /// A torn tail is repaired by whoever comes first, and by nobody twice.
    @Test func everyOrderRepairsATearOnce() throws {
        var explorer = InterleavingExplorer()
        explorer.preemptionMaximum = 1
        explorer.killMaximum = 1
        let story = EventLogStory.appendAfterTear(.none)
        let report = try explorer.explore(
            prepare: story.prepare,
            processes: ["a", "b"].map { name in
                {
                    @Sendable (fileSystem: any FileSystem, acknowledge: ((number: UInt64, repairs: Bool)) -> Void)
                        throws in
                    let receipt = try EventLogStory.log(fileSystem, .none).append(EventLogStory.event(name))
                    acknowledge((receipt.sequenceNumbers.lowerBound, receipt.quarantined != nil))
                }
            }
        ) { fileSystem, outcomes in
            let log = EventLogStory.log(fileSystem, .none)
            try log.append(EventLogStory.event("next"))
            let found = try log.readAll()
            try CheckFailure.unless(found.skipped.isEmpty, "lines were spoilt: \(found.skipped)")
            let numbers = found.events.map(\.sequenceNumber)
            try CheckFailure.unless(numbers == Array(0..<UInt64(numbers.count)), "the numbers are \(numbers)")
            let receipts = outcomes.flatMap(\.acknowledged)
            let acknowledged = receipts.map(\.number)
            try CheckFailure.unless(Set(acknowledged).count == acknowledged.count, "a number was given twice")
            try CheckFailure.unless(acknowledged.allSatisfy { $0 < numbers.count }, "an acknowledged event is lost")
            let kept = try EventLogStory.kept(fileSystem)
            // Who is killed may leave a copy that is not finished, or one of what the next one copies again.
            let wasKilled = outcomes.contains(where: \.wasKilled)
            // A second copy has the name of the first, and takes its place.
            let repairs = receipts.count(where: \.repairs)
            try CheckFailure.unless(wasKilled ? repairs <= 1 : repairs == 1, "repaired \(repairs) times")
            try CheckFailure.unless(
                wasKilled ? kept.contains(Array(story.tail.utf8)) : kept == [Array(story.tail.utf8)],
                "kept as a torn tail: \(kept)"
            )
        }
        #expect(report.isClean, "\(report)")
        #expect(report.schedulesWithKills > 10)
    }

    /// A handle that has seen for a while that no name changes looks at the directory's time only; another file is put
    /// in the place of the events just then, under the lock, with what they held.
    @Test(arguments: [0, 1, 4] as [UInt64]) func everyOrderNoticesAReplacedLog(seconds: UInt64) throws {
        var explorer = InterleavingExplorer()
        explorer.preemptionMaximum = runsLongTests ? 2 : 1
        explorer.killMaximum = 0
        let path = EventLogStory.path
        let report = try explorer.explore(
            prepare: { try EventLogStory.log($0, .none).append(EventLogStory.event("first")) },
            processes: [
                { @Sendable (fileSystem: any FileSystem, acknowledge: (String) -> Void) throws in
                    let log = EventLogStory.log(fileSystem, .none)
                    for name in ["a", "b", "c"] {
                        try log.append(EventLogStory.event(name))
                        acknowledge(name)
                        fileSystem.sleep(nanoseconds: 3_000_000_000)
                    }
                },
                { @Sendable (fileSystem: any FileSystem, acknowledge: (String) -> Void) throws in
                    fileSystem.sleep(nanoseconds: seconds * 1_000_000_000)
                    let directory = try fileSystem.openDirectory(path)
                    let lock = try directory.open("events.jsonl.lock", [.read, .write], permissions: .ownerFile)
                    _ = try lock.lock(.exclusive, blocking: true)
                    let copy = try directory.open("copy", [.write, .create, .exclusive], permissions: .ownerFile)
                    try copy.writeAll(try directory.readFile("events.jsonl", maximumBytes: 1 << 16), at: 0)
                    try directory.rename("copy", to: "events.jsonl", in: directory, exclusive: false)
                    try lock.unlock()
                },
            ]
        ) { fileSystem, outcomes in
            let found = try EventLogStory.log(fileSystem, .none).readAll()
            let names = found.events.map(\.event.agentName)
            try CheckFailure.unless(names == ["first"] + outcomes[0].acknowledged, "the events are \(names)")
            try CheckFailure.unless(found.events.map(\.sequenceNumber) == [0, 1, 2, 3], "other numbers")
        }
        #expect(report.isClean, "\(report)")
        #expect(report.schedules > 50)
    }
}
