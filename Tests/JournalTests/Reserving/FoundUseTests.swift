import FileSystemSeam
import Foundation
import Journal
import TestSupport
import Testing

@Suite("Finding recorded uses")
struct FoundUseTests {
    @Test(arguments: JournalFormat.allCases)
    func byIDIsExact(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.reserve(use(id: "use_1"))
        _ = try handle.reserve(use(id: "use_2"))
        _ = try handle.reserve(use(id: "use_22"))
        let found = try #require(try handle.findUse(id: "use_2"))
        #expect(found.record.index == 2)
        #expect(found.use.useID == "use_2")
        #expect(found.nonceUseNumber == 2)
        #expect(try handle.findUse(id: "use") == nil)
        #expect(try handle.findUse(id: "USE_2") == nil)
        #expect(try handle.findUse(id: "") == nil)
    }

    @Test(arguments: JournalFormat.allCases)
    func byNonceIsTheLatest(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.reserve(use(nonce: "a"), maximumUses: 2)
        _ = try handle.reserve(use(nonce: "b"), maximumUses: 2)
        _ = try handle.reserve(use(nonce: "a"), maximumUses: 2)
        _ = try handle.reserve(use("grant-b", nonce: "a"), maximumUses: 2)
        let found = try #require(try handle.findUse(grant: "grant-a", nonceDigest: digest("a")))
        #expect(found.record.index == 3)
        #expect(found.nonceUseNumber == 2)
        #expect(found.use.useNumber == 3)
        #expect(try handle.findUse(grant: "grant-a", nonceDigest: digest("c")) == nil)
        #expect(try handle.findUse(grant: "grant", nonceDigest: digest("a")) == nil)
    }

    /// The question is about the recorded use: its own number, not the next one.
    @Test(arguments: JournalFormat.allCases)
    func itPassesWhenItsOwnNumberIsWithinTheMaximum(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.reserve(use(nonce: "a", id: "use_a"), maximumUses: 1)
        _ = try handle.reserve(use(nonce: "b", id: "use_b"), maximumUses: 1)
        let first = try #require(try handle.findUse(id: "use_a")).replay
        #expect(first.passed)
        #expect(first.useNumber == 1)
        #expect(first.maximumUses == 1)
        #expect(first.details == "local Approval Use Journal passed, use 1/1")
        #expect(first.level == .localJournal)
        let second = try #require(try handle.findUse(id: "use_b")).replay
        #expect(!second.passed)
        #expect(second.useNumber == 2)
        #expect(try #require(try handle.findUse(id: "use_b", maximumUsesHint: 2)).replay.passed)
    }

    @Test(arguments: JournalFormat.allCases)
    func unboundedUsesSaySo(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.reserve(use(id: "use_a"))
        let found = try #require(try handle.findUse(id: "use_a")).replay
        #expect(found.passed)
        #expect(found.details == "local Approval Use Journal: use 1 of unbounded grant")
    }

    @Test(arguments: JournalFormat.allCases)
    func hintsThatDisagreeAndRevocationsAreMentioned(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.reserve(use(id: "use_a", maximum: 1))
        let found = try #require(try handle.findUse(id: "use_a", maximumUsesHint: 3)).replay
        #expect(found.details.hasPrefix("local Approval Use Journal passed, use 1/3; "))
        _ = try handle.append(revocation())
        let revoked = try #require(try handle.findUse(id: "use_a")).replay
        #expect(revoked.isRevoked)
        #expect(!revoked.passed)
        #expect(revoked.details.hasPrefix("local Approval Use Journal passed, use 1/1; "))
    }

    @Test(arguments: JournalFormat.allCases)
    func usesOfAGrantAreInOrderAndOnlyItsOwn(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        for grant in ["a", "b", "a", "A", "a "] { _ = try handle.reserve(use(grant)) }
        _ = try handle.append(revocation(of: "a"))
        #expect(try handle.uses(forGrant: "a").map(\.index) == [1, 3])
        #expect(try handle.uses(forGrant: "A").map(\.index) == [4])
        #expect(try handle.uses(forGrant: "c").isEmpty)
        #expect(try handle.uses(forGrant: "").isEmpty)
        #expect(try handle.uses(forGrant: "a\0").isEmpty)
    }

    @Test(
        arguments: JournalFormat.allCases,
        [
            (0, nil, [1, 2, 3]), (1, nil, [1, 2, 3]), (2, nil, [2, 3]), (3, 1, [3]), (4, nil, []), (1, 2, [1, 2]),
            (1, 0, []), (1, -5, []), (1, .max, [1, 2, 3]), (.max, .max, []), (UInt64(Int64.max) + 2, nil, []),
        ] as [(UInt64, Int?, [UInt64])]
    )
    func recordsAreGivenInParts(format: JournalFormat, with: (UInt64, Int?, [UInt64])) throws {
        let (index, limit, expected) = with
        let journal = try TestJournal(format)
        let handle = journal.open()
        for _ in 0..<3 { _ = try handle.reserve(use()) }
        #expect(try handle.records(from: index, limit: limit).map(\.index) == expected)
    }

    @Test func storedBytesAreGivenAsTheyStand() throws {
        let journal = try TestJournal()
        let handle = journal.open()
        _ = try handle.reserve(use())
        let record = try #require(try handle.records().first)
        #expect(record.bytes == (try journal.bytes(try journal.record(1))))
        let compact = String(decoding: record.compactBytes, as: UTF8.self)
        #expect(compact.hasPrefix(#"{"type":"treeship/approval-use/v1","use_id":"use_"#))
        #expect(digest(compact.replacing(record.digest, with: "")) == record.digest)
    }

    /// Every question, 200 times each: no descriptor stays open but the directory of a handle that has written, also not
    /// after errors.
    @Test func noDescriptorStaysOpen() throws {
        let journal = try TestJournal(in: TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk)
        let handle = journal.open()
        _ = try handle.reserve(use(key: "k"), maximumUses: 1)
        for number in 0..<200 {
            if number.isMultiple(of: 10) { _ = try journal.open().reserve(use("g-\(number)")) }
            _ = try handle.reserve(use(key: "k"))
            #expect(try journalError { _ = try handle.reserve(use(), maximumUses: 1) } != nil)
            #expect(try journalError { _ = try handle.reserve(use("")) } != nil)
            _ = try handle.checkReplay(grant: "grant-a", nonceDigest: digest("nonce-1"))
            _ = try journal.open().verifyIntegrity()
            _ = try handle.uses(forGrant: "grant-a")
        }
        let directory = try PosixFileSystem.shared.openDirectory(journal.path)
        #expect(try directory.lock(.exclusive, blocking: false))
        let busy = journal.open(JournalOptions(lockTimeoutMilliseconds: 0))
        for _ in 0..<50 { #expect(try journalError { _ = try busy.reserve(use()) }?.code == "lock_busy") }
        try directory.close()
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
        }
        #expect(open.filter { $0.hasPrefix(journal.path) } == [journal.path])
        withExtendedLifetime(handle) {}
    }
}
