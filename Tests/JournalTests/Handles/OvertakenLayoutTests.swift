import FileSystemSeam
import Foundation
import Journal
import Testing

/// Two who make a journal at once, each in the layout of its own.
@Suite("Layouts that overtake each other")
struct OvertakenLayoutTests {
    @Test(arguments: JournalFormat.allCases, [false, true])
    func theOtherOnesJournalIsUsed(format: JournalFormat, isDirectoryThere: Bool) throws {
        let journal = try TestJournal(format)
        if isDirectoryThere {
            try FileManager.default.createDirectory(atPath: journal.path, withIntermediateDirectories: false)
        }
        let other: JournalFormat = format == .segments ? .jsonRecords : .segments
        for attempt in [
            { try journal.open().create() }, { _ = try journal.open().reserve(use()) },
            { _ = try journal.open().append(revocation()) },
        ] {
            if journal.exists("") { try journal.remove("") }
            let path = journal.path
            let isDone = Flag()
            journal.fileSystem.setIntercept { call in
                guard call.operation == .lockDirectory, isDone.raise() else { return nil }
                let options = JournalOptions(format: other)
                let overtaking = ApprovalJournal(at: path, fileSystem: PosixFileSystem.shared, options: options)
                do { try overtaking.create() } catch { Issue.record("\(error)") }
                return nil
            }
            #expect(throws: Never.self) { try attempt() }
            journal.fileSystem.setIntercept(nil)
            #expect(try journal.open().format() == other)
            #expect(try journal.open().verifyIntegrity().isIntact)
        }
    }

    /// A copy whose place was taken meanwhile is refused as one whose place was taken before.
    @Test(arguments: JournalFormat.allCases)
    func aCopyDoesNotOvertake(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        _ = try journal.open().reserve(use())
        let copy = journal.path + "-copy"
        journal.fileSystem.setIntercept { call in
            guard call.operation == .rename, call.newPath?.hasSuffix("-copy") == true else { return nil }
            try? FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
            return nil
        }
        let error = try journalError { _ = try journal.open().convert(to: format, at: copy) }
        #expect(error == .invalidArgument(member: "path", reason: "something stands there already"), "\(error as Any)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: copy).isEmpty)
    }
}
