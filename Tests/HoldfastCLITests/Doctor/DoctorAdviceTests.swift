import Canonical
import Foundation
import HoldfastCLI
import TestSupport
import Testing

/// What doctor advises about a session's log helps: whoever follows it finds the log sound.
@Suite("The advice of doctor")
struct DoctorAdviceTests {
    private func findings(_ session: borrowing SessionDirectory) throws -> [JSONValue] {
        try #require(try CommandRun("doctor", session.path, "--json").json()["findings"]?.array)
    }

    private func sealed(_ session: borrowing SessionDirectory) throws -> String {
        try #require(try CommandRun("doctor", session.path, "--json").json()["facts"]?["sealed"]?.string)
    }

    /// Puts something that is no file in the place of one.
    private func put(_ kind: String, _ place: String) throws {
        try? FileManager.default.removeItem(atPath: place)
        switch kind {
        case "a directory": try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
        case "a symbolic link": try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: "x")
        default: try Process.run(URL(filePath: "/usr/bin/mkfifo"), arguments: [place]).waitUntilExit()
        }
    }

    /// Bytes that a seal covers were durable: the remedy for a cut line is not to append over their loss.
    @Test func whatASealCoversIsNotToBeAppendedTo() throws {
        let session = try SessionDirectory()
        #expect(session.append("a", "b").code == .done)
        #expect(session.run("seal").code == .done)
        var text = try session.text()
        text.removeLast(5)
        try TestFile.write(text, session.eventsFile)
        let sealed = CommandRun("doctor", session.path)
        #expect(sealed.code == .refused)
        #expect(sealed.output.contains("Append nothing, which would give the number"), "\(sealed.output)")
        #expect(!sealed.output.contains("acknowledged"), "\(sealed.output)")
        try FileManager.default.removeItem(atPath: session.path + "/events.seal.json")
        let unsealed = CommandRun("doctor", session.path)
        #expect(unsealed.output.contains("It was not acknowledged, or not as durable"), "\(unsealed.output)")
    }

    /// However much there is to say of single lines.
    @Test(arguments: [10, 250, 1200]) func badLinesDoNotHideThatASealIsBroken(count: Int) throws {
        let session = try SessionDirectory()
        try FileManager.default.createDirectory(atPath: session.path, withIntermediateDirectories: false)
        try TestFile.write(String(repeating: "x\n", count: count), session.eventsFile)
        #expect(session.append("a", "b").code == .done)
        #expect(session.run("seal").code == .done)
        var text = try session.text()
        text.removeLast(5)
        try TestFile.write(text, session.eventsFile)
        let doctor = CommandRun("doctor", session.path)
        #expect(doctor.output.contains("Append nothing, which would give the number"), "\(doctor.output)")
        #expect(!doctor.output.contains("Nothing: the next append"), "\(doctor.output)")
        #expect(CommandRun("report", session.path, "--out", "-").output.contains("bytes were sealed, and only"))
        #expect(session.run("verify").output.contains("seal_broken: "))
        let kinds = try session.run("verify", "--json").json()["failures"]?.array?.map { $0["kind"]?.string }
        #expect(kinds?.contains("seal_broken") == true)
    }

    @Test func warningsThatAreNotListedAreCounted() throws {
        let session = try SessionDirectory()
        try FileManager.default.createDirectory(atPath: session.path, withIntermediateDirectories: false)
        try TestFile.write(String(repeating: "\n", count: 1003), session.eventsFile)
        #expect(session.append("a").code == .done)
        #expect(session.run("verify").lines.last == "and 3 more warnings")
        #expect(try session.run("verify", "--json").json()["warning_count"] == .integer(1003))
        #expect(CommandRun("doctor", session.path).output.contains("803 more lines are blank"))
    }

    /// No append can write a counter there, whatever the counter would be good for.
    @Test(arguments: ["a directory", "a symbolic link", "a FIFO"])
    func whatIsNoCounterIsToBeMovedAway(kind: String) throws {
        let session = try SessionDirectory()
        _ = session.append("a", "b")
        let place = session.path + "/events.jsonl.count"
        try put(kind, place)
        // The next append does not mend it.
        #expect(session.append("c").error.contains("events.jsonl.count could not be written"))
        let found = try findings(session)
        #expect(found.count == 1)
        #expect(found.first?["kind"]?.string == "counter" && found.first?["place"]?.string == "events.jsonl.count")
        #expect(found.first?["message"]?.string?.contains("\(kind) stands there") == true, "\(found)")
        #expect(found.first?["remedy"]?.string?.hasPrefix("Move it away") == true, "\(found)")
        try FileManager.default.moveItem(atPath: place, toPath: session.beside("moved"))
        #expect(session.append("d").output == "3\n")
        #expect(try findings(session) == [])
    }

    /// A counter that is missing, or is a wrong one, the next append writes anew.
    @Test(arguments: ["", "short", "0123456789abcdef", "too long for a counter"])
    func aWrongCounterMendsItself(bytes: String) throws {
        let session = try SessionDirectory()
        _ = session.append("a", "b")
        let place = session.path + "/events.jsonl.count"
        try FileManager.default.removeItem(atPath: place)
        if !bytes.isEmpty {
            try TestFile.write(bytes, place)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: place)
        }
        let found = try findings(session)
        #expect(found.map { $0["kind"]?.string } == ["counter"])
        #expect(found.first?["remedy"]?.string?.hasPrefix("Nothing: the next append") == true)
        #expect(session.append("c").output == "2\n")
        #expect(try findings(session) == [])
    }

    /// A seal that cannot be read is no missing one: the log was sealed.
    @Test(arguments: ["no JSON", #"{"type":"of-another-version"}"#, ""])
    func aSealThatCannotBeReadIsNotCalledMissing(text: String) throws {
        let session = try SessionDirectory()
        _ = session.append("a")
        #expect(session.run("seal").code == .done)
        let seal = session.path + "/events.seal.json"
        let copy = try Data(contentsOf: URL(filePath: seal))
        try TestFile.write(text, seal)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: seal)
        #expect(try sealed(session).hasPrefix("unreadable"))
        let found = try findings(session)
        #expect(found.map { $0["kind"]?.string } == ["malformed_seal"])
        #expect(found.first?["remedy"]?.string?.contains("restore it from a copy") == true)
        // As it says: from a copy, or moved away and sealed again.
        try copy.write(to: URL(filePath: seal))
        #expect(try findings(session) == [] && sealed(session).hasPrefix("1 events at"))
        try TestFile.write(text, seal)
        #expect(session.run("seal").code != .done)
        try FileManager.default.moveItem(atPath: seal, toPath: session.beside("evidence"))
        #expect(try sealed(session) == "no; truncation would not show")
        #expect(session.run("seal").code == .done)
        #expect(try findings(session) == [])
    }

    @Test(arguments: ["a directory", "a symbolic link", "a FIFO"])
    func whatIsNoSealIsToBeMovedAway(kind: String) throws {
        let session = try SessionDirectory()
        _ = session.append("a")
        let place = session.path + "/events.seal.json"
        try put(kind, place)
        #expect(try sealed(session).hasPrefix("unreadable"))
        let found = try findings(session)
        #expect(found.map { $0["kind"]?.string } == ["malformed_seal"])
        #expect(found.first?["message"]?.string?.contains("\(kind) stands there") == true, "\(found)")
        #expect(found.first?["remedy"]?.string?.hasPrefix("Move it away") == true, "\(found)")
        try FileManager.default.moveItem(atPath: place, toPath: session.beside("moved"))
        #expect(try findings(session) == [])
    }
}
