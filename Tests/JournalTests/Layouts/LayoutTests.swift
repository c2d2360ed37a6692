import Foundation
import Journal
import TestSupport
import Testing

@Suite("The json-records layout on disk")
struct LayoutTests {
    @Test func firstAppendCreatesEverything() throws {
        let journal = try TestJournal()
        journal.fileSystem.setRandom(0xAB)
        let reservation = try journal.open().reserve(use("grant a.b:c/d\\e", maximum: 3))
        let short = reservation.digest.dropFirst("sha256:".count).prefix(16)
        let record = "records/0000000001.approval-use.\(short).json"
        let nonceFile = digest("nonce-1").replacingOccurrences(of: ":", with: "_") + ".txt"
        #expect(
            try journal.contents().keys.sorted() == [
                "heads", "heads/current.json", "indexes", "indexes/by-grant",
                "indexes/by-grant/grant_a_b_c_d_e.txt", "indexes/by-nonce", "indexes/by-nonce/\(nonceFile)",
                "journal.json", "locks", "locks/journal.lock", "records", record,
            ]
        )
        #expect(
            try journal.text("journal.json")
                == "{\n  \"kind\": \"approval-use-journal\",\n  \"version\": \"v1\",\n  \"format\": \"json-records\"\n}"
        )
        #expect(
            try journal.text("heads/current.json") == """
                {
                  "index": 1,
                  "digest": "\(reservation.digest)",
                  "updated_at": "2026-05-01T08:00:00Z"
                }
                """
        )
        #expect(
            try journal.text(record) == """
                {
                  "type": "treeship/approval-use/v1",
                  "use_id": "use_\(String(repeating: "ab", count: 16))",
                  "grant_id": "grant a.b:c/d\\\\e",
                  "grant_digest": "sha256:\(String(repeating: "a", count: 64))",
                  "nonce_digest": "\(digest("nonce-1"))",
                  "actor": "agent://indexer",
                  "action": "catalog.rebuild",
                  "subject": "urn:catalog:eu/7",
                  "use_number": 1,
                  "max_uses": 3,
                  "created_at": "2026-05-01T08:00:00Z",
                  "previous_record_digest": "",
                  "record_digest": "\(reservation.digest)"
                }
                """
        )
        #expect(try journal.text("indexes/by-grant/grant_a_b_c_d_e.txt") == "1\n")
        #expect(try journal.text("indexes/by-nonce/\(nonceFile)") == "1\n")
        #expect(try journal.bytes("locks/journal.lock").isEmpty)
    }

    @Test func everyRecordLinksToTheOneBefore() throws {
        let journal = try TestJournal()
        let handle = journal.open()
        let first = try handle.reserve(use())
        let second = try handle.append(revocation())
        let third = try handle.append(checkpoint(to: 2))
        let records = try handle.records()
        #expect(records.map(\.record.previousRecordDigest) == ["", first.digest, second.digest])
        #expect(records.map(\.digest) == [first.digest, second.digest, third.digest])
        #expect(records.map(\.index) == [1, 2, 3])
        #expect(records.map(\.kind) == [.approvalUse, .approvalRevocation, .journalCheckpoint])
        #expect(try handle.head() == JournalHead(index: 3, digest: third.digest, updatedAt: "2026-05-01T08:00:00Z"))
        #expect(
            try journal.records().map { $0.split(separator: ".").prefix(2).joined(separator: ".") } == [
                "0000000001.approval-use", "0000000002.approval-revocation", "0000000003.journal-checkpoint",
            ]
        )
        // A revocation stands in the index of its grant, a checkpoint in none.
        #expect(try journal.text("indexes/by-grant/grant-a.txt") == "1\n2\n")
    }

    @Test func filesAndDirectoriesBelongToTheirOwnerAlone() throws {
        let journal = try TestJournal()
        _ = try journal.open().reserve(use())
        func permissions(_ file: String) throws -> UInt16 {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(journal.path)/\(file)")
            return try #require(attributes[.posixPermissions] as? NSNumber).uint16Value
        }
        for (file, bytes) in try journal.contents() {
            let isDirectory = bytes == Array("a directory".utf8)
            #expect(try permissions(file) == (isDirectory ? 0o700 : 0o600), "\(file)")
        }
        #expect(try permissions("") == 0o700)
    }

    @Test func createMakesAnEmptyJournal() throws {
        let journal = try TestJournal()
        try journal.open().create()
        #expect(journal.exists("journal.json"))
        #expect(try journal.records().isEmpty)
        let before = try journal.contents()
        try journal.open().create()
        #expect(try journal.contents() == before)
        #expect(try journal.open().head() == nil)
    }

    /// Another tool wrote this journal; appending its records again must give its very files.
    @Test func replayingAnotherToolsRecordsGivesItsFiles() throws {
        let root = Fixtures.directory + "/journal/small/input"
        let names = try FileManager.default.contentsOfDirectory(atPath: root + "/records").sorted()
        #expect(names.count == 12)
        let journal = try TestJournal()
        let handle = journal.open()
        for name in names {
            let bytes = Array(try Data(contentsOf: URL(filePath: "\(root)/records/\(name)")))
            let kind = try #require(RecordKind(rawValue: String(name.split(separator: ".")[1])))
            switch try JournalRecord(kind: kind, parsing: bytes) {
            case .use(let use): _ = try handle.append(use)
            case .revocation(let revocation): _ = try handle.append(revocation)
            case .checkpoint(let checkpoint): _ = try handle.append(checkpoint)
            }
        }
        var expected: [String: [UInt8]] = [:]
        for case let name as String in try #require(FileManager.default.enumerator(atPath: root)) {
            guard let data = try? Data(contentsOf: URL(filePath: "\(root)/\(name)")) else { continue }
            expected[name] = Array(data)
        }
        let written = try journal.contents().filter { $0.value != Array("a directory".utf8) }
        #expect(written.keys.sorted() == expected.keys.sorted())
        for (name, bytes) in expected { #expect(written[name] == bytes, "\(name)") }
    }

    @Test func longGrantsAreCutAndToldApartByTheirDigest() throws {
        let journal = try TestJournal()
        let handle = journal.open()
        let atTheLimit = String(repeating: "g", count: 200)
        let beyond = String(repeating: "g", count: 201)
        let longest = String(repeating: "h", count: 4096)
        for grant in [atTheLimit, beyond, longest] { _ = try handle.reserve(use(grant)) }
        let names = try journal.names(in: "indexes/by-grant")
        #expect(names.contains(atTheLimit + ".txt"))
        let digestHex = digest(beyond).dropFirst("sha256:".count).prefix(32)
        #expect(names.contains(String(repeating: "g", count: 160) + "-\(digestHex).txt"))
        for grant in [atTheLimit, beyond, longest] { #expect(try handle.uses(forGrant: grant).count == 1) }
        #expect(try journal.open().verifyIntegrity().warnings.isEmpty)
    }

    @Test func aCutNeverSplitsACharacter() throws {
        let journal = try TestJournal()
        // Three bytes each: byte 160 is in the middle of one.
        let grant = String(repeating: "語", count: 100)
        _ = try journal.open().reserve(use(grant))
        let name = try #require(try journal.names(in: "indexes/by-grant").first)
        #expect(name.hasPrefix(String(repeating: "語", count: 53) + "-"))
        #expect(try journal.open().verifyIntegrity().warnings.isEmpty)
    }

    @Test func rawSecretsHaveNoPlaceInARecord() throws {
        let journal = try TestJournal()
        let handle = journal.open()
        let secret = "raw-nonce-5b1d"
        _ = try handle.reserve(use(nonce: secret, key: "k", maximum: 2))
        _ = try handle.append(revocation())
        _ = try handle.append(checkpoint(to: 2))
        let forbidden = ["nonce", "command", "prompt", "file_content", "bearer_token", "api_key"]
        for (name, bytes) in try journal.contents() {
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(!text.contains(secret), "\(name)")
            for member in forbidden { #expect(!text.contains("\"\(member)\""), "\(name) has \(member)") }
        }
    }
}
