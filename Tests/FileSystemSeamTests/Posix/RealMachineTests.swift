import FileSystemSeam
import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What needs real devices, FIFOs or two file systems.
@Suite("The real machine") struct RealMachineTests {
    @Test func aFIFONeitherHangsNorIsReadAsAFile() throws {
        try SeamUnderTest.all[0].run { subject in
            #expect(mkfifo(subject.rootPath + "/fifo", 0o600) == 0)
            #expect(try subject.root.status(of: "fifo").kind == .other)
            let reader = try subject.root.open("fifo", .read, permissions: .ownerFile)
            #expect(try reader.status().kind == .other)
            try reader.close()
            expectFailure(.noDevice, .open) { _ = try subject.root.open("fifo", .write, permissions: .ownerFile) }
            expectFailure(.invalidArgument, .open) { _ = try subject.root.readFile("fifo", maximumBytes: 10) }
        }
    }

    @Test(.enabled(if: TemporaryDirectory.memoryDisk != nil, "no second file system at /dev/shm"))
    func namesDoNotCrossFileSystemsButCopiesDo() throws {
        try SeamUnderTest.all[0].run { disk in
            try SeamUnderTest.all[1].run { memory in
                try disk.root.put("file", "text")
                for exclusive in [true, false] {
                    expectFailure(.crossDevice, .rename) {
                        try disk.root.rename("file", to: "file", in: memory.root, exclusive: exclusive)
                    }
                }
                expectFailure(.crossDevice, .link) { try disk.root.link("file", to: "file", in: memory.root) }
                try disk.root.copy("file", to: "file", in: memory.root)
                #expect(try memory.root.text("file") == "text")
            }
        }
    }

    @Test func aNameThatIsNotTextIsListedAndStopsARemoval() throws {
        try SeamUnderTest.all[0].run { subject in
            let inner = try subject.root.makeDirectories(["a"])
            let bytes: [CChar] = Array((subject.rootPath + "/a/").utf8CString.dropLast()) + [-1, 0]
            let descriptor = open(bytes, O_WRONLY | O_CREAT, 0o600)
            #expect(descriptor >= 0)
            close(descriptor)
            #expect(try inner.entries().map(\.nameBytes) == [[0xff]])
            #expect(try inner.names() == ["\u{fffd}"])
            expectFailure(.invalidArgument, .remove) { try subject.root.removeRecursively("a") }
        }
    }

    #if os(Linux)
    @Test func aWatchTellsOfWritesToFilesThatExist() throws {
        try SeamUnderTest.all[0].run { subject in
            try subject.root.put("file", "x")
            let watch = try subject.root.watch()
            let file = try subject.root.existing("file")
            #expect(try !watch.wait(timeoutNanoseconds: 10_000_000))
            try file.writeAll([1], at: 0)
            #expect(try watch.wait(timeoutNanoseconds: 5_000_000_000))
        }
    }

    /// The kernel shows `O_CLOEXEC`, octal 02000000, among the flags of every descriptor.
    @Test func noHandleIsInheritedByAProgramThatIsStarted() throws {
        try SeamUnderTest.all[0].run { subject in
            try subject.root.put("file", "x")
            try subject.root.makeDirectory("directory", permissions: .ownerDirectory)
            let handles: [any Sendable] = [
                try subject.root.existing("file"), try subject.root.subdirectory("directory"),
                try subject.root.reopened(), try subject.root.watch(),
            ]
            var seen: Set<String> = []
            for number in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
                let link = "/proc/self/fd/" + number
                guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: link),
                    target.hasPrefix(subject.rootPath) || target.contains("inotify"),
                    let information = try? String(contentsOfFile: "/proc/self/fdinfo/" + number, encoding: .utf8)
                else { continue }
                let line = information.split(separator: "\n").first { $0.hasPrefix("flags:") }
                let flags = Int(line?.drop { !$0.isNumber } ?? "", radix: 8) ?? 0
                #expect(flags & 0o2000000 != 0, "\(target)")
                seen.insert(
                    target.hasPrefix(subject.rootPath) ? String(target.dropFirst(subject.rootPath.count)) : "watch"
                )
            }
            #expect(seen == ["", "/file", "/directory", "watch"])
            withExtendedLifetime(handles) {}
        }
    }
    #endif
}
