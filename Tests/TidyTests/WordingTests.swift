import TestSupport
import Testing

@Suite("Words that mean unfinished work, or another machine")
struct WordingTests {
    /// The words, spelled so that this file does not contain them.
    private static let unfinished = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "for" + " now"]
    private static let places = ["/wo" + "rk/", "/ho" + "me/", "/Use" + "rs/", "/opt/sw" + "ift"]

    /// Where people write; inputs of fixtures are other tools' bytes.
    private static func written() throws -> [String] {
        let roots = ["README.md", "CONTRIBUTING.md", "Package.swift", "Sources", "Tests", "Scripts", "docs", ".ci"]
        return try roots.flatMap { try FileTree.package.files(below: $0, skipping: [".build"]) }
    }

    @Test func noneIsWritten() throws {
        let paths = try Self.written()
        #expect(paths.count > 50, "the walk found too few files to mean anything")
        for path in paths {
            for (offset, line) in try FileTree.package.text(of: path).split(separator: "\n").enumerated() {
                if let word = Self.firstForbidden(in: line, of: path) {
                    Issue.record("\(path):\(offset + 1): \"\(word)\" may not stand here: \(line)")
                }
            }
        }
    }

    @Test func theyAreRecognised() {
        for word in Self.unfinished {
            #expect(Self.firstForbidden(in: "// \(word): b", of: "a.swift") == word)
            #expect(Self.firstForbidden(in: "a\(word)b", of: "a.swift") == nil)
        }
        for place in Self.places {
            #expect(Self.firstForbidden(in: "cd \(place)b", of: "a.swift") == place)
        }
        #expect(Self.firstForbidden(in: "mktemp holdfast.XXXXXX", of: "a") == nil)
        #expect(Self.firstForbidden(in: "cp a /tmp/b", of: "docs/a.md") == "/tmp/")
        #expect(Self.firstForbidden(in: "open(\"/tmp/b\")", of: "Tests/a.swift") == nil)
    }

    private static func firstForbidden(in line: some StringProtocol, of path: String) -> String? {
        unfinished.first { isWord($0, in: String(line)) }
            ?? (places + (path.hasSuffix(".md") ? ["/tmp/"] : [])).first { line.contains($0) }
    }

    /// Whether the text stands there with no letter beside it.
    private static func isWord(_ word: String, in line: String) -> Bool {
        line.ranges(of: word).contains { range in
            let neighbours = [line[..<range.lowerBound].last, line[range.upperBound...].first]
            return !neighbours.contains { $0?.isLetter == true }
        }
    }
}
