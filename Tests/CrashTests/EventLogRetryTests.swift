import CrashTesting
import EventLog
import FileSystemSeam
import Testing

/// Each sync fails once, and whoever was refused tries again with another handle, as he has to: another sync succeeds, and says
/// nothing of what the first one was for. Then the power is cut.
@Suite("Second attempts on an event log")
struct EventLogRetryTests {
    /// One thing after the other, each tried until it succeeds.
    struct Work: Sendable, CustomTestStringConvertible {
        typealias Step = @Sendable (SessionLog, (LogAnswer) -> Void) throws -> Void

        let story: EventLogStory
        let steps: [Step]

        var testDescription: String { story.description }

        init(_ description: String, tail: String = "", before: [String] = [], _ steps: [Step]) {
            story = EventLogStory(description: description, durability: .every, before: before, tail: tail) { _, _ in }
            self.steps = steps
        }

        func work(_ fileSystem: any FileSystem, _ say: (LogAnswer) -> Void) throws {
            var log = EventLogStory.log(fileSystem, .every)
            for step in steps {
                var attempts = 0
                while true {
                    attempts += 1
                    do {
                        try step(log, say)
                        break
                    } catch let error as EventLogError {
                        if attempts == 4 { throw error }
                        log = EventLogStory.log(fileSystem, .every)
                    }
                }
            }
        }
    }

    static let all = [
        Work("appends", [append, append]),
        Work("appends and seals", [append, seal, append]),
        Work("appends behind a line that ends a sector", [appendToTheEndOfASector, append]),
        Work("appends behind a torn tail", tail: #"{"torn"#, before: ["e0"], [append, append]),
    ]

    private static let append: Work.Step = { log, say in
        // The number that it will get; an attempt that failed may have used one up.
        let number = try (log.readAll().events.last?.sequenceNumber).map { $0 + 1 } ?? 0
        let receipt = try log.append(EventLogStory.event("e\(number)"))
        say(.appended(number: receipt.sequenceNumbers.lowerBound, name: "e\(number)"))
    }

    /// The first event, with a line that ends where a sector does: nothing that comes later writes into the same one.
    private static let appendToTheEndOfASector: Work.Step = { log, say in
        if try !log.readAll().events.isEmpty { return }
        let count = try EventLogStory.event("e0").encoded().count + 1
        let event = EventLogStory.event("e0", padding: 512 - count % 512)
        let receipt = try log.append(event)
        #expect(receipt.byteRange == 0..<(Int64(count / 512) * 512 + 512))
        say(.appended(number: 0, name: "e0"))
    }

    private static let seal: Work.Step = { log, say in say(.sealed(eventCount: try log.seal().eventCount)) }

    @Test(arguments: all) func standOnNothingASyncFailedFor(work: Work) throws {
        let sweep = FaultSweep.failingEachSync()
        let report = try sweep.run(
            prepare: work.story.prepare,
            workload: work.work,
            isOwnError: { $0 is EventLogError },
            recover: work.story.recover,
            check: work.story.check
        )
        #expect(report.isClean, "\(work.story): \(report)")
        #expect(report.plansThatThrew == 0 || runsLongTests, "\(work.story): the second attempt fails, too: \(report)")
        #expect(report.singles > 3, "\(report)")
    }
}
