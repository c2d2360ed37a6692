import CrashTesting
import FileSystemSeam
import Testing

@Suite struct FaultSweepTests {
    /// A one-number log whose syncs either count or do not.
    private func sweep(believesSyncs: Bool, _ sweep: FaultSweep = FaultSweep()) throws -> FaultSweep.Report {
        try sweep.run { fileSystem in
            let directory = try fileSystem.openDirectory("/")
            _ = try directory.open("log", [.write, .create], permissions: .ownerFile)
            try directory.sync()
        } workload: { (fileSystem, acknowledge: (UInt8) -> Void) in
            let directory = try fileSystem.openDirectory("/")
            let file = try directory.open("log", [.write], permissions: .ownerFile)
            for value in 1...2 as ClosedRange<UInt8> {
                try file.writeAll([value], at: Int64(value) - 1)
                do { try file.sync(.data) } catch { if believesSyncs { throw error } }
                acknowledge(value)
            }
        } isOwnError: {
            $0 is FileSystemError
        } recover: { fileSystem in
            let directory = try fileSystem.openDirectory("/")
            return try directory.open("log", [.read], permissions: .ownerFile).readAll(maximumBytes: 100)
        } check: { bytes, acknowledged in
            try CheckFailure.unless(bytes.starts(with: acknowledged), "\(bytes) after \(acknowledged)")
        }
    }

    @Test func aStoreThatTakesErrorsSeriouslyIsClean() throws {
        let report = try sweep(believesSyncs: true)
        #expect(report.isClean, "\(report)")
        // openDirectory and open: 5 faults each; two writes: 5 each; two syncs: 3 each.
        #expect(report.singles == 26 && report.plansThatThrew > 10, "\(report)")
        // A fault that ends the workload leaves nothing to pair it with: those of an interrupted or short write do.
        #expect(report.isExhaustive && report.pairs > 0, "\(report)")
    }

    @Test func aSwallowedErrorIsFoundWithItsFault() throws {
        let report = try sweep(believesSyncs: false)
        #expect(report.findings.contains { $0.description.contains("sync #1 fails: ") }, "\(report)")
        #expect(report.findings.allSatisfy { $0.description.contains("sync #") }, "\(report)")
    }

    /// Writes a value; on any error it tries a second way, which swallows its own.
    private func exploreSecondWay(_ sweep: FaultSweep = FaultSweep()) throws -> FaultSweep.Report {
        try sweep.run { (fileSystem, acknowledge: (UInt8) -> Void) in
            let directory = try fileSystem.openDirectory("/")
            do {
                try directory.replaceAtomically("value", with: [7])
            } catch {
                let file = try directory.open("second", [.write, .create], permissions: .ownerFile)
                try file.writeAll([7], at: 0)
                try? file.sync(.data)
                try directory.sync()
            }
            acknowledge(7)
        } isOwnError: {
            $0 is FileSystemError
        } recover: { fileSystem in
            let directory = try fileSystem.openDirectory("/")
            for name in ["value", "second"] where try directory.exists(name) {
                if try directory.readFile(name, maximumBytes: 10) == [7] { return true }
            }
            return false
        } check: { found, acknowledged in
            try CheckFailure.unless(found || acknowledged.isEmpty, "7 is lost")
        }
    }

    @Test func whatOnlyTwoFaultsBreakIsFoundInTheErrorHandling() throws {
        let report = try exploreSecondWay()
        #expect(!report.isClean && report.isExhaustive, "\(report)")
        #expect(report.findings.allSatisfy { $0.plan.entries.count == 2 }, "\(report)")
        // Of every kind: a full disk and then a failing sync that the clean run does not make.
        let kinds = Set(report.findings.map { $0.plan.entries[0].fault })
        #expect(kinds.isSuperset(of: [.error(.inputOutput), .error(.noSpace), .error(.quotaExceeded)]), "\(kinds)")
        let seconds = Set(report.findings.map { $0.plan.entries[1].fault })
        #expect(seconds == [.error(.inputOutput), .error(.noSpace), .error(.quotaExceeded)], "\(seconds)")
    }

