internal import Foundation
internal import TestSupport
internal import Testing

@Suite("The suite notices what is wrong with a case")
struct FixtureSuiteTests {
    private static let checkers: [String: [String: FixtureSuite.Checker]] = [
        "module": ["reads": { _ = try $0.bytes(of: "input") }, "reads-rows": { _ = try $0.rows(of: "input") }]
    ]

    /// Runs `body` with a suite read from files given by path and content.
    private func withSuite(_ files: [String: String], _ body: (FixtureSuite) throws -> Void) throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "fixtures-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        for (path, text) in files {
            let file = root.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: file)
        }
        try body(FixtureSuite(in: FileTree(root: root.path(percentEncoded: false)), checkers: Self.checkers))
    }

    private let good = [
        "module/case/input": "1\n# a comment\n2\n",
        "module/case/expected.json": #"{"kind": "reads-rows", "rows": 2}"#,
        "module/case/pins.txt": "What it pins.\n",
    ]

    @Test func aGoodCaseHasNoFaults() throws {
        try withSuite(good.merging(["Downstream/Package.swift": ""]) { $1 }) { suite in
            #expect(suite.faults == [])
            let fixture = try #require(suite.cases.first)
            #expect(suite.cases.count == 1)
            #expect(try FixtureSuite.check(fixture, with: Self.checkers) == [])
        }
    }

    @Test(arguments: [
        ("other/case/expected.json", "other: no checker reads this module's cases"),
        ("stray.txt", "stray.txt: only folders of modules may stand here"),
        ("module/stray.txt", "module/stray.txt: only folders of cases may stand here"),
        ("module/bare/pins.txt", "module/bare: expected.json is missing"),
        ("module/bare/expected.json", "module/bare: pins.txt is missing"),
    ])
    func aMisplacedOrMissingFileIsAFault(path: String, fault: String) throws {
        try withSuite(good.merging([path: "{}"]) { $1 }) { suite in
            #expect(suite.faults.contains(fault))
        }
    }

    @Test(arguments: [
        ("module/case/forgotten", "module/case/forgotten: no checker read this file"),
        ("module/case/input.d/deep", "module/case/input.d/deep: no checker read this file"),
    ])
    func aFileNobodyReadsIsAFault(path: String, fault: String) throws {
        try withSuite(good.merging([path: ""]) { $1 }) { suite in
            let fixture = try #require(suite.cases.first)
            #expect(try FixtureSuite.check(fixture, with: Self.checkers) == [fault])
        }
    }

    @Test func anUnknownKindIsAFault() throws {
        try withSuite(good.merging(["module/case/expected.json": #"{"kind": "new"}"#]) { $1 }) { suite in
            let fixture = try #require(suite.cases.first)
            let fault = "module/case: module has no checker for the kind \"new\""
            #expect(try FixtureSuite.check(fixture, with: Self.checkers) == [fault])
        }
    }

    @Test(arguments: ["", "\n", "One.\nTwo.\n"])
    func pinsAreOneLine(text: String) throws {
        try withSuite(good.merging(["module/case/pins.txt": text]) { $1 }) { suite in
            let fixture = try #require(suite.cases.first)
            #expect(throws: FixtureFault.self) { try fixture.pins() }
        }
    }

    @Test func aFileCutShortIsNoticed() throws {
        try withSuite(good.merging(["module/case/input": "1\n"]) { $1 }) { suite in
            let fixture = try #require(suite.cases.first)
            #expect(throws: FixtureFault.self) { try fixture.rows(of: "input") }
        }
    }
}
