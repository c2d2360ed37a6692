import Canonical
import EventLog
import FileSystemSeam
import Foundation
import Signing
import TestSupport
import Testing

@Suite("Sealing")
struct SealTests {
    private func key(_ byte: UInt8 = 7) throws -> SigningKey {
        try SigningKey(seed: [UInt8](repeating: byte, count: 32))
    }

    private func sealed(_ count: Int = 5, key: SigningKey? = nil) throws -> TestLog {
        let log = try TestLog()
        try log.open().append((0..<count).map { event("\($0)") })
        _ = try log.open().seal(signingWith: key)
        return log
    }

    private func kinds(_ log: TestLog, trusting keys: [VerifyingKey] = []) throws -> [LogProblem.Kind] {
        let report = try log.open().verify(trusting: keys)
        return (report.failures + report.warnings).map(\.kind)
    }

    @Test func aSealIsWhatTheFormatSays() throws {
        let log = try sealed(3)
        let bytes = try log.bytes()
        let seal = try #require(try log.open().readSeal())
        var tree = MerkleAccumulator()
        for text in try log.lines() { tree.add(Array(text.utf8)) }
        let expected =
            #"{"type":"holdfast/event-seal/v1","session_id":"ssn_1","event_count":3,"line_count":3,"next_sequence_no":3,"#
            + #""size":\#(bytes.count),"file_digest":"\#(Digest(hashing: bytes))","merkle_root":"\#(tree.root)","#
            + #""sealed_at":"\#(seal.sealedAt)"}"# + "\n"
        #expect(String(decoding: try log.bytes("events.seal.json"), as: UTF8.self) == expected)
        #expect(seal.bytes == Array(expected.utf8))
        #expect(try log.permissions("events.seal.json") == "600")
        let names = ["events.jsonl", "events.jsonl.count", "events.jsonl.lock", "events.seal.json"]
        #expect(try log.names() == names)
        #expect(try kinds(log) == [])
    }

    /// The longest session that a line has room for; whatever was sealed can be read.
    @Test(arguments: [1 << 20, runsLongTests ? 16 << 20 : 2 << 20])
    func aSealOfALongSessionCanBeRead(maximum: Int) throws {
        let log = try TestLog()
        var first = event()
        first.sessionID = ""
        first.sessionID = String(repeating: "s", count: maximum - (try first.encoded().count))
        let options = SessionLogOptions(maximumLineBytes: maximum)
        try log.open(options).append(first)
        let seal = try log.open().seal()
        #expect(try log.open().readSeal() == seal)
        #expect(try kinds(log).filter { $0 != .counter } == [])
        #expect(try log.open().seal() == seal)
    }

    @Test func aFileThatIsTooLongIsNoSeal() throws {
        let log = try sealed(1)
        try log.write([UInt8](repeating: 0x20, count: 18 << 20), to: "events.seal.json")
        #expect(try eventLogError { _ = try log.open().readSeal() }?.code == "malformed_seal")
        #expect(try eventLogError { _ = try log.open().seal() }?.code == "malformed_seal")
        #expect(try kinds(log) == [.malformedSeal])
    }

    /// Two spellings of one name are two sessions.
    @Test func theSessionIsComparedByteByByte() throws {
        let log = try TestLog()
        var first = event()
        first.sessionID = "ssn_e\u{301}"
        try log.open().append(first)
        _ = try log.open().seal()
        #expect(try kinds(log) == [])
        let seal = String(decoding: try log.bytes("events.seal.json"), as: UTF8.self)
        let altered = Array(seal.utf8).split(separator: Array("e\u{301}".utf8)).joined(separator: Array("\u{E9}".utf8))
        try log.write(altered, to: "events.seal.json")
        let other = try #require(try log.open().readSeal())
        #expect(try EventSeal(parsing: Array(seal.utf8)) != other)
        #expect(Set([try EventSeal(parsing: Array(seal.utf8)), other, other]).count == 2)
        #expect(try kinds(log) == [.sealBroken])
    }

    /// Without a seal, truncation shows nothing.
    @Test func truncationShows() throws {
        let log = try sealed()
        let lines = try log.lines()
        for count in 0..<5 {
            let text = lines.prefix(count).map { $0 + "\n" }.joined()
            try log.write(text)
            try log.setCounter(count: UInt64(count), size: UInt64(text.utf8.count))
            #expect(try kinds(log) == [.sealBroken], "\(count) of 5 lines")
        }
        try log.remove("events.jsonl")
        #expect(try kinds(log).contains(.sealBroken))
    }