    @Test func beyondTheBudgetPairsAreSampledAndTheReportSaysSo() throws {
        let all = try exploreSecondWay()
        var sweep = FaultSweep()
        sweep.pairMaximum = 60
        let some = try exploreSecondWay(sweep)
        #expect(some.singles == all.singles && some.pairs == 60 && some.pairsPossible == all.pairs, "\(some)")
        #expect(!some.isExhaustive && some.description.contains("60 of \(all.pairs) pairs, sampled"), "\(some)")
        #expect(!some.isClean, "\(some)")
        sweep.triesPairs = false
        let none = try exploreSecondWay(sweep)
        #expect(none.pairs == 0 && none.isClean, "\(none)")
        #expect(!none.isExhaustive && none.description.contains("pairs not tried"), "\(none)")
    }

    /// What an experiment left in the explorer neither faults the run without faults nor hides what is broken in it.
    @Test func theRunWithoutFaultsHasNone() throws {
        let plain = try sweep(believesSyncs: true)
        var left = FaultSweep()
        left.explorer.faults = .on(.sync, 1, .error(.inputOutput))
        let report = try sweep(believesSyncs: true, left)
        #expect(report.singles == plain.singles && report.pairs == plain.pairs, "\(report)\n\(plain)")

        var silent = FaultSweep()
        silent.explorer.findingMaximum = 0
        silent.triesPairs = false
        silent.faults = { _ in [] }
        let careless = try silent.run { (fileSystem, acknowledge: (Int) -> Void) in
            try fileSystem.openDirectory("/").makeDirectory("a", permissions: .ownerDirectory)
            acknowledge(1)
        } isOwnError: { _ in
            false
        } recover: {
            try $0.openDirectory("/").exists("a")
        } check: { isThere, acknowledged in
            try CheckFailure.unless(isThere || acknowledged.isEmpty, "lost")
        }
        #expect(!careless.isClean, "\(careless)")
    }

    /// A sweep is as thorough as its explorations, and says so: all faults with a few states each prove little.
    @Test func theWeakestModeOfTheExplorationsIsNamed() throws {
        let whole = try sweep(believesSyncs: true)
        let count = 1 + whole.singles + whole.kills + whole.pairs + whole.recoveries
        #expect(whole.description.contains("exhaustive in all \(count) explorations"), "\(whole)")
        // Few faults, and all their pairs: what is missing are states.
        var few = FaultSweep()
        few.faults = { $0 == .sync ? [.error(.inputOutput)] : [] }
        #expect(try sweep(believesSyncs: true, few).isExhaustive)
        few.explorer.runMaximum = 1
        few.explorer.sampleCount = 1
        let sampled = try sweep(believesSyncs: true, few)
        #expect(sampled.isClean && !sampled.isExhaustive, "\(sampled)")
        #expect(sampled.description.contains("  sampled in "), "\(sampled)")
        few.explorer.runMaximum = 1 << 20
        few.explorer.unsyncedSectorMaximum = 0
        let bounded = try sweep(believesSyncs: true, few)
        #expect(bounded.isClean && !bounded.isExhaustive, "\(bounded)")
        #expect(bounded.description.contains("  bounded in "), "\(bounded)")
    }

    @Test func aFullSeenSetIsTold() throws {
        var small = FaultSweep()
        small.explorer.seenSetMaximumBytes = 1
        (small.triesPairs, small.triesKills) = (false, false)
        small.faults = { $0 == .write ? [.short(bytes: 512)] : [] }
        let report = try small.run { fileSystem in
            let directory = try fileSystem.openDirectory("/")
            try directory.open("a", [.write, .create], permissions: .ownerFile).allocate(to: 5120)
        } workload: { (fileSystem, _: (Int) -> Void) in
            let file = try fileSystem.openDirectory("/").open("a", [.write], permissions: .ownerFile)
            try file.writeAll([UInt8](repeating: 1, count: 5120), at: 0)
        } isOwnError: { _ in
            false
        } recover: { fileSystem in
            try fileSystem.openDirectory("/").readFile("a", maximumBytes: 5120)
        } check: { _, _ in
        }
        #expect(report.isClean && report.singles == 1, "\(report)")
        #expect(report.description.contains("exhaustive in all 2 explorations; seen-set full in 2"), "\(report)")
    }

    @Test func twoFlippedBitsAreTwoBits() throws {
        let report = try FaultSweep().run { fileSystem in
            let directory = try fileSystem.openDirectory("/")
            try directory.open("a", [.write, .create], permissions: .ownerFile).writeAll([1], at: 0)
        } workload: { (fileSystem, acknowledge: (UInt8) -> Void) in
            let file = try fileSystem.openDirectory("/").open("a", [.read], permissions: .ownerFile)
            let (first, second) = (try file.readAll(maximumBytes: 1), try file.readAll(maximumBytes: 1))
            if first == second { acknowledge(first[0]) }
        } isOwnError: {
            $0 is FileSystemError
        } recover: { _ in
        } check: { _, acknowledged in
            try CheckFailure.unless(acknowledged.allSatisfy { $0 == 1 }, "read \(acknowledged)")
        }
        #expect(report.isClean && report.isExhaustive && report.pairs > 0, "\(report)")
    }

