import CrashTesting
import FileSystemSeam
import Testing

/// The planted bug that takes two processes.
extension PlantedBugs {
    static let numberOfTheBugOfProcesses = 24

    /// Locks a file that the holder removes when it is done; the twin checks that the name still stands for the
    /// file it locked.
    private static func locking(_ isBuggy: Bool, times: Int) -> @Sendable (any FileSystem, (Int) -> Void) throws -> Void
    {
        { fileSystem, acknowledge in
            let directory = try fileSystem.openDirectory("/")
            for _ in 0..<times {
                let lock = try acquire(directory, isBuggy)
                let file = try directory.file("number")
                var bytes: [UInt8] = [0]
                var span = bytes.mutableSpan
                _ = try file.read(into: &span, at: 0)
                bytes[0] += 1
                _ = try file.write(bytes.span, at: 0)
                acknowledge(1)
                try directory.removeIfThere("lock")
                try lock.close()
            }
        }
    }

    private static func acquire(_ directory: any Directory, _ isBuggy: Bool) throws -> any File {
        while true {
            let lock = try directory.file("lock")
            _ = try lock.lock(.exclusive, blocking: true)
            if isBuggy { return lock }
            let mine = try lock.status()
            if mine.linkCount > 0 { return lock }
            try lock.close()
        }
    }

    private func explore(_ isBuggy: Bool) throws -> InterleavingExplorer.Report {
        var explorer = InterleavingExplorer()
        explorer.killMaximum = 0
        return try explorer.explore(
            processes: [Self.locking(isBuggy, times: 2), Self.locking(isBuggy, times: 1)],
            check: { fileSystem, outcomes in
                let acknowledged = outcomes.map(\.acknowledged.count).reduce(0, +)
                let number = try fileSystem.openDirectory("/").contents("number")?.first ?? 0
                try CheckFailure.unless(
                    Int(number) == acknowledged,
                    "two holders: \(number) after \(acknowledged) increments"
                )
            }
        )
    }

    @Test func flockAndUnlinkLetsInTwoHoldersOnDifferentInodes() throws {
        let found = try explore(true)
        #expect(found.failure == "two holders: 2 after 3 increments", "\(found)")
        #expect(found.script.contains { $0.contains("remove lock") }, "\(found)")
        let twin = try explore(false)
        #expect(twin.isClean, "\(twin)")
    }
}
