import CrashTesting
import FileSystemSeam
import Testing

/// What an exploration may take, and how far it says it has come.
@Suite struct BudgetTests {
    /// Three files of some sectors, whose recovery reads everything and writes a file of its own.
    private func explore(_ explorer: CrashExplorer, _ progress: CrashProgress.Handler? = nil) throws -> CrashReport {
        try explorer.explore(progress: progress) { (fileSystem, acknowledge: (Int) -> Void) in
            let directory = try fileSystem.openDirectory("/")
            for name in ["a", "b", "c"] {
                let file = try directory.open(name, [.write, .create], permissions: .ownerFile)
                try file.writeAll([UInt8](repeating: 1, count: 1100), at: 0)
                try file.sync(.data)
                acknowledge(1)
            }
        } recover: { fileSystem in
            let directory = try fileSystem.openDirectory("/")
            var count = 0
            for entry in try directory.entries() {
                count += try directory.readFile(entry.name, maximumBytes: 1 << 20).count
            }
            let note = try directory.open("note", [.write, .create], permissions: .ownerFile)
            try note.writeAll(Array("\(count)".utf8), at: 0)
            return count
        } check: { count, _ in
            try CheckFailure.unless(count != 1100, "one file")
        }
    }

    /// Twelve unsynced sectors, all read.
    private func exploreSectors(_ explorer: CrashExplorer) throws -> CrashReport {
        try explorer.explore { fileSystem in
            let directory = try fileSystem.openDirectory("/")
            try directory.open("a", [.write, .create], permissions: .ownerFile).allocate(to: 6144)
        } workload: { (fileSystem, _: (Int) -> Void) in
            let file = try fileSystem.openDirectory("/").open("a", [.write], permissions: .ownerFile)
            try file.writeAll([UInt8](repeating: 1, count: 6144), at: 0)
        } recover: { fileSystem in
            let directory = try fileSystem.openDirectory("/")
            let bytes = try directory.readFile("a", maximumBytes: 6144)
            let sectors = stride(from: 0, to: 6144, by: 512).count { bytes[$0] == 1 }
            if sectors == 2 { _ = try directory.open("two", [.write, .create], permissions: .ownerFile) }
            return sectors
        } check: { sectors, _ in
            try CheckFailure.unless(sectors != 12, "twelve")
        }
    }

    @Test func aFullSeenSetStaysInItsBudgetAndTheModeSaysSo() throws {
        let free = try exploreSectors(CrashExplorer())
        #expect(free.statistics.mode == "exhaustive" && free.statistics.seenSetBytes > 256 << 10, "\(free)")
        var explorer = CrashExplorer()
        explorer.seenSetMaximumBytes = 128 << 10
        let tight = try exploreSectors(explorer)
        #expect(tight.statistics.mode == "exhaustive, seen-set full, states may count twice", "\(tight)")
        #expect(tight.statistics.seenSetIsFull && tight.statistics.seenSetBytes <= 132 << 10, "\(tight)")
        #expect(tight.findings.map(\.message) == free.findings.map(\.message), "nothing is missed")
        #expect(tight.description.contains("seen-set full") && tight.json.contains("seen-set full"))
    }

    @Test func anExplorationThatEndsEarlyIsNotCalledExhaustive() throws {
        var explorer = CrashExplorer()
        explorer.failureMaximum = 1
        let report = try exploreSectors(explorer)
        #expect(report.statistics.failedStates == 1 && report.statistics.stopsEarly, "\(report)")
        #expect(report.statistics.mode == "exhaustive up to failing state 1, where it ended", "\(report)")
        #expect(!report.isExhaustive)
    }

    @Test func neitherIsOneThatEndsEarlyWithinItsLastPoint() throws {
        var explorer = CrashExplorer()
        explorer.failureMaximum = 1
        let report = try explorer.explore { (fileSystem, acknowledge: (Int) -> Void) in
            _ = try fileSystem.openDirectory("/").open("a", [.write, .create], permissions: .ownerFile)
            acknowledge(1)
        } recover: { fileSystem in
            try fileSystem.openDirectory("/").exists("a")
        } check: { isThere, acknowledged in
            try CheckFailure.unless(isThere || acknowledged.isEmpty, "lost")
        }
        let statistics = report.statistics
        #expect(statistics.stopsEarly && statistics.exhaustivePoints == statistics.crashPoints, "\(report)")
        #expect(!report.isExhaustive, "\(report)")
    }

