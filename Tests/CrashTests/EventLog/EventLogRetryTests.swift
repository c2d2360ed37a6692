import CrashTesting
import EventLog
import FileSystemSeam
import TestSupport
import Testing

/// Each sync fails once, and whoever was refused tries again with another handle, as he has to: another sync succeeds,
/// and says nothing of what the first one was for. Then the power is cut.
@Suite("Second attempts on an event log")
struct EventLogRetryTests {
    /// One thing after the other, each tried until it succeeds.
    struct Work: Sendable, CustomTestStringConvertible {
        typealias Step = @Sendable (SessionLog, (LogAnswer) -> Void) throws -> Void

        let story: EventLogStory
        let steps: [Step]
        /// What the handles are opened with; the steps see to it that what they acknowledge is durable.
        let durability: EventDurability

        var testDescription: String { story.description }

        init(
            _ description: String,
            durability: EventDurability = .every,
            tail: String = "",
            before: [String] = [],
            _ steps: [Step]
        ) {
            story = EventLogStory(description: description, durability: .every, before: before, tail: tail) { _, _, _ in
            }
            self.durability = durability
            self.steps = steps
        }

        func work(_ fileSystem: any FileSystem, _ say: (LogAnswer) -> Void) throws {
            var log = EventLogStory.log(fileSystem, durability)
            for step in steps {
                var attempts = 0
                while true {
                    attempts += 1
                    do {
                        try step(log, say)
                        break
                    } catch let error as EventLogError {
                        if attempts == 4 { throw error }
                        log = EventLogStory.log(fileSystem, durability)
                    }
                }
            }
        }
    }

    static let all = [
        Work("appends", [append, append]),
        Work("appends and seals", [append, seal, append]),
        Work("appends behind a line that ends a sector", [appendToTheEndOfASector(0), append]),
        Work("appends behind a torn tail", tail: #"{"torn"#, before: ["e0"], [append, append]),
        // Where nobody asked for durability, nothing can promise the name of events that a sync failed for.
        Work("appends and flushes", durability: .none, before: ["e0"], [flushed(append), flushed(append)]),
        Work(
            "appends behind a line that ends a sector, and flushes",
            durability: .none,
            before: ["e0"],
            [flushed(appendToTheEndOfASector(1)), flushed(append)]
        ),
    ]

    /// What a step acknowledges is durable only once it was flushed.
    private static func flushed(_ step: @escaping Work.Step) -> Work.Step {
        { log, say in
            var answers: [LogAnswer] = []
            try step(log) { answers.append($0) }
            try log.flush()
            for answer in answers { say(answer) }
        }
    }

    private static let append: Work.Step = { log, say in
        // The number that it will get; an attempt that failed may have used one up.
        let number = try (log.readAll().events.last?.sequenceNumber).map { $0 + 1 } ?? 0
        let receipt = try log.append(EventLogStory.event("e\(number)"))
        say(.appended(number: receipt.sequenceNumbers.lowerBound, name: "e\(number)"))
    }

    /// An event with a line that ends where a sector does: nothing that comes later writes into the same one.
    private static func appendToTheEndOfASector(_ number: UInt64) -> Work.Step {
        { log, say in
            let size = try log.size()
            if size.eventCount > number { return }
            let end = Int(size.byteCount) + (try EventLogStory.event("e\(number)").encoded().count) + 1
            let event = EventLogStory.event("e\(number)", padding: 512 - end % 512)
            let receipt = try log.append(event)
            #expect(receipt.byteRange.upperBound % 512 == 0)
            say(.appended(number: receipt.sequenceNumbers.lowerBound, name: "e\(number)"))
        }
    }

    private static let seal: Work.Step = { log, say in say(.sealed(eventCount: try log.seal().eventCount)) }

    @Test(arguments: all, [false, true]) func standOnNothingASyncFailedFor(work: Work, isEveryHandleTold: Bool) throws {
        let sweep = FaultSweep.failingEachSync()
        let report = try sweep.run(
            prepare: { fileSystem in
                (fileSystem as? SimFS)?.disk.tellsEveryHandleOfFailedSyncs = isEveryHandleTold
                try work.story.prepare(fileSystem)
            },
            workload: work.work,
            isOwnError: { $0 is EventLogError },
            recover: work.story.recover,
            check: work.story.check
        )
        #expect(report.isClean, "\(work.story): \(report)")
        #expect(report.plansThatThrew == 0 || runsLongTests, "\(work.story): the second attempt fails, too: \(report)")
        #expect(report.singles > 3, "\(report)")
    }

    /// A process makes the events, fails to sync their name, and is killed before it takes them back.
    @Test(arguments: [false, true]) func emptyEventsAreNotRestedOn(isEveryHandleTold: Bool) throws {
        let story = EventLogStory(description: "on empty events", durability: .every) { _, _, _ in }
        let report = try FaultSweep.failingEachSync().run(
            prepare: { fileSystem in
                (fileSystem as? SimFS)?.disk.tellsEveryHandleOfFailedSyncs = isEveryHandleTold
                let root = try fileSystem.openDirectory("/")
                _ = try root.makeDirectories([String(EventLogStory.path.dropFirst())])
            },
            workload: { fileSystem, say in
                let directory = try fileSystem.openDirectory(EventLogStory.path)
                try directory.open("events.jsonl", [.write, .create], permissions: .ownerFile).close()
                try? directory.sync()
                try? directory.close()
                var attempts = 0
                while attempts < 2 {
                    attempts += 1
                    do {
                        try Self.append(EventLogStory.log(fileSystem, .every), say)
                        break
                    } catch  where attempts == 1 {}
                }
            },
            isOwnError: { $0 is EventLogError },
            recover: story.recover,
            check: story.check
        )
        #expect(report.isClean, "\(report)")
        #expect(report.singles > 3, "\(report)")
    }

    /// A handle that is not durable appends before and behind another one's line, which ends a sector and whose sync
    /// fails.
    @Test(arguments: [false, true]) func aFlushStandsOnNothingOfOthers(isEveryHandleTold: Bool) throws {
        let story = EventLogStory(description: "between others", durability: .every) { _, _, _ in }
        let report = try FaultSweep.failingEachSync().run(
            prepare: { ($0 as? SimFS)?.disk.tellsEveryHandleOfFailedSyncs = isEveryHandleTold },
            workload: { fileSystem, say in
                let log = EventLogStory.log(fileSystem, .none)
                try Self.flushed(Self.append)(log, say)
                try? Self.appendToTheEndOfASector(1)(EventLogStory.log(fileSystem, .every)) { _ in }
                try Self.flushed(Self.append)(log, say)
            },
            isOwnError: { $0 is EventLogError },
            recover: story.recover,
            check: story.check
        )
        #expect(report.isClean, "\(report)")
        #expect(report.singles > 3, "\(report)")
    }
}
