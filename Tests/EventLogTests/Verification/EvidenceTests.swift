import EventLog
import FileSystemSeam
import Signing
import Testing

/// What shows that something was done to a log is neither overlooked nor replaced.
@Suite("Evidence")
struct EvidenceTests {
    private func kinds(_ log: TestLog) throws -> [LogProblem.Kind] { try log.open().verify().failures.map(\.kind) }

    private func key(_ byte: UInt8) throws -> SigningKey { try SigningKey(seed: [UInt8](repeating: byte, count: 32)) }

    /// Someone alters an event, and the digests in the seal with it.
    @Test func aSealWithAWrongSignatureIsNotReplaced() throws {
        let log = try TestLog()
        try log.open().append([event("a"), event("b")])
        _ = try log.open().seal(signingWith: key(1))
        let signature = try #require(try log.open().readSeal()?.signature)
        try log.write(String(decoding: try log.bytes(), as: UTF8.self).replacing(#""b""#, with: #""c""#))
        try log.remove("events.seal.json")
        _ = try log.open().seal(signingWith: key(1))
        let forged = String(decoding: try log.bytes("events.seal.json"), as: UTF8.self)
        let fresh = try #require(try log.open().readSeal()?.signature)
        try log.write(forged.replacing(fresh, with: signature), to: "events.seal.json")
        #expect(try kinds(log) == [.sealSignature])
        #expect(try eventLogError { _ = try log.open().seal(signingWith: key(1)) }?.code == "seal_broken")
        #expect(try kinds(log) == [.sealSignature])
    }

    @Test func aSignedSealIsNotReplacedByAnUnsignedOne() throws {
        let log = try TestLog()
        try log.open().append(event())
        _ = try log.open().seal(signingWith: key(1))
        try log.open().append(event())
        #expect(try eventLogError { _ = try log.open().seal() }?.code == "seal_unsigned")
        #expect(try log.open().readSeal()?.eventCount == 1)
        #expect(try log.open().seal(signingWith: key(1)).eventCount == 2)
    }

    @Test(arguments: [
        ("event_count", "2", "99"), ("next_sequence_no", "2", "7"), ("session_id", "\"ssn_1\"", "\"zzz\""),
    ])
    func everythingThatASealSaysIsCompared(member: String, value: String, other: String) throws {
        let log = try TestLog()
        try log.open().append([event(), event()])
        _ = try log.open().seal()
        let text = String(decoding: try log.bytes("events.seal.json"), as: UTF8.self)
        let forged = text.replacing("\"\(member)\":\(value)", with: "\"\(member)\":\(other)")
        #expect(forged != text)
        for isAppendedTo in [false, true] {
            if isAppendedTo { try log.open().append(event()) }
            try log.write(text, to: "events.seal.json")
            #expect(try kinds(log) == [])
            try log.write(forged, to: "events.seal.json")
            #expect(try kinds(log) == [.sealBroken])
            // And it is evidence.
            #expect(try eventLogError { _ = try log.open().seal() }?.code == "seal_broken")
            #expect(try eventLogError { _ = try log.open().seal(signingWith: key(1)) }?.code == "seal_broken")
            #expect(try log.bytes("events.seal.json") == Array(forged.utf8))
        }
    }

    /// The same members in another spelling are not what was signed: whoever checks the signature over what stands
    /// there would refuse them.
    @Test(arguments: [false, true]) func aSealThatIsSpelledOtherwiseIsNone(isSigned: Bool) throws {
        let log = try TestLog()
        try log.open().append([event(), event()])
        let seal = try log.open().seal(signingWith: isSigned ? key(1) : nil)
        let good = String(decoding: seal.bytes, as: UTF8.self)
        #expect(try EventSeal(parsing: seal.bytes) == seal)
        let type = #""type":"holdfast/event-seal/v1""#
        let others = [
            " " + good, String(good.dropLast()), good + "\n", good.replacing("}", with: "\r}"),
            good.replacing(#","size":"#, with: #", "size":"#), good.replacing("ssn_1", with: #"\u0073sn_1"#),
            good.replacing(type + ",", with: "").replacing("}", with: "," + type + "}"),
        ]
        for text in others {
            try log.write(text, to: "events.seal.json")
            #expect(try kinds(log) == [.malformedSeal], "\(text)")
            let error = try eventLogError { _ = try log.open().seal(signingWith: key(1)) }
            #expect(error?.code == "malformed_seal", "\(text)")
            #expect(try log.bytes("events.seal.json") == Array(text.utf8))
        }
    }

    @Test func aSealThatCannotBeOpenedHidesNothingElse() throws {
        let log = try TestLog()
        try log.write(line(0) + "\n" + line(2) + "\n")
        try log.write("", to: "events.seal.json/in-the-way")
        #expect(Set(try kinds(log)) == [.malformedSeal, .gap])
    }

    @Test func eventsThatAreGoneShowInTheCounter() throws {
        let log = try TestLog()
        try log.open().append([event(), event()])
        try log.remove("events.jsonl")
        let report = try log.open().verify()
        #expect(report.isIntact && report.warnings.map(\.kind) == [.counter], "\(report)")
        #expect(report.warnings[0].message.contains("is not there"))
    }

    @Test func aCutEndShowsInTheCounter() throws {
        let log = try TestLog()
        try log.open().append([event(), event()])
        let bytes = try log.bytes()
        try log.write(bytes[..<(bytes.count / 2)])
        #expect(try log.open().verify().warnings[0].message.contains("\(bytes.count / 2) of them are not there"))
    }

    /// Numbers in any order take no more time than it takes to sort them, and are judged as in a small log.
    @Test func numbersInTheWrongOrderAreToldApart() throws {
        let log = try TestLog()
        let count: UInt64 = 6000
        // All even numbers from the highest down, two of them twice.
        let numbers = (0..<count).map { (count - 1 - $0) * 2 } + [100, 11_000]
        try log.write(numbers.map { line($0) + "\n" }.joined())
        let report = try log.open().verify(problemMaximum: 100_000)
        let failures = Dictionary(grouping: report.failures, by: \.kind)
        #expect(failures[.duplicate]?.compactMap(\.sequenceNumber).sorted() == [100, 11_000])
        #expect(failures[.duplicate]?.compactMap(\.line).sorted() == [count + 1, count + 2])
        #expect(failures[.gap]?.count == Int(count) - 1)
        #expect(report.failureCount == report.failures.count)
        #expect(try log.open().verify(problemMaximum: 10).failures.count == 10)
    }

    @Test func anEmptyDirectoryThatIsMadeAnewIsFollowed() throws {
        let log = try TestLog()
        let disk = PosixFileSystem.shared
        _ = try disk.openDirectory(log.path, creating: .ownerDirectory)
        let follower = try log.open().follow(from: 0)
        #expect(try follower.next(timeoutMilliseconds: 0) == nil)
        try log.remove("")
        try log.open().append(event("anew"))
        guard case .event(let found)? = try follower.next(timeoutMilliseconds: 10_000) else {
            Issue.record("it follows a directory that is gone")
            return
        }
        #expect(found.event.agentName == "anew")
    }

    @Test func aDirectoryThatIsMovedIsNotMadeAgain() throws {
        let log = try TestLog()
        let calls = CallLog()
        let handle = log.open(SessionLogOptions(durability: .every), fileSystem: calls.fileSystem)
        let path = log.path
        calls.setFault { call in
            if call.name == .fdatasync { try? TestLog.move(path, to: path + "-moved") }
            return nil
        }
        try handle.append(event())
        calls.setFault(nil)
        #expect(try PosixFileSystem.shared.openDirectory(path + "-moved").exists("events.jsonl"))
        #expect(throws: FileSystemError.self) { try PosixFileSystem.shared.openDirectory(path) }
    }
}
