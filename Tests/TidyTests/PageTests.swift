import TestSupport
import Testing

/// What the pages for people point at is there: files, headings, tests.
@Suite("Pages")
struct PageTests {
    private static let keywords: Set<Substring> = ["func", "struct", "class", "enum"]

    private static func pages() throws -> [String] {
        try ["README.md", "CONTRIBUTING.md", "docs"].flatMap { try FileTree.package.files(below: $0) }
            .filter { $0.hasSuffix(".md") }
    }

    @Test func everyLinkLeadsSomewhere() throws {
        let files = Set(
            try ["README.md", "CONTRIBUTING.md", "LICENSE", "docs"].flatMap {
                try FileTree.package.files(below: $0)
            }
        )
        var count = 0
        for page in try Self.pages() {
            for link in Page.links(in: try FileTree.package.text(of: page)) {
                count += 1
                let target = Page.resolve(link.path, on: page)
                let isThere = files.contains(target)
                #expect(isThere, "\(page) links to \(link.path), which is not there")
                if let heading = link.heading, isThere {
                    let headings = Page.headings(of: try FileTree.package.text(of: target))
                    let isOnPage = headings.contains(heading)
                    #expect(isOnPage, "\(page) links to #\(heading), which \(target) does not have")
                }
            }
        }
        #expect(count > 40, "the scan found too few links to mean anything")
    }

    /// The last column of the tables of traps and of planted bugs names tests, suites and files of tests.
    @Test func everyTestThatIsNamedExists() throws {
        let declared = try SourceFile.all(below: "Tests").reduce(into: Set<String>()) { names, file in
            for line in file.source.code {
                // Not a regular expression: there are too many lines.
                let words = line.split(separator: " ")
                for (keyword, word) in zip(words, words.dropFirst()) where Self.keywords.contains(keyword) {
                    names.insert(String(word.prefix { $0.isLetter || $0.isNumber }))
                }
            }
        }
        var count = 0
        for page in try Self.pages() where page.hasPrefix("docs/proofs/") {
            for name in Page.testNames(in: try FileTree.package.text(of: page)) {
                count += 1
                let isDeclared = declared.contains(name)
                #expect(isDeclared, "\(page) names the test \(name), which there is not")
            }
        }
        #expect(count > 200, "the scan found too few tests to mean anything")
    }

    @Test func pagesAreRead() {
        let text = """
            # A b's `C`
            [a](../b.md#c-d) [e](https://f/g.md) [h](#i)
            ```
            [j](k.md)
            # l
            ```
            | m | test |
            |---|---|
            | `n` | `o`, `p` |

            | q | r |
            |---|---|
            | `s` | `t` |
            """
        #expect(Page.links(in: text).map { "\($0.path)#\($0.heading ?? "")" } == ["../b.md#c-d", "#i"])
        #expect(Page.headings(of: text) == ["a-bs-c"])
        #expect(Page.testNames(in: text) == ["o", "p"])
        #expect(Page.resolve("../b.md", on: "docs/c/d.md") == "docs/b.md")
        #expect(Page.resolve("", on: "docs/d.md") == "docs/d.md")
    }
}

/// What a page in Markdown consists of, as far as the tests ask.
private enum Page {
    /// The links to other pages and to headings.
    static func links(in text: String) -> [(path: String, heading: String?)] {
        prose(of: text).flatMap { line in
            line.matches(of: #/\]\(([^)#\s]*)(?:#([^)\s]*))?\)/#)
                .filter { !$0.output.1.contains("://") }
                .map { (String($0.output.1), $0.output.2.map(String.init)) }
        }
    }

    /// The headings, as links spell them.
    static func headings(of text: String) -> Set<String> {
        Set(
            prose(of: text).filter { $0.hasPrefix("#") }.map { line in
                let title = line.drop { $0 == "#" || $0 == " " }.lowercased()
                return String(
                    title.filter { $0.isLetter || $0.isNumber || " -_".contains($0) }.map { $0 == " " ? "-" : $0 }
                )
            }
        )
    }

    /// What is in backticks in the last column of tables that have tests there.
    static func testNames(in text: String) -> [String] {
        var names: [String] = []
        var isTable = false
        for line in prose(of: text) {
            if line.hasSuffix("| test |") || line.hasSuffix("| noticed by |") { isTable = true }
            if !line.hasPrefix("|") { isTable = false }
            guard isTable, let cell = line.dropLast().split(separator: "|").last else { continue }
            names += cell.matches(of: #/`(\w+)`/#).map { String($0.output.1) }
        }
        return names
    }

    /// The path of what a link on a page means.
    static func resolve(_ link: String, on page: String) -> String {
        if link.isEmpty { return page }
        var parts = page.split(separator: "/").dropLast()
        for part in link.split(separator: "/") {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }

    /// The lines outside of fenced blocks.
    private static func prose(of text: String) -> [String] {
        var isCode = false
        return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).filter { line in
            if line.hasPrefix("```") { isCode.toggle() }
            return !isCode
        }
    }
}
