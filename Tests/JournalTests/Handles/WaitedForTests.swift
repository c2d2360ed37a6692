import FileSystemSeam
import Journal
import Testing

/// While a writer waits for the lock others work: what stands there when it has the lock is what counts.
@Suite("What was made while a lock was waited for")
struct WaitedForTests {
    /// Something that another process makes of the journal's directory.
    struct Change: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// How a writer is refused; nil where it uses what is there, as it would had it come later.
        var code: String?
        var files: [String: String]
    }

    static let changes = [
        Change(
            testDescription: "json-records",
            code: nil,
            files: ["journal.json": #"{"kind":"approval-use-journal","version":"v1","format":"json-records"}"#]
        ),
        Change(testDescription: "records without a manifest", code: nil, files: ["records/.keep": ""]),
        Change(testDescription: "another kind", code: "not_a_journal", files: ["journal.json": #"{"kind":"diary"}"#]),
        Change(testDescription: "a stray file", code: "not_a_journal", files: ["novel.txt": "Call me Ishmael."]),
        Change(
            testDescription: "a version to come",
            code: "unsupported_format",
            files: ["journal.json": #"{"kind":"approval-use-journal","version":"v3","format":"segments"}"#]
        ),
    ]

    @Test(arguments: changes) func whatCameWhileWaitingIsNotOverwritten(change: Change) throws {
        let journal = try TestJournal(.segments)
        let isMade = Flag()
        journal.fileSystem.setIntercept { call in
            guard call.operation == .lockDirectory, call.path.isEmpty, isMade.raise() else { return nil }
            for (name, text) in change.files { try? journal.write(text.utf8, to: name) }
            return nil
        }
        let handle = journal.open()
        #expect(try journalError { _ = try handle.reserve(use()) }?.code == change.code)
        journal.fileSystem.setIntercept(nil)
        for (name, text) in change.files { #expect(try journal.text(name) == text) }
        #expect(!journal.exists("segments"))
        if change.code == nil {
            #expect(try handle.format() == .jsonRecords)
            #expect(try handle.records().count == 1 && handle.verifyAll().isIntact)
        } else {
            #expect(!journal.exists("heads"))
            #expect(journal.exists("journal.json") == (change.files["journal.json"] != nil))
        }
    }
}
