import FileSystemSeam
import Foundation
import Journal
import Testing

/// A journal is put into the place of another while a writer waits for the lock: what the writer is told was recorded
/// stands in the one that is found at the path.
@Suite("A journal replaced while its lock is waited for")
struct ReplacedJournalTests {
    /// How much the handle holds open: nothing, what one call leaves, or everything.
    static let warmths = [0, 1, 3]

    /// What is called.
    enum Call: CaseIterable, Sendable { case reserve, revoke, create, rebuild }

    /// A journal of four records, and a handle that has made the last of them.
    private func journal(_ format: JournalFormat, warmth: Int) throws -> (TestJournal, ApprovalJournal) {
        let journal = try TestJournal(format)
        for number in warmth..<4 { _ = try journal.open().reserve(use(nonce: "n-\(number)"), maximumUses: 1) }
        let handle = journal.open()
        for number in 0..<warmth { _ = try handle.reserve(use(nonce: "n-\(number)"), maximumUses: 1) }
        return (journal, handle)
    }

    /// Does something to the place, as whoever held the lock before may have, the first times a journal's lock is
    /// taken.
    private func meanwhile(_ journal: TestJournal, times: Int = 1, _ act: @escaping @Sendable () throws -> Void) {
        let count = Condition(0)
        journal.fileSystem.setIntercept { call in
            guard call.operation == .lockDirectory, call.path.isEmpty,
                count.withLock({ count in
                    count += 1
                    return count <= times
                })
            else { return nil }
            do { try act() } catch { Issue.record("\(error)") }
            return nil
        }
    }

    /// Puts a copy into the place of the journal, which is kept under another name.
    private static func replace(_ path: String, by format: JournalFormat) throws {
        try ApprovalJournal(at: path, fileSystem: PosixFileSystem.shared).convert(to: format, at: path + "-new")
        try FileManager.default.moveItem(atPath: path, toPath: path + "-old")
        try FileManager.default.moveItem(atPath: path + "-new", toPath: path)
    }

    /// How many records a journal that was taken away holds.
    private func oldCount(_ journal: TestJournal) throws -> Int {
        try ApprovalJournal(at: journal.path + "-old", fileSystem: PosixFileSystem.shared).records().count
    }

    @Test(arguments: JournalFormat.allCases, JournalFormat.allCases)
    func whatIsAcknowledgedStandsAtThePath(format: JournalFormat, replacement: JournalFormat) throws {
        for warmth in Self.warmths {
            for call in Call.allCases {
                let (journal, handle) = try journal(format, warmth: warmth)
                let path = journal.path
                meanwhile(journal) { try Self.replace(path, by: replacement) }
                var count = 5
                switch call {
                case .reserve: #expect(try handle.reserve(use(nonce: "once"), maximumUses: 1).index == 5)
                case .revoke: #expect(try handle.append(revocation(of: "grant-b")).index == 5)
                case .create:
                    try handle.create()
                    count = 4
                case .rebuild:
                    #expect(try handle.rebuildIndexes() == 4)
                    count = 4
                }
                journal.fileSystem.setIntercept(nil)
                let what: Comment = "\(call), \(warmth) calls before"
                #expect(try journal.recordCount() == count, what)
                #expect(try oldCount(journal) == 4, what)
                #expect(try journal.open().format() == replacement, what)
                #expect(try journal.open().verifyAll().isIntact, what)
                switch call {
                case .reserve:
                    for handle in [handle, journal.open()] {
                        let error = try journalError { _ = try handle.reserve(use(nonce: "once"), maximumUses: 1) }
                        #expect(error?.code == "uses_exhausted", what)
                    }
                case .revoke:
                    for handle in [handle, journal.open()] {
                        let error = try journalError { _ = try handle.reserve(use("grant-b"), maximumUses: 1) }
                        #expect(error?.code == "grant_revoked", what)
                    }
                case .create, .rebuild: break
                }
            }
        }
    }

    /// Whoever comes after it was taken away makes it, and so does whoever waited; nobody who expects one, or rebuilds
    /// its indexes, makes anything.
    @Test(arguments: JournalFormat.allCases)
    func oneThatWasTakenAwayIsNotWrittenTo(format: JournalFormat) throws {
        for expects in [false, true] {
            for call in Call.allCases {
                let (journal, _) = try journal(format, warmth: 0)
                let path = journal.path
                let handle = journal.open(JournalOptions(createsWhenAbsent: !expects))
                meanwhile(journal) { try FileManager.default.moveItem(atPath: path, toPath: path + "-old") }
                let error = try journalError {
                    switch call {
                    case .reserve: #expect(try handle.reserve(use(nonce: "n-1"), maximumUses: 1).index == 1)
                    case .revoke: #expect(try handle.append(revocation()).index == 1)
                    case .create: try handle.create()
                    case .rebuild: _ = try handle.rebuildIndexes()
                    }
                }
                journal.fileSystem.setIntercept(nil)
                let isRefused = expects || call == .rebuild
                #expect(error?.code == (isRefused ? "journal_missing" : nil), "\(call)")
                #expect(journal.exists("") == !isRefused, "\(call)")
                #expect(try oldCount(journal) == 4, "\(call)")
            }
        }
    }

