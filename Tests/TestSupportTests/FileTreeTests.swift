import TestSupport
import Testing

@Suite("Trees of files")
struct FileTreeTests {
    private let package = FileTree.package

    @Test func thePackageIsWhereItsManifestIs() throws {
        #expect(try package.names(in: "").contains("Package.swift"))
        #expect(try package.text(of: "Package.swift").contains("name: \"holdfast\""))
        #expect(package.absolute("") == package.root)
    }

    @Test func aWalkFindsFilesAtEveryDepthAndSkipsWhatItIsTold() throws {
        let all = try package.files(below: "Sources")
        #expect(all.contains("Sources/CPosix/files.c"))
        #expect(all.contains("Sources/CPosix/include/CPosix.h"))
        let some = try package.files(below: "Sources", skipping: ["include"])
        #expect(!some.contains("Sources/CPosix/include/CPosix.h"))
        #expect(some.contains("Sources/CPosix/files.c"))
        #expect(try package.files(below: "Package.swift") == ["Package.swift"])
    }

    @Test func directoriesAreTold() throws {
        #expect(package.isDirectory("Sources/CPosix"))
        #expect(!package.isDirectory("Package.swift"))
        #expect(!package.isDirectory("Sources/Nowhere"))
    }

    @Test func aMissingFileIsAnError() {
        #expect(throws: (any Error).self) { try package.bytes(of: "Sources/nowhere.swift") }
    }
}
