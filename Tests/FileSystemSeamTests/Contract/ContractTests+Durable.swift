import FileSystemSeam
import Testing

extension ContractTests {
    @Test(arguments: SeamUnderTest.all)
    func replacingGivesNewContentsAndLeavesNothingElse(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            try root.replaceAtomically("head", with: Array("first".utf8))
            #expect(try root.text("head") == "first")
            #expect(try root.status(of: "head").permissions == .ownerFile)
            let held = try root.existing("head")
            try root.replaceAtomically(
                "head",
                with: Array("second".utf8),
                permissions: Permissions(rawValue: 0o640),
                syncDirectory: false
            )
            #expect(try root.text("head") == "second")
            #expect(try root.status(of: "head").permissions == Permissions(rawValue: 0o640))
            #expect(try held.text() == "first")
            try root.replaceAtomically("head", with: [])
            #expect(try root.text("head") == "")
            #expect(try root.names() == ["head"])
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func replacingStepsAroundForeignTemporariesAndRemovesItsOwnLeftover(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            // Somebody else may be writing this one.
            try root.put(".head.tmp-0", "foreign")
            try root.replaceAtomically("head", with: Array("a".utf8))
            #expect(try root.text(".head.tmp-0") == "foreign")
            // The caller's own, which its lock makes its own, is a leftover.
            try root.put("mine", "leftover that is longer")
            try root.replaceAtomically("head", with: Array("b".utf8), temporaryName: "mine")
            #expect(try root.text("head") == "b")
            #expect(try root.names() == [".head.tmp-0", "head"])
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aFailedReplacementLeavesTheOldFileAndNoTemporary(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            try root.makeDirectory("head", permissions: .ownerDirectory)
            expectFailure(.isDirectory, .rename) { try root.replaceAtomically("head", with: [1, 2, 3]) }
            expectFailure(.invalidArgument, .open) { try root.replaceAtomically("../head", with: [1]) }
            expectFailure(.invalidArgument, .open) {
                try root.replaceAtomically("head", with: [1], temporaryName: "a/b")
            }
            #expect(try root.names() == ["head"])
            try root.put("same", "precious")
            expectFailure(.invalidArgument, .open) {
                try root.replaceAtomically("same", with: [1], temporaryName: "same")
            }
            #expect(try root.text("same") == "precious")
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func publishingIsDoneOnceAndNeverReplaces(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            try root.publishExclusively("marker", Array("one".utf8))
            expectFailure(.exists, .rename) { try root.publishExclusively("marker", Array("two".utf8)) }
            expectFailure(.exists, .rename) {
                try root.publishExclusively("marker", Array("two".utf8), temporaryName: "mine")
            }
            #expect(try root.text("marker") == "one")
            #expect(try root.status(of: "marker").linkCount == 1)
            #expect(try root.names() == ["marker"])
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func copyingKeepsEveryByteAndNeverReplaces(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            // More than one part of the copy, and not a multiple of it.
            let contents = (0..<200_001).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
            try root.publishExclusively("source", contents)
            try root.makeDirectory("there", permissions: .ownerDirectory)
            let there = try root.subdirectory("there")
            try root.copy("source", to: "copy", in: there)
            #expect(try there.readFile("copy", maximumBytes: 300_000) == contents)
            try root.put("other", "other")
            expectFailure(.exists) { try root.copy("other", to: "copy", in: there) }
            expectFailure(.noEntry) { try root.copy("missing", to: "new", in: there) }
            #expect(try there.names() == ["copy"])
            #expect(try there.readFile("copy", maximumBytes: 300_000) == contents)
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func readingAWholeFileHasALimit(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            try subject.root.put("file", "0123456789")
            #expect(try subject.root.readFile("file", maximumBytes: 10) == Array("0123456789".utf8))
            do throws(FileSystemError) {
                _ = try subject.root.readFile("file", maximumBytes: 9)
                Issue.record("ten bytes are more than nine")
            } catch {
                #expect(error == FileSystemError(operation: .read, name: "file", code: .fileTooLarge))
            }
            try subject.root.put("empty", "")
            #expect(try subject.root.readFile("empty", maximumBytes: 0) == [])
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func readingExactlyGivesAllOrNothing(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            try subject.root.put("file", "0123456789")
            let file = try subject.root.existing("file")
            #expect(try file.read(exactly: 3, at: 7) == Array("789".utf8))
            #expect(try file.read(exactly: 4, at: 7) == nil)
            #expect(try file.read(exactly: 0, at: 10) == [])
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func appendingOnceAddsTheWholeRecord(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let log = try subject.root.open("log", [.read, .write, .create, .append], permissions: .ownerFile)
            try log.appendOnce(Array("one\n".utf8))
            try log.appendOnce(Array("two\n".utf8))
            try log.appendOnce([])
            #expect(try log.text() == "one\ntwo\n")
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func directoryChainsAreMadeWhereMissing(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            let leaf = try root.makeDirectories(["a", "b", "c"])
            try leaf.put("file", "text")
            let again = try root.makeDirectories(["a", "b", "c"])
            #expect(try again.text("file") == "text")
            #expect(try root.status(of: "a").permissions == .ownerDirectory)
            #expect(try root.makeDirectories([]).status().identity == root.status().identity)
            try root.put("file", "")
            expectFailure(.notDirectory, .subdirectory) { _ = try root.makeDirectories(["file", "x"]) }
            expectFailure(.invalidArgument, .makeDirectory) { _ = try root.makeDirectories(["d", "..", "e"]) }
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func theRootsPathIsMadeWhereMissing(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let path = subject.rootPath + "/x//y/z/"
            let made = try subject.fileSystem.openDirectory(path, creating: .ownerDirectory)
            try made.put("file", "text")
            let again = try subject.fileSystem.openDirectory(path, creating: .ownerDirectory)
            #expect(try again.text("file") == "text")
            #expect(try subject.root.names() == ["x"])
            expectFailure(.notDirectory) {
                _ = try subject.fileSystem.openDirectory(path + "file/deeper", creating: .ownerDirectory)
            }
            expectFailure(.invalidArgument, .makeDirectory) {
                _ = try subject.fileSystem.openDirectory(
                    subject.rootPath + "/new/../other",
                    creating: .ownerDirectory
                )
            }
            expectFailure(.noEntry) { _ = try subject.fileSystem.openDirectory("", creating: .ownerDirectory) }
            _ = try subject.fileSystem.openDirectory("/", creating: .ownerDirectory)
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func removingRecursivelyTakesEverythingBelowAndNothingBeside(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            let leaf = try root.makeDirectories(["a", "b", "c"])
            for number in 0..<20 { try leaf.put("file-\(number)", "x") }
            try root.subdirectory("a").put("file", "x")
            try root.put("beside", "precious")
            try root.makeDirectory("outside", permissions: .ownerDirectory)
            try root.subdirectory("outside").put("file", "precious")
            if let makeSymbolicLink = subject.makeSymbolicLink {
                try makeSymbolicLink("outside", "link")
                try root.rename("link", to: "link", in: leaf, exclusive: true)
            }
            try root.removeRecursively("a")
            #expect(try root.names() == ["beside", "outside"])
            #expect(try root.subdirectory("outside").text("file") == "precious")
            try root.removeRecursively("beside")
            #expect(try root.names() == ["outside"])
            expectFailure(.noEntry) { try root.removeRecursively("a") }
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func existenceIsAskedWithoutFollowing(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            #expect(try !root.exists("a"))
            try root.put("a", "")
            #expect(try root.exists("a"))
            if let makeSymbolicLink = subject.makeSymbolicLink {
                try makeSymbolicLink("nowhere", "dangling")
                #expect(try root.exists("dangling"))
            }
            expectFailure(.invalidArgument, .status) { _ = try root.exists("..") }
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func temporaryNamesDifferAndTellWhatTheyAreFor(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let names = try (0..<100).map { _ in try subject.fileSystem.temporaryName(for: "head.json") }
            #expect(Set(names).count == 100)
            for name in names {
                #expect(name.hasPrefix(".head.json.tmp-"))
                #expect(name.utf8.count == ".head.json.tmp-".utf8.count + 16)
                try subject.root.put(name, "")
            }
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aTemporaryNameIsOneWhateverTheNameIs(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            for (name, kept) in [
                (String(repeating: "n", count: 233), 233), (String(repeating: "n", count: 234), 233),
                (String(repeating: "n", count: 255), 233), ("n" + String(repeating: "é", count: 127), 233),
                (String(repeating: "é", count: 127), 232), (String(repeating: "🔒", count: 63), 232), ("n\u{301}", 3),
            ] {
                let temporary = try subject.fileSystem.temporaryName(for: name)
                #expect(temporary.utf8.count == kept + 22)
                #expect(temporary.utf8.dropFirst().starts(with: name.utf8.prefix(kept)))
                try subject.root.put(temporary, "")
            }
        }
    }
}
