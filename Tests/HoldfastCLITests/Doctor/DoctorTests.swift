import Canonical
import Foundation
import HoldfastCLI
import TestSupport
import Testing

@Suite("doctor and report")
struct DoctorTests {
    private func damaged() throws -> SessionDirectory {
        let session = try SessionDirectory()
        #expect(session.append("a", "<script>alert(1)</script>", "c\\u001b[31m").code == .done)
        #expect(session.run("seal").code == .done)
        let lines = try session.text().split(separator: "\n").map(String.init)
        try TestFile.write(
            [lines[0], lines[1], lines[1], "nonsense"].map { $0 + "\n" }.joined() + "{\"torn",
            session.eventsFile
        )
        try TestFile.write("x", session.path + "/.events.seal.json.tmp-0123")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: session.eventsFile)
        return session
    }

    @Test func aSoundSessionIsSound() throws {
        let session = try SessionDirectory()
        #expect(session.append("a", "b").code == .done)
        let run = CommandRun("doctor", session.path)
        #expect(run.code == .done)
        #expect(run.lines[0] == "session event log \(session.path): sound")
        #expect(run.lines.contains { $0.hasPrefix("  events") && $0.hasSuffix(" 2") })
        #expect(run.lines.contains { $0.hasPrefix("  sealed") && $0.hasSuffix("no; truncation would not show") })
        #expect(run.lines.contains { $0.hasPrefix("  lock ") && $0.hasSuffix(" free") })
        let json = try CommandRun("doctor", session.path, "--json").json()
        #expect(json["ok"] == .bool(true) && json["findings"] == .array([]))
        #expect(json["facts"]?["next_number"]?.string == "2")
    }

    @Test func damageHasItsPlaceAndRemedy() throws {
        let session = try damaged()
        let run = CommandRun("doctor", session.path)
        #expect(run.code == .refused)
        #expect(run.lines[0].hasSuffix(": damaged in 3 places"))
        let json = try CommandRun("doctor", session.path, "--json").json()
        let findings = try #require(json["findings"]?.array)
        let kinds = findings.map { $0["kind"]?.string ?? "" }
        #expect(kinds.prefix(3).sorted() == ["duplicate_number", "malformed_line", "seal_broken"])
        #expect(Set(kinds.dropFirst(3)) == ["torn_tail", "counter", "leftover", "loose_permissions"])
        for finding in findings {
            for member in ["place", "message", "remedy"] { #expect(finding[member]?.string?.isEmpty == false) }
            let isDamage = finding["severity"]?.string == "damage"
            #expect(run.output.contains("\(isDamage ? "damage" : "notice"): "))
        }
        #expect(findings.contains { $0["place"]?.string?.hasPrefix("events.jsonl, line 3 (byte ") == true })
        #expect(json["damage_count"] == .integer(3))
    }

    @Test func whatIsNoStoreIsRefused() throws {
        let temporary = try TemporaryDirectory()
        CommandRun("doctor", temporary.path).expectError(
            .malformedInput,
            "is no session event log, approval-use journal or key store"
        )
        CommandRun("doctor", temporary.path + "/none").expectError(.missingInput, "is no directory")
        CommandRun("report", temporary.path + "/none", "--out", "-").expectError(.missingInput, "is no directory")
        CommandRun("report", temporary.path).expectError(.usage, "--out")
    }

    /// Two spellings of one character are two grants, and two agents.
    @Test func aPageCountsByBytes() throws {
        let journal = try JournalDirectory()
        let session = try SessionDirectory()
        for (name, count) in [("\u{E9}", 2), ("e\u{301}", 1)] {
            for number in 0..<count {
                #expect(journal.reserve(grant: "g-\(name)", nonce: "\(number)").code == .done)
                #expect(session.append("a-\(name)").code == .done)
            }
        }
        for (path, title, name) in [(journal.path, "Uses by grant", "g-"), (session.path, "Events by agent", "a-")] {
            let page = CommandRun("report", path, "--out", "-").outputBytes
            let table = try #require(page.split(separator: Array(title.utf8)).last)
            for spelling in ["\u{E9}", "e\u{301}"] {
                #expect(table.contains(Array("\(name)\(spelling)".utf8)), "\(title): \(spelling.debugDescription)")
            }
        }
    }

    /// Of a text is kept what is shown of it, so that a page takes little memory; texts are told apart by all of their
    /// bytes.
    @Test func longTextsAreCut() throws {
        let session = try SessionDirectory()
        let long = String(repeating: "x", count: 100_000)
        for name in ["a", "b", "b", "b"] {
            let event = SessionDirectory.event(long + name, more: #","tool_name":"\#(long)""#)
            let text = event.replacing("ssn_1", with: long + name) + "\n"
            #expect(CommandRun(["events", "append", session.path, "--batch"], input: Array(text.utf8)).code == .done)
        }
        let page = CommandRun("report", session.path, "--out", "-").output
        #expect(page.utf8.count < 20_000)
        let cut = String(long.prefix(199)) + "…"
        for count in [1, 3] { #expect(page.contains("<tr><td>\(cut)</td><td>\(count)</td>"), "\(count)") }
        let json = try CommandRun("doctor", session.path, "--json").json()
        #expect(json["facts"]?["session"]?.string == "\(cut), \(cut)")
    }

    @Test func aPageIsWrittenWhole() throws {
        let session = try damaged()
        let page = session.beside("page.html")
        let run = CommandRun("report", session.path, "--out", page)
        #expect(run.code == .done)
        #expect(run.output.contains("the store is damaged in 3 places"))
        let html = String(decoding: try Data(contentsOf: URL(filePath: page)), as: UTF8.self)
        let time = #/<footer>.*</footer>/#
        #expect(
            html.replacing(time, with: "")
                == CommandRun("report", session.path, "--out", "-").output.replacing(time, with: "")
        )
        for part in [
            "<!doctype html>", "width=device-width", "What was found", "Events by type", "Latest events", "</html>",
        ] {
            #expect(html.contains(part))
        }
        let json = try CommandRun("report", session.path, "--out", page, "--json").json()
        #expect(json["ok"] == .bool(false) && json["size"]?.number?.unsignedValue == UInt64(html.utf8.count))
    }

    /// What agents write must not become markup, scripts or terminal codes.
    @Test func aPageShowsTextAsText() throws {
        let session = try damaged()
        let html = CommandRun("report", session.path, "--out", "-").output
        #expect(!html.contains("<script"))
        #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        #expect(!html.contains("\u{1B}"))
        // Nothing is fetched from anywhere.
        for word in ["http://", "https://", "src=", "@import", "url("] { #expect(!html.contains(word)) }
        #expect(html.contains("default-src 'none'"))
        // Every element that is opened is closed.
        for element in [
            "html", "head", "body", "section", "table", "tr", "td", "th", "dl", "dt", "dd", "div", "h2", "p",
        ] {
            let opened = html.ranges(of: try Regex("<\(element)[ >]")).count
            #expect(opened == html.ranges(of: "</\(element)>").count, "\(element)")
        }
    }

    @Test func thePlaceOfAPageIsChecked() throws {
        let session = try damaged()
        CommandRun("report", session.path, "--out", session.beside("none/page.html"))
            .expectError(.missingInput, "there is no directory for")
        CommandRun("report", session.path, "--out", session.beside("..")).expectError(.missingInput, "is a directory")
    }

    @Test func aLargeSessionIsSummedUp() throws {
        let session = try SessionDirectory()
        var input = ""
        for number in 0..<300 {
            let minute =
                number / 3 < 60
                ? "08:\(number / 3 < 10 ? "0" : "")\(number / 3)"
                : "09:\(number / 3 - 60 < 10 ? "0" : "")\(number / 3 - 60)"
            let kind = number.isMultiple(of: 10) ? "agent.failed" : "agent.read_file"
            let more = number.isMultiple(of: 10) ? #","reason":"r\#(number)""# : #","file_path":"/p\#(number)""#
            input +=
                SessionDirectory.event(
                    "agent-\(number % 70)",
                    type: kind,
                    more: more + #","timestamp":"2026-07-01T\#(minute):00Z""#
                ) + "\n"
        }
        #expect(session.run("append", "--batch", input: input).code == .done)
        let html = CommandRun("report", session.path, "--out", "-").output
        #expect(html.contains("<td>agent.read_file</td><td>270</td>"))
        #expect(html.contains("<td>agent.failed</td><td>30</td>"))
        #expect(html.contains("And 20 more."))
        #expect(html.contains("Events over time, 4 minutes a row"))
        #expect(html.contains("<td>2026-07-01T08:00:00Z</td><td>12</td>"))
        #expect(html.contains("Failures of agents and processes"))
    }

    /// What stands where something else belongs is named, and the rest is still said.
    @Test(arguments: [("quarantine", "not_a_directory"), ("events.jsonl.lock", ""), ("events.jsonl.count", "counter")])
    func strangeThingsInALogAreNamed(name: String, kind: String) throws {
        let session = try SessionDirectory()
        _ = session.append("a", "b")
        let place = session.path + "/" + name
        try? FileManager.default.removeItem(atPath: place)
        if name == "quarantine" {
            let made = try Process.run(URL(filePath: "/usr/bin/mkfifo"), arguments: [place])
            made.waitUntilExit()
        } else {
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
        }
        let run = CommandRun("doctor", session.path)
        #expect(run.output.contains("2"))
        #expect(run.output.contains(name))
        if !kind.isEmpty {
            let text = CommandRun("doctor", session.path, "--json").output
            #expect(text.contains(kind))
        }
    }

    @Test func aCounterThatCannotBeWrittenIsNamed() throws {
        let session = try SessionDirectory()
        _ = session.append("a")
        try FileManager.default.removeItem(atPath: session.path + "/events.jsonl.count")
        try FileManager.default.createDirectory(
            atPath: session.path + "/events.jsonl.count",
            withIntermediateDirectories: false
        )
        let run = session.append("b")
        #expect(run.code == .done)
        #expect(run.error.contains("events.jsonl.count could not be written"))
        #expect(run.output == "1\n")
    }
}
