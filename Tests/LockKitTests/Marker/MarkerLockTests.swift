import Canonical
import FileSystemSeam
import LockKit
import Testing

@Suite("A marker lock")
struct MarkerLockTests {
    private let markers: TestMarkers

    init() throws { markers = try TestMarkers() }

    @Test func acquiringWritesTheMarkerAndReleasingRemovesIt() throws {
        let held = try markers.lock().acquire(.test)
        let text = try markers.text()
        #expect(text.hasPrefix("cortex-restore-active-store-lock-v1\npid="))
        #expect(text.contains("\nscope=production\n"))
        #expect(text.contains("\ndeployment_id=dep-eu-0007\n"))
        #expect(try LockMarker(parsing: Array(text.utf8)) == held.marker)
        try held.check()
        try held.release()
        #expect(try markers.names() == [TestMarkers.name + ".epoch", TestMarkers.name + ".flock"])
        #expect(try markers.lock().readMarker() == nil)
    }

    @Test func theMarkerSaysWhoHoldsTheLock() throws {
        let process = markers.disk.boot()
        let lock = MarkerLock(inDirectory: "/store/", fileSystem: process)
        #expect(lock.path == "/store/" + TestMarkers.name)
        let marker = try lock.acquire(.test).marker
        let identity = process.processIdentity
        #expect(marker.processID == UInt32(identity.processID))
        #expect(marker.host == "simulated")
        #expect(marker.startTicks == identity.startTicks)
        #expect(marker.bootID == identity.bootID)
        #expect(marker.processNamespace == 1)
        #expect(marker.machineID == "simulated-machine")
        #expect(marker.executable == "/simulated")
        #expect(marker.token?.utf8.count == 32)
        #expect(marker.epoch == 1)
        #expect(marker.acquiredAt.secondsSinceEpoch == 1_767_225_600)
    }

    @Test func aSecondAcquisitionFailsAndNamesTheHolder() throws {
        let held = try markers.lock().acquire(.test)
        let before = try markers.text()
        let error = try lockError { _ = try markers.lock().acquire(.test).epoch }
        guard case .held(let path, let found?)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(path == "/store/" + TestMarkers.name)
        #expect(found.marker == held.marker)
        #expect("\(try #require(error))".contains("process \(held.marker.processID) on simulated"))
        #expect(try markers.text() == before)
        try held.check()
        try held.release()
        #expect(try markers.lock().canAcquire())
    }

    @Test func theScopeEndReleases() throws {
        do {
            let held = try markers.lock().acquire(.test)
            _ = held.epoch
        }
        #expect(try markers.lock().readMarker() == nil)
        #expect(try markers.lock().canAcquire())
    }

    @Test func aHandleIsUsedAgain() throws {
        let lock = markers.lock()
        for epoch in 1...3 as ClosedRange<UInt64> {
            let held = try lock.acquire(.test)
            #expect(held.epoch == epoch)
            #expect(try lockError { _ = try lock.acquire(.test).epoch }?.code == "reentrant")
            try held.release()
        }
    }

    @Test func aMissingDirectoryIsSaidPlainly() throws {
        let lock = MarkerLock(inDirectory: "/absent", fileSystem: markers.fileSystem)
        #expect(try lockError { _ = try lock.acquire(.test).epoch } == .directoryMissing(path: "/absent"))
        #expect(try lockError { _ = try lock.readMarker() } == .directoryMissing(path: "/absent"))
        #expect(try lockError { _ = try lock.inspect() } == .directoryMissing(path: "/absent"))
        #expect("\(LockError.directoryMissing(path: "/absent"))".contains("/absent is not there"))
    }

    @Test func readingAnAbsentMarkerGivesNothing() throws {
        #expect(try markers.lock().readMarker() == nil)
        #expect(try markers.names() == [])
    }

    @Test func anotherFormHasItsOwnHeaderScopeAndName() throws {
        let form = MarkerForm(header: "deploy-lock-v1", scope: "staging", name: "deploy.lock")
        let lock = MarkerLock(inDirectory: "/store", fileSystem: markers.fileSystem, options: .init(form: form))
        let held = try lock.acquire(.test)
        #expect(try markers.text("deploy.lock").hasPrefix("deploy-lock-v1\npid="))
        #expect(held.marker.scope == "staging")
        #expect(try lock.readMarker()?.marker == held.marker)
        try held.release()
        #expect(try markers.names() == ["deploy.lock.epoch", "deploy.lock.flock"])
        for header in ["", "a\nb", "a=b"] {
            let bad = MarkerForm(header: header, scope: "s", name: "deploy.lock")
            let lock = MarkerLock(inDirectory: "/store", fileSystem: markers.fileSystem, options: .init(form: bad))
            #expect(try lockError { _ = try lock.acquire(.test).epoch }?.code == "invalid_value")
        }
    }

