import CrashTesting
import EventLog
import FileSystemSeam
import TestSupport
import Testing

/// The power is cut at every point of the log's work, under every model.
@Suite("Power cuts of the event log")
struct EventLogCrashTests {
    /// - Parameter runs: the most states tried at one point before it is covered by samples.
    private func explore(_ story: EventLogStory, _ model: PersistenceModel, runs: Int = 15) throws -> CrashReport {
        var explorer = CrashExplorer(model)
        // As on Linux: each handle writes the line feed at the end anew only once. Faults are tried with both answers.
        explorer.tellsEveryHandleOfFailedSyncs = true
        explorer.runMaximum = runsLongTests ? runs * 50 : runs
        explorer.sampleCount = runsLongTests ? 1000 : 10
        let report = try explorer.explore(
            prepare: story.prepare,
            workload: story.workload,
            recover: story.recover,
            check: story.check
        )
        // What a long run covered is worth telling.
        if runsLongTests {
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

    /// Where a length never precedes its data, what survives without syncs is the beginning of what was written.
    /// Elsewhere there may be damage in the middle.
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

    /// What a handle makes durable now and then, or when it is asked to, and what another process left that did not.
    @Test(arguments: [EventLogStory.everyOther, .flush, .successor(before: true), .successor(before: false)])
    func whatIsMadeDurableLaterIsNotLost(story: EventLogStory) throws {
        for model in runsLongTests ? PersistenceModel.all : [.posixMinimal] {
            let report = try explore(story, model)
            #expect(report.isClean, "\(report)")
        }
    }
}

/// Every operation fails once in every way it can.
@Suite("Faults under the event log")
struct EventLogFaultTests {
    private static let stories: [EventLogStory] = [
        .appends(.every, 2), .appends(.none, 2), .batch(.every), .repair, .appendAfterTear(.every), .sealOnce,
    ]

    /// Of the answer that no Linux gives a quick run has every other story.
    @Test(arguments: stories.indices, [false, true])
    func storiesLoseNothingAcknowledged(index: Int, isEveryHandleTold: Bool) throws {
        if !isEveryHandleTold, !runsLongTests, index.isMultiple(of: 2) { return }
        let story = Self.stories[index]
        for model in runsLongTests ? PersistenceModel.all : [.posixMinimal] {
            var sweep = FaultSweep(model)
            sweep.explorer.tellsEveryHandleOfFailedSyncs = isEveryHandleTold
            sweep.triesPairs = runsLongTests
            sweep.recoveryMaximum = runsLongTests ? 2_000 : 30
            // A directory whose name could not be synced is removed again. Where that fails, too, the next process
            // cannot know, and a torn tail that it sets aside there may go with the power.
            let faults = sweep.faults
            sweep.faults = { $0 == .removeDirectory ? [] : faults($0) }
            // A seal is taken twice, and what the two have in common is believed: a wrong bit in each defeats that, so
            // its pairs have other bits than those of the first byte left out.
            if runsLongTests, story.description == EventLogStory.sealOnce.description {
                sweep.faults = { operation in
                    let faults = FaultPlan.applicableFaults(to: operation)
                    return faults.filter { if case .flippedBit(let bit) = $0 { bit == 3 } else { true } }
                }
            }
            sweep.explorer.runMaximum = runsLongTests ? 20 : 2
            sweep.explorer.sampleCount = runsLongTests ? 20 : 0
            sweep.explorer.depth = 1
            let report = try sweep.run(
                prepare: story.prepare,
                workload: story.workload,
                isOwnError: { $0 is EventLogError },
                recover: story.recover,
                check: story.check
            )
            if runsLongTests { print("faults: \(story), \(model): \(report)", terminator: "") }
            #expect(report.isClean, "\(story): \(report)")
            #expect(report.plansThatThrew > 5, "\(story): \(report)")
        }
    }
}
