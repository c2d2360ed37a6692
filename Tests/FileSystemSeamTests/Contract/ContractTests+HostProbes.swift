import FileSystemSeam
import Testing

extension ContractTests {
    private static let minute: UInt64 = 60_000_000_000

    @Test(arguments: SeamUnderTest.all)
    func aScratchDirectoryIsRemovedWithItsFiles(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let probes = try #require(subject.fileSystem.hostProbes)
            let scratch = try probes.scratchDirectory("scratch", in: subject.root)
            #expect(try subject.root.names() == ["scratch"])
            #expect(try subject.root.status(of: "scratch").permissions == .ownerDirectory)
            for number in 0..<200 { try scratch.directory.put("file-\(number)", "text") }
            try scratch.directory.makeDirectory("empty", permissions: .ownerDirectory)
            try scratch.remove()
            #expect(try subject.root.names() == [])
            expectFailure(.badDescriptor) { try scratch.directory.put("file", "text") }
            try subject.root.put("scratch", "another")
            try scratch.remove()
            #expect(try subject.root.names() == ["scratch"])
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aScratchDirectoryNeedsAFreeName(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let probes = try #require(subject.fileSystem.hostProbes)
            try subject.root.put("taken", "text")
            expectFailure(.exists) { _ = try probes.scratchDirectory("taken", in: subject.root) }
            expectFailure(.invalidArgument) { _ = try probes.scratchDirectory("a/b", in: subject.root) }
            #expect(try subject.root.text("taken") == "text")
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aDirectoryThatStandsAtTheNameIsLeftAsItIs(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let probes = try #require(subject.fileSystem.hostProbes)
            try subject.root.makeDirectory("mine", permissions: .ownerDirectory)
            let mine = try subject.root.subdirectory("mine")
            try mine.put("file", "text")
            try subject.root.makeDirectory("empty", permissions: .ownerDirectory)
            for name in ["mine", "empty"] {
                expectFailure(.exists) { _ = try probes.scratchDirectory(name, in: subject.root) }
            }
            #expect(Set(try subject.root.names()) == ["mine", "empty"])
            #expect(try subject.root.subdirectory("mine").text("file") == "text")
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aSymbolicLinkIsMadeAndNotFollowed(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let probes = try #require(subject.fileSystem.hostProbes)
            try subject.root.put("file", "text")
            try probes.makeSymbolicLink("link", to: "file", in: subject.root)
            #expect(try subject.root.status(of: "link").kind == .symbolicLink)
            expectFailure(.symbolicLinkLoop, .open) { _ = try subject.root.existing("link") }
            expectFailure(.exists) { try probes.makeSymbolicLink("link", to: "file", in: subject.root) }
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func anUnnamedFileLeavesNoName(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let probes = try #require(subject.fileSystem.hostProbes)
            do throws(FileSystemError) {
                try probes.makeUnnamedFile(in: subject.root)
            } catch {
                #expect(error.code == .notSupported)
            }
            #expect(try subject.root.names() == [])
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aLockOfAnotherProcessExcludesAndEndsWithIt(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let probes = try #require(subject.fileSystem.hostProbes)
            try subject.root.put("file", "text")
            let file = try subject.root.existing("file")
            let found = try probes.otherProcessLock(on: file, timeoutNanoseconds: Self.minute)
            #expect(found == OtherProcessLock(excludes: true, endsWithProcess: true))
            // Nothing stays locked.
            #expect(try subject.root.existing("file").lock(.exclusive, blocking: false))
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aSharedMapIsCoherent(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let probes = try #require(subject.fileSystem.hostProbes)
            try subject.root.put("file", "text")
            let file = try subject.root.existing("file")
            expectFailure(.invalidArgument) {
                _ = try probes.sharedMapIsCoherent(of: file, timeoutNanoseconds: Self.minute)
            }
            try file.truncate(to: 4096)
            #expect(try probes.sharedMapIsCoherent(of: file, timeoutNanoseconds: Self.minute))
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func theHostTellsWhatItIs(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let facts = try #require(subject.fileSystem.hostProbes).hostFacts
            #expect(!facts.kernelName.isEmpty && !facts.kernelRelease.isEmpty && !facts.architecture.isEmpty)
            #expect(facts.pageSizeBytes >= 4096 && facts.pageSizeBytes.nonzeroBitCount == 1)
        }
    }
}

extension ContractTests {
    @Test(arguments: SeamUnderTest.all)
    func aHoleReadsAsZerosAndTheLengthStays(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let probes = try #require(subject.fileSystem.hostProbes)
            try subject.root.put("file", String(repeating: "x", count: 16384))
            let file = try subject.root.existing("file")
            try probes.punchHole(in: file, at: 4096, count: 8192)
            let contents = try file.readAll(maximumBytes: 20000)
            #expect(contents.count == 16384)
            #expect(contents[4096..<12288].allSatisfy { $0 == 0 })
            #expect(contents[..<4096].allSatisfy { $0 == UInt8(ascii: "x") })
            #expect(contents[12288...].allSatisfy { $0 == UInt8(ascii: "x") })
            try probes.punchHole(in: file, at: 12288, count: 1 << 20)
            #expect(try file.status().size == 16384)
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aDirectoryTellsWhereItStands(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let probes = try #require(subject.fileSystem.hostProbes)
            try subject.root.makeDirectory("above", permissions: .ownerDirectory)
            let above = try subject.root.subdirectory("above")
            try above.makeDirectory("below", permissions: .ownerDirectory)
            let below = try above.subdirectory("below")
            let root = try probes.resolvedPath(of: subject.root)
            let prefix = root == "/" ? "" : root
            #expect(root.hasPrefix("/"))
            #expect(try probes.resolvedPath(of: below) == prefix + "/above/below")
            // Symbolic links on the way are resolved, and a renamed directory is where it went.
            try probes.makeSymbolicLink("link", to: "above", in: subject.root)
            let linked = try subject.fileSystem.openDirectory(subject.rootPath + "/link")
            #expect(try probes.resolvedPath(of: linked) == prefix + "/above")
            try subject.root.rename("above", to: "elsewhere", in: subject.root, exclusive: false)
            _ = try subject.root.subdirectory("elsewhere")
            #expect(try probes.resolvedPath(of: below) == prefix + "/elsewhere/below")
            try subject.root.subdirectory("elsewhere").removeDirectory("below")
            expectFailure(.noEntry, .hostProbe) { _ = try probes.resolvedPath(of: below) }
        }
    }
}
