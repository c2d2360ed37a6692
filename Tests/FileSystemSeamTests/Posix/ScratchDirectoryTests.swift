#if os(Linux)
import FileSystemSeam
import Foundation
import TestSupport
import Testing

/// The child process that removes a scratch directory.
@Suite("Scratch directories") struct ScratchDirectoryTests {
    /// A child that a thread forked meanwhile has copies of all descriptors, for as long as it lives.
    @Test func aForkedChildDoesNotHoldUpTheRemoval() async throws {
        let temporary = try TemporaryDirectory()
        await #expect(processExitsWith: .success) { [path = temporary.path as String] in
            let fork = unsafeBitCast(dlsym(nil, "fork"), to: (@convention(c) () -> Int32).self)
            let fileSystem = PosixFileSystem.shared
            let root = try fileSystem.openDirectory(path)
            guard let probes = fileSystem.hostProbes else { exit(2) }
            let scratch = try probes.scratchDirectory("scratch", in: root)
            let child = fork()
            if child == 0 {
                sleep(40)
                _exit(0)
            }
            let start = fileSystem.monotonicClock().nanoseconds
            try scratch.remove()
            let elapsed = fileSystem.monotonicClock().nanoseconds - start
            let left = try root.entries().map(\.name)
            kill(child, SIGKILL)
            exit(left.isEmpty && elapsed < 20_000_000_000 ? 0 : 3)
        }
    }

    /// Somebody else is quicker with the name: what they put there stays.
    @Test func aDirectoryThatCameMeanwhileIsLeftAsItIs() throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path
        let fileSystem = PosixFileSystem { call in
            if call.name == .mkdirat { Self.makeDirectoryOfAnother(path) }
            return nil
        }
        let probes = try #require(fileSystem.hostProbes)
        let root = try fileSystem.openDirectory(path)
        expectFailure(.exists) { _ = try probes.scratchDirectory("scratch", in: root) }
        #expect(try root.subdirectory("scratch").text("file") == "text")
    }

    /// The same, and then the process is killed: its child still must not take what it finds for its own.
    @Test func aKillRemovesNothingThatWasNotMade() async throws {
        let temporary = try TemporaryDirectory()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = temporary.path as String] in
            let fileSystem = PosixFileSystem { call in
                guard call.name == .mkdirat else { return nil }
                Self.makeDirectoryOfAnother(path)
                kill(getpid(), SIGKILL)
                return nil
            }
            let root = try fileSystem.openDirectory(path)
            _ = try fileSystem.hostProbes?.scratchDirectory("scratch", in: root)
        }
        // The child goes on for a moment; nothing tells when it has ended.
        usleep(500_000)
        let root = try PosixFileSystem.shared.openDirectory(temporary.path)
        #expect(try root.subdirectory("scratch").text("file") == "text")
    }

    /// What it made goes with the process, with the files in it.
    @Test(arguments: [false, true])
    func aKillRemovesWhatWasMade(_ hasFiles: Bool) async throws {
        let temporary = try TemporaryDirectory()
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = temporary.path as String, hasFiles = hasFiles as Bool] in
            let fileSystem = PosixFileSystem.shared
            let root = try fileSystem.openDirectory(path)
            let scratch = try fileSystem.hostProbes?.scratchDirectory("scratch", in: root)
            if hasFiles { try scratch?.directory.put("file", "text") }
            kill(getpid(), SIGKILL)
        }
        let root = try PosixFileSystem.shared.openDirectory(temporary.path)
        // As long as a loaded machine may take.
        for _ in 0..<20_000 where try !root.names().isEmpty { usleep(1000) }
        #expect(try root.names() == [])
    }

    /// When memory runs out the kernel may choose the child alone.
    @Test func whatAKilledChildLeavesIsRemovedAllTheSame() async throws {
        let temporary = try TemporaryDirectory()
        await #expect(processExitsWith: .success) { [path = temporary.path as String] in
            let fileSystem = PosixFileSystem.shared
            let root = try fileSystem.openDirectory(path)
            guard let probes = fileSystem.hostProbes else { exit(2) }
            let scratch = try probes.scratchDirectory("scratch", in: root)
            try scratch.directory.put("file", "text")
            var killed = 0
            for thread in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task") {
                let children = try String(contentsOfFile: "/proc/self/task/\(thread)/children", encoding: .utf8)
                for child in children.split(separator: " ").compactMap({ Int32($0) }) where kill(child, SIGKILL) == 0 {
                    killed += 1
                }
            }
            try scratch.remove()
            exit(killed == 0 ? 3 : try root.names().isEmpty ? 0 : 4)
        }
    }

    /// A shell, `timeout` and many others kill all processes of a group; the child that removes it is none of them.
    @Test func aKillOfTheProcessGroupRemovesWhatWasMade() async throws {
        let temporary = try TemporaryDirectory()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = temporary.path as String] in
            setpgid(0, 0)
            let fileSystem = PosixFileSystem.shared
            let root = try fileSystem.openDirectory(path)
            let scratch = try fileSystem.hostProbes?.scratchDirectory("scratch", in: root)
            try scratch?.directory.put("file", "text")
            kill(0, SIGKILL)
        }
        let root = try PosixFileSystem.shared.openDirectory(temporary.path)
        for _ in 0..<20_000 where try !root.names().isEmpty { usleep(1000) }
        #expect(try root.names() == [])
    }

    private static func makeDirectoryOfAnother(_ path: String) {
        try? FileManager.default.createDirectory(atPath: path + "/scratch", withIntermediateDirectories: false)
        try? Data("text".utf8).write(to: URL(filePath: path + "/scratch/file"))
    }
}
#endif
