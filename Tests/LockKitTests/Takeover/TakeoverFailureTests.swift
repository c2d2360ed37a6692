import Canonical
import CrashTestSupport
import CrashTesting
import FileSystemSeam
import Foundation
import LockKit
import Signing
import Testing

/// Taking over and acquiring is one act: it may fail, be killed and lose power at any point, and at every moment a
/// marker stands, so that nobody else acquires what the attestation gave to one.
@Suite("Takeovers that fail on the way")
struct TakeoverFailureTests {
    private static let trusted = [operatorKey.publicKey]
    /// The calls that taking over and acquiring makes.
    private static let calls: [FileSystemError.Operation] = [
        .open, .write, .sync, .rename, .link, .syncDirectory, .read, .fileStatus, .fillRandom, .lock, .lockDirectory,
    ]

    private static func acquire(_ markers: TestMarkers, _ signed: SignedTakeover) throws -> UInt64 {
        try markers.lock().acquire(.test, stale: .takeover(signed, trustedKeys: trusted)).epoch
    }

    /// What stands in quarantine, without the attestations.
    private static func quarantined(_ markers: TestMarkers) throws -> [String] {
        try markers.names().filter { $0.contains(".stale-") && !$0.hasSuffix(".takeover") }
    }

    @Test(arguments: calls)
    func anErrorLeavesTheStaleMarker(_ call: FileSystemError.Operation) throws {
        var failures = 0
        for occurrence in 1...16 {
            let markers = try TestMarkers()
            let stale = try markers.leaveStaleMarker()
            // The second time the epoch is made anew and not overwritten.
            if occurrence % 2 == 0 { try markers.directory.remove(TestMarkers.name + ".epoch") }
            let signed = try markers.takeover()
            markers.disk.faults = .on(call, (occurrence + 1) / 2, .error(.inputOutput))
            let error = try lockError { _ = try Self.acquire(markers, signed) }
            markers.disk.faults = FaultPlan()
            guard let error else { continue }
            failures += 1
            #expect(error.code == "io", "\(error)")
            let next = try lockError { _ = try markers.lock().acquire(.test).epoch }
            #expect(next == .staleMarker(path: "/store/" + TestMarkers.name, stale), "after \(call) \(occurrence)")
            #expect(try markers.names().allSatisfy { !$0.contains(".stale-") }, "after \(call) \(occurrence)")
            // Decided anew, since the epoch may have been counted.
            #expect(try Self.acquire(markers, markers.takeover()) > 1, "after \(call) \(occurrence)")
            #expect(try Self.quarantined(markers).map { Array(try markers.text($0).utf8) } == [stale.bytes])
        }
        #expect(failures > 0, "the call is never made")
    }

    /// Also who may do nothing any more, as with a disk that is gone, leaves a marker.
    @Test func whatCannotBeUndoneLeavesAMarkerToo() throws {
        for count in 1...12 {
            let markers = try TestMarkers()
            _ = try markers.leaveStaleMarker()
            let signed = try markers.takeover()
            let entries = (count...20).flatMap { occurrence in
                [.rename, .write, .sync, .syncDirectory, .remove].map {
                    FaultPlan.Entry($0, occurrence: occurrence, .error(.inputOutput))
                }
            }
            markers.disk.faults = FaultPlan(entries)
            let error = try lockError { _ = try Self.acquire(markers, signed) }
            markers.disk.faults = FaultPlan()
            if error == nil { continue }
            #expect(try markers.lock().readMarker() != nil, "after \(count)")
            #expect(try !markers.lock().canAcquire(), "after \(count)")
        }
    }

    /// Neither slot can be read, and the marker tells no epoch.
    @Test func anEpochThatCannotBeReadIsFoundOutBeforeAnythingIsMoved() throws {
        let markers = try TestMarkers()
        try markers.put(TestMarkers.name, "half a mar")
        try markers.put(TestMarkers.name + ".epoch", "")
        let signed = try markers.takeover()
        #expect(try lockError { _ = try Self.acquire(markers, signed) }?.code == "epoch_unreadable")
        #expect(try markers.text() == "half a mar")
        #expect(try Self.quarantined(markers) == [])
        #expect(try !markers.lock().canAcquire())
    }

