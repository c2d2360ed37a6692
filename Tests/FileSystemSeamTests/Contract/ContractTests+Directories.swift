import FileSystemSeam
import Testing

extension ContractTests {
    @Test(arguments: SeamUnderTest.all)
    func entriesAreTheNamesWithoutTheDots(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            #expect(try root.names() == [])
            try root.put("file", "x")
            try root.makeDirectory("directory", permissions: .ownerDirectory)
            let entries = try root.entries().sorted { $0.name < $1.name }
            #expect(entries.map(\.name) == ["directory", "file"])
            // A file system may not tell the kind; when it does, it must be right.
            #expect([.directory, nil].contains(entries[0].kind))
            #expect([.regular, nil].contains(entries[1].kind))
            try root.remove("file")
            #expect(try root.names() == ["directory"])
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func everyListingStartsAtTheBeginning(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            for number in 0..<1000 {
                _ = try subject.root.open("file-\(number)", [.write, .create], permissions: .ownerFile)
            }
            let expected = (0..<1000).map { "file-\($0)" }.sorted()
            #expect(try subject.root.names() == expected)
            #expect(try subject.root.names() == expected)
            #expect(try subject.root.reopened().names() == expected)
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aDirectoryIsMadeOnce(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            try subject.root.makeDirectory("a", permissions: .ownerDirectory)
            expectFailure(.exists, .makeDirectory) {
                try subject.root.makeDirectory("a", permissions: .ownerDirectory)
            }
            #expect(try subject.root.subdirectory("a").entries().isEmpty)
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func onlyAnEmptyDirectoryIsRemoved(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            try root.makeDirectory("a", permissions: .ownerDirectory)
            try root.subdirectory("a").put("x", "x")
            expectFailure(.notEmpty, .removeDirectory) { try root.removeDirectory("a") }
            expectFailure(.isDirectory, .remove) { try root.remove("a") }
            try root.subdirectory("a").remove("x")
            expectFailure(.isDirectory, .remove) { try root.remove("a") }
            try root.removeDirectory("a")
            #expect(try root.names() == [])
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aHeldDirectoryFollowsItsRename(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            try root.makeDirectory("a", permissions: .ownerDirectory)
            let held = try root.subdirectory("a")
            try root.rename("a", to: "b", in: root, exclusive: true)
            try held.put("file", "text")
            #expect(try root.subdirectory("b").text("file") == "text")
            #expect(try held.status().identity == root.status(of: "b").identity)
            #expect(try root.extent(of: "b") == FileExtent(held.status()))
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aRemovedDirectoryTakesNothingNew(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            try subject.root.makeDirectory("a", permissions: .ownerDirectory)
            let held = try subject.root.subdirectory("a")
            try subject.root.removeDirectory("a")
            #expect(try held.names() == [])
            #expect(try held.status().linkCount == 0)
            expectFailure(.noEntry, .open) {
                _ = try held.open("file", [.write, .create], permissions: .ownerFile)
            }
            expectFailure(.noEntry, .makeDirectory) { try held.makeDirectory("b", permissions: .ownerDirectory) }
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aDirectoryIsLookedAtByItsPath(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let (root, path) = (subject.root, subject.rootPath)
            #expect(try subject.fileSystem.directoryStatus(path) == root.status())
            try root.makeDirectory("a", permissions: .ownerDirectory)
            let first = try root.subdirectory("a")
            #expect(try subject.fileSystem.directoryStatus(path + "/a").identity == first.status().identity)
            if let makeSymbolicLink = subject.makeSymbolicLink {
                try makeSymbolicLink("a", "link")
                #expect(try subject.fileSystem.directoryStatus(path + "/link").identity == first.status().identity)
            }
            // Another one at the same path is another one.
            try root.rename("a", to: "b", in: root, exclusive: true)
            try root.makeDirectory("a", permissions: .ownerDirectory)
            #expect(try subject.fileSystem.directoryStatus(path + "/a").identity != first.status().identity)
            try root.put("file", "x")
            expectFailure(.notDirectory, .directoryStatus) {
                _ = try subject.fileSystem.directoryStatus(path + "/file")
            }
            expectFailure(.noEntry, .directoryStatus) {
                _ = try subject.fileSystem.directoryStatus(path + "/absent")
            }
            expectFailure(.invalidArgument, .directoryStatus) {
                _ = try subject.fileSystem.directoryStatus(path + "/a\0b")
            }
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func whatStandsAtAPathIsNotFollowed(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let (root, path) = (subject.root, subject.rootPath)
            #expect(try subject.fileSystem.linkStatus(path) == root.status())
            try root.makeDirectory("a", permissions: .ownerDirectory)
            let identity = try root.status(of: "a").identity
            for name in ["/a", "/a/", "/./a"] {
                #expect(try subject.fileSystem.linkStatus(path + name).identity == identity)
            }
            try root.put("file", "x")
            #expect(try subject.fileSystem.linkStatus(path + "/file") == root.status(of: "file"))
            if let makeSymbolicLink = subject.makeSymbolicLink {
                try makeSymbolicLink("a", "link")
                #expect(try subject.fileSystem.linkStatus(path + "/link").kind == .symbolicLink)
                #expect(try subject.fileSystem.linkStatus(path + "/link/").identity == identity)
                try root.subdirectory("a").put("inner", "x")
                #expect(try subject.fileSystem.linkStatus(path + "/link/inner").kind == .regular)
            }
            expectFailure(.noEntry) { _ = try subject.fileSystem.linkStatus(path + "/absent") }
            expectFailure(.notDirectory) { _ = try subject.fileSystem.linkStatus(path + "/file/") }
            expectFailure(.invalidArgument) { _ = try subject.fileSystem.linkStatus(path + "/a\0b") }
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aPathMayBeginAtADirectory(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let (fileSystem, root, path) = (subject.fileSystem, subject.root, subject.rootPath)
            try root.makeDirectory("a", permissions: .ownerDirectory)
            let inner = try root.subdirectory("a")
            try inner.put("file", "text")
            let file = try inner.extent(of: "file")
            let directory = FileExtent(try inner.status())
            for name in ["a/file", "./a/file", "a//./file"] {
                #expect(try fileSystem.linkExtent(name, from: root) == file)
                #expect(try fileSystem.linkExtent("\(path)/\(name)", from: nil) == file)
                // An absolute path begins nowhere else.
                #expect(try fileSystem.linkExtent("\(path)/\(name)", from: inner) == file)
            }
            #expect(try fileSystem.linkExtent("file", from: inner) == file)
            for name in ["a", "a/", "a/."] {
                #expect(try fileSystem.linkExtent(name, from: root).identity == directory.identity)
            }
            #expect(try fileSystem.linkExtent(".", from: inner).identity == directory.identity)
            for name in ["a", "a/", "./a/."] {
                #expect(try fileSystem.openDirectory(name, from: root).status().identity == directory.identity)
                let absolute = try fileSystem.openDirectory("\(path)/\(name)", from: inner)
                #expect(try absolute.status().identity == directory.identity)
                let fromNowhere = try fileSystem.openDirectory("\(path)/\(name)", from: nil)
                #expect(try fromNowhere.status().identity == directory.identity)
            }
            if let makeSymbolicLink = subject.makeSymbolicLink {
                try makeSymbolicLink("a", "link")
                #expect(try fileSystem.linkExtent("link", from: root).kind == .symbolicLink)
                #expect(try fileSystem.linkExtent("link/.", from: root).identity == directory.identity)
                #expect(try fileSystem.linkExtent("link/file", from: root) == file)
                #expect(try fileSystem.openDirectory("link", from: root).status().identity == directory.identity)
            }
            // Wherever the directory goes, the path begins there.
            try root.rename("a", to: "b", in: root, exclusive: true)
            #expect(try fileSystem.linkExtent("file", from: inner) == file)
            expectFailure(.noEntry, .status) { _ = try fileSystem.linkExtent("a/file", from: root) }
            expectFailure(.noEntry, .status) { _ = try fileSystem.linkExtent("", from: root) }
            expectFailure(.notDirectory, .status) { _ = try fileSystem.linkExtent("b/file/.", from: root) }
            expectFailure(.invalidArgument, .status) { _ = try fileSystem.linkExtent("b\0", from: root) }
            #expect(try fileSystem.openDirectory(".", from: inner).status().identity == directory.identity)
            expectFailure(.noEntry, .openDirectory) { _ = try fileSystem.openDirectory("a", from: root) }
            expectFailure(.noEntry, .openDirectory) { _ = try fileSystem.openDirectory("", from: root) }
            expectFailure(.notDirectory, .openDirectory) { _ = try fileSystem.openDirectory("b/file", from: root) }
            expectFailure(.invalidArgument, .openDirectory) { _ = try fileSystem.openDirectory("b\0", from: root) }
            try inner.close()
            expectFailure(.badDescriptor, .status) { _ = try fileSystem.linkExtent("file", from: inner) }
            expectFailure(.badDescriptor, .openDirectory) { _ = try fileSystem.openDirectory(".", from: inner) }
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aReopenedDirectoryIsTheSameAndIndependent(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let first = try subject.root.reopened()
            let second = try first.reopened()
            #expect(try second.status().identity == subject.root.status().identity)
            try first.close()
            try second.put("file", "text")
            #expect(try subject.root.text("file") == "text")
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aWatchTellsOfChangesOnce(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            try root.put("file", "x")
            let watch = try root.watch()
            let soon: UInt64 = 20_000_000
            let late: UInt64 = 5_000_000_000
            #expect(try !watch.wait(timeoutNanoseconds: soon))
            try root.put("new", "x")
            #expect(try watch.wait(timeoutNanoseconds: late))
            #expect(try !watch.wait(timeoutNanoseconds: soon))
            try root.rename("new", to: "newer", in: root, exclusive: true)
            #expect(try watch.wait(timeoutNanoseconds: late))
            try root.remove("newer")
            #expect(try watch.wait(timeoutNanoseconds: late))
            // However many changes there were, they are told at once.
            for number in 0..<500 { try root.put("a-long-name-for-one-of-many-\(number)", "x") }
            #expect(try watch.wait(timeoutNanoseconds: late))
            #expect(try !watch.wait(timeoutNanoseconds: soon))
            // Reading is no change.
            _ = try root.text("file")
            _ = try root.entries()
            #expect(try !watch.wait(timeoutNanoseconds: soon))
            try watch.close()
            try watch.close()
            expectFailure(.badDescriptor, .watch) { _ = try watch.wait(timeoutNanoseconds: 0) }
        }
    }

    /// What a look at a directory's time saves is a look at each of its names.
    @Test(arguments: SeamUnderTest.all)
    func everyChangeOfANameMovesTheTimeOfItsDirectory(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            try root.makeDirectory("other", permissions: .ownerDirectory)
            let other = try root.subdirectory("other")
            let acts: [(String, () throws -> Void)] = [
                ("create", { try root.put("a", "text") }),
                ("link", { try root.link("a", to: "b", in: root) }),
                (
                    "rename onto",
                    {
                        try root.put("c", "text"); try root.rename("c", to: "b", in: root, exclusive: false)
                    }
                ),
                ("rename here", { try root.rename("b", to: "d", in: root, exclusive: true) }),
                ("rename away", { try root.rename("d", to: "d", in: other, exclusive: true) }),
                ("rename back", { try other.rename("d", to: "d", in: root, exclusive: true) }),
                ("link from elsewhere", { try root.link("d", to: "e", in: other) }),
                ("remove", { try root.remove("d") }),
                ("make a directory", { try root.makeDirectory("f", permissions: .ownerDirectory) }),
                ("remove a directory", { try root.removeDirectory("f") }),
            ]
            for (name, act) in acts {
                let before = (try root.status().changed, try other.status().changed)
                subject.fileSystem.sleep(nanoseconds: 30_000_000)
                try act()
                let after = (try root.status().changed, try other.status().changed)
                let isHere = name != "link from elsewhere"
                let isThere = !isHere || ["rename away", "rename back"].contains(name)
                #expect((after.0 > before.0) == isHere, "\(name)")
                #expect((after.1 > before.1) == isThere, "\(name), the other directory")
            }
            let before = try root.status().changed
            subject.fileSystem.sleep(nanoseconds: 30_000_000)
            try root.put("a", "another text")
            _ = try (root.text("a"), root.names(), root.status(of: "a"))
            #expect(try root.status().changed == before, "writing and reading")
        }
    }
}
