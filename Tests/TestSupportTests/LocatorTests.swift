import Foundation
import TestSupport
import Testing

@Suite("Locators") struct LocatorTests {
    @Test func theCheckoutHoldsTheManifest() {
        #expect(FileManager.default.fileExists(atPath: Checkout.root + "/Package.swift"))
    }

    @Test(.enabled(if: Vectors.directory != nil, "no shared vectors beside this checkout"))
    func vectorsAreRead() throws {
        let readme = try #require(try Vectors.bytes("README.md"))
        #expect(!readme.isEmpty)
    }

    @Test func aModuleWithoutFixturesHasNoCases() {
        #expect(Fixtures.cases(of: "no such module") == [])
    }
}
