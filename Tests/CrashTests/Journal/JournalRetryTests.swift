import CrashTesting
import FileSystemSeam
import Journal
import TestSupport
import Testing

/// Each sync fails once, and whoever was refused asks again with another handle, as he has to: another sync succeeds,
/// and says nothing of what the first one was for. Then the power is cut.
@Suite("Second attempts on a journal")
struct JournalRetryTests {
    struct Work: Sendable, CustomTestStringConvertible {
        let format: JournalFormat
        /// Records that are there before; none for a journal that is made.
        let before: Int
        /// What stands behind them, durably, and was never acknowledged.
        var tail = ""

        var testDescription: String {
            "\(format.rawValue), \(before) records before\(tail.isEmpty ? "" : ", a torn tail")"
        }
        var options: JournalOptions { CrashedJournal.options(format) }

        func prepare(_ fileSystem: any FileSystem) throws {
            if before == 0 { return }
            let journal = CrashedJournal.open(fileSystem, options)
            for number in 1...before { try CrashedJournal.reserve(journal, "p\(number)") { _ in } }
            if tail.isEmpty { return }
            let segments = try fileSystem.openDirectory("\(CrashedJournal.path)/segments")
            let name = try segments.entries().map(\.name).filter { $0.hasSuffix(".jsonl") }.max() ?? ""
            let file = try segments.open(name, [.read, .write], permissions: .ownerFile)
            let bytes = try file.readAll(maximumBytes: 1 << 20)
            let end = (bytes.lastIndex { $0 != 0 } ?? -1) + 1
            try file.writeAll(Array(tail.utf8), at: Int64(end))
        }

        func work(_ fileSystem: any FileSystem, _ say: (CrashedJournal.Said) -> Void) throws {
            for number in 1...2 {
                var attempts = 0
                while true {
                    attempts += 1
                    do {
                        let journal = CrashedJournal.open(fileSystem, options)
                        try CrashedJournal.reserve(journal, "n\(number)", key: "k\(number)", say)
                        break
                    } catch {
                        if attempts == 4 { throw error }
                    }
                }
            }
        }

        func check(_ fileSystem: any FileSystem, _ said: [CrashedJournal.Said]) throws {
            try CrashedJournal.check(fileSystem, options, said)
            if tail.isEmpty { return }
            do throws(FileSystemError) {
                let quarantine = try fileSystem.openDirectory("\(CrashedJournal.path)/quarantine")
                for entry in try quarantine.entries() where entry.name.hasSuffix(".torn") {
                    if try quarantine.readFile(entry.name, maximumBytes: 1 << 16).starts(with: tail.utf8) { return }
                }
            } catch {
                throw CheckFailure("the torn tail is nowhere: \(error)")
            }
            throw CheckFailure("the torn tail is nowhere")
        }
    }

    static let all = [
        Work(format: .segments, before: 0), Work(format: .segments, before: 2),
        Work(format: .segments, before: 1, tail: #"{"torn"#),
        Work(format: .jsonRecords, before: 0), Work(format: .jsonRecords, before: 2),
    ]

    /// What the platform answers. A handle that lives for one attempt hardly asks.
    static let answers = runsLongTests ? [false, true] : [false]

    @Test(arguments: all, answers) func standOnNothingASyncFailedFor(work: Work, isEveryHandleTold: Bool) throws {
        let sweep = FaultSweep.failingEachSync(isEveryHandleTold)
        let report = try sweep.run(
            prepare: work.prepare,
            workload: work.work,
            isOwnError: { $0 is JournalError },
            recover: { $0 },
            check: work.check
        )
        #expect(report.isClean, "\(report)")
        #expect(report.plansThatThrew == 0 || runsLongTests, "the second attempt fails, too: \(report)")
        #expect(report.singles > 3, "\(report)")
    }
}
