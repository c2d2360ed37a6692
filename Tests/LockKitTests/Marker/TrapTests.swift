import Canonical
import FileSystemSeam
import LockKit
import TestSupport
import Testing

/// What existing lock files got wrong, one test each. Those that need processes are in `MultiProcessTests`.
@Suite("Traps of lock files")
struct TrapTests {
    private let markers: TestMarkers

    init() throws { markers = try TestMarkers() }

    /// A process that acquires and ends leaves a marker, and with it, where the marker was the lock, locked everyone
    /// out.
    @Test func aHolderThatDiedLocksNobodyOut() throws {
        let stale = try markers.leaveStaleMarker()
        #expect(try markers.lock().inspect().isHeld == false)
        let error = try lockError { _ = try markers.lock().acquire(.test).epoch }
        #expect(error == .staleMarker(path: "/store/" + TestMarkers.name, stale))
        _ = try markers.lock().quarantine(stale)
        #expect(try markers.lock().canAcquire())
    }

    /// A contender that quarantined a live lock removed, on its way out, the companion that the holder had locked, and
    /// the next one made and locked a new companion: two holders.
    @Test func aLiveLockIsNotQuarantinedAndItsFilesAreLeftAlone() throws {
        let held = try markers.lock().acquire(.test)
        let contender = markers.lock()
        let found = try #require(try contender.readMarker())
        let before = try markers.directory.status(of: TestMarkers.name + ".flock").identity
        #expect(try lockError { _ = try contender.quarantine(found) } == .held(path: contender.path, marker: found))
        #expect(try lockError { _ = try contender.acquire(.test).epoch } == .held(path: contender.path, marker: found))
        #expect(try markers.directory.status(of: TestMarkers.name + ".flock").identity == before)
        #expect(try contender.readMarker() == found)
        #expect(try !markers.lock().canAcquire())
        try held.check()
    }

    /// Existing tools remove and truncate the companion. The directory is locked too, so that nobody gets in by that.
    @Test func removingTheCompanionOfALiveLockLetsNobodyIn() throws {
        let held = try markers.lock().acquire(.test)
        try markers.directory.remove(TestMarkers.name + ".flock")
        #expect(try lockError { _ = try markers.lock().acquire(.test).epoch }?.code == "held")
        #expect(try markers.lock().inspect().state == .held)
        try markers.put(TestMarkers.name + ".flock", "")
        #expect(try lockError { _ = try markers.lock().acquire(.test).epoch }?.code == "held")
        #expect(try lockError { try held.check() }?.code == "lock_file_replaced")
        try held.release()
        #expect(try markers.lock().canAcquire())
    }

    /// A guard that is dropped late, when a tool without locks has put another marker there, removes nothing.
    @Test func aLateReleaseLeavesTheNextOwnersMarker() throws {
        let held = try markers.lock().acquire(.test)
        let own = try markers.text()
        let token = try #require(held.marker.token)
        let next = own.replacing(token, with: String(repeating: "0", count: 32))
        try markers.put(TestMarkers.name, next)
        let path = "/store/" + TestMarkers.name
        #expect(try lockError { try held.check() } == .markerReplaced(path: path))
        #expect(releaseError(held) == .markerReplaced(path: path))
        #expect(try markers.text() == next)
        // The same when the other marker is one that cannot be read, and by scope end.
        try markers.directory.remove(TestMarkers.name)
        do {
            let again = try markers.lock().acquire(.test)
            try markers.put(TestMarkers.name, "somebody else's")
            _ = again.epoch
        }
        #expect(try markers.text() == "somebody else's")
    }

    @Test func twoQuarantinesInOneSecondBothSurvive() throws {
        var bodies: Set<String> = []
        var names: Set<String> = []
        for _ in 0..<3 {
            let stale = try markers.leaveStaleMarker()
            bodies.insert(String(decoding: stale.bytes, as: UTF8.self))
            names.insert(try markers.lock().quarantine(stale))
        }
        #expect(Set(names.map { $0.prefix(TestMarkers.name.count + 23) }).count == 1, "not all in one second: \(names)")
        #expect(names.count == 3)
        #expect(Set(try names.map { try markers.text($0) }) == bodies)
    }

    @Test(arguments: ["", ".flock", ".epoch"])
    func aSymbolicLinkIsNotFollowedAndItsTargetNotTouched(_ suffix: String) throws {
        try markers.put("victim", "precious")
        let directory = try #require(markers.directory as? SimDirectory)
        try markers.disk.plantSymbolicLink(TestMarkers.name + suffix, to: "/store/victim", in: directory)
        let error = try lockError { _ = try markers.lock().acquire(.test).epoch }
        #expect(error?.code == "not_a_lock_file", "\(String(describing: error))")
        #expect(try markers.text("victim") == "precious")
        #expect(try markers.directory.status(of: TestMarkers.name + suffix).kind == .symbolicLink)
    }