    /// What looks like a number is taken for one: the first byte's flipped bit makes another character of a digit, and
    /// is noticed; the last byte's does not.
    @Test func aFlippedBitThatLeavesTheTextWellFormedIsTried() throws {
        var sweep = FaultSweep()
        sweep.triesPairs = false
        let report = try sweep.run { fileSystem in
            let directory = try fileSystem.openDirectory("/")
            try directory.open("a", [.write, .create], permissions: .ownerFile).writeAll(Array("57".utf8), at: 0)
        } workload: { (fileSystem, acknowledge: (Int) -> Void) in
            let bytes = try fileSystem.openDirectory("/").readFile("a", maximumBytes: 100)
            if let number = Int(String(decoding: bytes, as: UTF8.self)) { acknowledge(number) }
        } isOwnError: {
            $0 is FileSystemError
        } recover: { _ in
        } check: { _, acknowledged in
            try CheckFailure.unless(acknowledged.allSatisfy { $0 == 57 }, "read \(acknowledged)")
        }
        #expect(report.findings.contains { $0.message.contains("read [56]") }, "\(report)")
    }

    @Test func aWorkloadThatAFaultMakesHangIsAFinding() throws {
        var sweep = FaultSweep()
        sweep.triesPairs = false
        let report = try sweep.run { (fileSystem, _: (Int) -> Void) in
            let directory = try fileSystem.openDirectory("/")
            _ = try directory.lock(.exclusive, blocking: true)
            do {
                _ = try directory.entries()
            } catch {
                // The old handle still holds its lock.
                _ = try directory.reopened().lock(.exclusive, blocking: true)
            }
        } isOwnError: {
            $0 is FileSystemError
        } recover: { _ in
        } check: { _, _ in
        }
        #expect(
            report.findings.map(\.description) == [
                "entries #1 fails: \(ErrorNumber.inputOutput): the workload does not end: "
                    + "it waits for a lock that is not released"
            ],
            "\(report)"
        )
    }

    /// Two records of a number and, or not, its place and its complement.
    private func exploreLies(isChecked: Bool) throws -> FaultSweep.Report {
        var sweep = FaultSweep()
        sweep.faults = { FaultPlan.silentFaults(in: $0) }
        return try sweep.run { fileSystem in
            let directory = try fileSystem.openDirectory("/")
            try directory.open("log", [.write, .create], permissions: .ownerFile).allocate(to: 2048)
        } workload: { (fileSystem, acknowledge: (UInt8) -> Void) in
            let directory = try fileSystem.openDirectory("/")
            let file = try directory.open("log", [.write], permissions: .ownerFile)
            for value in 1...2 as ClosedRange<UInt8> {
                try file.writeAll([value, ~value, value], at: 512 * Int64(value))
                try file.sync(.data)
                acknowledge(value)
            }
        } isOwnError: { _ in
            false
        } recover: { fileSystem in
            let directory = try fileSystem.openDirectory("/")
            let bytes = try directory.open("log", [.read], permissions: .ownerFile).readAll(maximumBytes: 4096)
            return (0..<4).map { place in
                let record = Array(bytes[512 * place..<512 * place + 3])
                let isGood = record[0] == ~record[1] && record[2] == UInt8(place)
                return isGood || !isChecked ? record[0] : 0
            }
        } check: { values, _ in
            // Loss is allowed, anything wrong is not.
            let isRight = values.enumerated().allSatisfy { $1 == 0 || ($1 == UInt8($0) && (1...2).contains($1)) }
            try CheckFailure.unless(isRight, "\(values)")
        }
    }

    @Test func aDeviceThatLiesIsSweptToo() throws {
        let checked = try exploreLies(isChecked: true)
        #expect(checked.isClean && checked.isExhaustive && checked.singles == 8 && checked.pairs == 22, "\(checked)")
        let trusting = try exploreLies(isChecked: false)
        let faults = Set(trusting.findings.flatMap { $0.plan.entries.map(\.fault) })
        #expect(faults.isSuperset(of: [.flippedBit(3), .misdirectedWrite(sectors: 1)]), "\(trusting)")
    }
}
