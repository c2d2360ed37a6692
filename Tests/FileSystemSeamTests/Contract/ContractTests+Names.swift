import FileSystemSeam
import Testing

extension ContractTests {
    @Test(arguments: SeamUnderTest.all)
    func aNameThatIsNotOneComponentIsRefusedEverywhere(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            try root.put("good", "text")
            for bad in ["", ".", "..", "/", "a/b", "/a", "a/", "../a", "a\0b", "\0"] {
                let comment = Comment(rawValue: "name \(bad.debugDescription)")
                expectFailure(.invalidArgument, .open, comment) {
                    _ = try root.open(bad, [.read, .write, .create], permissions: .ownerFile)
                }
                expectFailure(.invalidArgument, .subdirectory, comment) { _ = try root.subdirectory(bad) }
                expectFailure(.invalidArgument, .makeDirectory, comment) {
                    try root.makeDirectory(bad, permissions: .ownerDirectory)
                }
                for exclusive in [true, false] {
                    expectFailure(.invalidArgument, .rename, comment) {
                        try root.rename(bad, to: "other", in: root, exclusive: exclusive)
                    }
                    expectFailure(.invalidArgument, .rename, comment) {
                        try root.rename("good", to: bad, in: root, exclusive: exclusive)
                    }
                }
                expectFailure(.invalidArgument, .link, comment) { try root.link(bad, to: "other", in: root) }
                expectFailure(.invalidArgument, .link, comment) { try root.link("good", to: bad, in: root) }
                expectFailure(.invalidArgument, .remove, comment) { try root.remove(bad) }
                expectFailure(.invalidArgument, .removeDirectory, comment) { try root.removeDirectory(bad) }
                expectFailure(.invalidArgument, .status, comment) { _ = try root.status(of: bad) }
                expectFailure(.invalidArgument, .status, comment) { _ = try root.extent(of: bad) }
            }
            #expect(try root.names() == ["good"])
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func unusualNamesAreKeptByteForByte(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            let names = ["...", "..a", "a..", ".hidden", " ", "a\nb", "a\\b", "*", "-", "h\u{e9}", "he\u{301}", "名前"]
            for name in names { try root.put(name, name) }
            let found = Set(try root.entries().map(\.nameBytes))
            #expect(found == Set(names.map { Array($0.utf8) }))
            for name in names { #expect(try root.text(name) == name) }
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func namesOf255BytesAreTheLongest(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            let longest = String(repeating: "n", count: 255)
            try root.put(longest, "x")
            #expect(try root.names() == [longest])
            let tooLong = longest + "n"
            expectFailure(.nameTooLong, .open) {
                _ = try root.open(tooLong, [.write, .create], permissions: .ownerFile)
            }
            expectFailure(.nameTooLong, .makeDirectory) {
                try root.makeDirectory(tooLong, permissions: .ownerDirectory)
            }
            expectFailure(.nameTooLong, .rename) {
                try root.rename(longest, to: tooLong, in: root, exclusive: false)
            }
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aMissingNameIsNoEntryEverywhere(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            expectFailure(.noEntry, .open) { _ = try root.open("no", .read, permissions: .ownerFile) }
            expectFailure(.noEntry, .subdirectory) { _ = try root.subdirectory("no") }
            expectFailure(.noEntry, .rename) { try root.rename("no", to: "b", in: root, exclusive: false) }
            expectFailure(.noEntry, .rename) { try root.rename("no", to: "b", in: root, exclusive: true) }
            expectFailure(.noEntry, .link) { try root.link("no", to: "b", in: root) }
            expectFailure(.noEntry, .remove) { try root.remove("no") }
            expectFailure(.noEntry, .removeDirectory) { try root.removeDirectory("no") }
            expectFailure(.noEntry, .status) { _ = try root.status(of: "no") }
            expectFailure(.noEntry, .status) { _ = try root.extent(of: "no") }
            expectFailure(.noEntry, .openDirectory) {
                _ = try subject.fileSystem.openDirectory(subject.rootPath + "/no")
            }
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func symbolicLinksAreNeverFollowedBelowTheRoot(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            guard let makeSymbolicLink = subject.makeSymbolicLink else { return }
            let root = subject.root
            try root.put("file", "precious")
            try root.makeDirectory("directory", permissions: .ownerDirectory)
            try makeSymbolicLink("file", "to-file")
            try makeSymbolicLink("directory", "to-directory")
            try makeSymbolicLink("nowhere", "dangling")

            for link in ["to-file", "to-directory", "dangling"] {
                let allOptions: [OpenOptions] = [
                    .read, [.write, .truncate], [.read, .write, .create], [.write, .append],
                ]
                for options in allOptions {
                    expectFailure(.symbolicLinkLoop, .open, Comment(rawValue: link)) {
                        _ = try root.open(link, options, permissions: .ownerFile)
                    }
                }
                expectFailure(.exists, .open) {
                    _ = try root.open(link, [.write, .create, .exclusive], permissions: .ownerFile)
                }
                expectFailure(.symbolicLinkLoop, .subdirectory) { _ = try root.subdirectory(link) }
                #expect(try root.status(of: link).kind == .symbolicLink)
                #expect(try root.extent(of: link) == FileExtent(root.status(of: link)))
                try root.remove(link)
            }
            #expect(try root.text("file") == "precious")
            #expect(try root.names() == ["directory", "file"])
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func theRootItselfMayBeReachedThroughASymbolicLink(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            guard let makeSymbolicLink = subject.makeSymbolicLink else { return }
            try subject.root.makeDirectory("store", permissions: .ownerDirectory)
            try makeSymbolicLink("store", "way")
            let store = try subject.fileSystem.openDirectory(subject.rootPath + "/way")
            #expect(try store.status().identity == subject.root.status(of: "store").identity)
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func theRootMustBeADirectoryWithAProperPath(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            try subject.root.put("file", "x")
            expectFailure(.notDirectory, .openDirectory) {
                _ = try subject.fileSystem.openDirectory(subject.rootPath + "/file")
            }
            expectFailure(.invalidArgument, .openDirectory) {
                _ = try subject.fileSystem.openDirectory(subject.rootPath + "\0/file")
            }
            expectFailure(.noEntry, .openDirectory) { _ = try subject.fileSystem.openDirectory("") }
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func anErrorTellsTheOperationTheNameAndTheNumber(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            do throws(FileSystemError) {
                _ = try subject.root.open("journal.json", .read, permissions: .ownerFile)
                Issue.record("the file does not exist")
            } catch {
                #expect(error.name == "journal.json")
                #expect(
                    error.description == "open \"journal.json\": no such file or directory (ENOENT 2)"
                )
            }
        }
    }
}