    @Test func everyAlterationShows() throws {
        let log = try sealed(2)
        let bytes = try log.bytes()
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= 1
            try log.write(changed)
            #expect(try kinds(log).contains(.sealBroken), "byte \(place)")
        }
        try log.write(bytes)
        #expect(try kinds(log) == [])
    }

    @Test func laterEventsAreAllowedAndShown() throws {
        let log = try sealed()
        try log.open().append(event("late"))
        #expect(try kinds(log) == [.unsealedEvents])
        let again = try log.open().seal()
        #expect(again.eventCount == 6)
        #expect(try kinds(log) == [])
    }

    @Test func sealingTwiceChangesNothing() throws {
        let log = try sealed()
        let before = try log.bytes("events.seal.json")
        let seal = try log.open().seal()
        #expect(try log.bytes("events.seal.json") == before)
        #expect(seal.bytes == before)
    }

    /// Evidence is not written over.
    @Test func whatBreaksASealIsNotSealedAnew() throws {
        let log = try sealed()
        let before = try log.bytes("events.seal.json")
        try log.write(try log.lines().dropLast().map { $0 + "\n" }.joined())
        #expect(try eventLogError { _ = try log.open().seal() }?.code == "seal_broken")
        try log.append(line(4) + "\n" + line(5) + "\n")
        #expect(try eventLogError { _ = try log.open().seal() }?.code == "seal_broken")
        #expect(try log.bytes("events.seal.json") == before)
    }

    @Test func aTornTailIsMovedAwayFirst() throws {
        let log = try TestLog()
        try log.open().append(event())
        try log.append("{\"torn")
        #expect(try log.open().seal().lineCount == 1)
        #expect(try log.names(in: "quarantine").count == 1)
        try log.expectSound(1)
    }

    @Test func linesThatAreNoEventsAreSealedToo() throws {
        let log = try TestLog()
        try log.write(line(0) + "\n\nnonsense\n")
        let seal = try log.open().seal()
        #expect(seal.eventCount == 1 && seal.lineCount == 3 && seal.nextSequenceNumber == 3)
        #expect(!(try kinds(log)).contains(.sealBroken))
    }

    @Test func nothingCannotBeSealed() throws {
        let log = try TestLog()
        #expect(try eventLogError { _ = try log.open().seal() }?.code == "not_a_log")
        #expect(!log.exists(""))
        try log.write("")
        let seal = try log.open().seal()
        #expect(seal.eventCount == 0 && seal.sessionID == nil && seal.byteCount == 0)
        #expect(try !kinds(log).contains(.sealBroken))
    }

    @Test func whatIsSealedIsDurableBeforeTheSealIs() throws {
        let log = try TestLog()
        try log.open().append(event())
        let calls = CallLog()
        _ = try log.open(fileSystem: calls.fileSystem).seal()
        let relevant = calls.calls.filter { [.fdatasync, .fsync, .renameat].contains($0.name) }
        #expect(relevant.map(\.name.rawValue) == ["fdatasync", "fsync", "fsync", "fdatasync", "renameat", "fsync"])
    }

    // MARK: - Signatures

    @Test func aSignatureIsCheckedAndItsSignerTrustedOrNot() throws {
        let key = try self.key()
        let other = try self.key(8)
        let log = try sealed(key: key)
        let seal = try #require(try log.open().readSeal())
        #expect(seal.hasValidSignature)
        #expect(seal.publicKey == key.publicKey.base64URL)
        #expect(try kinds(log) == [])
        #expect(try kinds(log, trusting: [other.publicKey, key.publicKey]) == [])
        #expect(try kinds(log, trusting: [other.publicKey]) == [.sealUntrusted])
        #expect(try kinds(sealed(), trusting: [key.publicKey]) == [.sealUntrusted])
        let unsealed = try TestLog()
        try unsealed.open().append(event())
        #expect(try kinds(unsealed, trusting: [key.publicKey]) == [.sealUntrusted])
    }

    @Test func aSignedSealThatIsAlteredShows() throws {
        let log = try sealed(key: key())
        let text = String(decoding: try log.bytes("events.seal.json"), as: UTF8.self)
        for (old, new) in [("\"event_count\":5", "\"event_count\":4"), ("\"sealed_at\":\"2", "\"sealed_at\":\"1")] {
            #expect(text.contains(old))
            try log.write(text.replacing(old, with: new), to: "events.seal.json")
            #expect(try kinds(log).contains(.sealSignature))
        }
    }

    @Test func signingASealThatIsThereAddsTheSignature() throws {
        let key = try self.key()
        let log = try sealed()
        #expect(try log.open().seal(signingWith: key).hasValidSignature)
        #expect(try kinds(log, trusting: [key.publicKey]) == [])
        // An unsigned one does not replace it.
        #expect(try log.open().seal().hasValidSignature)
    }

    // MARK: - Reading

    @Test(arguments: [
        ("", "is not valid JSON"), ("[]", "is no JSON object"), ("{}", "\"type\" is missing"),
        (#"{"type":"holdfast/event-seal/v2"}"#, "is \"holdfast/event-seal/v2\""),
    ])
    func aSealThatCannotBeReadIsAFailure(text: String, reason: String) throws {
        let log = try sealed()
        try log.write(text, to: "events.seal.json")
        #expect(try kinds(log) == [.malformedSeal])
        let error = try eventLogError { _ = try log.open().seal() }
        #expect(error?.code == "malformed_seal")
        #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
        #expect(try log.bytes("events.seal.json") == Array(text.utf8))
    }

    @Test func membersOfASealAreTakenStrictly() throws {
        let log = try sealed()
        let good = String(decoding: try log.bytes("events.seal.json"), as: UTF8.self)
        #expect(throws: Never.self) { try EventSeal(parsing: Array(good.utf8)) }
        for (old, new) in [
            ("\"event_count\":5", "\"event_count\":5.0"), ("\"event_count\":5,", ""), ("sha256:", "sha1:"),
            ("{\"type\"", "{\"extra\":1,\"type\""), ("}", ",\"public_key\":\"k\"}"), ("\"size\":", "\"size\":-"),
            ("\"session_id\":\"ssn_1\"", "\"session_id\":null"),
        ] {
            #expect(throws: EventError.self, "\(new)") {
                try EventSeal(parsing: Array(good.replacing(old, with: new).utf8))
            }
        }
    }

    @Test func sealersAtTheSameTimeAgree() async throws {
        let log = try TestLog()
        try log.open().append((0..<20).map { event("\($0)") })
        try await withThrowingTaskGroup { group in
            for writer in 0..<4 {
                group.addTask { for step in 0..<10 { try log.open().append(event("w\(writer)-\(step)")) } }
                group.addTask { for _ in 0..<5 { _ = try log.open().seal() } }
            }
            try await group.waitForAll()
        }
        let seal = try log.open().seal()
        #expect(seal.eventCount == 60)
        #expect(try kinds(log) == [])
        #expect(try log.names().filter { $0.contains("tmp") } == [])
    }
}
