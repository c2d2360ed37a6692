import CrashTesting
import EventLog
import FileSystemSeam
import Foundation
import Testing

/// The power is cut at every point of the log's work, under every model.
@Suite("Power cuts of the event log")
struct EventLogCrashTests {
    private static let isLong = ProcessInfo.processInfo.environment["HOLDFAST_LONG"] != nil

    /// - Parameter runs: the most states tried at one point before it is covered by samples.
    private func explore(_ story: EventLogStory, _ model: PersistenceModel, runs: Int = 15) throws -> CrashReport {
        var explorer = CrashExplorer(model)
        explorer.runMaximum = Self.isLong ? runs * 50 : runs
        explorer.sampleCount = Self.isLong ? 1000 : 10
        let report = try explorer.explore(
            prepare: story.prepare,
            workload: story.workload,
            recover: story.recover,
            check: story.check
        )
        // What a long run covered is worth telling.
        if Self.isLong {
            print("crash: \(story), \(model): \(report.statistics.states) states, \(report.statistics.mode)")
        }
        return report
    }

    @Test(arguments: PersistenceModel.all) func noAcknowledgedAppendIsLost(model: PersistenceModel) throws {
        let report = try explore(.appends(.every, 2), model)
        #expect(report.isClean, "\(report)")
    }

    /// Lines of more than a sector: parts of them may survive in any combination.
    @Test(arguments: PersistenceModel.all) func noAcknowledgedLongLineIsLost(model: PersistenceModel) throws {
        let report = try explore(.appends(.every, 2, padding: 500), model)
        #expect(report.isClean, "\(report)")
    }

    @Test(arguments: PersistenceModel.all) func noAcknowledgedBatchIsLost(model: PersistenceModel) throws {
        let report = try explore(.batch(.every), model)
        #expect(report.isClean, "\(report)")
    }

    @Test(arguments: PersistenceModel.all) func withoutSyncsWhatSurvivesIsSound(model: PersistenceModel) throws {
        for story in [EventLogStory.appends(.none, 3), .appends(.none, 2, padding: 500), .batch(.none)] {
            let report = try explore(story, model)
            #expect(report.isClean, "\(report)")
        }
    }

    @Test(arguments: PersistenceModel.all) func aTornTailIsNeverLost(model: PersistenceModel) throws {
        for story in [EventLogStory.repair, .appendAfterTear(.every), .appendAfterTear(.none)] {
            let report = try explore(story, model)
            #expect(report.isClean, "\(report)")
        }
    }

    @Test(arguments: PersistenceModel.all) func aSealAlwaysFits(model: PersistenceModel) throws {
        let report = try explore(.sealTwice, model)
        #expect(report.isClean, "\(report)")
    }

    /// Where a length never precedes its data, what survives without syncs is the beginning of what was written. Elsewhere
    /// there may be damage in the middle.
    @Test(arguments: PersistenceModel.all) func withoutSyncsAPrefixSurvivesOnXFSOnly(model: PersistenceModel) throws {
        let story = EventLogStory.appends(.none, 3, padding: 500)
        var explorer = CrashExplorer(model)
        explorer.failureMaximum = 1
        let report = try explorer.explore(
            prepare: story.prepare,
            workload: story.workload,
            recover: story.recover
        ) { recovered, _ in
            let found = try recovered.log.readAll()
            try CheckFailure.unless(found.skipped.isEmpty, "damage in the middle: \(found.skipped)")
            let numbers = found.events.map(\.sequenceNumber)
            try CheckFailure.unless(numbers == Array(0..<UInt64(numbers.count)), "not a prefix: \(numbers)")
        }
        #expect(report.isClean == (model == .xfs), "\(report)")
        #expect(report.findings.allSatisfy { $0.message.hasPrefix("damage in the middle") }, "\(report)")
    }

    // MARK: - The proof can fail

    /// A sync that is not made, and what must be found then.
    struct MissingSync: Sendable, CustomTestStringConvertible {
        let story: EventLogStory
        let operation: FileSystemError.Operation
        /// Which calls; together where two cover the same.
        let occurrences: [Int]
        let finding: String

        var testDescription: String { "\(operation) \(occurrences): \(finding)" }
    }

    static let missingSyncs = [
        MissingSync(story: .appends(.every, 2), operation: .sync, occurrences: [1], finding: "event 0 is lost"),
        MissingSync(story: .appends(.every, 2), operation: .sync, occurrences: [2], finding: "event 1 is lost"),
        // The names of the directory and of the events are synced by who makes them, and again by the first durable append of a
        // handle.
        MissingSync(story: .appends(.every, 2), operation: .syncDirectory, occurrences: [1, 3], finding: "is lost"),
        MissingSync(story: .appends(.every, 2), operation: .syncDirectory, occurrences: [2, 4], finding: "is lost"),
        MissingSync(story: .sealOnce, operation: .sync, occurrences: [1], finding: "bytes were sealed"),
        MissingSync(story: .sealOnce, operation: .sync, occurrences: [2], finding: "cannot be read"),
        MissingSync(story: .sealOnce, operation: .syncDirectory, occurrences: [2], finding: "there are no events"),
        MissingSync(story: .sealOnce, operation: .syncDirectory, occurrences: [1, 3], finding: "seal is lost"),
        MissingSync(story: .sealOnce, operation: .syncDirectory, occurrences: [4], finding: "seal is lost"),
        MissingSync(story: .repair, operation: .sync, occurrences: [1], finding: "torn tail is nowhere"),
        MissingSync(story: .repair, operation: .syncDirectory, occurrences: [1], finding: "quarantine"),
        MissingSync(story: .repair, operation: .syncDirectory, occurrences: [2], finding: "torn tail is nowhere"),
        MissingSync(story: .appendAfterTear(.every), operation: .sync, occurrences: [2], finding: "event 1 is lost"),
    ]

