import CrashTesting
import FileSystemSeam
import LitmusPrograms
import Testing

/// What a sync leaves undecided is tried also where there was too much to be tried whole before it.
@Suite struct AfterSyncTests {
    private static let names = ["a", "b", "c", "d", "e", "f"]

    private static func prepare(_ fileSystem: any FileSystem) throws {
        let directory = try fileSystem.openDirectory("/")
        try directory.open("data", [.write, .create], permissions: .ownerFile).allocate(to: 20 * 512)
        try directory.makeDirectory("old", permissions: .ownerDirectory)
    }

    /// Six names that nothing syncs, twenty sectors and their sync, and one more name.
    private static func change(_ fileSystem: any FileSystem) throws {
        let directory = try fileSystem.openDirectory("/")
        for name in names where try !directory.exists(name) {
            try directory.makeDirectory(name, permissions: .ownerDirectory)
        }
        let file = try directory.open("data", [.write], permissions: .ownerFile)
        try file.writeAll([UInt8](repeating: 1, count: 20 * 512), at: 0)
        try file.sync(.data)
        if try directory.exists("old") { try directory.rename("old", to: "new", in: directory, exclusive: false) }
    }

    private static func look(_ fileSystem: any FileSystem) throws -> String {
        let directory = try fileSystem.openDirectory("/")
        let bytes = try directory.readFile("data", maximumBytes: 20 * 512)
        let found = try (names + ["old", "new"]).filter { try directory.exists($0) }.joined()
        return "\(bytes.count { $0 == 1 } / 512) \(found)"
    }

    /// All sectors, three of the names, and the last name as it was: three decisions from all and from none, and in the
    /// samples before the sync once in 2²⁰.
    private static func check(_ text: String, _: [Int]) throws {
        try CheckFailure.unless(text != "20 aceold", "every other name")
    }

    /// More than the states that the sync leaves, and fewer than there are before it.
    private var explorer: CrashExplorer {
        var explorer = CrashExplorer()
        explorer.runMaximum = 200
        explorer.sampleCount = 10
        return explorer
    }

    @Test func theStatesRightAfterASyncAreTried() throws {
        let report = try explorer.explore(prepare: Self.prepare) { (fileSystem, _: (Int) -> Void) in
            try Self.change(fileSystem)
        } recover: {
            try Self.look($0)
        } check: {
            try Self.check($0, $1)
        }
        #expect(report.findings.first?.message == "every other name", "\(report)")
        #expect(report.statistics.mode != "exhaustive", "\(report)")
    }

    @Test func theStatesRightAfterASyncOfARecoveryAreTried() throws {
        let report = try explorer.explore(prepare: Self.prepare) { (_, _: (Int) -> Void) in
        } recover: { fileSystem in
            let found = try Self.look(fileSystem)
            try Self.change(fileSystem)
            return found
        } check: {
            try Self.check($0, $1)
        }
        #expect(report.findings.first?.message == "every other name", "\(report)")
        #expect(report.statistics.mode != "exhaustive", "\(report)")
    }

    /// The point of a length has few states of its own, since it comes after the data; those without it are the points'
    /// before it, which were not covered whole.
    @Test func aPointBehindABoundedOneIsNotCalledExhaustive() throws {
        let report = try CrashExplorer(.xfs).explore { fileSystem in
            _ = try fileSystem.openDirectory("/").open("data", [.write, .create], permissions: .ownerFile)
        } workload: { (fileSystem, _: (Int) -> Void) in
            let file = try fileSystem.openDirectory("/").open("data", [.write], permissions: .ownerFile)
            try file.writeAll([UInt8](repeating: 1, count: 14 * 512), at: 0)
        } recover: {
            try $0.openDirectory("/").readFile("data", maximumBytes: 14 * 512).count
        } check: { _, _ in
        }
        #expect(report.statistics.exhaustivePoints == 14, "the start and thirteen sectors: \(report)")
        #expect(report.statistics.boundedPoints == report.statistics.crashPoints - 14, "\(report)")
    }

    /// A sync that made nothing durable leaves what was there before it.
    @Test func aSyncThatCoversNothingIsCoveredByThePointBefore() throws {
        func explore(syncs: Bool) throws -> CrashStatistics {
            try explorer.explore(prepare: Self.prepare) { (fileSystem, _: (Int) -> Void) in
                let directory = try fileSystem.openDirectory("/")
                let file = try directory.open("data", [.write], permissions: .ownerFile)
                try file.writeAll([UInt8](repeating: 1, count: 14 * 512), at: 0)
                if syncs { try directory.sync() }
            } recover: {
                try Self.look($0)
            } check: { _, _ in
            }.statistics
        }
        let (with, without) = (try explore(syncs: true), try explore(syncs: false))
        #expect(with.runs == without.runs && with.recognised == without.recognised)
        #expect(with.exhaustivePoints == without.exhaustivePoints, "the same states, told the same way")
        #expect(with.coveredPoints == without.coveredPoints + 1)
    }
}