    @Test func anEmptyHostNameIsNoError() throws {
        markers.disk.hostName = ""
        let held = try markers.lock().acquire(.test)
        #expect(held.marker.host == "")
        #expect(try markers.text().contains("\nhost=\n"))
        #expect(try markers.lock().inspect().state == .held)
    }

    /// The operator finds marker and companion as the owner left them.
    @Test func aPreservedMarkerSurvivesTheRelease() throws {
        let held = try markers.lock().acquire(.test)
        try held.preserveMarker(reason: "rollback failed")
        let token = held.marker.token
        #expect(held.marker.preservedReason == "rollback failed")
        try held.check()
        try held.release()
        let found = try #require(try markers.lock().readMarker())
        #expect(found.marker?.token == token)
        #expect(found.marker?.preservedReason == "rollback failed")
        #expect(try markers.names().contains(TestMarkers.name + ".flock"))
        #expect(try markers.lock().inspect().state == .stale)
        #expect(try !markers.lock().canAcquire())
    }

    /// A tool without locks replaces the marker between the last look and its removal.
    @Test(arguments: [false, true])
    func aMarkerThatCameAtTheLastMomentIsNotRemoved(andAnother: Bool) throws {
        let locks = try TestLocks()
        let isReleasing = Condition(0)
        let directory = try PosixFileSystem.shared.openDirectory(locks.root)
        let fileSystem = PosixFileSystem { call in
            let changes: Set<SystemCall.Name> = [.renameat, .renameat2, .unlinkat]
            guard changes.contains(call.name) else { return nil }
            let number = isReleasing.withLock { number in
                if number > 0 { number += 1 }
                return number
            }
            do {
                if number == 2 { try directory.replaceAtomically(TestMarkers.name, with: Array("theirs".utf8)) }
                if number == 3, andAnother { try directory.publishExclusively(TestMarkers.name, Array("more".utf8)) }
            } catch {
                Issue.record(error)
            }
            return nil
        }
        let lock = MarkerLock(inDirectory: locks.root, fileSystem: fileSystem)
        let held = try lock.acquire(.test)
        isReleasing.withLock { $0 = 1 }
        #expect(releaseError(held) == .markerReplaced(path: lock.path))
        isReleasing.withLock { $0 = 0 }
        var texts: [String] = []
        for name in try locks.names() where !name.hasSuffix(".epoch") && !name.hasSuffix(".flock") {
            texts.append(String(decoding: try directory.readFile(name, maximumBytes: 100), as: UTF8.self))
            #expect(name == TestMarkers.name || name.hasPrefix(TestMarkers.name + ".stale-"))
        }
        #expect(texts == (andAnother ? ["more", "theirs"] : ["theirs"]))
        // What stands there is what whoever comes next is told of.
        #expect(try lockError { _ = try lock.acquire(.test).epoch }?.code == "stale_marker")
    }

    /// What a failed look says must not be taken for the end of the lock.
    @Test func aFailedCheckDoesNotSayThatNothingIsHeld() throws {
        let locks = try TestLocks()
        let fails = Condition(false)
        let fileSystem = PosixFileSystem { call in
            call.name == .statx && fails.withLock { $0 } ? .failure(.inputOutput) : nil
        }
        let lock = MarkerLock(inDirectory: locks.root, fileSystem: fileSystem)
        let held = try lock.acquire(.test)
        fails.withLock { $0 = true }
        for error in [
            try lockError { try held.check() }, try lockError { try held.preserveMarker(reason: "r") },
        ] {
            #expect(error?.code == "io")
            #expect("\(try #require(error))".contains("othing is held") == false)
        }
        fails.withLock { $0 = false }
        try held.check()
        let other = MarkerLock(inDirectory: locks.root, fileSystem: PosixFileSystem.shared)
        #expect(try lockError { _ = try other.acquire(.test).epoch }?.code == "held")
        try held.release()
    }

    @Test func waitingEndsWithTheHolder() throws {
        let locks = try TestLocks()
        let root = locks.root
        let held = try MarkerLock(inDirectory: root, fileSystem: PosixFileSystem.shared).acquire(.test)
        let waiter = try Background {
            let lock = MarkerLock(inDirectory: root, fileSystem: PosixFileSystem.shared)
            do {
                try lock.acquire(.test, timeout: .seconds(60)).release()
            } catch {
                Issue.record(error)
            }
        }
        #expect(!waiter.ends(withinMilliseconds: 30))
        try held.release()
        #expect(waiter.ends(withinMilliseconds: 30_000))
        waiter.join()
    }

    @Test func networkFileSystemsAreRefusedUnlessAllowed() throws {
        markers.disk.mountFacts.fileSystemType = "nfs4"
        #expect(try lockError { _ = try markers.lock().acquire(.test).epoch }?.code == "unsupported_filesystem")
        #expect(try markers.names() == [])
        let held = try markers.lock(.init(allowsNetworkFileSystems: true)).acquire(.test)
        #expect(held.epoch == 1)
    }
}
