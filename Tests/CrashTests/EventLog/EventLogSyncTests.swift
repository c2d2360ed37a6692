import CrashTestSupport
import CrashTesting
import EventLog
import FileSystemSeam
import TestSupport
import Testing

/// A sync that is not made, and what is found then: the proof can fail.
@Suite("Missing syncs of the event log")
struct EventLogSyncTests {
    /// Syncs of names whose loss a power cut does not show: names are synced by who makes them, again by the first
    /// durable append of a handle and by a seal, and once more where they were there before. With both left out
    /// something is lost; see ``missingSyncs``.
    private static func spare(in story: EventLogStory) -> Set<String> {
        let again: Set = ["syncDirectory / 1", "syncDirectory /session/.. 1"]
        switch story.description {
        case EventLogStory.repair.description: return []
        case EventLogStory.batch(.every).description, EventLogStory.successor(before: true).description:
            return ["syncDirectory /session/.. 1", "syncDirectory /session 1"]
        case EventLogStory.appendAfterTear(.every).description:
            return ["syncDirectory /session/.. 1", "syncDirectory /session 2"]
        case EventLogStory.sealTwice.description:
            return again.union(["syncDirectory /session/.. 2", "syncDirectory session 3"])
        case EventLogStory.appends(.every, 2).description, EventLogStory.everyOther.description:
            return again.union(["syncDirectory session 1", "syncDirectory session 2"])
        default: return again
        }
    }

    private static func explorer() -> CrashExplorer {
        var explorer = CrashExplorer(.posixMinimal)
        explorer.runMaximum = 30
        explorer.sampleCount = 10
        explorer.depth = 1
        // As on Linux: each handle writes the line feed at the end anew only once.
        explorer.tellsEveryHandleOfFailedSyncs = true
        return explorer
    }

    /// Each sync of a story is missed, but for those that are listed.
    @Test(arguments: EventLogStory.synced) func noneIsLeftOutUnnoticed(story: EventLogStory) throws {
        let spare = Self.spare(in: story)
        let syncs = try LeftOutSyncs(
            Self.explorer(),
            where: { runsLongTests || !spare.contains($0) },
            prepare: story.prepare,
            workload: story.workload,
            recover: story.recover,
            check: story.check
        )
        #expect(syncs.unnoticed == (runsLongTests ? spare : []), "\(story)")
        #expect(syncs.skipped.isSubset(of: spare))
        print("crash: \(story): \(syncs.noticed.count) syncs were missed, \(syncs.unnoticed.count) were not")
    }

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
        // The names of the directory and of the events are synced by who makes them, and again by the first durable
        // append of a handle.
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
