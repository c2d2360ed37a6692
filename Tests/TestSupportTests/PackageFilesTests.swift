import TestSupport
import Testing

@Suite("The package's files")
struct PackageFilesTests {
    @Test func rootHoldsTheManifest() throws {
        #expect(try PackageFiles.names(in: "").contains("Package.swift"))
        #expect(try PackageFiles.text(of: "Package.swift").contains("name: \"holdfast\""))
    }

    @Test func walkFindsFilesAtEveryDepthAndSkipsWhatItIsTold() throws {
        let all = try PackageFiles.files(below: "Sources")
        #expect(all.contains("Sources/CPosix/posix.c"))
        #expect(all.contains("Sources/CPosix/include/CPosix.h"))
        #expect(all == all.sorted())
        let some = try PackageFiles.files(below: "Sources", skipping: ["include"])
        #expect(!some.contains("Sources/CPosix/include/CPosix.h"))
        #expect(some.contains("Sources/CPosix/posix.c"))
    }

    @Test func directoriesAreMarked() throws {
        let names = try PackageFiles.names(in: "Sources")
        #expect(names.contains("CPosix/"))
        #expect(PackageFiles.isDirectory("Sources/CPosix"))
        #expect(!PackageFiles.isDirectory("Package.swift"))
        #expect(!PackageFiles.isDirectory("Sources/Nowhere"))
    }

    @Test func aMissingFileIsAnError() {
        #expect(throws: (any Error).self) { try PackageFiles.bytes(of: "Sources/nowhere.swift") }
    }
}
