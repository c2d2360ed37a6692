import FileSystemSeam
import Foundation
import Journal
import Testing

/// What a handle has seen binds it in whichever layout the journal comes back.
@Suite("A journal that comes back in the other layout")
struct OtherLayoutTests {
    /// What stands at the path when the journal is gone.
    enum Arrival: CaseIterable, Sendable {
        /// Nothing: a new journal would be made.
        case nothing
        /// An empty directory, as an empty mount point is.
        case emptyDirectory
        /// A copy that was made before the last record.
        case olderCopy
        /// A copy that holds everything.
        case copy
    }

    /// A journal of three records, and a handle that would make a new one in the other layout.
    private func journal(_ format: JournalFormat) throws -> (TestJournal, ApprovalJournal, JournalFormat) {
        let journal = try TestJournal(format)
        for number in 1...3 { _ = try journal.open().reserve(use(nonce: "n-\(number)"), maximumUses: 1) }
        let other: JournalFormat = format == .segments ? .jsonRecords : .segments
        let options = JournalOptions(format: other)
        return (journal, ApprovalJournal(at: journal.path, fileSystem: journal.fileSystem, options: options), other)
    }

    private static func convert(_ path: String, to format: JournalFormat) throws {
        try ApprovalJournal(at: path, fileSystem: PosixFileSystem.shared).convert(to: format, at: path + "-new")
    }

    /// Puts something in the place of the journal.
    private static func replace(_ path: String, by arrival: Arrival) throws {
        let files = FileManager.default
        try files.moveItem(atPath: path, toPath: path + "-old")
        switch arrival {
        case .nothing: break
        case .emptyDirectory: try files.createDirectory(atPath: path, withIntermediateDirectories: false)
        case .olderCopy, .copy: try files.moveItem(atPath: path + "-new", toPath: path)
        }
    }

    /// No use that the handle has acknowledged is granted once more.
    @Test(arguments: JournalFormat.allCases, Arrival.allCases)
    func whatWasSeenIsAskedFor(format: JournalFormat, arrival: Arrival) throws {
        for (count, isWaitedFor) in [(1, false), (3, false), (1, true), (3, true)] {
            let (journal, handle, other) = try journal(format)
            let path = journal.path
            if arrival == .olderCopy { try Self.convert(path, to: other) }
            for number in 4..<4 + count { _ = try handle.reserve(use(nonce: "n-\(number)"), maximumUses: 1) }
            if arrival == .copy { try Self.convert(path, to: other) }
            if isWaitedFor {
                let isReplaced = Flag()
                journal.fileSystem.setIntercept { call in
                    guard call.operation == .lockDirectory, call.path.isEmpty, isReplaced.raise() else { return nil }
                    do { try Self.replace(path, by: arrival) } catch { Issue.record("\(error)") }
                    return nil
                }
            } else {
                try Self.replace(path, by: arrival)
            }
            let error = try journalError {
                _ = try handle.reserve(use(nonce: "n-\(3 + count)"), maximumUses: 1)
            }
            journal.fileSystem.setIntercept(nil)
            let what: Comment = "\(count) calls before, waited for: \(isWaitedFor), \(error as Any)"
            #expect(error?.code == (arrival == .copy ? "uses_exhausted" : "rolled_back"), what)
            #expect(try journal.open().format() == other, what)
            let standing = [Arrival.nothing: 0, .emptyDirectory: 0, .olderCopy: 3, .copy: 3 + count][arrival]
            #expect(try journal.recordCount() == standing, what)
        }
    }

    /// Nothing more is promised through a handle whose sync has failed.
    @Test(arguments: JournalFormat.allCases)
    func aPoisonedHandleStaysSo(format: JournalFormat) throws {
        let (journal, handle, other) = try journal(format)
        journal.fileSystem.setIntercept { $0.operation == .sync ? .failure(.inputOutput) : nil }
        #expect(try journalError { _ = try handle.reserve(use(nonce: "n-4"), maximumUses: 1) } != nil)
        journal.fileSystem.setIntercept(nil)
        #expect(try journalError { _ = try handle.reserve(use(nonce: "n-5"), maximumUses: 1) }?.code == "poisoned")
        try Self.convert(journal.path, to: other)
        try Self.replace(journal.path, by: .copy)
        #expect(try journalError { _ = try handle.reserve(use(nonce: "n-5"), maximumUses: 1) }?.code == "poisoned")
        #expect(throws: Never.self) { try journal.open().reserve(use(nonce: "n-5"), maximumUses: 1) }
    }
}