    @Test(arguments: [0, -1, 1, 3]) func withTheSmallestBudgetEveryPointIsStillTried(_ maximum: Int) throws {
        var explorer = CrashExplorer()
        explorer.runMaximum = maximum
        explorer.sampleCount = 0
        explorer.failureMaximum = maximum
        let report = try exploreSectors(explorer)
        #expect(report.statistics.states >= 13, "each sector is the last one once: \(report)")
        #expect(!report.isClean, "all twelve are the newest of the last point: \(report)")
        // More sectors than are tried exhaustively anywhere.
        explorer.unsyncedSectorMaximum = 0
        #expect(try exploreSectors(explorer).statistics.states >= 13)
    }

    /// Eight sectors that nothing synced: the promise is broken only where none of them is there, eight decisions away
    /// from where a point begins.
    @Test(arguments: [2, 3, 4], [12, 0]) func withTwoTriesOneHasTheOldestEverywhere(maximum: Int, sectors: Int) throws {
        func explore(runMaximum: Int) throws -> CrashReport {
            var explorer = CrashExplorer()
            explorer.runMaximum = runMaximum
            explorer.sampleCount = 0
            explorer.unsyncedSectorMaximum = sectors
            return try explorer.explore { fileSystem in
                let directory = try fileSystem.openDirectory("/")
                try directory.open("a", [.write, .create], permissions: .ownerFile).allocate(to: 4096)
            } workload: { (fileSystem, acknowledge: (Int) -> Void) in
                let file = try fileSystem.openDirectory("/").open("a", [.write], permissions: .ownerFile)
                try file.writeAll([UInt8](repeating: 1, count: 4096), at: 0)
                acknowledge(1)
            } recover: { fileSystem in
                try fileSystem.openDirectory("/").readFile("a", maximumBytes: 4096)
            } check: { bytes, acknowledged in
                try CheckFailure.unless(acknowledged.isEmpty || bytes.contains(1), "nothing is there")
            }
        }
        let report = try explore(runMaximum: maximum)
        #expect(report.findings.first?.message == "nothing is there", "\(report)")
        #expect(report.statistics.mode != "exhaustive", "\(report)")
        #expect(try explore(runMaximum: 1).isClean, "one try has the newest")
    }

    @Test func theDefaultBudgetIs512MiB() {
        #expect(CrashExplorer().seenSetMaximumBytes == 512 << 20)
    }

    @Test func progressIsToldFromTheFirstPointToTheLast() throws {
        var reports: [CrashProgress] = []
        let report = try explore(CrashExplorer()) { reports.append($0) }
        #expect(reports.count > report.statistics.crashPoints, "in between, too")
        let (first, last) = (try #require(reports.first), try #require(reports.last))
        #expect(first.crashPointsDone == 0 && first.states == 0)
        #expect(last.crashPointsDone == report.statistics.coveredPoints)
        #expect(last.crashPoints == report.statistics.crashPoints)
        #expect(last.states == report.statistics.states && last.failedStates == report.statistics.failedStates)
        #expect(last.statesPerSecond > 0)
        for (earlier, later) in zip(reports, reports.dropFirst()) {
            #expect(earlier.crashPointsDone <= later.crashPointsDone && earlier.states <= later.states)
            #expect(earlier.seconds <= later.seconds)
        }
    }

    @Test func recoveriesThatAreNotCoveredWholeAreNotCalledExhaustive() throws {
        // The recovery leaves sixteen unsynced sectors; the workload leaves a name.
        let report = try CrashExplorer().explore { (fileSystem, _: (Int) -> Void) in
            try fileSystem.openDirectory("/").makeDirectory("a", permissions: .ownerDirectory)
        } recover: { fileSystem in
            let file = try fileSystem.openDirectory("/").open("b", [.read, .write, .create], permissions: .ownerFile)
            let found = try file.readAll(maximumBytes: 1 << 20)
            try file.writeAll([UInt8](repeating: 1, count: 16 * 512), at: 0)
            return found
        } check: { _, _ in
        }
        #expect(report.statistics.exhaustivePoints == report.statistics.crashPoints)
        #expect(report.statistics.boundedRecoveryPoints > 0, "\(report)")
        #expect(report.statistics.mode.contains("points in recoveries (at most 2 deviations"), "\(report)")
    }
}
