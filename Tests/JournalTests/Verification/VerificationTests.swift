import FileSystemSeam
import Foundation
import Journal
import TestSupport
import Testing

@Suite("Verification")
struct VerificationTests {
    private func filled(_ format: JournalFormat = .jsonRecords) throws -> TestJournal {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.reserve(use(maximum: 2))
        _ = try handle.reserve(use(nonce: "nonce-2", maximum: 2))
        _ = try handle.append(checkpoint(to: 2))
        _ = try handle.append(revocation())
        return journal
    }

    private func edit(_ journal: TestJournal, _ index: Int, _ old: String, _ new: String) throws {
        let file = try journal.record(index)
        let text = try journal.text(file)
        try #require(text.contains(old))
        try journal.write(Array(text.replacingOccurrences(of: old, with: new).utf8), to: file)
    }

    @Test(arguments: JournalFormat.allCases)
    func anIntactJournal(format: JournalFormat) throws {
        let journal = try filled(format)
        let head = try journal.open().head()
        for report in [try journal.open().verifyIntegrity(), try journal.open().verifyAll()] {
            #expect(report.isIntact)
            #expect(report.recordCount == 4)
            #expect(report.head == head)
            #expect(report.warnings == [])
            // The root of the checkpoint is made up.
            #expect(report.findings.map(\.kind) == [.merkleMismatch])
        }
    }

    @Test func verifyingChangesNothing() throws {
        let journal = try filled()
        try journal.remove("indexes")
        try journal.remove("heads")
        let before = try journal.contents()
        journal.fileSystem.forgetCalls()
        _ = try journal.open().verifyIntegrity()
        _ = try journal.open().verifyAll()
        #expect(try journal.contents() == before)
        #expect(journal.fileSystem.calls.filter(\.isChange).isEmpty)
    }

    @Test func anEditedRecordIsTampered() throws {
        let journal = try filled()
        let stored = try journal.open().records()[1].digest
        try edit(journal, 2, "agent://indexer", "agent://intruder")
        let report = try journal.open().verifyIntegrity()
        let failure = try #require(report.failures.first)
        #expect(report.failures.count == 1)
        #expect(failure.kind == .recordTampered)
        #expect(failure.index == 2)
        #expect(failure.expected == stored)
        #expect(failure.actual != stored && failure.actual?.hasPrefix("sha256:") == true)
        // Every decision refuses with the same.
        for attempt in [
            { _ = try journal.open().reserve(use("grant-z")) }, { _ = try journal.open().append(revocation()) },
            { _ = try journal.open().checkReplay(grant: "grant-z", nonceDigest: digest("n")) },
            { _ = try journal.open().uses(forGrant: "grant-a") }, { _ = try journal.open().findUse(id: "use_x") },
            { _ = try journal.open().records() }, { _ = try journal.open().head() },
        ] {
            guard case .recordTampered(2, stored, _)? = try journalError(attempt) else {
                Issue.record("a decision was made")
                continue
            }
        }
    }

    @Test(arguments: [
        ("an injected member", "\"use_number\": 2,", "\"use_number\": 2,\n  \"injected\": true,"),
        ("a member set to null", "\"use_number\": 2,", "\"session_id\": null,\n  \"use_number\": 2,"),
        ("a removed member", "\n  \"max_uses\": 2,", ""),
        ("a changed number", "\"use_number\": 2", "\"use_number\": 1"),
        ("another digest", "\"record_digest\": \"sha256:", "\"record_digest\": \"sha256:0"),
        ("no digest", "\"record_digest\": \"sha256:", "\"record_digest\": \""),
        ("another algorithm", "\"record_digest\": \"sha256:", "\"record_digest\": \"blake3:"),
        ("another type", "approval-use/v1", "approval-use/v2"),
        (
            "swapped members", "\"action\": \"catalog.rebuild\",\n  \"subject\": \"urn:catalog:eu/7\"",
            "\"subject\": \"urn:catalog:eu/7\",\n  \"action\": \"catalog.rebuild\""
        ),
    ])
    func alterationsThatParseAreTampering(what: String, old: String, new: String) throws {
        let journal = try filled()
        try edit(journal, 2, old, new)
        let report = try journal.open().verifyIntegrity()
        #expect(report.failures.map(\.kind) == [.recordTampered], "\(what)")
        #expect(report.failures.first?.index == 2)
        #expect(try journal.open().verifyAll().failures.first == report.failures.first)
    }

    @Test(arguments: [
        ("cut off", "\"record_digest\": \"sha256:", "\"record_digest\": \"sha2\0"),
        ("a member twice", "\"action\":", "\"actor\": \"x\",\n  \"action\":"),
        ("a wrong type", "\"use_number\": 2", "\"use_number\": \"2\""),
        ("a fraction", "\"use_number\": 2", "\"use_number\": 2.0"),
        ("beyond 32 bits", "\"use_number\": 2", "\"use_number\": 4294967296"),
        ("negative", "\"use_number\": 2", "\"use_number\": -2"),
        ("a missing member", "\"actor\": \"agent://indexer\",\n  ", ""),
    ])
    func recordsThatCannotBeReadAreMalformed(what: String, old: String, new: String) throws {
        let journal = try filled()
        try edit(journal, 2, old, new)
        let report = try journal.open().verifyIntegrity()
        #expect(report.failures.map(\.kind) == [.malformedRecord], "\(what)")
        #expect(report.failures.first?.index == 2)
        #expect(report.failures.first?.message.contains("records/0000000002.") == true)
    }