    // MARK: - Power loss

    private struct Found {
        var standing: LockMarker?
        var evidence: Set<UInt64> = []
        /// How many attestations there are, each of them whole.
        var attestations = 0
    }

    private static func prepare(_ fileSystem: any FileSystem) throws {
        try LockPowerLossTests.prepare(fileSystem)
        let held = try MarkerLock(inDirectory: "/store", fileSystem: fileSystem).acquire(.test)
        try held.preserveMarker(reason: "died")
        try held.release()
    }

    private static func workload(_ fileSystem: any FileSystem, _ acknowledge: (UInt64) -> Void) throws {
        let lock = MarkerLock(inDirectory: "/store", fileSystem: fileSystem)
        let inspection = try lock.inspect()
        guard let stale = inspection.marker else { throw NoMarker() }
        let now = Timestamp(secondsSinceEpoch: fileSystem.wallClock().secondsSinceEpoch)
        let takeover = try Takeover(
            of: stale,
            lock: lock,
            observedEpoch: inspection.epoch ?? 0,
            newOwner: .test,
            operatorKey: operatorKey.publicKey,
            reason: "the restore died",
            issuedAt: now,
            notAfter: Timestamp(secondsSinceEpoch: now.secondsSinceEpoch + 600)
        )
        let signed = try SignedTakeover(takeover, signedBy: operatorKey)
        let held = try lock.acquire(.test, stale: .takeover(signed, trustedKeys: trusted))
        acknowledge(held.epoch)
        // It is held when the power goes.
        try held.preserveMarker(reason: "the end")
    }

    private static func recover(_ fileSystem: any FileSystem) throws -> Found {
        var found = Found()
        if let evidence = try MarkerLock(inDirectory: "/store", fileSystem: fileSystem).readMarker() {
            found.standing = evidence.marker
        }
        let directory = try fileSystem.openDirectory("/store")
        for entry in try directory.entries() where entry.name.hasPrefix(TestMarkers.name + ".stale-") {
            let bytes = try directory.readFile(entry.name, maximumBytes: 1 << 16)
            do {
                if entry.name.hasSuffix(".takeover") {
                    _ = try SignedTakeover(parsing: bytes)
                    found.attestations += 1
                    continue
                }
                found.evidence.insert(try LockMarker(parsing: bytes).epoch ?? 0)
            } catch {
                throw CheckFailure("half of \(entry.name): \(error)")
            }
        }
        return found
    }

    private static func check(_ found: Found, _ acquired: [UInt64]) throws {
        guard let epoch = found.standing?.epoch else { throw CheckFailure("no marker stands, and anybody may acquire") }
        try CheckFailure.unless(epoch == 1 || found.evidence.contains(1), "the stale marker is lost")
        if let last = acquired.last {
            try CheckFailure.unless(epoch == last, "the marker of the holder \(last) is lost")
            try CheckFailure.unless(found.attestations == 1, "the attestation is lost")
        }
    }

    private static func explorer(_ model: PersistenceModel) -> CrashExplorer {
        var explorer = LockPowerLossTests.explorer(model)
        explorer.depth = 1
        return explorer
    }

    @Test(arguments: PersistenceModel.all)
    func aMarkerStandsWhereverThePowerGoes(_ model: PersistenceModel) throws {
        let report = try Self.explorer(model).explore(
            prepare: Self.prepare,
            workload: Self.workload,
            recover: Self.recover,
            check: Self.check
        )
        #expect(report.isClean, "\(report)")
        #expect(report.statistics.states > 8, "\(report)")
    }

    /// The directory's first one keeps the stale marker and the attestation, the second one the new marker.
    @Test func withoutAnyOneOfItsSyncsAPromiseIsBroken() throws {
        let syncs = try LeftOutSyncs(
            Self.explorer(.posixMinimal),
            prepare: Self.prepare,
            workload: Self.workload,
            recover: Self.recover,
            check: Self.check
        )
        // The marker that stands tells its epoch, too; and for the last one's reason see ``LockPowerLossTests``.
        #expect(syncs.unnoticed == ["sync \(TestMarkers.name).epoch 1", "syncDirectory /store 3"])
        #expect(syncs.noticed.count == 5)
    }

