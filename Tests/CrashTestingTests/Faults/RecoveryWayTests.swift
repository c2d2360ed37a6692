import CrashTesting
import FileSystemSeam
import LitmusPrograms
import Testing

/// A recovery that is cut short leaves what the workload leaves a few operations later. That state is one of the
/// workload, too, however it was come to first.
@Suite("States that a workload and a recovery leave")
struct RecoveryWayTests {
    /// A log that is taken over: linked to the name of the data, and removed then.
    struct RedoLog {
        enum Mistake {
            case none
            /// Data that cannot be read counts as damaged, and what is damaged is removed with its log.
            case swallowsReadErrors
            /// Goes by what the workload does, and not by where it may have ended.
            case linksWhatIsLinked
        }

        var mistake = Mistake.none

        func work(_ fileSystem: any FileSystem, _ acknowledge: (String) -> Void) throws {
            let root = try fileSystem.openDirectory("/")
            try put(root, "log", "L", synced: true)
            try root.sync()
            acknowledge("L")
            try root.link("log", to: "data", in: root)
            try root.sync()
            try root.remove("log")
            try root.sync()
        }

        func recover(_ fileSystem: any FileSystem) throws -> String {
            let root = try fileSystem.openDirectory("/")
            if try root.exists("log") {
                if mistake != .linksWhatIsLinked, try root.exists("data") {
                    let isWhole = try isWhole(root)
                    // Anew, even if it is whole: whoever linked it may have failed to sync that, and a second sync
                    // proves nothing.
                    try root.remove("data")
                    if isWhole { try root.link("log", to: "data", in: root) }
                } else {
                    try root.link("log", to: "data", in: root)
                }
                try root.sync()
                try root.remove("log")
                try root.sync()
            }
            guard try root.exists("data") else { return "" }
            return String(decoding: try root.readFile("data", maximumBytes: 10), as: UTF8.self)
        }

        private func isWhole(_ root: any Directory) throws -> Bool {
            do {
                return try root.readFile("data", maximumBytes: 10) == root.readFile("log", maximumBytes: 10)
            } catch  where mistake == .swallowsReadErrors {
                return false
            }
        }

        static func check(_ found: String, _ acknowledged: [String]) throws {
            if acknowledged.isEmpty { return }
            try CheckFailure.unless(found == "L", "found \"\(found)\"")
        }

        func sweep(depth: Int) throws -> FaultSweep.Report {
            var sweep = StruckRecoveryTests.Store.noMisreadBits
            sweep.triesPairs = false
            sweep.explorer.depth = depth
            return try sweep.run(
                workload: work,
                isOwnError: { $0 is FileSystemError },
                recover: recover,
                check: Self.check
            )
        }
    }

    @Test func aSweepStrikesTheSameRecoveriesAtEachDepth() throws {
        let (shallow, deep) = (try RedoLog().sweep(depth: 1), try RedoLog().sweep(depth: 2))
        #expect(shallow.isClean && deep.isClean, "\(shallow)\(deep)")
        #expect(
            shallow.recoveryWaysPossible == deep.recoveryWaysPossible && deep.recoveryWays >= 3,
            "\(shallow)\(deep)"
        )
        #expect(
            shallow.recoveries == deep.recoveries && deep.recoveries == deep.recoveriesPossible,
            "\(shallow)\(deep)"
        )
    }

    @Test(arguments: [1, 2]) func whatAFaultShowsInOneWayOnlyIsFoundAtEachDepth(depth: Int) throws {
        let report = try RedoLog(mistake: .swallowsReadErrors).sweep(depth: depth)
        #expect(!report.findings.isEmpty && report.findings.allSatisfy(\.strikesRecovery), "\(report)")
        #expect(report.findings.contains { $0.description.contains("found \"\"") }, "\(report)")
    }

    /// Which act of the workload is missing says more than which one of a recovery is.
    @Test func whatBothLeaveIsToldAsTheWorkloads() throws {
        let store = RedoLog(mistake: .linksWhatIsLinked)
        let report = try CrashExplorer().explore(workload: store.work, recover: store.recover, check: RedoLog.check)
        var first = CrashExplorer()
        first.depth = 1
        let shallow = try first.explore(workload: store.work, recover: store.recover, check: RedoLog.check)
        let told = report.findings.map(\.sentence)
        #expect(!shallow.isClean && shallow.findings.allSatisfy { told.contains($0.sentence) }, "\(report)\(shallow)")
    }
}