    /// Each sync is needed: with it taken away the loss is found.
    @Test(arguments: missingSyncs) func aMissingSyncIsFound(missing: MissingSync) throws {
        var explorer = CrashExplorer(.posixMinimal)
        explorer.runMaximum = 30
        explorer.sampleCount = 10
        explorer.failureMaximum = 1
        explorer.faults = FaultPlan(
            missing.occurrences.map { FaultPlan.Entry(missing.operation, occurrence: $0, .lyingSync) }
        )
        let report = try explorer.explore(
            prepare: missing.story.prepare,
            workload: missing.story.workload,
            recover: missing.story.recover,
            check: missing.story.check
        )
        #expect(report.findings.first?.message.contains(missing.finding) == true, "\(report)")
    }
}

/// Every operation fails once in every way it can.
@Suite("Faults under the event log")
struct EventLogFaultTests {
    private static let isLong = ProcessInfo.processInfo.environment["HOLDFAST_LONG"] != nil

    private static let stories: [EventLogStory] = [
        .appends(.every, 2), .appends(.none, 2), .batch(.every), .repair, .appendAfterTear(.every), .sealOnce,
    ]

    @Test(arguments: stories.indices) func loseNothingAcknowledged(index: Int) throws {
        let story = Self.stories[index]
        for model in Self.isLong ? PersistenceModel.all : [.posixMinimal] {
            var sweep = FaultSweep(model)
            sweep.triesPairs = Self.isLong
            // Lines carry no checksum. A line feed that is read wrong looks like a torn line: alone that gives no number twice,
            // together with a lost counter it does, so the pairs have it left out.
            if Self.isLong {
                sweep.faults = { operation in
                    let faults = FaultPlan.applicableFaults(to: operation)
                    return faults.filter { if case .flippedBit(let bit) = $0 { bit == 3 } else { true } }
                }
            }
            sweep.explorer.runMaximum = Self.isLong ? 20 : 2
            sweep.explorer.sampleCount = Self.isLong ? 20 : 0
            sweep.explorer.depth = 1
            let report = try sweep.run(
                prepare: story.prepare,
                workload: story.workload,
                isOwnError: { $0 is EventLogError },
                recover: story.recover,
                check: story.check
            )
            if Self.isLong { print("faults: \(story), \(model): \(report)", terminator: "") }
            #expect(report.isClean, "\(story): \(report)")
            #expect(report.plansThatThrew > 5, "\(story): \(report)")
        }
    }
}

/// Two processes on one log, in every order of their steps with one preemption at most, one of them killed anywhere.
@Suite("Interleavings of the event log")
struct EventLogInterleavingTests {
    private static let isLong = ProcessInfo.processInfo.environment["HOLDFAST_LONG"] != nil

    @Test func everyOrderGivesEachNumberOnce() throws {
        var explorer = InterleavingExplorer()
        explorer.preemptionMaximum = Self.isLong ? 2 : 1
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

    /// A torn tail is repaired by whoever comes first, and by nobody twice.
    @Test func everyOrderRepairsATearOnce() throws {
        var explorer = InterleavingExplorer()
        explorer.preemptionMaximum = 1
        explorer.killMaximum = 1
        let story = EventLogStory.appendAfterTear(.none)
        let report = try explorer.explore(
            prepare: story.prepare,
            processes: ["a", "b"].map { name in
                { @Sendable (fileSystem: any FileSystem, acknowledge: (UInt64) -> Void) throws in
                    let log = EventLogStory.log(fileSystem, .none)
                    acknowledge(try log.append(EventLogStory.event(name)).sequenceNumbers.lowerBound)
                }
            }
        ) { fileSystem, outcomes in
            let log = EventLogStory.log(fileSystem, .none)
            try log.append(EventLogStory.event("next"))
            let found = try log.readAll()
            try CheckFailure.unless(found.skipped.isEmpty, "lines were spoilt: \(found.skipped)")
            let numbers = found.events.map(\.sequenceNumber)
            try CheckFailure.unless(numbers == Array(0..<UInt64(numbers.count)), "the numbers are \(numbers)")
            let acknowledged = outcomes.flatMap(\.acknowledged)
            try CheckFailure.unless(Set(acknowledged).count == acknowledged.count, "a number was given twice")
            try CheckFailure.unless(acknowledged.allSatisfy { $0 < numbers.count }, "an acknowledged event is lost")
        }
        #expect(report.isClean, "\(report)")
    }

    /// A handle that has seen for a while that no name changes looks at the directory's time only; another file is put in the
    /// place of the events just then, under the lock, with what they held.
    @Test(arguments: [0, 1, 4] as [UInt64]) func everyOrderNoticesAReplacedLog(seconds: UInt64) throws {
        var explorer = InterleavingExplorer()
        explorer.preemptionMaximum = Self.isLong ? 2 : 1
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
