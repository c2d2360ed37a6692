import Canonical
import FileSystemSeam
import HoldfastCLI
import TestSupport
import Testing

@Suite("holdfast crash explore")
struct CrashExploreCommandTests {
    @Test func aJournalKeepsItsPromisesAtEveryCrashPoint() throws {
        // The smallest budget with which anything is lost: what is tested here is the command, the depth belongs to
        // longer runs.
        let run = CommandRun("crash", "explore", "journal", "--model", "apfs", "--budget", "2", "--json")
        #expect(run.code == .done)
        let json = try run.json()
        #expect(json["model"]?.string == "apfs")
        #expect(json["findings"]?.array?.isEmpty == true)
        #expect(json["statistics"]?["crash_points"]?.number != .unsigned(0))
        #expect(run.error.isEmpty)
    }

    @Test func aPageIsWrittenAndATerminalSeesTheProgress() throws {
        let temporary = try TemporaryDirectory()
        let page = temporary.path + "/page.html"
        let words = ["crash", "explore", "journal", "--model", "xfs", "--budget", "2", "--html", page]
        // However fast the machine is, there is a line to see.
        let terminal = Console.Terminal(isError: true, columns: 200)
        let run = CommandRun(words, terminal: terminal, progressPatienceNanoseconds: 0)
        #expect(run.code == .done)
        #expect(run.output.contains("no promise broken"))
        let directory = try PosixFileSystem.shared.openDirectory(temporary.path)
        #expect(try directory.entries().map(\.name) == ["page.html"])
        let html = String(decoding: try directory.readFile("page.html", maximumBytes: 1 << 24), as: UTF8.self)
        #expect(html.hasPrefix("<!doctype html>") && html.contains("Crash exploration under xfs"))
        let lines = run.error.split(separator: "\r").filter { !$0.allSatisfy { $0 == " " } }
        #expect(!lines.isEmpty && lines.allSatisfy { $0.hasPrefix("exploring [") }, "\(run.error)")
        let last = try #require(lines.last)
        #expect(last.contains(" crash points, ") && last.contains(" states, ") && last.contains("/s"), "\(last)")
        #expect(run.error.hasSuffix("\r"), "the line is taken away")
    }

    @Test func aPageThatCannotBeWrittenIsAnErrorBeforeAnythingElse() throws {
        let temporary = try TemporaryDirectory()
        for path in [temporary.path + "/missing/page.html", temporary.path + "/", "/dev/null/page.html"] {
            CommandRun("crash", "explore", "journal", "--html", path).expectError(.missingInput, "check the path")
        }
    }

    @Test func aMarkerLockKeepsItsPromisesAtEveryCrashPoint() throws {
        let run = CommandRun("crash", "explore", "locks", "--json")
        #expect(run.code == .done)
        #expect(try run.json()["findings"]?.array?.isEmpty == true)
    }

    @Test func aKeyStoreKeepsItsPromisesAtEveryCrashPoint() throws {
        let run = CommandRun("crash", "explore", "key-store", "--model", "ext4Ordered", "--budget", "2", "--json")
        #expect(run.code == .done)
        let json = try run.json()
        #expect(json["findings"]?.array?.isEmpty == true)
        #expect(json["statistics"]?["crash_points"]?.number != .unsigned(0))
    }

    @Test func theReportNamesItsMode() {
        let run = CommandRun("crash", "explore", "journal", "--model", "ext4Ordered", "--budget", "2")
        #expect(run.code == .done)
        #expect(run.output.contains("crash exploration under ext4Ordered: "))
        #expect(run.output.contains("no promise broken"))
        expectDocumented(run.output, model: "ext4Ordered", budget: 2)
    }

    /// The table of the documentation shows what the program prints. Where this fails because a journal does something
    /// else now, all lines of the table are old: each is one run with its model and budget.
    private func expectDocumented(_ output: String, model: String, budget: Int) {
        let words = output.split { " ,\n".contains($0) }
        /// The number before these words.
        func number(before text: String) -> Int? {
            let rest = text.split(separator: " ")
            let place = words.indices.first { words[$0...].starts(with: rest) }
            return place.flatMap { $0 > 0 ? Int(words[$0 - 1]) : nil }
        }
        let pages = (try? FileTree.package.files(below: "docs").filter { $0.hasSuffix(".md") }) ?? []
        let lines = pages.flatMap { page -> [Substring] in
            ((try? FileTree.package.text(of: page)) ?? "").split(separator: "\n")
        }
        let cells = lines.filter { $0.hasPrefix("| `\(model)` | \(budget) |") }.map { line in
            line.split(separator: "|").map { $0.filter { $0 != " " } }
        }
        #expect(cells.count == 1, "one line of one page")
        for cell in cells {
            #expect(cell.last == number(before: "crashes inside recoveries").map(String.init), "\(output)")
            #expect(cell.dropLast().last == number(before: "states recovered").map(String.init), "\(output)")
        }
        let operations = number(before: "operations").map { "\($0) operations:" } ?? "no operations"
        #expect(
            lines.contains { $0.contains("`holdfast crash explore journal`") && $0.hasSuffix(operations) },
            "\(output)"
        )
    }

    @Test func storesAndModelsThatAreNotThereAreUsageErrors() {
        CommandRun("crash", "explore", "key-stores").expectError(.usage, "journal", "\"key-stores\"")
        CommandRun("crash", "explore", "journal", "--model", "ntfs").expectError(.usage, "posixMinimal", "\"ntfs\"")
        CommandRun("crash", "explore").expectError(.usage, "STORE")
    }
}
