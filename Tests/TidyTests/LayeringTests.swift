import TestSupport
import Testing

@Suite("Modules import only what lies below them")
struct LayeringTests {
    @Test func everyImportIsAllowed() throws {
        let files = try SourceFile.all(below: "Sources")
        #expect(files.count > 30, "the walk found too few files to mean anything")
        for file in files {
            for (imported, line) in ImportScanner.imports(in: file.source) {
                #expect(
                    Layers.allows(file.module, toImport: imported),
                    "\(file.path):\(line): \(file.module) may not import \(imported); see Tests/TidyTests/Layers.swift"
                )
            }
        }
    }

    @Test func everySwiftModuleHasItsPlaceInTheLayers() throws {
        let modules = Set(try SourceFile.all(below: "Sources").map(\.module))
        #expect(modules == Set(Layers.mayImport.keys))
    }

    @Test func theLayersHaveNoCycle() {
        var settled: Set<String> = []
        var isProgressing = true
        while isProgressing {
            let next = Layers.mayImport.filter { module, imports in
                !settled.contains(module)
                    && imports.allSatisfy { settled.contains($0) || Layers.mayImport[$0] == nil }
            }
            settled.formUnion(next.keys)
            isProgressing = !next.isEmpty
        }
        #expect(settled == Set(Layers.mayImport.keys))
    }

    @Test func onlyTheListedFilesOfTheSeamReachTheSystem() throws {
        let reaching = try SourceFile.all(below: "Sources/FileSystemSeam").filter { file in
            ImportScanner.imports(in: file.source).contains { $0.module == "CPosix" }
        }
        #expect(Set(reaching.map(\.path)) == Layers.filesReachingSystem)
    }

    @Test func theRuleRefusesWhatItIsMeantToRefuse() {
        #expect(!Layers.allows("Journal", toImport: "Foundation"))
        #expect(!Layers.allows("Journal", toImport: "Glibc"))
        #expect(!Layers.allows("Journal", toImport: "CPosix"))
        #expect(!Layers.allows("Canonical", toImport: "FileSystemSeam"))
        #expect(!Layers.allows("NewModule", toImport: "Canonical"))
        #expect(Layers.allows("Journal", toImport: "Synchronization"))
    }
}
