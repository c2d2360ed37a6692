import FileSystemSeam
import Testing

extension ContractTests {
    @Test(arguments: SeamUnderTest.all)
    func aRenameReplacesAndOldHandlesKeepTheOldFile(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            try root.put("old", "old text")
            try root.put("new", "new text")
            let held = try root.existing("old")
            let identity = try root.status(of: "new").identity
            try root.rename("new", to: "old", in: root, exclusive: false)
            #expect(try root.names() == ["old"])
            #expect(try root.text("old") == "new text")
            #expect(try root.status(of: "old").identity == identity)
            #expect(try held.text() == "old text")
            #expect(try held.status().linkCount == 0)
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func anExclusiveRenameNeverReplaces(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            try root.put("a", "a")
            try root.put("b", "b")
            try root.makeDirectory("empty", permissions: .ownerDirectory)
            expectFailure(.exists, .rename) { try root.rename("a", to: "b", in: root, exclusive: true) }
            expectFailure(.exists, .rename) { try root.rename("a", to: "empty", in: root, exclusive: true) }
            expectFailure(.exists, .rename) { try root.rename("a", to: "a", in: root, exclusive: true) }
            #expect(try root.text("a") == "a")
            #expect(try root.text("b") == "b")
            try root.rename("a", to: "c", in: root, exclusive: true)
            try root.rename("empty", to: "moved", in: root, exclusive: true)
            #expect(try root.names() == ["b", "c", "moved"])
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aRenameBetweenNamesOfOneFileLeavesBoth(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            try root.put("a", "text")
            try root.link("a", to: "b", in: root)
            try root.rename("a", to: "b", in: root, exclusive: false)
            #expect(try root.names() == ["a", "b"])
            try root.rename("a", to: "a", in: root, exclusive: false)
            #expect(try root.names() == ["a", "b"])
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aRenameMovesBetweenDirectories(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            try root.makeDirectory("there", permissions: .ownerDirectory)
            let there = try root.subdirectory("there")
            try root.put("file", "text")
            try root.makeDirectory("inner", permissions: .ownerDirectory)
            try root.rename("file", to: "moved", in: there, exclusive: false)
            try root.rename("inner", to: "inner", in: there, exclusive: true)
            #expect(try root.names() == ["there"])
            #expect(try there.names() == ["inner", "moved"])
            #expect(try there.text("moved") == "text")
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aRenameReplacesOnlyItsLike(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            try root.put("file", "text")
            for name in ["source", "empty", "full"] {
                try root.makeDirectory(name, permissions: .ownerDirectory)
            }
            try root.subdirectory("full").put("x", "x")
            expectFailure(.isDirectory, .rename) { try root.rename("file", to: "empty", in: root, exclusive: false) }
            expectFailure(.notDirectory, .rename) {
                try root.rename("source", to: "file", in: root, exclusive: false)
            }
            expectFailure(.notEmpty, .rename) { try root.rename("source", to: "full", in: root, exclusive: false) }
            try root.rename("source", to: "empty", in: root, exclusive: false)
            #expect(try root.names() == ["empty", "file", "full"])
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aDirectoryCannotMoveIntoItself(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            try subject.root.makeDirectory("outer", permissions: .ownerDirectory)
            let outer = try subject.root.subdirectory("outer")
            for exclusive in [true, false] {
                expectFailure(.invalidArgument, .rename) {
                    try subject.root.rename("outer", to: "inner", in: outer, exclusive: exclusive)
                }
            }
            #expect(try subject.root.names() == ["outer"])
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aLinkIsASecondNameOfTheSameFile(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            try root.makeDirectory("there", permissions: .ownerDirectory)
            let there = try root.subdirectory("there")
            try root.put("a", "text")
            let file = try root.existing("a")
            try root.link("a", to: "b", in: root)
            try root.link("a", to: "c", in: there)
            #expect(try file.status().linkCount == 3)
            #expect(try there.status(of: "c").identity == file.status().identity)
            try file.writeAll(Array("T".utf8), at: 0)
            #expect(try there.text("c") == "Text")
            try root.remove("a")
            try root.remove("b")
            #expect(try file.status().linkCount == 1)
            #expect(try there.text("c") == "Text")
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aLinkNeverReplacesAndNeverNamesADirectory(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            try root.put("a", "a")
            try root.put("b", "b")
            try root.makeDirectory("directory", permissions: .ownerDirectory)
            expectFailure(.exists, .link) { try root.link("a", to: "b", in: root) }
            expectFailure(.exists, .link) { try root.link("a", to: "a", in: root) }
            expectFailure(.exists, .link) { try root.link("a", to: "directory", in: root) }
            expectFailure(.notPermitted, .link) { try root.link("directory", to: "other", in: root) }
            #expect(try root.text("b") == "b")
            #expect(try root.status(of: "a").linkCount == 1)
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func anUnlinkedFileLivesAsLongAsItIsOpen(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            try root.put("file", "text")
            let file = try root.existing("file")
            try root.remove("file")
            #expect(try root.names() == [])
            #expect(try file.status().linkCount == 0)
            try file.writeAll(Array("more".utf8), at: 4)
            #expect(try file.text() == "textmore")
            // The name is free for another file.
            try root.put("file", "other")
            #expect(try root.status(of: "file").identity != file.status().identity)
            #expect(try file.text() == "textmore")
        }
    }
}
