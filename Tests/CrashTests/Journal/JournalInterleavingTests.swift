import CrashTesting
import FileSystemSeam
import Journal
import TestSupport
import Testing

/// Two processes that ask for the one use of a nonce at the same time, in every order of their steps, one of them
/// killed anywhere.
@Suite("Interleavings of a journal")
struct JournalInterleavingTests {
    /// What a process said: that it was given the use, or that it was refused.
    enum Answer: Equatable, Sendable {
        case given(index: UInt64, useID: String)
        case refused
    }

    private typealias Process = @Sendable (any FileSystem, (Answer) -> Void) throws -> Void

    /// Asks for the use.
    ///
    /// - Parameter warmth: records that the process appends before, so that it holds everything open.
    private static func process(_ options: JournalOptions, key: String? = nil, warmth: Int = 0) -> Process {
        { fileSystem, say in
            let journal = CrashedJournal.open(fileSystem, options)
            if warmth > 0 {
                for number in 1...warmth {
                    _ = try journal.reserve(CrashedJournal.use("warm-\(number)", grant: "other"))
                }
            }
            do throws(JournalError) {
                let given = try journal.reserve(CrashedJournal.use("once", key: key), maximumUses: 1)
                say(.given(index: given.index, useID: given.useID))
            } catch {
                guard case .usesExhausted = error else { throw error }
                say(.refused)
            }
        }
    }

    /// How far schedules are explored: a quick run tries every single preemption, and every kill; the long one both at
    /// once.
    static let bounds: [(preemptions: Int, kills: Int)] = runsLongTests ? [(2, 0), (1, 1)] : [(1, 0), (0, 1)]

    private static func explore(
        _ options: JournalOptions,
        _ bound: (preemptions: Int, kills: Int),
        _ processes: [Process]
    ) throws -> InterleavingExplorer.Report {
        var explorer = InterleavingExplorer()
        explorer.preemptionMaximum = bound.preemptions
        explorer.killMaximum = bound.kills
        explorer.scheduleMaximum = 1_000_000
        return try explorer.explore(
            prepare: { try CrashedJournal.reserve(CrashedJournal.open($0, options), "p") { _ in } },
            processes: processes
        ) { fileSystem, outcomes in
            let journal = CrashedJournal.open(fileSystem, options)
            let report = try journal.verifyAll()
            try CheckFailure.unless(report.isIntact && report.findings.isEmpty, "it does not verify: \(report)")
            let digest = ApprovalJournal.nonceDigest(Array("once".utf8))
            let uses = try journal.uses(forGrant: CrashedJournal.grant).filter { record in
                if case .use(let use) = record.record { use.nonceDigest == digest } else { false }
            }
            try CheckFailure.unless(uses.count <= 1, "the nonce was used \(uses.count) times")
            var given: Set<String> = []
            for outcome in outcomes {
                for case .given(let index, let useID) in outcome.acknowledged {
                    given.insert(useID)
                    let stands = uses.contains { $0.index == index && $0.record.id == useID }
                    try CheckFailure.unless(stands, "the acknowledged use in record \(index) is lost")
                }
            }
            try CheckFailure.unless(given.count <= 1, "the use was given to several")
            if !outcomes.contains(where: \.wasKilled) {
                try CheckFailure.unless(given.count == 1 && uses.count == 1, "nobody was given the use")
            }
            // And it works on.
            _ = try CrashedJournal.open(fileSystem, options).reserve(CrashedJournal.use("next", grant: "other"))
        }
    }

    private static func check(_ report: InterleavingExplorer.Report, _ what: String, kills: Int) {
        #expect(report.isClean, "\(what): \(report)")
        #expect(report.schedules > 20 && (report.schedulesWithKills > 20) == (kills > 0), "\(what): \(report)")
        print("interleavings: \(what): \(report.schedules) schedules")
    }

    /// Two that have just started.
    @Test(arguments: JournalFormat.allCases) func oneWinsInEveryOrder(format: JournalFormat) throws {
        let options = CrashedJournal.options(format)
        for bound in Self.bounds {
            let report = try Self.explore(options, bound, [Self.process(options), Self.process(options)])
            Self.check(report, "a journal in \(format), fresh handles, \(bound)", kills: bound.kills)
        }
    }

    /// Two that hold everything open, and sync side by side; the same request of both is answered with the same use.
    @Test(arguments: JournalFormat.allCases, [nil, "key"]) func oneWinsAmongHandlesThatAreOpen(
        format: JournalFormat,
        key: String?
    ) throws {
        var settings = CrashedJournal.smallSettings
        settings.segmentByteMaximum = 1 << 14
        settings.preallocationByteMinimum = 1 << 13
        settings.tailRecordMaximum = 64
        let options = CrashedJournal.options(format, settings)
        let processes = [Self.process(options, key: key, warmth: 2), Self.process(options, key: key, warmth: 1)]
        for bound in Self.bounds {
            let report = try Self.explore(options, bound, processes)
            Self.check(report, "a journal in \(format), open handles, \(bound)", kills: bound.kills)
        }
    }
}
