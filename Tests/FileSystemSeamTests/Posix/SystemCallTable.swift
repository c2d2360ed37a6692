import FileSystemSeam
import Foundation
import Testing

/// One system call, and an act of the seam that makes it.
struct SystemCallRow: Sendable, CustomTestStringConvertible {
    let name: SystemCall.Name
    /// What a failure is reported as; nil where the act has nothing to report to its caller.
    let operation: FileSystemError.Operation?
    /// Does the act. `root` holds the files "file" and "log" and the directory "empty".
    let act: @Sendable (_ fileSystem: PosixFileSystem, _ root: any Directory, _ path: String) throws -> Void

    init(
        _ name: SystemCall.Name,
        _ operation: FileSystemError.Operation?,
        _ act: @escaping @Sendable (PosixFileSystem, any Directory, String) throws -> Void
    ) {
        self.name = name
        self.operation = operation
        self.act = act
    }

    var testDescription: String { name.rawValue }

    /// Every call but `close` and `closedir`, which report nothing and are never retried.
    static let all: [SystemCallRow] = [
        SystemCallRow(.open, .openDirectory) { fileSystem, _, path in
            _ = try fileSystem.openDirectory(path)
        },
        SystemCallRow(.openat, .openDirectory) { fileSystem, root, _ in
            _ = try fileSystem.openDirectory("empty", from: root)
        },
        SystemCallRow(.stat, .directoryStatus) { fileSystem, _, path in _ = try fileSystem.directoryStatus(path) },
        SystemCallRow(.lstat, .status) { fileSystem, _, path in _ = try fileSystem.linkStatus(path + "/file") },
        SystemCallRow(.openat, .open) { _, root, _ in
            _ = try root.open("file", .write, permissions: .ownerFile)
        },
        SystemCallRow(.openat, .subdirectory) { _, root, _ in _ = try root.subdirectory("empty") },
        SystemCallRow(.openat, .reopen) { _, root, _ in _ = try root.reopened() },
        SystemCallRow(.mkdirat, .makeDirectory) { _, root, _ in
            try root.makeDirectory("new", permissions: .ownerDirectory)
        },
        SystemCallRow(.renameat, .rename) { _, root, _ in
            try root.rename("file", to: "new", in: root, exclusive: false)
        },
        SystemCallRow(.renameat2, .rename) { _, root, _ in
            try root.rename("file", to: "new", in: root, exclusive: true)
        },
        SystemCallRow(.linkat, .link) { _, root, _ in try root.link("file", to: "new", in: root) },
        SystemCallRow(.unlinkat, .remove) { _, root, _ in try root.remove("file") },
        SystemCallRow(.unlinkat, .removeDirectory) { _, root, _ in try root.removeDirectory("empty") },
        SystemCallRow(.readlink, nil) { fileSystem, _, _ in
            let identity = fileSystem.observedIdentity()
            #expect(identity.processID == ProcessInfo.processInfo.processIdentifier)
        },
        SystemCallRow(.openat, .entries) { _, root, _ in _ = try root.entries() },
        SystemCallRow(.fdopendir, .entries) { _, root, _ throws in #expect(try root.entries().count == 3) },
        SystemCallRow(.readdir, .entries) { _, root, _ throws in #expect(try root.entries().count == 3) },
        SystemCallRow(.fstat, .status) { _, root, _ in _ = try root.status() },
        SystemCallRow(.fstat, .fileStatus) { _, root, _ in
            _ = try root.open("file", .write, permissions: .ownerFile).status()
        },
        SystemCallRow(.fstatat, .status) { _, root, _ in _ = try root.status(of: "file") },
        SystemCallRow(.statx, .status) { _, root, _ in _ = try root.extent(of: "file") },
        SystemCallRow(.statx, .status) { fileSystem, root, _ in _ = try fileSystem.linkExtent("file", from: root) },
        SystemCallRow(.statx, .status) { fileSystem, _, path in _ = try fileSystem.linkExtent(path + "/file", from: nil)
        },
        SystemCallRow(.statx, .fileStatus) { _, root, _ in _ = try root.existing("file").extent() },
        SystemCallRow(.fstatfs, .mountFacts) { fileSystem, root, _ in _ = try fileSystem.mountFacts(of: root) },
        SystemCallRow(.read, nil) { fileSystem, root, _ in _ = try fileSystem.mountFacts(of: root) },
        SystemCallRow(.pread, .read) { _, root, _ throws in
            #expect(try root.existing("file").text(10, at: 0) == "contents")
        },
        SystemCallRow(.pwrite, .write) { _, root, _ in try root.existing("file").writeAll([1], at: 0) },
        SystemCallRow(.write, .append) { _, root, _ in
            try root.open("log", [.write, .append], permissions: .ownerFile).appendOnce([1])
        },
        SystemCallRow(.ftruncate, .truncate) { _, root, _ in try root.existing("file").truncate(to: 1) },
        SystemCallRow(.fallocate, .allocate) { _, root, _ in try root.existing("file").allocate(to: 100) },
        SystemCallRow(.fchmod, .setPermissions) { _, root, _ in
            try root.existing("file").setPermissions(.ownerFile)
        },
        SystemCallRow(.fdatasync, .sync) { _, root, _ in try root.existing("file").sync(.data) },
        SystemCallRow(.fdatasync, .sync) { _, root, _ in try root.existing("file").sync(.barrier) },
        SystemCallRow(.fsync, .sync) { _, root, _ in try root.existing("file").sync(.full) },
        SystemCallRow(.fsync, .sync) { _, root, _ in try root.existing("file").sync(.driveOnly) },
        SystemCallRow(.fsync, .syncDirectory) { _, root, _ in try root.sync() },
        SystemCallRow(.flock, .lock) { _, root, _ throws in
            #expect(try root.existing("file").lock(.exclusive, blocking: true))
        },
        SystemCallRow(.flock, .lockDirectory) { _, root, _ throws in
            #expect(try root.reopened().lock(.shared, blocking: false))
        },
        SystemCallRow(.flock, .lock) { _, root, _ throws in
            #expect(try root.existing("file").lock(.exclusive, timeoutNanoseconds: 1_000_000_000))
        },
        SystemCallRow(.flock, .lockDirectory) { _, root, _ throws in
            #expect(try root.reopened().lock(.exclusive, timeoutNanoseconds: 1_000_000_000))
        },
        SystemCallRow(.flock, .unlock) { _, root, _ in try root.existing("file").unlock() },
        SystemCallRow(.flock, .unlockDirectory) { _, root, _ in try root.reopened().unlock() },
        SystemCallRow(.fcntl, .keepAcrossExec) { _, root, _ in try root.existing("file").keepAcrossExec() },
        SystemCallRow(.fcntl, .keepAcrossExec) { _, root, _ in try root.reopened().keepAcrossExec() },
        SystemCallRow(.mmap, .map) { _, root, _ throws in #expect(try root.existing("file").map(length: 1) != nil) },
        SystemCallRow(.munmap, nil) { _, root, _ in _ = try root.existing("file").map(length: 1) },
        SystemCallRow(.inotifyInit, .watch) { _, root, _ in _ = try root.watch() },
        SystemCallRow(.inotifyAddWatch, .watch) { _, root, _ in _ = try root.watch() },
        SystemCallRow(.poll, .watch) { _, root, _ in _ = try root.watch().wait(timeoutNanoseconds: 1) },
        SystemCallRow(.kill, nil) { fileSystem, _, _ in
            #expect(fileSystem.isProcessNumberInUse(ProcessInfo.processInfo.processIdentifier) == true)
        },
        SystemCallRow(.nanosleep, nil) { fileSystem, _, _ in fileSystem.sleep(nanoseconds: 1) },
        SystemCallRow(.symlinkat, .hostProbe) { fileSystem, root, _ in
            try fileSystem.hostProbes?.makeSymbolicLink("new", to: "file", in: root)
        },
        SystemCallRow(.openat, .hostProbe) { fileSystem, root, _ in
            try fileSystem.hostProbes?.makeUnnamedFile(in: root)
        },
        SystemCallRow(.fallocate, .hostProbe) { fileSystem, root, _ in
            try fileSystem.hostProbes?.punchHole(in: root.existing("file"), at: 0, count: 4)
        },
        SystemCallRow(.fstat, .hostProbe) { fileSystem, root, _ in
            _ = try fileSystem.hostProbes?.resolvedPath(of: root)
        },
        SystemCallRow(.fstatfs, .mountFacts) { fileSystem, root, _ in
            _ = try fileSystem.mountStatistics(of: root)
        },
        SystemCallRow(.clone, .hostProbe) { fileSystem, root, _ in
            try fileSystem.hostProbes?.scratchDirectory("new", in: root).remove()
        },
        SystemCallRow(.clone, .hostProbe) { fileSystem, root, _ in
            let file = try root.existing("file")
            _ = try fileSystem.hostProbes?.otherProcessLock(on: file, timeoutNanoseconds: 60_000_000_000)
        },
        SystemCallRow(.clone, .hostProbe) { fileSystem, root, _ in
            let file = try root.existing("file")
            try file.truncate(to: 4096)
            _ = try fileSystem.hostProbes?.sharedMapIsCoherent(of: file, timeoutNanoseconds: 60_000_000_000)
        },
        SystemCallRow(.getrandom, .fillRandom) { fileSystem, _, _ in
            _ = try fileSystem.temporaryName(for: "file")
        },
    ]

    /// Runs `body` on a recorded file system and its root, prepared as ``act`` expects it.
    static func prepared(_ body: (Recorder, PosixFileSystem, any Directory, String) throws -> Void) throws {
        try SeamUnderTest.all[0].run { subject in
            try subject.root.put("file", "contents")
            try subject.root.put("log", "")
            try subject.root.makeDirectory("empty", permissions: .ownerDirectory)
            let recorder = Recorder()
            let fileSystem = recorder.fileSystem()
            let root = try fileSystem.openDirectory(subject.rootPath)
            recorder.reset()
            try body(recorder, fileSystem, root, subject.rootPath)
        }
    }
}
