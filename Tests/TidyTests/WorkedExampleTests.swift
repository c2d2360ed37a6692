import TestSupport
import Testing

/// What the documentation shows is what is compiled and run.
@Suite("The worked example")
struct WorkedExampleTests {
    @Test(arguments: [("docs/testing.md", "UsesCrashTesting", 6), ("docs/formats/lock-marker.md", "UsesLockKit", 4)])
    func everyLineOfItIsInTheProgram(_ page: String, _ user: String, _ atLeast: Int) throws {
        let program = try FileTree.package.text(of: "Fixtures/Downstream/Sources/\(user)/main.swift")
        let blocks = Self.swiftBlocks(in: try FileTree.package.text(of: page))
        #expect(blocks.count >= atLeast, "the walk found too few blocks to mean anything")
        for block in blocks {
            #expect(program.contains(block), "this is not in the program that runs:\n\(block)")
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
