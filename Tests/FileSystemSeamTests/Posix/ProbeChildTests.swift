#if os(Linux)
import FileSystemSeam
import Foundation
import TestSupport
import Testing

/// The child processes of probes.
@Suite("Children of probes") struct ProbeChildTests {
    /// They end without a signal, so that nobody but the probe itself would ever collect them.
    @Test func childrenThatWereNotWaitedForAreCollected() async throws {
        let temporary = try TemporaryDirectory()
        await #expect(processExitsWith: .success) { [path = temporary.path as String] in
            let root = try PosixFileSystem.shared.openDirectory(path)
            try root.put("file", "text")
            let file = try root.existing("file")
            guard let probes = PosixFileSystem.shared.hostProbes else { exit(2) }
            for _ in 0..<20 {
                do throws(FileSystemError) {
                    _ = try probes.otherProcessLock(on: file, timeoutNanoseconds: 1)
                } catch {
                    if error.code != .timedOut { exit(3) }
                }
            }
            // On a loaded machine some need longer than the probe waited; the next one sees to them.
            for _ in 0..<200 {
                _ = try probes.otherProcessLock(on: file, timeoutNanoseconds: 60_000_000_000)
                if Self.deadChildren() == 0 { exit(0) }
                usleep(20_000)
            }
            exit(4)
        }
    }

    /// The number of this process's children that have ended and were not collected.
    private static func deadChildren() -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.count { name in
            guard Int32(name) != nil, let handle = FileHandle(forReadingAtPath: "/proc/\(name)/stat"),
                let data = try? handle.readToEnd()
            else { return false }
            // proc_pid_stat(5): the name in parentheses may hold anything; state and parent come behind it.
            let rest = String(decoding: data, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
            return rest.count > 1 && rest[0] == "Z" && Int32(rest[1]) == getpid()
        }
    }
}
#endif
