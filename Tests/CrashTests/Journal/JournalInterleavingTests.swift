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

    private typealias Process = @Sendable (ApprovalJournal, (Answer) -> Void) throws -> Void

    /// Asks for the use.
    ///
    /// - Parameter warmth: records that the process appends before, so that it holds everything open.
    private static func process(key: String? = nil, warmth: Int = 0) -> Process {
        { journal, say in
            if warmth > 0 { try warm(journal, 1...warmth) }
            do throws(JournalError) {
                let given = try journal.reserve(CrashedJournal.use("once", key: key), maximumUses: 1)
                say(.given(index: given.index, useID: given.useID))
            } catch {
                guard case .usesExhausted = error else { throw error }
                say(.refused)
            }
        }
    }

    private static func warm(_ journal: ApprovalJournal, _ numbers: ClosedRange<Int>) throws {
        for number in numbers { _ = try journal.reserve(CrashedJournal.use("warm-\(number)", grant: "other")) }
    }

    /// How far schedules are explored: a quick run tries every single preemption, and every kill; the long one both at
    /// once.
    static let bounds: [(preemptions: Int, kills: Int)] = runsLongTests ? [(2, 0), (1, 1)] : [(1, 0), (0, 1)]

    /// - Parameters:
    ///   - isEveryHandleTold: the answer of Linux, with which handles share their syncs.
    ///   - before: what is done with the handles before the schedules begin.
    ///   - look: looks at what the processes did, in their order.
    private static func explore(
        _ options: JournalOptions,
        _ bound: (preemptions: Int, kills: Int),
        isEveryHandleTold: Bool = false,
        _ processes: [Process],
        before: ([ApprovalJournal]) throws -> Void = { _ in },
        look: ([SimOperation]) -> Void = { _ in }
    ) throws -> InterleavingExplorer.Report {
        var explorer = InterleavingExplorer()
        explorer.tellsEveryHandleOfFailedSyncs = isEveryHandleTold
        explorer.preemptionMaximum = bound.preemptions
        explorer.killMaximum = bound.kills
        explorer.scheduleMaximum = 1_000_000
        return try explorer.explore(
            prepare: { fileSystem in
                (fileSystem as? SimFS)?.disk.isTracing = true
                try CrashedJournal.reserve(CrashedJournal.open(fileSystem, options), "p") { _ in }
            },
            processCount: processes.count,
            open: { fileSystems in
                let journals = fileSystems.map { CrashedJournal.open($0, options) }
                try before(journals)
                return journals
            },
            processes: processes
        ) { fileSystem, outcomes in
            if let disk = (fileSystem as? SimFS)?.disk { look(disk.trace) }
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
            let report = try Self.explore(options, bound, [Self.process(), Self.process()])
            Self.check(report, "a journal in \(format), fresh handles, \(bound)", kills: bound.kills)
        }
    }

    /// Two that come to hold everything open; the same request of both is answered with the same use.
    @Test(arguments: JournalFormat.allCases, [nil, "key"]) func oneWinsAmongHandlesThatAreOpen(
        format: JournalFormat,
        key: String?
    ) throws {
        let options = CrashedJournal.options(format, SharedSync.roomySettings)
        let processes = [Self.process(key: key, warmth: 2), Self.process(key: key, warmth: 1)]
        for bound in Self.bounds {
            let report = try Self.explore(options, bound, processes)
            Self.check(report, "a journal in \(format), open handles, \(bound)", kills: bound.kills)
        }
    }

    /// Two that hold everything open and have appended in turn, on a system that lets them share their syncs.
    @Test(arguments: [nil, "key"]) func oneWinsAmongHandlesThatShareTheirSyncs(key: String?) throws {
        let options = CrashedJournal.options(.segments, SharedSync.roomySettings)
        for bound in Self.bounds {
            var (shared, overlapping) = (0, 0)
            let report = try Self.explore(
                options,
                bound,
                isEveryHandleTold: true,
                // The second one has nobody's record behind its own: it shares what comes after those of the first one.
                [Self.process(key: key), Self.process(key: key, warmth: 1)],
                before: { journals in
                    for number in 1...3 { for journal in journals { try Self.warm(journal, number...number) } }
                },
                look: { operations in
                    if SharedSync.count(in: operations) > 0 { shared += 1 }
                    if Self.hasOverlappingSyncs(operations) { overlapping += 1 }
                }
            )
            let what = "a journal in segments, shared syncs, \(bound)"
            Self.check(report, what, kills: bound.kills)
            #expect(shared > 20, "\(what): \(shared) of \(report.schedules)")
            // Else whoever comes second finds records that a killed one did not sync.
            if bound.preemptions > 0 { #expect(overlapping > 0, "\(what)") }
        }
    }

    /// Whether a process wrote records while another one had not synced its own.
    private static func hasOverlappingSyncs(_ operations: [SimOperation]) -> Bool {
        var unsynced: Set<Int32> = []
        for operation in operations where operation.name.hasSuffix(".jsonl") && operation.failure == nil {
            if operation.operation == .write {
                if unsynced.contains(where: { $0 != operation.process }) { return true }
                unsynced.insert(operation.process)
            } else if operation.operation == .sync {
                unsynced.remove(operation.process)
            }
        }
        return false
    }
}
