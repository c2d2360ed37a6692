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
