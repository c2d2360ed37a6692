import TestSupport
import Testing

@Suite("Files")
struct FileTests {
    /// Up to here nobody asks.
    private static let comfortableLineCount = 250
    /// Beyond this a file surely holds more than one concern.
    private static let lineCountMaximum = 400

    @Test func noneIsTooLong() throws {
        let files = try (SourceFile.all(below: "Sources") + SourceFile.all(below: "Tests")).map {
            ($0.path, Self.lineCount($0.source))
        }
        for (path, count) in files.sorted(by: { $0.1 > $1.1 }) where count > Self.comfortableLineCount {
            print("\(path) has \(count) lines: does it hold one concern?")
        }
        for (path, count) in files {
            #expect(count <= Self.lineCountMaximum, "\(path) has \(count) lines; split it by concern")
        }
    }

    @Test func linesAreCountedAsAnEditorDoes() {
        #expect(Self.lineCount(SourceText("a\nb\n")) == 2)
        #expect(Self.lineCount(SourceText("a\nb")) == 2)
    }

    @Test func sourcesAreNamedAfterTheirType() throws {
        for file in try SourceFile.all(below: "Sources") {
            #expect(Self.isWellNamed(file.name), "\(file.path) is not Type.swift or Type+Concern.swift")
        }
    }

    @Test(arguments: [
        ("Digest.swift", true), ("Digest+Text.swift", true), ("main.swift", true), ("x.swift", false),
        ("digest.swift", false), ("Digest-Text.swift", false),
    ])
    func namesAreJudged(name: String, isGood: Bool) {
        #expect(Self.isWellNamed(name) == isGood)
    }

    /// A product that no dependent package imports on its own may need more than it declares.
    @Test func everyLibraryProductIsImportedOnItsOwn() throws {
        let manifest = try FileTree.package.text(of: "Package.swift")
        let products = manifest.matches(of: #/\.library\(\s*name: "(\w+)"/#).map { "Uses\($0.output.1)" }
        #expect(!products.isEmpty)
        let programs = try FileTree.package.names(in: "Fixtures/Downstream/Sources")
        #expect(programs == products.sorted())
    }

    private static func lineCount(_ source: SourceText) -> Int {
        source.lines.last == "" ? source.lines.count - 1 : source.lines.count
    }

    private static func isWellNamed(_ name: String) -> Bool {
        name == "main.swift" || name.wholeMatch(of: #/[A-Z]\w*(?:\+\w+)*\.swift/#) != nil
    }
}
