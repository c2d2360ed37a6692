import Canonical
import CrashTesting
import FileSystemSeam
import Foundation
import Testing

@Suite struct ReportTests {
    private func report(file: Bool, directory: Bool) throws -> CrashReport {
        try ReplaceStore.explore(CrashExplorer(), file: file, directory: directory)
    }

    @Test func aFindingIsOneSentenceWithTheMissingAct() throws {
        let finding = try #require(try report(file: false, directory: true).findings.first)
        #expect(
            finding.sentence
                == "operation 5 `rename tmp` persisted without operation 3 `write tmp` (sector 1 of tmp); "
                + "missing: sync of tmp before operation 5 `rename tmp`"
        )
        #expect(finding.crash.hasPrefix("after operation"))
        #expect(finding.steps.contains { !$0.survived })
    }

    @Test func theJSONReportHasEveryCountInItsOrder() throws {
        let report = try report(file: false, directory: true)
        let value = try JSONValue(parsing: report.json, options: JSONOptions(integers: .exact64))
        #expect(value.object?.members.map(\.key) == ["model", "mode", "statistics", "findings", "operations"])
        let statistics = try #require(value["statistics"])
        #expect(statistics["states"] == .integer(report.statistics.states))
        #expect(statistics["failed_states"] == .integer(report.statistics.failedStates))
        #expect(statistics.object?.members.count == 18)
        let finding = try #require(value["findings"]?.array?.first)
        #expect(finding["token"]?.string == report.findings.first?.token.description)
        #expect(finding["steps"]?.array?.count == report.findings.first?.steps.count)
        #expect(value["operations"]?.array?.first?.string == "1 openDirectory /")
    }

    @Test func theJSONReportHoldsAnyNameAndTheErrorOfTheWorkload() throws {
        var explorer = CrashExplorer()
        explorer.faults = .on(.sync, 1, .error(.noSpace))
        let name = "a\"\\\n\u{1}é"
        let report = try explorer.explore { (fileSystem, _: (Int) -> Void) in
            let directory = try fileSystem.openDirectory("/")
            try directory.open(name, [.write, .create], permissions: .ownerFile).sync(.data)
        } recover: { _ in
        } check: { _, _ in
        }
        let value = try JSONValue(parsing: report.json)
        #expect(value["operations"]?.array?[1].string == "2 open \(name) [write, create]")
        #expect(value["workload_error"]?.string?.contains("ENOSPC") == true)
        #expect(report.description.contains("\n  the workload ended with: sync \"\(name)\": no space left"))
        #expect(report.html.contains("The workload ended with: sync &quot;a&quot;"))
    }

    @Test func theHTMLReportIsSelfContainedAndWellFormed() throws {
        let html = try report(file: false, directory: true).html
        #expect(html.contains("<svg") && html.contains("class=\"out\""))
        #expect(html.contains("what is hollow and red is lost"))
        #expect(!html.contains("src=") && !html.contains("href="))
        let sections = html.components(separatedBy: "<section>").count
        #expect(sections == html.components(separatedBy: "</section>").count && sections > 1)
    }

    /// A name is text and no markup, whatever combines with its brackets; two that look alike have a row each.
    @Test func aPageShowsNamesAsText() throws {
        let names = ["<\u{301}script>", "\u{600}<b>", "&\u{301}lt;", "\u{e9}", "e\u{301}"]
        let report = try CrashExplorer().explore { (fileSystem, acknowledge: (Int) -> Void) in
            let directory = try fileSystem.openDirectory("/")
            for name in names { _ = try directory.open(name, [.write, .create], permissions: .ownerFile) }
            acknowledge(1)
        } recover: {
            try $0.openDirectory("/").entries().count
        } check: { count, acknowledged in
            try CheckFailure.unless(acknowledged.isEmpty || count == names.count, "\(names.joined()): only \(count)")
        }
        #expect(!report.isClean)
        let page = Array(report.html.utf8)
        for part in ["<\u{301}", "\u{600}<", "&\u{301}"] { #expect(!page.contains(Array(part.utf8)), "\(part)") }
        for part in ["&lt;\u{301}script&gt;", "\u{600}&lt;b&gt;", "&amp;\u{301}lt;"] {
            #expect(page.contains(Array(part.utf8)), "\(part)")
        }
        let rows = report.html.split(separator: "<text x=\"4\"").dropFirst().prefix(names.count)
        #expect(report.findings[0].steps.count == names.count && rows.count == names.count)
    }

    @Test func manyUnsyncedSectorsAreCoveredInTheBoundedModeAndTheReportSaysSo() throws {
        func explore(_ bytes: Int, runMaximum: Int = 1 << 20) throws -> CrashReport {
            var explorer = CrashExplorer()
            explorer.runMaximum = runMaximum
            explorer.failureMaximum = 100_000
            explorer.sampleCount = 100
            return try explorer.explore {
                _ = try $0.openDirectory("/").open("a", [.write, .create], permissions: .ownerFile).allocate(to: 16384)
            } workload: { (fileSystem, _: (Int) -> Void) in
                let file = try fileSystem.openDirectory("/").open("a", [.write], permissions: .ownerFile)
                try file.writeAll([UInt8](repeating: 1, count: bytes), at: 0)
            } recover: {
                try $0.openDirectory("/").open("a", [.read], permissions: .ownerFile).readAll(maximumBytes: 20000)
            } check: { bytes, _ in
                // Sectors 3 and 9 without sector 5: two deviations from all, or from none.
                let isOdd = bytes[3 * 512] == 1 && bytes[9 * 512] == 1 && bytes[5 * 512] == 0
                try CheckFailure.unless(!isOdd, "odd")
            }
        }
        let small = try explore(12 * 512)
        #expect(small.statistics.mode == "exhaustive" && !small.isClean)
        #expect(small.statistics.states == 1 << 12)
        let large = try explore(14 * 512)
        #expect(large.statistics.mode.hasPrefix("bounded at 1 of") && !large.isClean, "\(large)")
        #expect(large.findings.first?.sentence.contains("sector") == true)
        // One of 14 sectors is sure to be there; 13 have 1 + 13 + 78 states with at most two deviations.
        let all = try explore(14 * 512, runMaximum: 4 * 92)
        #expect(all.statistics.boundedPoints > 1 && all.statistics.sampledPoints == 0, "\(all)")
        let some = try explore(14 * 512, runMaximum: 4 * 91)
        #expect(some.statistics.sampledPoints == 1 && some.statistics.mode.contains("sampled at 1 of"), "\(some)")
    }
}