    // MARK: - Tools that do not take the lock

    /// Acquires with a takeover; at the moment of the link something else is put in the marker's place.
    private static func meeting(
        _ locks: borrowing TestLocks,
        _ putting: @escaping @Sendable (_ root: String) throws -> Void
    ) throws -> LockError? {
        let root = locks.root
        let signed = try staleMarker(locks)
        let replaced = OnCall(.linkat) {
            do {
                try putting(root)
            } catch {
                Issue.record(error)
            }
            return nil
        }
        let lock = MarkerLock(inDirectory: root, fileSystem: replaced.fileSystem)
        let error = try lockError {
            _ = try lock.acquire(.test, stale: .takeover(signed, trustedKeys: trusted)).epoch
        }
        #expect(try locks.names().allSatisfy { !$0.contains(".stale-") })
        return error
    }

    @Test func aMarkerThatCameAtTheLastMomentIsLeft() throws {
        let locks = try TestLocks()
        let error = try Self.meeting(locks) { root in
            try PosixFileSystem.shared.openDirectory(root)
                .replaceAtomically(TestMarkers.name, with: Array("live".utf8))
        }
        #expect(error?.code == "marker_changed")
        let lock = MarkerLock(inDirectory: locks.root, fileSystem: PosixFileSystem.shared)
        #expect(try lock.readMarker()?.bytes == Array("live".utf8))
    }

    /// Something that is no marker, and cannot be read as one.
    @Test func aLinkThatCameAtTheLastMomentIsLeft() throws {
        let locks = try TestLocks()
        let error = try Self.meeting(locks) { root in
            let path = "\(root)/\(TestMarkers.name)"
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "elsewhere")
        }
        #expect(error?.code == "not_a_lock_file")
    }

    /// Some file systems have no second names.
    @Test(arguments: [ErrorNumber.notPermitted, .notSupported, .notImplemented, .accessDenied, .tooManyLinks])
    func whereNothingCanBeLinkedTheMarkerIsCopied(_ code: ErrorNumber) throws {
        let locks = try TestLocks()
        let signed = try Self.staleMarker(locks)
        let bytes = try locks.directory.readFile(TestMarkers.name, maximumBytes: 1 << 16)
        let refused = OnCall(.linkat) { .failure(code) }
        let lock = MarkerLock(inDirectory: locks.root, fileSystem: refused.fileSystem)
        let held = try lock.acquire(.test, stale: .takeover(signed, trustedKeys: Self.trusted))
        try held.check()
        let name = try #require(try locks.names().first { $0.contains(".stale-") && !$0.hasSuffix(".takeover") })
        #expect(try locks.directory.readFile(name, maximumBytes: 1 << 16) == bytes)
        try held.release()
        #expect(try lock.canAcquire())
    }

    /// Leaves a marker in a real directory, and gives a right takeover of it.
    private static func staleMarker(_ locks: borrowing TestLocks) throws -> SignedTakeover {
        let fileSystem = PosixFileSystem.shared
        let lock = MarkerLock(inDirectory: locks.root, fileSystem: fileSystem)
        let held = try lock.acquire(.test)
        try held.preserveMarker(reason: "died")
        try held.release()
        let inspection = try lock.inspect()
        guard let stale = inspection.marker else { throw NoMarker() }
        var owner = TakeoverOwner.test
        owner.host = ""
        let now = fileSystem.wallClock().secondsSinceEpoch
        let takeover = try Takeover(
            of: stale,
            lock: lock,
            observedEpoch: inspection.epoch ?? 0,
            newOwner: owner,
            operatorKey: operatorKey.publicKey,
            reason: "the restore died",
            issuedAt: Timestamp(secondsSinceEpoch: now - 10),
            notAfter: Timestamp(secondsSinceEpoch: now + 600)
        )
        return try SignedTakeover(takeover, signedBy: operatorKey)
    }
}
