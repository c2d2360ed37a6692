import CrashTesting
import FileSystemSeam
import Journal
import TestSupport
import Testing

/// A process asks for the one use of a nonce while an operator puts a copy into the place of the journal under its
/// lock, in every order of their steps.
@Suite("Interleavings with a journal's replacement")
struct JournalReplacementTests {
    /// The use that a process was given.
    struct Given: Sendable {
        var index: UInt64
        var useID: String
    }

    private typealias Process = @Sendable (any FileSystem, (Given) -> Void) throws -> Void

    /// - Parameter warmth: records that the process appends before, so that it holds everything open.
    private static func writer(_ options: JournalOptions, warmth: Int) -> Process {
        { fileSystem, say in
            let journal = CrashedJournal.open(fileSystem, options)
            do throws(JournalError) {
                for number in 0..<warmth {
                    _ = try journal.reserve(CrashedJournal.use("warm-\(number)", grant: "other"))
                }
                let given = try journal.reserve(CrashedJournal.use("once"), maximumUses: 1)
                say(Given(index: given.index, useID: given.useID))
            } catch {
                // For a moment none stands at the path.
                guard case .journalMissing = error else { throw error }
            }
        }
    }

    private static func replacer(_ options: JournalOptions, _ format: JournalFormat) -> Process {
        { fileSystem, _ in
            let directory = try fileSystem.openDirectory(CrashedJournal.path)
            guard try directory.lock(.exclusive, timeoutNanoseconds: 5_000_000_000) else { return }
            try CrashedJournal.open(fileSystem, options).convert(to: format, at: "/new")
            let root = try fileSystem.openDirectory("/")
            try root.rename("journal", to: "old", in: root, exclusive: true)
            try root.rename("new", to: "journal", in: root, exclusive: true)
            try directory.close()
        }
    }

    @Test(arguments: JournalFormat.allCases, JournalFormat.allCases)
    func whatIsGivenStandsInTheReplacement(format: JournalFormat, replacement: JournalFormat) throws {
        var settings = CrashedJournal.smallSettings
        settings.segmentByteMaximum = 1 << 14
        settings.preallocationByteMinimum = 1 << 13
        settings.tailRecordMaximum = 64
        var options = CrashedJournal.options(format, settings)
        options.createsWhenAbsent = false
        var making = options
        making.createsWhenAbsent = true
        for warmth in runsLongTests ? [0, 1, 2] : [0, 2] {
            var explorer = InterleavingExplorer()
            explorer.preemptionMaximum = runsLongTests ? 2 : 1
            explorer.killMaximum = 0
            // As on Linux: a handle may share its syncs.
            explorer.tellsEveryHandleOfFailedSyncs = true
            explorer.scheduleMaximum = 1_000_000
            let report = try explorer.explore(
                prepare: { try CrashedJournal.reserve(CrashedJournal.open($0, making), "p") { _ in } },
                processes: [Self.writer(options, warmth: warmth), Self.replacer(options, replacement)]
            ) { fileSystem, outcomes in
                let journal = CrashedJournal.open(fileSystem, options)
                let report = try journal.verifyAll()
                try CheckFailure.unless(report.isIntact && report.findings.isEmpty, "it does not verify: \(report)")
                for given in outcomes.flatMap(\.acknowledged) {
                    var isGivenTwice = false
                    let found = try journal.findUse(id: given.useID)
                    try CheckFailure.unless(
                        found?.record.index == given.index,
                        "the acknowledged use in record \(given.index) is lost"
                    )
                    do throws(JournalError) {
                        let again = try journal.reserve(CrashedJournal.use("once"), maximumUses: 1)
                        isGivenTwice = again.index > 0
                    } catch {
                        guard case .usesExhausted = error else { throw error }
                    }
                    try CheckFailure.unless(!isGivenTwice, "the nonce was given a second time")
                }
            }
            #expect(report.isClean && report.schedules > 20, "\(warmth) calls before: \(report)")
            print("interleavings: \(format) replaced by \(replacement), \(warmth) calls before: \(report.schedules)")
        }
    }
}
