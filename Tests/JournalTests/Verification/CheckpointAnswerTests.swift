import FileSystemSeam
import Foundation
import Journal
import Signing
import Testing

/// What the caller of a checkpoint is told is what was appended, whatever stands at the path by then.
@Suite("The answer to a checkpoint")
struct CheckpointAnswerTests {
    private static let key = try! SigningKey(seed: (0..<32).map { UInt8($0) })
    private static let hub = HubSigner(hubID: "hub://org-0", key: key)

    private func filled(_ format: JournalFormat, _ count: Int) throws -> TestJournal {
        let journal = try TestJournal(format)
        let handle = journal.open()
        for number in 0..<count { _ = try handle.reserve(use("grant-\(number % 3)", nonce: "nonce-\(number)")) }
        return journal
    }

    private static func replace(_ path: String) throws {
        try FileManager.default.moveItem(atPath: path, toPath: path + "-old")
        try FileManager.default.moveItem(atPath: path + "-new", toPath: path)
    }

    private func summary(_ record: StoredRecord?) -> JournalCheckpoint? {
        if case .checkpoint(let checkpoint)? = record?.record { checkpoint } else { nil }
    }

    @Test(arguments: JournalFormat.allCases)
    func itIsWhatAReaderFinds(format: JournalFormat) throws {
        let journal = try filled(format, 4)
        for _ in 0..<2 {
            let made = try journal.open().makeCheckpoint(signedBy: Self.hub)
            #expect(try journal.open().records(from: made.index) == [made])
        }
    }

    /// Another journal comes to the path as soon as the lock is given up.
    @Test(arguments: JournalFormat.allCases, JournalFormat.allCases)
    func itIsNotOfAJournalThatCameAfter(format: JournalFormat, replacement: JournalFormat) throws {
        for count in [2, 7] {
            let journal = try filled(format, 4)
            let path = journal.path
            let other = ApprovalJournal(
                at: path + "-new",
                fileSystem: PosixFileSystem.shared,
                options: JournalOptions(format: replacement)
            )
            for number in 0..<count { _ = try other.reserve(use("grant-b", nonce: "other-\(number)")) }
            let (isWritten, isReplaced) = (Flag(), Flag())
            journal.fileSystem.setIntercept { call in
                let isRecord = call.path.hasPrefix("segments/") || call.path.hasPrefix("records/")
                if isRecord, call.operation == .write || call.operation == .rename { _ = isWritten.raise() }
                guard isWritten.isUp, call.operation == .unlockDirectory, call.path.isEmpty, isReplaced.raise() else {
                    return nil
                }
                do { try Self.replace(path) } catch { Issue.record("\(error)") }
                return nil
            }
            let made = try journal.open().makeCheckpoint()
            journal.fileSystem.setIntercept(nil)
            #expect(isReplaced.isUp)
            #expect(summary(made)?.toRecordIndex == 4)
            let old = ApprovalJournal(at: path + "-old", fileSystem: PosixFileSystem.shared)
            #expect(try old.records(from: 5) == [made])
            #expect(try journal.recordCount() == count)
        }
    }

    /// A copy holds the same records, and has an identifier of its own.
    @Test(arguments: JournalFormat.allCases, JournalFormat.allCases)
    func itNamesTheJournalThatItWasAppendedTo(format: JournalFormat, replacement: JournalFormat) throws {
        let journal = try filled(format, 4)
        let path = journal.path
        try ApprovalJournal(at: path, fileSystem: PosixFileSystem.shared).convert(to: replacement, at: path + "-new")
        let isReplaced = Flag()
        journal.fileSystem.setIntercept { call in
            guard call.operation == .lockDirectory, call.path.isEmpty, isReplaced.raise() else { return nil }
            do { try Self.replace(path) } catch { Issue.record("\(error)") }
            return nil
        }
        let made = try journal.open().makeCheckpoint(signedBy: Self.hub)
        journal.fileSystem.setIntercept(nil)
        let id = try #require(summary(made)?.journalID)
        switch replacement {
        case .segments: #expect(try journal.text("journal.json").contains("\"\(id)\""))
        case .jsonRecords:
            let digest = try #require(try journal.open().records().first).digest
            #expect(id == "jrn_" + digest.dropFirst("sha256:".count).prefix(32))
        }
        #expect(try journal.open().records(from: 5) == [made])
        #expect(try journal.open().verifyIntegrity(trustedHubKeys: [Self.key.publicKey]).isIntact)
    }

    /// Only the journal that makes it leaves out whose it is.
    @Test(arguments: JournalFormat.allCases)
    func oneOfACallerNamesItsJournal(format: JournalFormat) throws {
        let journal = try filled(format, 4)
        var nameless = checkpoint(to: 4)
        nameless.journalID = ""
        let error = try journalError { _ = try journal.open().append(nameless) }
        #expect(error == .invalidArgument(member: "journal_id", reason: "is empty"))
        #expect(try journal.recordCount() == 4)
    }

    /// From some call on nothing can be opened any more: either the checkpoint is there, and it is said, or it is not.
    @Test(arguments: JournalFormat.allCases)
    func aFailureIsOneThatWroteNothing(format: JournalFormat) throws {
        let journal = try filled(format, 4)
        let before = try journal.contents()
        var number = 0
        var madeCount = 0
        while number < 1000 {
            try journal.restore(before)
            let count = Condition(0)
            let limit = number
            journal.fileSystem.setIntercept { call in
                guard [.open, .openDirectory, .subdirectory, .reopen].contains(call.operation) else { return nil }
                return count.withLock { count in
                    count += 1
                    return count > limit ? .failure(.tooManyOpenFiles) : nil
                }
            }
            let error = try journalError { _ = try journal.open().makeCheckpoint() }
            journal.fileSystem.setIntercept(nil)
            let added = try journal.recordCount() - 4
            if error?.code != "outcome_unknown" {
                #expect(added == (error == nil ? 1 : 0), "call \(number): \(error as Any)")
            }
            madeCount += added
            if error == nil && count.withLock({ $0 }) <= number { break }
            number += 1
        }
        #expect((10..<1000).contains(number))
        #expect(madeCount > 0)
    }
}
