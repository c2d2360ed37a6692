import CrashTesting
import FileSystemSeam
import Testing

@Suite("Processes that are killed before the power goes")
struct KilledProcessTests {
    /// Each version of a number is a file of its own; whoever opens the store removes all but the newest that is whole.
    private struct Versions {
        /// Whether the newest version is synced before the others are removed.
        var syncsWhatItReliesOn = true
        /// Whether the last version is neither synced nor acknowledged.
        var leavesTheLastOne = false

        static func set(_ number: UInt8, _ directory: any Directory) throws {
            let file = try directory.open("version-\(number)", [.write, .create], permissions: .ownerFile)
            try file.writeAll([number, ~number], at: 0)
            try file.sync(.data)
            try directory.sync()
        }

        func work(_ fileSystem: any FileSystem, _ acknowledge: (UInt8) -> Void) throws {
            let directory = try fileSystem.openDirectory("/")
            for number: UInt8 in 1...2 {
                if leavesTheLastOne, number == 2 {
                    let file = try directory.open("version-2", [.write, .create], permissions: .ownerFile)
                    return try file.writeAll([number, ~number], at: 0)
                }
                try Self.set(number, directory)
                acknowledge(number)
            }
        }

        func recover(_ fileSystem: any FileSystem) throws -> UInt8 {
            let directory = try fileSystem.openDirectory("/")
            var newest: UInt8 = 0
            for number: UInt8 in 1...2 where try directory.exists("version-\(number)") {
                let bytes = try directory.readFile("version-\(number)", maximumBytes: 10)
                if bytes == [number, ~number] { newest = number }
            }
            if newest == 2, try directory.exists("version-1") {
                if syncsWhatItReliesOn {
                    try directory.open("version-2", [.read], permissions: .ownerFile).sync(.data)
                    try directory.sync()
                }
                try directory.remove("version-1")
                try directory.sync()
            }
            return newest
        }

        static func check(_ number: UInt8, _ acknowledged: [UInt8]) throws {
            try CheckFailure.unless(number >= acknowledged.last ?? 0, "\(number) after \(acknowledged)")
        }

        func sweep(kills: Bool = true) throws -> FaultSweep.Report {
            var sweep = FaultSweep()
            (sweep.triesKills, sweep.triesPairs, sweep.triesRecoveries) = (kills, false, false)
            sweep.faults = { _ in [] }
            return try sweep.run(
                workload: work,
                isOwnError: { $0 is FileSystemError },
                recover: recover,
                check: Self.check
            )
        }
    }

    @Test func whoReliesOnWhatNobodySyncedIsFound() throws {
        let careless = Versions(syncsWhatItReliesOn: false)
        let crashes = try CrashExplorer().explore(
            workload: careless.work,
            recover: careless.recover,
            check: Versions.check
        )
        #expect(crashes.isClean, "a power cut alone does not show it: \(crashes)")
        #expect(try careless.sweep(kills: false).isClean)
        let report = try careless.sweep()
        #expect(
            report.findings.map { "\($0.plan.entries)" } == [
                "[sync #2 kills the process before it]", "[syncDirectory #2 kills the process before it]",
            ],
            "\(report)"
        )
        #expect(report.findings[0].message.contains("0 after [1]"), "\(report)")
        #expect(report.findings[0].message.contains("`remove version-1` persisted without"), "\(report)")

