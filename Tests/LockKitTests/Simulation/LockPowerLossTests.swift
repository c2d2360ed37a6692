import CrashTestSupport
import CrashTesting
import FileSystemSeam
import LockKit
import TestSupport
import Testing

/// The power is cut at every point while a lock is acquired, released, preserved and moved to quarantine.
@Suite("Power loss under a marker lock")
struct LockPowerLossTests {
    enum Event: Equatable {
        case acquired(UInt64)
        /// A release has begun.
        case releasing
        case released
        /// The marker of this epoch is to be kept for ever.
        case preserved(UInt64)
        /// The marker of this epoch was moved away.
        case quarantined(UInt64)
    }

    /// What is found after a crash.
    struct Found {
        /// The markers, at the name and in quarantine, by their epochs.
        var evidence: [UInt64: LockMarker] = [:]
        /// The epoch of the marker that stood at the name.
        var standing: UInt64?
        /// The next epoch.
        var epoch: UInt64 = 0
    }

    private static func lock(_ fileSystem: any FileSystem) -> MarkerLock {
        MarkerLock(inDirectory: "/store", fileSystem: fileSystem)
    }

    static func prepare(_ fileSystem: any FileSystem) throws {
        try fileSystem.openDirectory("/").makeDirectory("store", permissions: .ownerDirectory)
    }

    /// Two holders one after the other; the second one leaves its marker, and it is moved away and acquired again.
    static func workload(_ fileSystem: any FileSystem, _ acknowledge: (Event) -> Void) throws {
        do {
            let held = try lock(fileSystem).acquire(.test)
            acknowledge(.acquired(held.epoch))
            acknowledge(.releasing)
            try held.release()
            acknowledge(.released)
        }
        do {
            let held = try lock(fileSystem).acquire(.test)
            acknowledge(.acquired(held.epoch))
            try held.preserveMarker(reason: "rollback failed")
            acknowledge(.preserved(held.epoch))
            try held.release()
        }
        if let stale = try lock(fileSystem).readMarker() {
            _ = try lock(fileSystem).quarantine(stale)
            acknowledge(.quarantined(2))
        }
        let held = try lock(fileSystem).acquire(.test)
        acknowledge(.acquired(held.epoch))
        // It is held when the power goes at last.
        try held.preserveMarker(reason: "the end")
        acknowledge(.preserved(held.epoch))
    }

    /// - Throws: ``CheckFailure`` for half a marker.
    static func recover(_ fileSystem: any FileSystem) throws -> Found {
        var found = Found()
        let lock = lock(fileSystem)
        if let marker = try lock.readMarker() {
            if let error = marker.syntaxError { throw CheckFailure("half a marker: \(error)") }
            found.standing = marker.marker?.epoch
            _ = try lock.quarantine(marker)
        }
        for bytes in try quarantine(fileSystem) {
            do {
                let marker = try LockMarker(parsing: bytes)
                found.evidence[marker.epoch ?? 0] = marker
            } catch {
                throw CheckFailure("half a marker in quarantine: \(error)")
            }
        }
        let held = try lock.acquire(.test)
        found.epoch = held.epoch
        try held.release()
        return found
    }

    /// This suite's own look at the quarantine failed, not the lock's.
    struct Unreadable: Error { var cause: FileSystemError }

    private static func quarantine(_ fileSystem: any FileSystem) throws(Unreadable) -> [[UInt8]] {
        do throws(FileSystemError) {
            let directory = try fileSystem.openDirectory("/store")
            var contents: [[UInt8]] = []
            for entry in try directory.entries() where entry.name.contains(".stale-") {
                contents.append(try directory.readFile(entry.name, maximumBytes: 1 << 16))
            }
            return contents
        } catch {
            throw Unreadable(cause: error)
        }
    }

    static func check(_ found: Found, _ events: [Event]) throws {
        for case .acquired(let epoch) in events {
            try CheckFailure.unless(found.epoch > epoch, "epoch \(found.epoch) after \(epoch)")
        }
        for case .preserved(let epoch) in events {
            let reason = found.evidence[epoch]?.preservedReason
            try CheckFailure.unless(reason != nil, "the preserved marker of epoch \(epoch) is lost, or its reason")
        }
        for case .quarantined(let epoch) in events {
            try CheckFailure.unless(found.standing != epoch, "the marker of epoch \(epoch) came back from quarantine")
        }
        if case .acquired(let epoch)? = events.last {
            try CheckFailure.unless(found.evidence[epoch] != nil, "the marker of the holder is lost")
        }
        if events.contains(.released) {
            try CheckFailure.unless(found.evidence[1] == nil, "a marker came back that was removed")
        }
    }

    static func explorer(_ model: PersistenceModel) -> CrashExplorer {
        var explorer = CrashExplorer(model)
        explorer.runMaximum = runsLongTests ? 5_000 : 200
        explorer.sampleCount = runsLongTests ? 1_000 : 50
        return explorer
    }

    @Test(arguments: PersistenceModel.all)
    func theEpochNeverGoesBackAndAMarkerIsWholeOrAbsent(_ model: PersistenceModel) throws {
        let report = try Self.explorer(model).explore(
            prepare: Self.prepare,
            workload: Self.workload,
            recover: Self.recover,
            check: Self.check
        )
        #expect(report.findings.isEmpty, "\(report)")
        #expect(report.statistics.states > 50, "\(report)")
    }

    /// Each sync is there for something: with any of them doing nothing, a promise is broken.
    @Test func withoutAnyOneOfItsSyncsAPromiseIsBroken() throws {
        var explorer = Self.explorer(.posixMinimal)
        explorer.depth = 1
        let syncs = try LeftOutSyncs(
            explorer,
            prepare: Self.prepare,
            workload: Self.workload,
            recover: Self.recover,
            check: Self.check
        )
        #expect(syncs.noticed.count >= 10)
        // The third acquisition's: it is held when the power goes, and the marker that then stands tells its epoch,
        // too.
        #expect(syncs.unnoticed == ["sync .cortex-restore-active-store.lock.epoch 2"])
    }

    @Test func everyFaultIsReportedAndLosesNothing() throws {
        var sweep = FaultSweep(.posixMinimal)
        // Two are the newest of everything and the oldest.
        sweep.explorer.runMaximum = runsLongTests ? 20 : 2
        sweep.explorer.sampleCount = runsLongTests ? 5 : 0
        sweep.explorer.depth = 1
        if !runsLongTests {
            // What is done about the other errors is the same.
            sweep.faults = { operation in
                FaultPlan.applicableFaults(to: operation).filter { fault in
                    if case .error(let code) = fault { [.inputOutput, .noSpace].contains(code) } else { true }
                }
            }
        }
        sweep.triesPairs = runsLongTests
        sweep.recoveryMaximum = runsLongTests ? 2_000 : 40
        let report = try sweep.run(
            prepare: Self.prepare,
            workload: Self.workload,
            isOwnError: { $0 is LockError || $0 is Unreadable },
            recover: Self.recover,
            check: Self.check
        )
        #expect(report.isClean, "\(report)")
        #expect(report.plansThatThrew > 50, "\(report)")
    }
}
