import FileSystemSeam
import Testing

/// What the doc comments of the durable helpers promise, call by call.
@Suite("System calls of the durable helpers") struct DurableTraceTests {
    @Test func replacing() throws {
        try SystemCallRow.prepared { recorder, _, root, _ in
            try root.replaceAtomically("head", with: Array("text!".utf8))
            #expect(
                recorder.trace == [
                    #"openat(#1, ".head.tmp-0", O_WRONLY|O_CREAT|O_EXCL, 0600)"#,
                    "pwrite64(#2, @0, 5)",
                    "fdatasync(#2)",
                    "close(#2)",
                    #"renameat(#1, ".head.tmp-0", #1, "head")"#,
                    "fsync(#1)",
                ]
            )
        }
    }

    @Test func replacingWithALeftoverOfTheCallersOwn() throws {
        try SystemCallRow.prepared { recorder, _, root, _ in
            try root.replaceAtomically("head", with: [1], temporaryName: "log", syncDirectory: false)
            #expect(
                recorder.trace == [
                    #"openat(#1, "log", O_WRONLY|O_CREAT|O_EXCL, 0600)"#,
                    #"unlinkat(#1, "log")"#,
                    #"openat(#1, "log", O_WRONLY|O_CREAT|O_EXCL, 0600)"#,
                    "pwrite64(#2, @0, 1)",
                    "fdatasync(#2)",
                    "close(#2)",
                    #"renameat(#1, "log", #1, "head")"#,
                ]
            )
        }
    }

    @Test func publishing() throws {
        try SystemCallRow.prepared { recorder, _, root, _ in
            try root.publishExclusively("marker", [1, 2])
            #expect(
                recorder.trace == [
                    #"openat(#1, ".marker.tmp-0", O_WRONLY|O_CREAT|O_EXCL, 0600)"#,
                    "pwrite64(#2, @0, 2)",
                    "fdatasync(#2)",
                    "close(#2)",
                    #"renameat2(#1, ".marker.tmp-0", #1, "marker", RENAME_NOREPLACE)"#,
                    "fsync(#1)",
                ]
            )
        }
    }

    @Test func copyingSyncsTheTarget() throws {
        try SystemCallRow.prepared { recorder, _, root, _ in
            let target = try root.subdirectory("empty")
            recorder.reset()
            try root.copy("file", to: "copy", in: target)
            #expect(
                recorder.trace == [
                    #"openat(#1, "file", O_RDONLY, 0600)"#,
                    #"statx(#2, "", AT_EMPTY_PATH)"#,
                    #"statx(#2, "", AT_EMPTY_PATH)"#,
                    #"openat(#3, ".copy.tmp-0", O_WRONLY|O_CREAT|O_EXCL, 0600)"#,
                    "pread64(#2, @0, 65536)",
                    "pread64(#2, @8, 65528)",
                    "pwrite64(#4, @0, 8)",
                    "pread64(#2, @8, 65536)",
                    "fdatasync(#4)",
                    "close(#4)",
                    #"renameat2(#3, ".copy.tmp-0", #3, "copy", RENAME_NOREPLACE)"#,
                    "fsync(#3)",
                    "close(#2)",
                ]
            )
        }
    }

    @Test func makingAChainSyncsEveryParentBeforeTheNextIsMade() throws {
        try SystemCallRow.prepared { recorder, _, root, _ in
            let leaf = try root.makeDirectories(["empty", "a", "b"])
            #expect(
                recorder.trace == [
                    #"mkdirat(#1, "empty", 0700)"#,
                    "fsync(#1)",
                    #"openat(#1, "empty", O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC)"#,
                    #"mkdirat(#2, "a", 0700)"#,
                    "fsync(#2)",
                    #"openat(#2, "a", O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC)"#,
                    "close(#2)",
                    #"mkdirat(#3, "b", 0700)"#,
                    "fsync(#3)",
                    #"openat(#3, "b", O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC)"#,
                    "close(#3)",
                ]
            )
            try leaf.close()
        }
    }

    @Test func openingAStandingRootSyncsItsParent() throws {
        try SystemCallRow.prepared { recorder, fileSystem, _, path in
            let root = try fileSystem.openDirectory(path + "/empty", creating: .ownerDirectory)
            #expect(
                recorder.trace == [
                    "open(\"\(path)/empty\", O_DIRECTORY|O_CLOEXEC)",
                    "open(\"\(path)/empty/..\", O_DIRECTORY|O_CLOEXEC)",
                    "fsync(#1)",
                    "close(#1)",
                ]
            )
            try root.close()
        }
    }

    @Test func aParentThatMayNotBeOpenedIsLeftAlone() throws {
        try SystemCallRow.prepared { recorder, fileSystem, _, path in
            recorder.plan(.open, [nil, .failure(.accessDenied)])
            _ = try fileSystem.openDirectory(path + "/empty", creating: .ownerDirectory)
            #expect(recorder.count(.fsync) == 0)
            recorder.plan(.open, [nil, .failure(.inputOutput)])
            expectFailure(.inputOutput, .openDirectory) {
                _ = try fileSystem.openDirectory(path + "/empty", creating: .ownerDirectory)
            }
        }
    }

    /// Before the rename any failure leaves the old file whole and removes the temporary one.
    @Test(arguments: [SystemCall.Name.openat, .pwrite, .fdatasync, .close, .renameat])
    func aReplacementThatFailsLeavesTheOldFile(_ failing: SystemCall.Name) throws {
        try SystemCallRow.prepared { recorder, _, root, path in
            recorder.plan(failing, [.failure(.noSpace)])
            expectFailure(.noSpace) { try root.replaceAtomically("file", with: [1, 2, 3]) }
            let clean = try PosixFileSystem.shared.openDirectory(path)
            #expect(try clean.text("file") == "contents")
            #expect(try clean.names() == ["empty", "file", "log"])
        }
    }

    @Test func aReplacementWhoseDirectorySyncFailsSaysSo() throws {
        try SystemCallRow.prepared { recorder, _, root, _ throws in
            recorder.plan(.fsync, [.failure(.inputOutput)])
            expectFailure(.inputOutput, .syncDirectory) {
                try root.replaceAtomically("file", with: Array("new".utf8))
            }
            #expect(try root.text("file") == "new")
            #expect(try root.names() == ["empty", "file", "log"])
        }
    }
}