    /// What came to the path may be no journal: nothing is made or removed in it.
    @Test(arguments: JournalFormat.allCases, [false, true])
    func aStrangerAtThePathIsLeftAlone(format: JournalFormat, discardsEvidence: Bool) throws {
        for call in Call.allCases {
            let (journal, _) = try journal(format, warmth: 0)
            let path = journal.path
            let handle = journal.open()
            meanwhile(journal) {
                try FileManager.default.moveItem(atPath: path, toPath: path + "-old")
                try FileManager.default.createDirectory(atPath: path + "/indexes", withIntermediateDirectories: true)
                for name in ["indexes/theirs", "stray"] {
                    try Data("x".utf8).write(to: URL(filePath: "\(path)/\(name)"))
                }
            }
            let error = try journalError {
                switch call {
                case .reserve: _ = try handle.reserve(use(nonce: "once"), maximumUses: 1)
                case .revoke: _ = try handle.append(revocation())
                case .create: try handle.create()
                case .rebuild: _ = try handle.rebuildIndexes(discardingEvidence: discardsEvidence)
                }
            }
            journal.fileSystem.setIntercept(nil)
            #expect(error?.code == "not_a_journal", "\(call)")
            let found = try FileManager.default.subpathsOfDirectory(atPath: path).sorted()
            #expect(found == ["indexes", "indexes/theirs", "stray"], "\(call)")
        }
    }

    /// A handle that knows more than what is made anew does not go on behind it.
    @Test(arguments: JournalFormat.allCases, [1, 3])
    func whoHasSeenRecordsDoesNotBeginAnew(format: JournalFormat, warmth: Int) throws {
        let (journal, handle) = try journal(format, warmth: warmth)
        let path = journal.path
        meanwhile(journal) { try FileManager.default.moveItem(atPath: path, toPath: path + "-old") }
        let error = try journalError { _ = try handle.reserve(use(nonce: "once"), maximumUses: 1) }
        #expect(error?.code == "rolled_back", "\(error as Any)")
        #expect(try oldCount(journal) == 4)
    }

    /// Its lock is waited for as the first one was.
    @Test(arguments: JournalFormat.allCases, [0, 1, 3])
    func theLockOfWhatStandsThereIsTaken(format: JournalFormat, warmth: Int) throws {
        let (journal, _) = try journal(format, warmth: 0)
        let handle = journal.open(JournalOptions(lockTimeoutMilliseconds: 0))
        for number in 0..<warmth { _ = try handle.reserve(use(nonce: "w-\(number)")) }
        let path = journal.path
        let held = Condition<(any Directory)?>(nil)
        meanwhile(journal) {
            try Self.replace(path, by: format)
            let directory = try PosixFileSystem.shared.openDirectory(path)
            #expect(try directory.lock(.exclusive, blocking: false))
            held.withLock { $0 = directory }
        }
        let error = try journalError { _ = try handle.reserve(use(nonce: "once"), maximumUses: 1) }
        #expect(error?.code == "lock_busy", "\(error as Any)")
        #expect(try oldCount(journal) == 4 + warmth)
        try held.withLock { $0 }?.close()
        #expect(try handle.reserve(use(nonce: "once"), maximumUses: 1).index == UInt64(5 + warmth))
    }

    /// What stands there may change again and again. Where that does not end, the call does.
    @Test(arguments: JournalFormat.allCases, [2, .max])
    func itMayBeReplacedMoreThanOnce(format: JournalFormat, times: Int) throws {
        let (journal, handle) = try journal(format, warmth: 0)
        let path = journal.path
        meanwhile(journal, times: times) {
            try ApprovalJournal(at: path, fileSystem: PosixFileSystem.shared).convert(to: format, at: path + "-new")
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.moveItem(atPath: path + "-new", toPath: path)
        }
        let error = try journalError { _ = try handle.reserve(use(nonce: "once"), maximumUses: 1) }
        journal.fileSystem.setIntercept(nil)
        #expect(error?.code == (times == .max ? "not_a_journal" : nil), "\(error as Any)")
        #expect(try journal.recordCount() == (times == .max ? 4 : 5))
    }
}
