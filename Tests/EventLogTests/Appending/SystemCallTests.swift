import EventLog
import FileSystemSeam
import Foundation
import Testing

/// What an append costs, in system calls, counted through the seam. Fails when it becomes more.
@Suite("System calls of an append")
struct SystemCallTests {
    /// A hook's append: a new handle on a log that is there. Four more calls close what the handle holds.
    @Test func theFirstOfAHandleTakesFourteen() throws {
        let log = try TestLog()
        try log.open().append([event(), event()])
        let calls = CallLog()
        let handle = log.open(fileSystem: calls.fileSystem)
        try handle.append(event())
        #expect(
            calls.names == [
                "open", "fstatfs", "openat", "flock", "fstatat", "fstat", "openat", "statx", "pread64", "openat",
                "pread64", "write", "pwrite64", "flock",
            ]
        )
        #expect(calls.names.count == 14)
    }

    /// Once it is known which file the counter is, and no name has changed for a moment.
    @Test func thoseAfterItTakeSeven() throws {
        let log = try TestLog()
        let calls = CallLog()
        let handle = try log.openSettled(fileSystem: calls.fileSystem)
        for _ in 0..<3 {
            calls.forget()
            try handle.append(event())
            #expect(calls.names == Self.usual)
        }
    }

    /// Then names are looked at once, and again as long as another change could bear the same time.
    @Test func afterANameChangedItTakesEight() throws {
        let log = try TestLog()
        let calls = CallLog()
        let handle = try log.openSettled(fileSystem: calls.fileSystem)
        try log.write("", to: "note")
        PosixFileSystem.shared.sleep(nanoseconds: 100_000_000)
        for expected in [
            ["flock", "fstatat", "fstat", "statx", "statx", "write", "pwrite64", "flock"], Self.usual,
        ] {
            calls.forget()
            try handle.append(event())
            #expect(calls.names == expected)
        }
    }

    private static let usual = ["flock", "fstatat", "fstat", "statx", "write", "pwrite64", "flock"]

    @Test func afterSomebodyElseItTakesNine() throws {
        let log = try TestLog()
        let calls = CallLog()
        let handle = try log.openSettled(fileSystem: calls.fileSystem)
        try log.open().append(event())
        calls.forget()
        try handle.append(event())
        #expect(
            calls.names == ["flock", "fstatat", "fstat", "statx", "pread64", "pread64", "write", "pwrite64", "flock"]
        )
    }

    @Test func aBatchTakesNoMore() throws {
        let log = try TestLog()
        let calls = CallLog()
        let handle = try log.openSettled(fileSystem: calls.fileSystem)
        calls.forget()
        try handle.append((0..<500).map { event("\($0)") })
        #expect(calls.names == Self.usual)
    }

    @Test func theCostDoesNotGrowWithTheLog() throws {
        let log = try TestLog()
        try log.open().append((0..<5000).map { event("\($0)") })
        let calls = CallLog()
        try log.open(fileSystem: calls.fileSystem).append(event())
        #expect(calls.calls.filter { $0.name == .pread }.compactMap(\.count).reduce(0, +) <= 4096 + 17)
    }

    /// Never positioned writes and never preallocation in the events: other writers append to the same file.
    @Test func onlyTheEndOfTheEventsIsWritten() throws {
        let log = try TestLog()
        let calls = CallLog()
        let handle = log.open(SessionLogOptions(durability: .every), fileSystem: calls.fileSystem)
        for _ in 0..<3 { try handle.append([event(), event()]) }
        for call in calls.calls where call.name == .pwrite { #expect(call.count == 16) }
        #expect(!calls.names.contains("fallocate"))
        #expect(!calls.names.contains("ftruncate"))
    }
}
