import TestSupport
import Testing

/// What the documentation shows is what is compiled and run.
@Suite("Worked examples")
struct WorkedExampleTests {
    /// A page, the products whose programs hold what it shows, and how many blocks it has at least.
    @Test(arguments: [
        ("docs/proving-a-store.md", ["CrashTesting"], 6), ("docs/formats/lock-marker.md", ["LockKit"], 4),
        ("README.md", ["Journal", "EventLog", "KeyStore"], 3),
    ])
    func everyLineOfItIsInAProgram(_ page: String, _ products: [String], _ atLeast: Int) throws {
        let programs = try products.map {
            try FileTree.package.text(of: "Fixtures/Downstream/Sources/Uses\($0)/main.swift")
        }
        let blocks = Self.swiftBlocks(in: try FileTree.package.text(of: page))
        #expect(blocks.count >= atLeast, "the walk found too few blocks to mean anything")
        for block in blocks {
            #expect(programs.contains { $0.contains(block) }, "this is in none of the programs that run:\n\(block)")
        }
    }

    @Test func blocksAreFound() {
        let text = "a\n```swift\nlet b = 1\n\nlet c = 2\n```\n```\nd\n```\n```swift\ne\n```\n"
        #expect(Self.swiftBlocks(in: text) == ["let b = 1\n\nlet c = 2\n", "e\n"])
    }

    /// The contents of the fenced blocks that are marked as Swift.
    private static func swiftBlocks(in text: String) -> [String] {
        var blocks: [String] = []
        var block: String?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if let open = block {
                if line == "```" { blocks.append(open) }
                block = line == "```" ? nil : open + line + "\n"
            } else if line == "```swift" {
                block = ""
            }
        }
        return blocks
    }
}
