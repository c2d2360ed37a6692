import Testing

@Suite("Imports are recognised in every spelling")
struct ImportScannerTests {
    @Test(arguments: [
        ("import Canonical", ["Canonical"]),
        ("internal import CPosix", ["CPosix"]),
        ("  public   import FileSystemSeam  // why", ["FileSystemSeam"]),
        ("@preconcurrency import Foundation", ["Foundation"]),
        ("@_spi(Testing) public import Journal", ["Journal"]),
        ("@_exported import struct Canonical.Digest", ["Canonical"]),
        ("import func Glibc.exit", ["Glibc"]),
        ("import Foundation; import Glibc", ["Foundation", "Glibc"]),
        ("#if canImport(Darwin)\nimport Darwin\n#else\nimport Glibc\n#endif", ["Darwin", "Glibc"]),
        ("/* a comment */ import Musl", ["Musl"]),
    ])
    func found(text: String, modules: [String]) {
        #expect(ImportScanner.imports(in: SourceText(text)).map(\.module) == modules)
    }

    @Test(arguments: [
        "// import Foundation",
        "/*\nimport Foundation\n*/",
        "let text = \"\"\"\n    import Foundation\n    \"\"\"",
        "let important = 1",
        "canImport(Foundation)",
    ])
    func ignored(text: String) {
        #expect(ImportScanner.imports(in: SourceText(text)).isEmpty)
    }

    @Test func linesAreCountedFromOne() throws {
        let found = try #require(ImportScanner.imports(in: SourceText("\nimport Canonical")).first)
        #expect(found.line == 2)
    }
}
