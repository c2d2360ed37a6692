import Canonical
import Foundation
import HoldfastCLI
import TestSupport
import Testing

@Suite("holdfast journal verify")
struct JournalVerifyTests {
    /// The cases that are whole journals.
    private static let cases = Fixtures.cases(of: "journal").filter {
        FileManager.default.fileExists(atPath: "\(Fixtures.directory)/journal/\($0)/input/records")
    }

    private static func input(_ name: String) -> String { "\(Fixtures.directory)/journal/\(name)/input" }

    @Test func thereAreCases() { #expect(Self.cases.count >= 25) }

    /// The text for people, in `Golden/verify.txt`. To write it anew, run in the package's directory:
    ///
    ///     for case in Fixtures/journal/*/input; do
    ///         name=$(basename "$(dirname "$case")"); [ -d "$case" ] || continue
    ///         echo "== $name"; holdfast journal verify "$case"
    ///     done > Tests/HoldfastCLITests/Golden/verify.txt
    @Test(arguments: cases)
    func theTextIsTheGoldenOne(name: String) throws {
        let file = "Tests/HoldfastCLITests/Golden/verify.txt"
        let sections = try FileTree.package.text(of: file).components(separatedBy: "== ")
        let section = try #require(sections.first { $0.hasPrefix(name + "\n") }, "\(file) has no section \(name)")
        let run = CommandRun("journal", "verify", Self.input(name))
        #expect(run.output == section.dropFirst(name.count + 1))
        #expect(run.error.isEmpty)
    }

    @Test(arguments: cases)
    func theVerdictIsTheExpectedOne(name: String) throws {
        let bytes = try Fixtures.bytes("journal", name, "expected.json")
        let expected = try #require(try JSONValue(parsing: bytes)["verify"])
        let run = CommandRun("journal", "verify", Self.input(name), "--json")
        let json = try run.json()
        let isIntact: Bool = try #require(expected["ok"]?.bool as Bool?)
        #expect(json["ok"]?.bool == isIntact)
        #expect(run.code == (isIntact ? .done : .refused))
        if isIntact {
            #expect(json["failures"] == nil)
            #expect(json["records"]?.number?.unsignedValue == expected["records"]?.number?.unsignedValue)
            let kinds = json["warnings"]?.array?.compactMap { $0["kind"]?.string }
            #expect(kinds?.sorted() == expected["warnings"]?.array?.compactMap(\.string).sorted())
        } else {
            let failures = try #require(json["failures"]?.array)
            #expect(failures.count == 1)
            #expect(failures[0]["kind"]?.string == expected["first_failure"]?["kind"]?.string)
            let index = expected["first_failure"]?["index"]?.number?.unsignedValue
            #expect(failures[0]["index"]?.number?.unsignedValue == index)
        }
    }

    @Test(arguments: cases)
    func allBeginsWithTheFirst(name: String) throws {
        let first = try CommandRun("journal", "verify", Self.input(name), "--json").json()["failures"]?.array ?? []
        let all = try CommandRun("journal", "verify", Self.input(name), "--all", "--json").json()["failures"]?.array
        #expect(all?.first == first.first)
        #expect((all?.count ?? 0) >= first.count)
    }

    @Test func severalFailuresAreAllListed() throws {
        let journal = try JournalDirectory()
        try FileManager.default.copyItem(atPath: Self.input("small"), toPath: journal.path)
        for index in ["0000000003", "0000000009"] {
            let names = try FileManager.default.contentsOfDirectory(atPath: journal.path + "/records")
            let name = try #require(names.first { $0.hasPrefix(index) })
            let path = "\(journal.path)/records/\(name)"
            let text = String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
            try TestFile.write(text.replacing("\"grant_id\": \"", with: "\"grant_id\": \"x"), path)
        }
        #expect(journal.run("verify").lines.filter { $0.contains("record_tampered") }.count == 1)
        let all = journal.run("verify", "--all")
        #expect(all.code == .refused)
        #expect(all.lines.filter { $0.contains("record_tampered") }.map { $0.prefix(9) } == ["record 3:", "record 9:"])
    }

    @Test func strictRefusesFindings() throws {
        let path = Self.input("small")
        #expect(CommandRun("journal", "verify", path).code == .done)
        let strict = CommandRun("journal", "verify", path, "--strict")
        #expect(strict.code == .refused)
        #expect(strict.output.hasPrefix("refused: the chain is intact but has 4 findings; 12 records, head 12 sha256:"))
        #expect(try CommandRun("journal", "verify", path, "--strict", "--json").json()["ok"]?.bool == true)
        let journal = try JournalDirectory()
        #expect(journal.reserve().code == .done)
        #expect(journal.run("verify", "--strict").code == .done)
    }

    @Test func anAnchorShowsARollback() throws {
        let journal = try JournalDirectory()
        let anchor = journal.beside("anchor.json")
        try TestFile.write(CommandRun("journal", "head", Self.input("small"), "--json").outputBytes, anchor)
        #expect(CommandRun("journal", "verify", Self.input("small"), "--anchor", anchor).code == .done)
        let older = Self.input("rollback-complete")
        #expect(CommandRun("journal", "verify", older).code == .done)
        let run = CommandRun("journal", "verify", older, "--anchor", anchor, "--json")
        #expect(run.code == .refused)
        let failure = try #require(try run.json()["failures"]?.array?.first)
        #expect(failure["kind"]?.string == "rolled_back")
        #expect(failure["index"]?.number?.unsignedValue == 12)
        let bytes = try TestFile.tree(journal.temporary.path)["anchor.json"] ?? Data()
        let piped = CommandRun(["journal", "verify", older, "--anchor", "-"], input: Array(bytes))
        #expect(piped.code == .refused)
    }

    @Test(arguments: [
        "", "{", "[]", "{\"index\":\"1\",\"digest\":\"d\"}", "{\"index\":-1,\"digest\":\"d\"}",
        "{\"index\":3,\"digest\":\"garbage\"}", "{\"index\":0,\"digest\":\"zzz\"}",
    ])
    func whatIsNoAnchorIsMalformed(text: String) throws {
        let words = ["journal", "verify", Self.input("small"), "--anchor", "-"]
        let run = CommandRun(words, input: Array(text.utf8))
        run.expectError(.malformedInput, "standard input is no anchor", "journal head --json")
    }

    @Test func aMissingAnchorIsMissing() throws {
        let temporary = try TemporaryDirectory()
        CommandRun("journal", "verify", Self.input("small"), "--anchor", temporary.path + "/none")
            .expectError(.missingInput, "does not exist")
    }

    @Test func verifyingChangesNothing() throws {
        let journal = try JournalDirectory()
        for name in ["torn-head", "stale-index", "tmp-leftover", "tampered-field", "orphan-record"] {
            let path = journal.beside(name)
            try FileManager.default.copyItem(atPath: Self.input(name), toPath: path)
            let before = try TestFile.tree(path)
            _ = CommandRun("journal", "verify", path, "--all", "--strict")
            #expect(try TestFile.tree(path) == before)
        }
    }

    /// A journal that does not verify answers no question and takes no record.
    @Test func aBrokenJournalIsNotAsked() throws {
        let journal = try JournalDirectory()
        try FileManager.default.copyItem(atPath: Self.input("tampered-field"), toPath: journal.path)
        let before = try TestFile.tree(journal.path)
        let runs = [
            journal.reserve("--json"), journal.run("head", "--json"), journal.run("list", "--json"),
            journal.run("revoke", "--grant", "g", "--grant-digest", "d", "--revoker", "r", "--json"),
        ]
        for run in runs {
            #expect(run.code == .refused)
            #expect(try run.jsonError()["code"]?.string == "record_tampered")
            #expect(try run.jsonError()["index"]?.number?.unsignedValue == 3)
        }
        // The lock file may be there or not; records, heads and indexes are as they were.
        let after = try TestFile.tree(journal.path).filter { !$0.key.hasPrefix("locks") }
        #expect(after == before.filter { !$0.key.hasPrefix("locks") })
    }
}