    @Test func whiteSpaceAndSpellingAreNoTampering() throws {
        let journal = try filled()
        try edit(journal, 1, "\n  ", "\r\n\t\t ")
        try edit(journal, 2, "agent:", "\\u0061gent:")
        try edit(journal, 4, "\n", "")
        #expect(try journal.open().verifyIntegrity().isIntact)
        #expect(try journal.open().records()[1].record.grantID == "grant-a")
    }

    @Test func aMemberThatANewerVersionHashedVerifies() throws {
        let journal = try TestJournal()
        let text =
            #"{"type":"treeship/approval-use/v1","use_id":"u","grant_id":"grant-a","grant_digest":"gd","#
            + #""nonce_digest":"\#(digest("nonce-1"))","actor":"a","action":"x","subject":"s","use_number":1,"#
            + #""max_uses":1,"created_at":"2026-05-01T08:00:00Z","of_a_newer_version":{"deep":[1,true,null]},"#
            + #""previous_record_digest":"","record_digest":""#
        let sealed = digest(text + "\"}")
        let short = sealed.dropFirst("sha256:".count).prefix(16)
        try journal.write(Array((text + sealed + "\"}").utf8), to: "records/0000000001.approval-use.\(short).json")
        #expect(try journal.open().verifyIntegrity().isIntact)
        #expect(try journalError { _ = try journal.open().reserve(use()) }?.code == "uses_exhausted")
        #expect(try journal.open().reserve(use("grant-b")).index == 2)
        // Rewritten for durability, but not reworded.
        #expect(try journal.text(try journal.record(1)) == text + sealed + "\"}")
    }

    /// The kind in a file's name is under no digest: the type in the record decides what it is.
    @Test(arguments: [
        ("treeship/approval-revocation/v1", "0000000001.approval-revocation."),
        ("treeship/approval-use/v2", "approval-use"),
    ])
    func aRecordOfAnotherTypeThanItsNameIsNamed(type: String, expected: String) throws {
        let journal = try TestJournal()
        let text =
            #"{"type":"\#(type)","use_id":"u","grant_id":"grant-a","grant_digest":"gd","#
            + #""nonce_digest":"\#(digest("nonce-1"))","actor":"a","action":"x","subject":"s","use_number":1,"#
            + #""created_at":"2026-05-01T08:00:00Z","previous_record_digest":"","record_digest":""#
        let sealed = digest(text + "\"}")
        let short = sealed.dropFirst("sha256:".count).prefix(16)
        try journal.write(Array((text + sealed + "\"}").utf8), to: "records/0000000001.approval-use.\(short).json")
        let failure = try #require(try journal.open().verifyIntegrity().failures.first)
        #expect(failure.kind == .nameMismatch)
        #expect(failure.expected?.contains(expected) == true)
        #expect(try journalError { _ = try journal.open().reserve(use()) }?.code == "name_mismatch")
    }

    @Test func aRenamedRecordIsNamed() throws {
        let journal = try filled()
        let file = try journal.record(2)
        try journal.rename(file, to: "records/0000000002.approval-use.0123456789abcdef.json")
        let failure = try #require(try journal.open().verifyIntegrity().failures.first)
        #expect(failure.kind == .nameMismatch)
        #expect(failure.index == 2)
        #expect(failure.expected.map { "records/\($0)" } == file)
        #expect(failure.actual == "0000000002.approval-use.0123456789abcdef.json")
    }

    @Test func renumberedRecordsDoNotVerify() throws {
        let journal = try filled()
        for index in (1...4).reversed() {
            let file = try journal.record(index)
            try journal.rename(file, to: file.replacingOccurrences(of: "000\(index).", with: "000\(index + 1)."))
        }
        let report = try journal.open().verifyIntegrity()
        #expect(report.failures.map(\.kind) == [.missingRecord])
        #expect(report.failures.first?.index == 1)
    }

    @Test func swappedRecordsBreakTheChain() throws {
        let journal = try filled()
        let (second, third) = (try journal.record(2), try journal.record(3))
        try journal.rename(second, to: second.replacingOccurrences(of: "0002.", with: "0003."))
        try journal.rename(third, to: third.replacingOccurrences(of: "0003.", with: "0002."))
        let report = try journal.open().verifyIntegrity()
        #expect(report.failures.map(\.kind) == [.brokenChain])
        #expect(report.failures.first?.index == 2)
    }

