import Foundation
import TestSupport
import Testing

@Suite("Temporary directories") struct TemporaryDirectoryTests {
    @Test func standsUntilTheEndOfItsScopeAndIsRemovedWithItsContents() throws {
        let manager = FileManager.default
        var path = ""
        do {
            let temporary = try TemporaryDirectory()
            path = temporary.path
            try manager.createDirectory(atPath: path + "/a/b", withIntermediateDirectories: true)
            #expect(manager.createFile(atPath: path + "/a/b/c", contents: Data([1])))
            #expect(manager.fileExists(atPath: path + "/a/b/c"))
        }
        #expect(!path.isEmpty && !manager.fileExists(atPath: path))
    }

    @Test func twoAreNeverTheSame() throws {
        let first = try TemporaryDirectory()
        let second = try TemporaryDirectory()
        #expect(first.path != second.path)
    }

    @Test func anotherBaseIsUsedWhenGiven() throws {
        let outer = try TemporaryDirectory()
        let inner = try TemporaryDirectory(in: outer.path + "/deeper")
        #expect(inner.path.hasPrefix(outer.path + "/deeper/"))
        #expect(FileManager.default.fileExists(atPath: inner.path))
    }
}
