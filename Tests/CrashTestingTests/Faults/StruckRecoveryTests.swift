import CrashTesting
import FileSystemSeam
import Testing

@Suite("Recoveries that faults strike")
struct StruckRecoveryTests {
    /// A log of numbers; whoever opens it takes them over into a snapshot and removes the log.
    struct Store {
        enum Mistake: CaseIterable {
            case none
            /// A log that cannot be read counts as an empty one.
            case swallowsReadErrors
            case swallowsSyncErrors
            /// Throws something that its users do not know.
            case leaksErrors
            /// Tries the same again for as long as it fails.
            case triesForEver
        }
        struct Leak: Error {}

        var mistake = Mistake.none

        func work(_ fileSystem: any FileSystem, _ acknowledge: (UInt8) -> Void) throws {
            let directory = try fileSystem.openDirectory("/")
            let log = try directory.open("log", [.write, .create], permissions: .ownerFile)
            try directory.sync()
            for number: UInt8 in 1...2 {
                try log.writeAll([number], at: Int64(number) - 1)
                try log.sync(.data)
                acknowledge(number)
            }
        }

        func recover(_ fileSystem: any FileSystem) throws -> UInt8 {
            do {
                return try takeOver(fileSystem.openDirectory("/"))
            } catch {
                throw mistake == .leaksErrors ? Leak() : error
            }
        }

        private func takeOver(_ directory: any Directory) throws -> UInt8 {
            let standing = try Self.read("snapshot", directory).first ?? 0
            var logged: [UInt8] = []
            do { logged = try Self.read("log", directory) } catch {
                if mistake != .swallowsReadErrors { throw error }
            }
            let last = logged.max() ?? 0
            // Also when it is in the snapshot: whoever put it there may have failed to sync that, and a second sync
            // proves nothing.
            if last > 0, last >= standing {
                let file = try directory.open("snapshot.new", [.write, .create, .truncate], permissions: .ownerFile)
                try file.writeAll([last], at: 0)
                var isSynced = false
                while !isSynced {
                    do {
                        try file.sync(.data)
                        isSynced = true
                    } catch {
                        if mistake == .triesForEver { _ = try directory.lock(.exclusive, blocking: true) }
                        if mistake == .triesForEver { _ = try directory.reopened().lock(.exclusive, blocking: true) }
                        if mistake != .swallowsSyncErrors { throw error }
                        isSynced = true
                    }
                }
                try directory.rename("snapshot.new", to: "snapshot", in: directory, exclusive: false)
                try directory.sync()
            }
            if try directory.exists("log") {
                try directory.remove("log")
                try directory.sync()
            }
            return max(last, standing)
        }

        private static func read(_ name: String, _ directory: any Directory) throws -> [UInt8] {
            try directory.exists(name) ? directory.readFile(name, maximumBytes: 10) : []
        }

        static func check(_ value: UInt8, _ acknowledged: [UInt8]) throws {
            let last = acknowledged.last ?? 0
            try CheckFailure.unless(value >= last, "\(value) after \(acknowledged)")
        }

        func sweep(_ sweep: FaultSweep = noMisreadBits) throws -> FaultSweep.Report {
            try sweep.run(
                workload: work,
                isOwnError: { $0 is FileSystemError },
                recover: recover,
                check: Self.check
            )
        }

        /// It has no checksums, and shall not need any here.
        static var noMisreadBits: FaultSweep {
            var sweep = FaultSweep()
            sweep.faults = {
                FaultPlan.applicableFaults(to: $0).filter { if case .flippedBit = $0 { false } else { true } }
            }
            return sweep
        }
    }

    @Test func aRecoveryThatTakesErrorsSeriouslyIsClean() throws {
        let report = try Store().sweep()
        #expect(report.isClean && report.isExhaustive, "\(report)")
        #expect(report.recoveryWays == 3 && report.recoveries > 60 && report.recoveriesThatThrew > 50, "\(report)")
        #expect(report.recoveries == report.recoveriesPossible, "\(report)")
        let line = "all \(report.recoveries) faults in \(report.recoveryWays) ways of recovering"
        #expect(report.description.contains(line), "\(report)")
    }

