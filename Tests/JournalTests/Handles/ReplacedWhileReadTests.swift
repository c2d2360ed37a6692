import FileSystemSeam
import Foundation
import Journal
import TestSupport
import Testing

/// Another directory comes into the journal's place while a question is asked: the answer is that of one or the other,
/// read by the rules of its own layout.
@Suite("A journal replaced while it is read")
struct ReplacedWhileReadTests {
    /// What is asked, and an answer that names what was found. The journal's records are those of ``records``.
    enum Question: CaseIterable, Sendable {
        case check, findByNonce, findByID, uses, records, head, verify, export

        func ask(_ handle: ApprovalJournal, in disk: String) throws -> String {
            switch self {
            case .check:
                let check = try handle.checkReplay(
                    grant: "grant-a",
                    nonceDigest: digest("n-1"),
                    maximumUsesHint: 1
                )
                return "\(check.level) \(check.passed)"
            case .findByNonce:
                return "\(try handle.findUse(grant: "grant-a", nonceDigest: digest("n-1"))?.record.index ?? 0)"
            case .findByID: return "\(try handle.findUse(id: "u-2")?.record.index ?? 0)"
            case .uses: return "\(try handle.uses(forGrant: "grant-a").count)"
            case .records: return "\(try handle.records().count)"
            case .head: return "\(try handle.head()?.index ?? 0)"
            case .verify:
                let report = try handle.verifyAll()
                return "\(report.recordCount) \(report.failures.map(\.message))"
            case .export:
                let place = try TemporaryDirectory(in: disk)
                let directory = try PosixFileSystem.shared.openDirectory(place.path)
                let file = try directory.open("bundle", [.read, .write, .create], permissions: .ownerFile)
                _ = try handle.export(to: file)
                return "\(try JournalBundle(file).recordCount)"
            }
        }
    }

    /// What comes into the place of the journal.
    enum Arrival: Hashable, Sendable {
        /// A copy with all records. That no head stands in it is mended silently.
        case copy(JournalFormat, hasHead: Bool)
        /// An empty directory, as an empty mount point is.
        case emptyDirectory

        static let all: [Arrival] =
            JournalFormat.allCases.flatMap { [.copy($0, hasHead: true), .copy($0, hasHead: false)] } + [.emptyDirectory]
    }

    private static let disk = TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk

    /// A journal of three records, and beside it what comes into its place.
    private func prepared(_ format: JournalFormat, _ arrival: Arrival) throws -> TestJournal {
        let journal = try TestJournal(format, in: Self.disk)
        let other = journal.path + "-other"
        for number in 1...3 {
            _ = try journal.open().reserve(use(nonce: "n-\(number)", id: "u-\(number)"), maximumUses: 1)
        }
        switch arrival {
        case .copy(let format, let hasHead):
            try journal.open().convert(to: format, at: other)
            if !hasHead { try FileManager.default.removeItem(atPath: other + "/heads/current.json") }
        case .emptyDirectory:
            try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: false)
        }
        return journal
    }

    private static func exchange(_ path: String, _ away: String, for arriving: String) throws {
        try FileManager.default.moveItem(atPath: path, toPath: away)
        try FileManager.default.moveItem(atPath: arriving, toPath: path)
    }

    /// At whichever call it comes, and whatever the handle has asked before.
    @Test(arguments: JournalFormat.allCases, Arrival.all)
    func theAnswerIsOfOneOfThem(format: JournalFormat, arrival: Arrival) throws {
        let journal = try prepared(format, arrival)
        let (path, away, other) = (journal.path, journal.path + "-away", journal.path + "-other")
        let options = JournalOptions(createsWhenAbsent: arrival != .emptyDirectory)
        for (question, warmth) in Question.allCases.flatMap({ question in [0, 2].map { (question, $0) } }) {
            let expected = try question.ask(journal.open(), in: Self.disk)
            var (position, isReached) = (1, true)
            while isReached {
                let handle = journal.open(options)
                for _ in 0..<warmth { _ = try question.ask(handle, in: Self.disk) }
                let (count, flag) = (Condition(0), Flag())
                let awaited = position
                journal.fileSystem.setIntercept { _ in
                    let number = count.withLock { count in
                        count += 1
                        return count
                    }
                    guard number == awaited, flag.raise() else { return nil }
                    do { try Self.exchange(path, away, for: other) } catch { Issue.record("\(error)") }
                    return nil
                }
                var answer: String?
                let error = try journalError { answer = try question.ask(handle, in: Self.disk) }
                journal.fileSystem.setIntercept(nil)
                let what: Comment = "\(question) after \(warmth), at call \(awaited): \(error as Any)"
                if arrival == .emptyDirectory, let error {
                    #expect(error.code == "journal_missing", what)
                } else {
                    #expect(answer == expected, what)
                }
                isReached = flag.isUp
                if isReached { try Self.exchange(path, other, for: away) }
                position += 1
            }
            #expect(position > 2, "\(question): nothing was asked of the file system")
        }
    }
}