    @Test func twoRecordsOfOneIndexAreNamed() throws {
        let journal = try filled()
        try journal.write(
            try journal.bytes(try journal.record(4)),
            to: "records/0000000002.approval-use.0123456789abcdef.json"
        )
        let failure = try #require(try journal.open().verifyIntegrity().failures.first)
        #expect(failure.kind == .duplicateIndex)
        #expect(failure.index == 2)
        #expect(failure.message.contains("0000000002.approval-use.0123456789abcdef.json"))
        #expect(try journalError { _ = try journal.open().reserve(use("grant-z")) }?.code == "duplicate_index")
    }

    @Test func aRecordOfAnUnknownKindStopsEverything() throws {
        let journal = try filled()
        try journal.write([], to: "records/0000000005.approval-transfer.0123456789abcdef.json")
        let failure = try #require(try journal.open().verifyIntegrity().failures.first)
        #expect(failure.kind == .unknownKind)
        #expect(failure.index == 5)
        #expect(failure.actual == "approval-transfer")
        #expect(try journalError { _ = try journal.open().reserve(use("grant-z")) }?.code == "unknown_kind")
    }

    @Test func allFailuresAreListed() throws {
        let journal = try TestJournal()
        let handle = journal.open()
        for number in 1...9 { _ = try handle.reserve(use(nonce: "n-\(number)")) }
        try edit(journal, 2, "agent://indexer", "agent://intruder")
        try journal.remove(try journal.record(4))
        try journal.write([], to: try journal.record(6))
        try journal.rename(try journal.record(8), to: "records/0000000008.approval-use.0123456789abcdef.json")
        try journal.remove(try journal.record(9))
        let report = try journal.open().verifyAll()
        #expect(report.failures.map(\.index) == [2, 4, 6, 8, 9])
        #expect(
            report.failures.map(\.kind)
                == [.recordTampered, .missingRecord, .malformedRecord, .nameMismatch, .missingRecord]
        )
        #expect(try journal.open().verifyIntegrity().failures == [report.failures[0]])
    }

    /// The head says that a record is missing, also when another one is damaged and no index is left.
    @Test func aLostTailIsListedBesideOtherDamage() throws {
        let journal = try filled()
        try journal.remove("indexes")
        try edit(journal, 2, "agent://indexer", "agent://intruder")
        try journal.remove(try journal.record(4))
        let report = try journal.open().verifyAll()
        #expect(report.failures.map(\.kind) == [.recordTampered, .missingRecord])
        #expect(report.failures.map(\.index) == [2, 4])
    }

    @Test(arguments: ["18446744073709551615", "9223372036854775808", "0000004000"])
    func indexesFarAwayEndTheWalk(index: String) throws {
        let journal = try filled()
        try journal.write([], to: "records/\(index).approval-use.0123456789abcdef.json")
        let report = try journal.open().verifyAll()
        #expect(report.failures.map(\.kind) == [.missingRecord, .malformedRecord])
        #expect(report.failures.map(\.index) == [5, UInt64(index)])
        #expect(try journal.open().verifyIntegrity().failures.map(\.index) == [5])
        #expect(try journalError { _ = try journal.open().reserve(use("grant-z")) }?.code == "missing_record")
        try journal.rename(
            "records/\(index).approval-use.0123456789abcdef.json",
            to: "records/\(index).future-kind.0123456789abcdef.json"
        )
        #expect(try journal.open().verifyAll().failures.map(\.kind) == [.missingRecord, .unknownKind])
    }

    /// Removed by somebody between the listing and the reading.
    @Test(arguments: [1, 4])
    func aRecordThatVanishesWhileReadingIsMissing(index: Int) throws {
        let journal = try filled()
        let file = try journal.record(index)
        journal.fileSystem.setIntercept { $0.operation == .open && $0.path == file ? .failure(.noEntry) : nil }
        for report in [try journal.open().verifyIntegrity(), try journal.open().verifyAll()] {
            #expect(report.failures.first?.kind == .missingRecord)
            #expect(report.failures.first?.index == UInt64(index))
        }
    }

    @Test(arguments: JournalFormat.allCases)
    func findingsAreNoFailures(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        var first = use(id: "use_1", maximum: 1)
        first.useNumber = 1
        _ = try handle.append(first)
        first.useNumber = 3
        _ = try handle.append(first)
        let report = try handle.verifyIntegrity()
        #expect(report.isIntact)
        #expect(report.findings.map(\.kind) == [.limitExceeded, .repeatedUseID, .useNumberMismatch])
        #expect(report.findings.allSatisfy { $0.index == 2 })
    }

    /// What the altered copies of another tool's journal give, when every failure is asked for.
    @Test(arguments: Fixtures.cases(of: "journal").filter { $0 != "digests" && $0 != "record-parse" })
    func theFirstOfAllFailuresIsTheFirst(fixture: String) throws {
        let path = "\(Fixtures.directory)/journal/\(fixture)/input"
        let journal = ApprovalJournal(at: path, fileSystem: PosixFileSystem.shared)
        let (first, all) = (try journal.verifyIntegrity(), try journal.verifyAll())
        #expect(all.failures.first == first.failures.first)
        #expect(all.isIntact == first.isIntact)
        #expect(Set(all.failures.map(\.index)).count == all.failures.count, "one failure a record")
        if first.isIntact { #expect(all == first) }
    }
}
