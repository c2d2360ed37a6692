import Canonical
import FileSystemSeam
import Foundation
import LockKit
import Testing

@Suite("Looking at a lock")
struct InspectionTests {
    @Test func theStatesOfAMarkerLock() throws {
        let markers = try TestMarkers()
        #expect(try markers.lock().inspect().state == .idle)
        #expect(try markers.names() == [], "looking made files")
        let held = try markers.lock().acquire(.test)
        var inspection = try markers.lock().inspect()
        #expect(inspection.state == .held)
        #expect(inspection.isHeld)
        #expect(inspection.marker?.marker == held.marker)
        #expect(inspection.epoch == 1)
        try held.release()
        inspection = try markers.lock().inspect()
        #expect(inspection.state == .idle)
        #expect(inspection.marker == nil)
        let stale = try markers.leaveStaleMarker()
        inspection = try markers.lock().inspect()
        #expect(inspection.state == .stale)
        #expect(inspection.marker == stale)
    }

    @Test func aHeldLockWithoutAMarkerIsInTransition() throws {
        let markers = try TestMarkers()
        let other = try markers.disk.boot().openDirectory("/store")
        #expect(try other.lock(.exclusive, blocking: false))
        #expect(try markers.lock().inspect().state == .inTransition)
        let path = "/store/" + TestMarkers.name
        #expect(try lockError { _ = try markers.lock().acquire(.test).epoch } == .wouldBlock(path: path))
        // An existing tool that takes only the companion holds it as well.
        try other.close()
        try markers.put(TestMarkers.name + ".flock", "")
        let process = try markers.disk.boot().openDirectory("/store")
        let companion = try process.open(TestMarkers.name + ".flock", .read, permissions: .ownerFile)
        #expect(try companion.lock(.exclusive, blocking: false))
        #expect(try markers.lock().inspect().state == .inTransition)
        #expect(try lockError { _ = try markers.lock().acquire(.test).epoch } == .wouldBlock(path: path))
        try companion.close()
        #expect(try markers.lock().canAcquire())
    }

    @Test func theKernelNamesTheHolder() throws {
        let locks = try TestLocks()
        let own = PosixFileSystem.shared.processIdentity.processID
        let held = try MarkerLock(inDirectory: locks.root, fileSystem: PosixFileSystem.shared).acquire(.test)
        let inspection = try MarkerLock(inDirectory: locks.root, fileSystem: PosixFileSystem.shared).inspect()
        #expect(inspection.state == .held)
        #expect(inspection.holders == [own])
        #expect(inspection.owner == .running)
        try held.check()
        let file = try locks.lock().lock(.shared)
        #expect(try locks.lock().inspect() == FileLockInspection(mode: .shared, holders: [own]))
        file.release()
        #expect(try locks.lock().inspect() == FileLockInspection(mode: nil, holders: []))
    }

    /// Somebody holds the lock to look at a stale marker: the one whom the marker names does not hold it.
    @Test func theOwnerOfAStaleMarkerIsNotTakenForTheHolder() throws {
        let locks = try TestLocks()
        let lock = MarkerLock(inDirectory: locks.root, fileSystem: PosixFileSystem.shared)
        var marker = LockMarker(
            processID: 1,
            host: PosixFileSystem.shared.processIdentity.hostName,
            acquiredAt: .earliest,
            request: .test
        )
        marker.token = "00"
        try locks.directory.replaceAtomically(TestMarkers.name, with: marker.encoded())
        let other = try locks.directory.reopened()
        #expect(try other.lock(.exclusive, blocking: false))
        let inspection = try lock.inspect()
        #expect(inspection.state == .inTransition)
        #expect(inspection.isHeld)
    }

    @Test func aFileLockIsSeenOnTheSimulatorToo() throws {
        let disk = SimDisk()
        func lock() -> FileLock { FileLock(at: "/lock", fileSystem: disk.boot()) }
        #expect(try lock().inspect().mode == nil)
        #expect(try disk.boot().openDirectory("/").entries() == [])
        let shared = try lock().take(.shared)
        #expect(try lock().inspect().mode == .shared)
        shared.release()
        let exclusive = try lock().take(.exclusive)
        #expect(try lock().inspect().mode == .exclusive)
        exclusive.release()
        #expect(try lock().inspect().mode == nil)
    }

    /// Who removed the lock file of an anchored lock has let nobody in, and is not told that nobody holds it.
    @Test(arguments: [LockMode.shared, .exclusive])
    func aHolderWhoseAnchorIsLockedIsSeen(_ mode: LockMode) throws {
        let locks = try TestLocks()
        let own = PosixFileSystem.shared.processIdentity.processID
        try locks.directory.makeDirectory("inner", permissions: .ownerDirectory)
        for (path, anchor) in [("lock", FileLockOptions.Anchor.directory), ("inner/lock", .other(locks.directory))] {
            func lock() -> FileLock {
                let options = FileLockOptions(anchor: anchor)
                return FileLock(at: "\(locks.root)/\(path)", fileSystem: PosixFileSystem.shared, options: options)
            }
            let free = FileLockInspection(mode: nil, holders: [])
            let seen = FileLockInspection(mode: mode, holders: [own])
            #expect(try lock().inspect() == free)
            let held = try lock().lock(mode)
            #expect(try lock().inspect() == seen)
            let place = try PosixFileSystem.shared.openDirectory(path == "lock" ? locks.root : locks.root + "/inner")
            try place.remove("lock")
            #expect(try lock().inspect() == seen)
            try place.replaceAtomically("lock", with: [])
            #expect(try lock().inspect() == seen)
            held.release()
            #expect(try lock().inspect() == free)
        }
    }

    /// Nobody acquires a lock whose companion is none, and it is not called idle.
    @Test(arguments: ["symbolic link", "directory", "fifo", "socket"])
    func aCompanionThatIsNoFileIsTold(_ kind: String) throws {
        let locks = try TestLocks()
        let lock = MarkerLock(inDirectory: locks.root, fileSystem: PosixFileSystem.shared)
        let name = TestMarkers.name + ".flock"
        let path = "\(locks.root)/\(name)"
        switch kind {
        case "symbolic link": #expect(symlink("victim", path) == 0)
        case "directory": try locks.directory.makeDirectory(name, permissions: .ownerDirectory)
        case "fifo": #expect(mkfifo(path, 0o600) == 0)
        default: #expect(mknod(path, S_IFSOCK | 0o600, 0) == 0)
        }
        for error in [
            try lockError { _ = try lock.acquire(.test).epoch }, try lockError { _ = try lock.inspect() },
        ] {
            guard case .notALockFile(path, _)? = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
    }

    @Test func aDirectorysLockIsSeen() throws {
        let locks = try TestLocks()
        func lock() -> FileLock { FileLock(ofDirectory: locks.root, fileSystem: PosixFileSystem.shared) }
        #expect(try lock().inspect().mode == nil)
        let held = try lock().lock(.exclusive)
        #expect(try lock().inspect().mode == .exclusive)
        held.release()
    }
}
