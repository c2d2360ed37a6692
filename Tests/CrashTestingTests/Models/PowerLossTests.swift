import FileSystemSeam
import LitmusPrograms
import Testing

@Suite struct PowerLossTests {
    private func disk() throws -> SimDisk {
        let disk = SimDisk()
        let directory = try disk.boot().openDirectory("/")
        try put(directory, "old", "o", synced: true)
        disk.checkpoint()
        try put(directory, "synced", "s", synced: true)
        try directory.sync()
        try put(directory, "fresh", "f")
        return disk
    }

    @Test func killAndPowerLossAreDifferentCrashes() throws {
        let disk = try disk()
        let killed = disk.boot()
        disk.kill(killed)
        #expect(try describe(disk.boot().openDirectory("/")) == "fresh=f old=o synced=s")
        let nothing = disk.afterPowerLoss(keeping: .nothing)
        #expect(try describe(nothing.boot().openDirectory("/")) == "old=o synced=s")
        let everything = disk.afterPowerLoss(keeping: .everything)
        #expect(try describe(everything.boot().openDirectory("/")) == "fresh=f old=o synced=s")
    }

    /// A store that relies on what was written since the machine started must not do so after a power loss.
    @Test func theMachineStartsAgain() throws {
        let disk = try disk()
        disk.hostName = "elsewhere"
        disk.umask = Permissions(rawValue: 0o077)
        let before = disk.boot().processIdentity
        let left = disk.afterPowerLoss(keeping: .nothing)
        let after = left.boot().processIdentity
        #expect(before.bootID != after.bootID && before.hostName == after.hostName)
        #expect(left.afterPowerLoss(keeping: .nothing).boot().processIdentity.bootID != after.bootID)
        #expect(left.umask == Permissions(rawValue: 0o077) && disk.boot().processIdentity.bootID == before.bootID)
    }

    @Test func drawnSurvivorsAreLegalAndDiffer() throws {
        let disk = try disk()
        var seen: Set<String> = []
        for seed in 0..<200 as Range<UInt64> {
            seen.insert(try describe(disk.afterPowerLoss(keeping: .drawn(seed: seed)).boot().openDirectory("/")))
        }
        #expect(
            seen == [
                "old=o synced=s", "fresh= old=o synced=s", "fresh=· old=o synced=s", "fresh=f old=o synced=s",
            ]
        )
    }

    @Test func aQuotaIsReportedAsChosen() throws {
        let directory = try SimDisk(quotaBytes: 1000, quotaError: .quotaExceeded).boot().openDirectory("/")
        let file = try directory.open("a", [.write, .create], permissions: .ownerFile)
        try file.writeAll([UInt8](repeating: 1, count: 900), at: 0)
        let error = #expect(throws: FileSystemError.self) {
            try file.writeAll([UInt8](repeating: 1, count: 200), at: 900)
        }
        #expect(error?.code == .quotaExceeded)
        try file.truncate(to: 0)
        try file.writeAll([UInt8](repeating: 1, count: 1000), at: 0)
    }

    @Test func theTraceReadsLikeAStory() throws {
        let disk = try disk()
        let lines = disk.trace.map(\.description)
        #expect(lines.contains("2 open old [write, create]"))
        #expect(lines.contains("4 sync old full"))
    }
}
