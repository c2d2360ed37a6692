import FileSystemSeam
import Testing

extension ContractTests {
    @Test(arguments: SeamUnderTest.all)
    func exclusiveCreationRefusesWhateverStandsThere(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            let options: OpenOptions = [.read, .write, .create, .exclusive]
            let file = try root.open("file", options, permissions: .ownerFile)
            try file.writeAll(Array("first".utf8), at: 0)
            expectFailure(.exists, .open) { _ = try root.open("file", options, permissions: .ownerFile) }
            try root.makeDirectory("directory", permissions: .ownerDirectory)
            expectFailure(.exists, .open) { _ = try root.open("directory", options, permissions: .ownerFile) }
            #expect(try root.text("file") == "first")
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func creationOpensAnExistingFileAndKeepsItsContentsAndPermissions(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            try root.put("file", "old")
            let before = try root.status(of: "file")
            let file = try root.open("file", [.read, .write, .create], permissions: Permissions(rawValue: 0o644))
            #expect(try file.text() == "old")
            #expect(try file.status().identity == before.identity)
            #expect(try file.status().permissions == .ownerFile)
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func truncationOnOpeningEmptiesTheFile(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            try root.put("file", "old")
            let reader = try root.existing("file")
            let file = try root.open("file", [.write, .truncate], permissions: .ownerFile)
            #expect(try file.status().size == 0)
            #expect(try reader.text(10, at: 0) == "")
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func optionsThatMeanNothingTogetherAreRefusedAndNothingIsMade(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let combinations: [OpenOptions] = [
                [], [.create], [.append], [.truncate], [.read, .append], [.read, .truncate], [.read, .exclusive],
                [.read, .write, .exclusive], [.create, .append], [.create, .exclusive],
            ]
            for options in combinations {
                expectFailure(.invalidArgument, .open, Comment(rawValue: "\(options)")) {
                    _ = try subject.root.open("file", options, permissions: .ownerFile)
                }
            }
            let names = try subject.root.names()
            #expect(names == [])
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aDirectoryCannotBeOpenedAsAFile(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            try subject.root.makeDirectory("directory", permissions: .ownerDirectory)
            let allOptions: [OpenOptions] = [
                .read, .write, [.read, .write], [.read, .create], [.write, .create], [.write, .append],
                [.write, .truncate],
            ]
            for options in allOptions {
                expectFailure(.isDirectory, .open, Comment(rawValue: "\(options)")) {
                    _ = try subject.root.open("directory", options, permissions: .ownerFile)
                }
            }
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aFileIsNotADirectory(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            try subject.root.put("file", "x")
            expectFailure(.notDirectory, .subdirectory) { _ = try subject.root.subdirectory("file") }
            expectFailure(.notDirectory, .removeDirectory) { try subject.root.removeDirectory("file") }
            expectFailure(.exists, .makeDirectory) {
                try subject.root.makeDirectory("file", permissions: .ownerDirectory)
            }
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func accessIsWhatTheHandleWasOpenedFor(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            try root.put("file", "text")
            let reader = try root.open("file", .read, permissions: .ownerFile)
            expectFailure(.badDescriptor, .write) { _ = try reader.write([1].span, at: 0) }
            // Linux and POSIX say EINVAL for a truncation through a handle that cannot write.
            expectFailure(.invalidArgument, .truncate) { try reader.truncate(to: 0) }
            let writer = try root.open("file", .write, permissions: .ownerFile)
            expectFailure(.badDescriptor, .read) { _ = try writer.text(4, at: 0) }
            #expect(try root.text("file") == "text")
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func permissionsAreThoseAskedForAndCanBeChanged(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            let file = try root.open("file", [.write, .create], permissions: .ownerFile)
            #expect(try file.status().permissions == .ownerFile)
            try file.setPermissions(Permissions(rawValue: 0o640))
            #expect(try root.status(of: "file").permissions.description == "0640")
            try root.makeDirectory("directory", permissions: .ownerDirectory)
            #expect(try root.status(of: "directory").permissions == .ownerDirectory)
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func everyUseOfAClosedFileIsABadDescriptor(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            let file = try root.open("file", [.read, .write, .create], permissions: .ownerFile)
            let log = try root.open("log", [.write, .create, .append], permissions: .ownerFile)
            try file.close()
            try log.close()
            // The numbers are in use again, by others.
            let others = try [root.reopened(), root.reopened(), root.reopened()]
            expectFailure(.badDescriptor, .read) { _ = try file.text(1, at: 0) }
            expectFailure(.badDescriptor, .write) { _ = try file.write([1].span, at: 0) }
            expectFailure(.badDescriptor, .append) { _ = try log.append([1].span) }
            expectFailure(.badDescriptor, .truncate) { try file.truncate(to: 0) }
            expectFailure(.badDescriptor, .allocate) { try file.allocate(to: 1) }
            expectFailure(.badDescriptor, .allocate) { try file.allocate(to: 0) }
            expectFailure(.badDescriptor, .fileStatus) { _ = try file.status() }
            expectFailure(.badDescriptor, .setPermissions) { try file.setPermissions(.ownerFile) }
            for level in SyncLevel.allCases {
                expectFailure(.badDescriptor, .sync) { try file.sync(level) }
            }
            expectFailure(.badDescriptor, .lock) { _ = try file.lock(.shared, blocking: false) }
            expectFailure(.badDescriptor, .map) { _ = try file.map(length: 0) }
            try file.close()
            for other in others { try other.close() }
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func aClosedHandleIsRefusedBeforeItsArguments(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            let file = try root.open("file", [.read, .write, .create], permissions: .ownerFile)
            let log = try root.open("log", [.write, .create, .append], permissions: .ownerFile)
            let directory = try root.reopened()
            try file.close()
            try log.close()
            try directory.close()
            expectFailure(.badDescriptor, .read) { _ = try file.text(1, at: -1) }
            expectFailure(.badDescriptor, .read) { _ = try log.text(1, at: -1) }
            expectFailure(.badDescriptor, .write) { _ = try file.write([1].span, at: -1) }
            expectFailure(.badDescriptor, .write) { _ = try log.write([1].span, at: 0) }
            expectFailure(.badDescriptor, .append) { _ = try file.append([1].span) }
            expectFailure(.badDescriptor, .truncate) { try file.truncate(to: -1) }
            expectFailure(.badDescriptor, .allocate) { try file.allocate(to: -1) }
            expectFailure(.badDescriptor, .map) { _ = try file.map(length: -1) }
            for name in ["", "..", "a/b"] {
                expectFailure(.badDescriptor, .open) {
                    _ = try directory.open(name, [.exclusive], permissions: .ownerFile)
                }
                expectFailure(.badDescriptor, .subdirectory) { _ = try directory.subdirectory(name) }
                expectFailure(.badDescriptor, .makeDirectory) {
                    try directory.makeDirectory(name, permissions: .ownerDirectory)
                }
                expectFailure(.badDescriptor, .rename) {
                    try directory.rename(name, to: "b", in: root, exclusive: false)
                }
                expectFailure(.badDescriptor, .rename) {
                    try root.rename("file", to: name, in: directory, exclusive: true)
                }
                expectFailure(.badDescriptor, .link) { try directory.link(name, to: "b", in: root) }
                expectFailure(.badDescriptor, .link) { try root.link("file", to: name, in: directory) }
                expectFailure(.badDescriptor, .remove) { try directory.remove(name) }
                expectFailure(.badDescriptor, .removeDirectory) { try directory.removeDirectory(name) }
                expectFailure(.badDescriptor, .status) { _ = try directory.status(of: name) }
            }
            #expect(try root.names() == ["file", "log"])
        }
    }

    @Test(arguments: SeamUnderTest.all)
    func everyUseOfAClosedDirectoryIsABadDescriptor(_ seam: SeamUnderTest) throws {
        try seam.run { subject in
            let root = subject.root
            let closed = try root.reopened()
            try closed.close()
            let other = try root.reopened()
            expectFailure(.badDescriptor, .open) {
                _ = try closed.open("file", [.write, .create], permissions: .ownerFile)
            }
            expectFailure(.badDescriptor, .subdirectory) { _ = try closed.subdirectory("a") }
            expectFailure(.badDescriptor, .reopen) { _ = try closed.reopened() }
            expectFailure(.badDescriptor, .makeDirectory) {
                try closed.makeDirectory("a", permissions: .ownerDirectory)
            }
            expectFailure(.badDescriptor, .rename) { try closed.rename("a", to: "b", in: root, exclusive: false) }
            expectFailure(.badDescriptor, .rename) { try root.rename("a", to: "b", in: closed, exclusive: true) }
            expectFailure(.badDescriptor, .link) { try closed.link("a", to: "b", in: root) }
            expectFailure(.badDescriptor, .link) { try root.link("a", to: "b", in: closed) }
            expectFailure(.badDescriptor, .remove) { try closed.remove("a") }
            expectFailure(.badDescriptor, .removeDirectory) { try closed.removeDirectory("a") }
            expectFailure(.badDescriptor, .entries) { _ = try closed.entries() }
            expectFailure(.badDescriptor, .status) { _ = try closed.status(of: "a") }
            expectFailure(.badDescriptor, .status) { _ = try closed.status() }
            expectFailure(.badDescriptor, .syncDirectory) { try closed.sync() }
            expectFailure(.badDescriptor, .lockDirectory) { _ = try closed.lock(.shared, blocking: true) }
            expectFailure(.badDescriptor, .watch) { _ = try closed.watch() }
            expectFailure(.badDescriptor, .mountFacts) { _ = try subject.fileSystem.mountFacts(of: closed) }
            try closed.close()
            try other.close()
            #expect(try root.names() == [])
        }
    }
}