    @Test func aSymbolicLinkInPlaceOfATemporaryFileIsRemovedAndNotFollowed() throws {
        try markers.put("victim", "precious")
        let directory = try #require(markers.directory as? SimDirectory)
        try markers.disk.plantSymbolicLink(".\(TestMarkers.name).tmp", to: "/store/victim", in: directory)
        #expect(try markers.lock().canAcquire())
        #expect(try markers.text("victim") == "precious")
    }

    @Test func aHostNameCannotAddALine() throws {
        markers.disk.hostName = "innocent\nscope=staging"
        let error = try lockError { _ = try markers.lock().acquire(.test).epoch }
        #expect(error == .invalidValue(member: "host", reason: "holds the control character U+A"))
        #expect(try markers.names() == [])
        markers.disk.hostName = "innocent"
        #expect(try markers.lock().canAcquire())
    }

    /// `kill(number, 0)` succeeds for the number of a thread, and `/proc/<number>` is there for it, so that a dead
    /// owner seemed to live for as long as some process had a thread of that number.
    @Test func theNumberOfAThreadIsNotALivingOwner() throws {
        let locks = try TestLocks()
        let threads = try PosixFileSystem.shared.openDirectory("/proc/self/task").entries().map(\.name)
        let own = PosixFileSystem.shared.processIdentity.processID
        let thread = try #require(threads.compactMap { UInt32($0) }.first { $0 != UInt32(own) })
        let lock = MarkerLock(inDirectory: locks.root, fileSystem: PosixFileSystem.shared)
        var marker = LockMarker(
            processID: thread,
            host: PosixFileSystem.shared.processIdentity.hostName,
            acquiredAt: try Timestamp(parsing: "2026-03-14T15:09:26Z"),
            request: .test
        )
        marker.processNamespace = PosixFileSystem.shared.processIdentity.processNamespace
        for startTicks in [nil, 1] as [UInt64?] {
            marker.startTicks = startTicks
            try locks.directory.replaceAtomically(TestMarkers.name, with: marker.encoded())
            let inspection = try lock.inspect()
            #expect(inspection.state == .stale)
            #expect(inspection.owner == .gone)
            #expect(try lockError { _ = try lock.acquire(.test).epoch }?.code == "stale_marker")
        }
        // Its own number, on the other hand, is that of a process.
        marker.processID = UInt32(own)
        marker.startTicks = PosixFileSystem.shared.processIdentity.startTicks
        try locks.directory.replaceAtomically(TestMarkers.name, with: marker.encoded())
        #expect(try lock.inspect().owner == .running)
        marker.startTicks = 1
        try locks.directory.replaceAtomically(TestMarkers.name, with: marker.encoded())
        #expect(try lock.inspect().owner == .gone)
        // Whatever the process table says, the lock is free.
        #expect(try lock.inspect().state == .stale)
    }

    /// In another container the same host name and process number may be somebody else's, or nobody's.
    @Test func anOwnerInAnotherNamespaceOfTheSameHostIsNotRobbed() throws {
        let held = try markers.lock().acquire(.test)
        markers.disk.processNamespace = 2
        let contender = markers.lock()
        let inspection = try contender.inspect()
        #expect(inspection.state == .foreign)
        #expect(inspection.isHeld)
        #expect(inspection.owner == .unknown)
        let found = try #require(inspection.marker)
        #expect(found.isForeign)
        #expect(try lockError { _ = try contender.acquire(.test).epoch } == .held(path: contender.path, marker: found))
        #expect(try lockError { _ = try contender.quarantine(found) } == .held(path: contender.path, marker: found))
        markers.disk.processNamespace = 1
        try held.check()
    }

    @Test func aDeadOwnerOfAnotherHostIsReportedAsForeign() throws {
        let stale = try markers.leaveStaleMarker()
        #expect(!stale.isForeign)
        markers.disk.hostName = "another"
        let inspection = try markers.lock().inspect()
        #expect(inspection.state == .foreign)
        #expect(!inspection.isHeld)
        #expect(inspection.owner == .unknown)
        guard case .staleMarker(_, let found)? = try lockError({ _ = try markers.lock().acquire(.test).epoch }) else {
            Issue.record("it was acquired")
            return
        }
        #expect(found.isForeign)
        #expect(found.ownerDescription.contains("another host or namespace"))
    }
}
