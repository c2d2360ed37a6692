import CrashTesting
import FileSystemSeam
import Journal
import TestSupport
import Testing

/// Power cuts while a journal's indexes are rebuilt, a checkpoint is appended, or the journal is written anew, in both
/// layouts.
@Suite("A journal whose power is cut in other operations")
struct JournalOperationCrashTests {
    private static let models = runsLongTests ? PersistenceModel.all : [.posixMinimal]
    private static let recordCount = 3

    private static func explorer(_ model: PersistenceModel) -> CrashExplorer {
        var explorer = CrashExplorer(model)
        explorer.depth = 2
        // Too few for samples.
        explorer.runMaximum = runsLongTests ? 1 << 14 : 2
        explorer.sampleCount = runsLongTests ? 500 : 0
        return explorer
    }

    private static func prepare(_ fileSystem: any FileSystem, _ options: JournalOptions) throws {
        let journal = CrashedJournal.open(fileSystem, options)
        for number in 1...recordCount { try CrashedJournal.reserve(journal, "p\(number)", key: "k\(number)") { _ in } }
    }

    /// Something that leaves all records as they are.
    struct Operation: Sendable, CustomStringConvertible {
        var description: String
        var run: @Sendable (ApprovalJournal, any FileSystem, (CrashedJournal.Said) -> Void) throws -> Void

        static let all = [
            Operation(description: "rebuilds its indexes") { (journal, _, _) throws in
                #expect(try journal.rebuildIndexes() == UInt64(recordCount))
            },
            Operation(description: "rebuilds indexes that are gone") { (journal, fileSystem, _) throws in
                try fileSystem.openDirectory(CrashedJournal.path).removeRecursively("indexes")
                #expect(try journal.rebuildIndexes() == UInt64(recordCount))
            },
            Operation(description: "gets a checkpoint") { (journal, _, say) throws in
                try CrashedJournal.sumUp(journal, say)
            },
        ]
    }

    @Test(arguments: Operation.all, JournalFormat.allCases)
    func nothingAcknowledgedIsLost(operation: Operation, format: JournalFormat) throws {
        let options = CrashedJournal.options(format)
        for model in Self.models {
            let report = try Self.explorer(model).explore { fileSystem in
                try Self.prepare(fileSystem, options)
            } workload: { (fileSystem, say: (CrashedJournal.Said) -> Void) in
                let journal = CrashedJournal.open(fileSystem, options)
                // The answers to repeated requests, so that there is something to be kept.
                for number in 1...Self.recordCount {
                    try CrashedJournal.reserve(journal, "p\(number)", key: "k\(number)", say)
                }
                try operation.run(journal, fileSystem, say)
                try CrashedJournal.reserve(journal, "n1", say)
            } recover: { fileSystem in
                try CrashedJournal.recover(fileSystem, options)
            } check: { fileSystem, said in
                try CrashedJournal.check(fileSystem, options, said)
            }
            #expect(report.isClean, "\(report)")
            print(
                "crash: \(operation), \(format), \(model): \(report.statistics.states) states, \(report.statistics.mode)"
            )
        }
    }

    /// What stands at the new name is the whole journal, or nothing does; once the call returned, it does.
    @Test(arguments: [(JournalFormat.segments, JournalFormat.jsonRecords), (.jsonRecords, .segments)])
    func aCopyIsWholeOrNotThere(from format: JournalFormat, to newFormat: JournalFormat) throws {
        let options = CrashedJournal.options(format)
        for model in Self.models {
            let report = try Self.explorer(model).explore { fileSystem in
                try Self.prepare(fileSystem, options)
            } workload: { (fileSystem, say: (JournalHead?) -> Void) in
                let journal = CrashedJournal.open(fileSystem, options)
                say(try journal.convert(to: newFormat, at: "/copy"))
            } recover: { fileSystem in
                fileSystem
            } check: { fileSystem, heads in
                do throws(JournalError) {
                    let original = try CrashedJournal.open(fileSystem, options).head()
                    let copy = ApprovalJournal(at: "/copy", fileSystem: fileSystem, options: options)
                    let report = try copy.verifyAll()
                    let head = try copy.head()
                    try complain(
                        report.failures.isEmpty && report.findings.isEmpty
                            && original?.index == UInt64(Self.recordCount) && (head == nil || head == original)
                            && (heads.isEmpty || head == original),
                        "the copy ends with \(String(describing: head))"
                    )
                    if head == nil { return }
                    let next = try copy.reserve(CrashedJournal.use("next"), maximumUses: 1)
                    try complain(next.index == UInt64(Self.recordCount) + 1, "the copy goes on with \(next.index)")
                } catch {
                    throw CheckFailure("the copy gives no answer: \(error)")
                }
            }
            #expect(report.isClean, "\(report)")
            print(
                "crash: convert to \(newFormat), \(model): \(report.statistics.states) states, \(report.statistics.mode)"
            )
        }
    }
}

private func complain(_ holds: Bool, _ reason: String) throws(JournalError) {
    if !holds { throw .invalidArgument(member: "promise", reason: reason) }
}