    @Test(arguments: [
        (Store.Mistake.swallowsReadErrors, "read #", "0 after [1, 2]"),
        (.swallowsSyncErrors, "sync #", "0 after [1, 2]"),
        (.leaksErrors, "openDirectory #", "threw Leak()"), (.triesForEver, "sync #", "does not end"),
    ])
    func aMistakeThatOnlyAFaultInARecoveryShows(
        mistake: Store.Mistake,
        call: String,
        words: String
    ) throws {
        let report = try Store(mistake: mistake).sweep()
        #expect(!report.findings.isEmpty && report.findings.allSatisfy(\.strikesRecovery), "\(report)")
        let all = report.findings.map(\.description)
        #expect(
            all.contains { $0.hasPrefix(call) && $0.contains(" in a recovery: ") && $0.contains(words) },
            "\(report)"
        )
        var without = Store.noMisreadBits
        without.triesRecoveries = false
        let quiet = try Store(mistake: mistake).sweep(without)
        #expect(quiet.isClean && !quiet.isExhaustive && quiet.recoveries == 0, "\(quiet)")
        #expect(quiet.description.contains("recoveries without faults"), "\(quiet)")
    }

    @Test(arguments: [Store.Mistake.swallowsReadErrors, .swallowsSyncErrors])
    func aFindingIsReplayed(mistake: Store.Mistake) throws {
        let store = Store(mistake: mistake)
        let report = try store.sweep()
        let finding = try #require(report.findings.first { $0.description.contains("replay: ") })
        let text = try #require(finding.description.split(separator: "replay: ").last.map(String.init))
        let token = try #require(ReplayToken(text), "\(text)")
        #expect(token.description == text && token.strikesRecovery && token.faults == finding.plan)
        func replay(_ store: Store, _ token: ReplayToken) throws -> String? {
            try CrashExplorer().replay(token, workload: store.work, recover: store.recover, check: Store.check)
        }
        let again = try #require(try replay(store, token))
        #expect(finding.message.contains(again), "\(again)\n\(finding)")
        // Without the fault, and without the mistake, it holds, or the state that was named does not come about.
        var faultless = token
        faultless.faults = FaultPlan()
        for (store, token) in [(store, faultless), (Store(), token)] {
            do { #expect(try replay(store, token) == nil) } catch CrashTestingError.tokenDoesNotFit(let named, _) {
                #expect(named == token && mistake == .swallowsSyncErrors)
            }
        }
    }

    @Test func beyondTheBudgetTheyAreSpreadAndTheReportSaysSo() throws {
        let all = try Store().sweep()
        var sweep = Store.noMisreadBits
        sweep.triesPairs = false
        sweep.recoveryMaximum = 40
        let some = try Store().sweep(sweep)
        #expect(some.recoveries == 40 && some.recoveriesPossible == all.recoveries, "\(some)")
        #expect(some.recoveryWays == all.recoveryWays, "\(some)")
        #expect(!some.isExhaustive && some.description.contains("40 of \(all.recoveries) faults in "), "\(some)")
        sweep.recoveryMaximum = 2
        let few = try Store().sweep(sweep)
        #expect(few.recoveries == 2 && few.recoveryWays == 2, "\(few)")
    }

    /// The limit is that of one recovery with its check, as in an exploration, however many recoveries are tried.
    @Test(arguments: [1, 2]) func whatTakesMoreThanHalfOfTheLimitIsNotEndless(rounds: Int) throws {
        var sweep = FaultSweep()
        (sweep.triesPairs, sweep.triesKills) = (false, false)
        sweep.faults = { $0 == .remove ? [.error(.inputOutput)] : [] }
        sweep.explorer.operationMaximum = 100
        func run(_ body: (any FileSystem) throws -> Void) throws -> FaultSweep.Report {
            try sweep.run { (fileSystem, _: (Int) -> Void) in
                _ = try fileSystem.openDirectory("/").open("a", [.write, .create], permissions: .ownerFile)
            } isOwnError: {
                $0 is FileSystemError
            } recover: { fileSystem in
                for _ in 0..<rounds { try body(fileSystem) }
                let directory = try fileSystem.openDirectory("/")
                if try directory.exists("a") { try directory.remove("a") }
            } check: { _, _ in
            }
        }
        let operations = try run { fileSystem in for _ in 0..<60 { _ = try fileSystem.openDirectory("/") } }
        let looks = try run { fileSystem in for _ in 0..<60 { _ = fileSystem.monotonicClock() } }
        for report in [operations, looks] {
            #expect(report.isClean == (rounds == 1) && (report.recoveries > 0) == (rounds == 1), "\(report)")
            let words = report.findings.map(\.message)
            #expect(words.allSatisfy { $0.contains("more than 100 ") }, "\(report)")
        }
    }

    /// What the workload could not see of its own boot is another one's after the cut.
    @Test func recoveriesBelongToLaterBoots() throws {
        var workloadBoot: String?
        var boots: Set<String?> = []
        var sweep = FaultSweep()
        (sweep.triesPairs, sweep.triesKills) = (false, false)
        sweep.faults = { $0 == .remove ? [.error(.inputOutput)] : [] }
        let report = try sweep.run { (fileSystem, _: (Int) -> Void) in
            workloadBoot = fileSystem.processIdentity.bootID
            _ = try fileSystem.openDirectory("/").open("a", [.write, .create], permissions: .ownerFile)
        } isOwnError: {
            $0 is FileSystemError
        } recover: { fileSystem in
            boots.insert(fileSystem.processIdentity.bootID)
            let directory = try fileSystem.openDirectory("/")
            if try directory.exists("a") { try directory.remove("a") }
        } check: { _, _ in
        }
        #expect(report.isClean && report.recoveries == 1 && report.recoveriesThatThrew == 1, "\(report)")
        #expect(workloadBoot != nil && !boots.contains(workloadBoot) && boots.count == 2, "\(boots)")
    }
}