        let text = try #require(report.findings[0].message.split(separator: "replay: ").last.map(String.init))
        let token = try #require(ReplayToken(text))
        #expect(text.hasSuffix("+sync#2=killed"), "\(text)")
        func replay(_ store: Versions) throws -> String? {
            try CrashExplorer().replay(token, workload: store.work, recover: store.recover, check: Versions.check)
        }
        #expect(try replay(careless) == "0 after [1]")
    }

    /// The last thing that it does is a write: nothing comes after that, and only a kill at the end leaves it to the
    /// next one.
    @Test func whatOnlyTheKillAtTheEndShowsIsToldAndReplayed() throws {
        let careless = Versions(syncsWhatItReliesOn: false, leavesTheLastOne: true)
        let report = try careless.sweep()
        #expect(report.findings.count == 1, "\(report)")
        let finding = try #require(report.findings.first)
        #expect(finding.killsAtEnd && finding.plan.entries.isEmpty, "\(finding)")
        #expect(finding.description.hasPrefix("killed at the end: 0 after [1]"), "\(finding)")

        let text = try #require(finding.message.split(separator: "replay: ").last.map(String.init))
        #expect(text.hasSuffix("+end=killed"), "\(text)")
        let token = try #require(ReplayToken(text))
        #expect(token.killsAtEnd && token.faults.entries.isEmpty && token.description == text)
        func replay(_ token: ReplayToken, _ store: Versions) throws -> String? {
            try CrashExplorer().replay(token, workload: store.work, recover: store.recover, check: Versions.check)
        }
        #expect(try replay(token, careless) == "0 after [1]")
        var without = token
        without.killsAtEnd = false
        #expect(throws: CrashTestingError.self, "nobody goes on there") { try replay(without, careless) }

        let careful = Versions(leavesTheLastOne: true)
        #expect(try careful.sweep().isClean)
        for refused in [
            "posixMinimal:6:d!end=killed", "posixMinimal:6:d+end=killed+end=killed", "posixMinimal:6:d+end=EIO",
        ] {
            #expect(ReplayToken(refused) == nil)
        }
    }

    @Test func whoSyncsWhatItReliesOnIsClean() throws {
        let report = try Versions().sweep()
        // Before each of 2 opens, 2 writes, 2 syncs and 2 syncs of the directory, and at the end.
        #expect(report.isClean && report.kills == 9, "\(report)")
        #expect(report.description.contains("9 kills"), "\(report)")
    }

    /// To be told of a failure that is one's own death, and to say so, is no acknowledgement.
    @Test func whatAKilledProcessSaysNobodyHears() throws {
        var explorer = InterleavingExplorer()
        explorer.killMaximum = 1
        let report = try explorer.explore(processes: [
            { @Sendable (fileSystem, acknowledge: (String) -> Void) in
                let directory = try fileSystem.openDirectory("/")
                do {
                    try directory.makeDirectory("won", permissions: .ownerDirectory)
                    acknowledge("made")
                } catch {
                    acknowledge("it is there")
                }
            }
        ]) { fileSystem, outcomes in
            let isThere = try fileSystem.openDirectory("/").exists("won")
            try CheckFailure.unless(isThere || outcomes[0].acknowledged.isEmpty, "\(outcomes[0].acknowledged)")
        }
        #expect(report.isClean, "\(report)")

        var sweep = FaultSweep()
        sweep.faults = { _ in [] }
        let swept = try sweep.run { (fileSystem, acknowledge: (Int) -> Void) in
            let directory = try fileSystem.openDirectory("/")
            try? directory.makeDirectory("a", permissions: .ownerDirectory)
            try? directory.sync()
            acknowledge(1)
        } isOwnError: { _ in
            false
        } recover: {
            try $0.openDirectory("/").exists("a")
        } check: { isThere, acknowledged in
            try CheckFailure.unless(isThere || acknowledged.isEmpty, "lost")
        }
        #expect(swept.isClean, "\(swept)")
    }

    /// One that polls, and is killed meanwhile, comes to the end of its patience; the others see none of the time it
    /// takes.
    @Test func aKilledProcessThatPollsComesToItsDeadline() throws {
        let poll: @Sendable (any FileSystem, (Bool) -> Void) throws -> Void = { fileSystem, acknowledge in
            let directory = try fileSystem.openDirectory("/")
            let start = fileSystem.monotonicClock()
            var holds = false
            while !holds, fileSystem.monotonicClock().nanoseconds < start.nanoseconds + 1_000_000_000 {
                holds = (try? directory.lock(.exclusive, blocking: false)) ?? false
                if !holds { fileSystem.sleep(nanoseconds: 1_000_000) }
            }
            if holds { acknowledge(true) }
        }
        let report = try InterleavingExplorer().explore(processes: [poll, poll]) { fileSystem, outcomes in
            let now = fileSystem.monotonicClock().nanoseconds
            try CheckFailure.unless(now < 900_000_000, "a dead process's time is everybody's: \(now)")
            let isHeld = outcomes.contains { !$0.acknowledged.isEmpty }
            try CheckFailure.unless(isHeld || outcomes.allSatisfy(\.wasKilled), "nobody held it")
        }
        #expect(report.isClean && report.schedules > 10, "\(report)")
    }

    @Test func processesOfARecoveryBelongToItsBoot() throws {
        var boots: Set<String?> = []
        let report = try CrashExplorer().explore { (fileSystem, _: (Int) -> Void) in
            boots.insert(fileSystem.processIdentity.bootID)
            try fileSystem.openDirectory("/").makeDirectory("a", permissions: .ownerDirectory)
        } recover: { fileSystem in
            let other = try #require(fileSystem as? SimFS).disk.boot()
            let own = fileSystem.processIdentity.bootID
            try CheckFailure.unless(other.processIdentity.bootID == own, "\(own ?? "") and another one")
            try CheckFailure.unless(!boots.contains(own), "that is the workload's boot")
        } check: { _, _ in
        }
        #expect(report.isClean, "\(report)")
    }
}
