import FileSystemSeam
import LockKit
import Testing

@Suite("Quarantine of a stale marker")
struct QuarantineTests {
    private let markers: TestMarkers

    init() throws { markers = try TestMarkers() }

    @Test func itMovesTheMarkerWithItsBodyIntact() throws {
        let stale = try markers.leaveStaleMarker()
        let name = try markers.lock().quarantine(stale)
        #expect(
            name.wholeMatch(of: #/\.cortex-restore-active-store\.lock\.stale-20260101T0000\d\dZ-[0-9a-f]{16}/#) != nil
        )
        #expect(Array(try markers.text(name).utf8) == stale.bytes)
        #expect(try markers.directory.status(of: name).identity == stale.identity)
        #expect(try markers.lock().readMarker() == nil)
        #expect(try markers.lock().inspect().state == .idle)
    }

    @Test func itIsBoundToTheBytesThatWereInspected() throws {
        let stale = try markers.leaveStaleMarker()
        let text = String(decoding: stale.bytes, as: UTF8.self)
        try markers.put(TestMarkers.name, text.replacing("operator-m", with: "operator-n"))
        let path = "/store/" + TestMarkers.name
        #expect(try lockError { _ = try markers.lock().quarantine(stale) } == .markerChanged(path: path))
        try markers.directory.remove(TestMarkers.name)
        #expect(try lockError { _ = try markers.lock().quarantine(stale) } == .markerChanged(path: path))
        // The same bytes in another file are another marker.
        try markers.put(TestMarkers.name, text)
        #expect(try lockError { _ = try markers.lock().quarantine(stale) } == .markerChanged(path: path))
        let again = try #require(try markers.lock().readMarker())
        _ = try markers.lock().quarantine(again)
    }

    @Test(arguments: ["", "half a mar", "cortex-restore-active-store-lock-v1\npid=1\n"])
    func aMarkerThatCannotBeReadIsStaleToo(_ text: String) throws {
        try markers.put(TestMarkers.name, text)
        guard case .staleMarker(_, let found)? = try lockError({ _ = try markers.lock().acquire(.test).epoch }) else {
            Issue.record("it was acquired")
            return
        }
        #expect(found.marker == nil)
        #expect(found.syntaxError != nil)
        let name = try markers.lock().quarantine(found)
        #expect(try markers.text(name) == text)
        #expect(try markers.lock().canAcquire())
    }

    /// A tool without locks replaces the marker between the last look and the move.
    @Test func aMarkerReplacedAtTheLastMomentIsPutBack() throws {
        let locks = try TestLocks()
        try locks.directory.replaceAtomically(TestMarkers.name, with: Array("stale".utf8))
        let root = locks.root
        let replaced = OnCall(.renameat2) {
            do {
                let directory = try PosixFileSystem.shared.openDirectory(root)
                try directory.replaceAtomically(TestMarkers.name, with: Array("live".utf8))
            } catch {
                Issue.record(error)
            }
            return nil
        }
        let lock = MarkerLock(inDirectory: root, fileSystem: replaced.fileSystem)
        let found = try #require(try lock.readMarker())
        #expect(try lockError { _ = try lock.quarantine(found) } == .markerChanged(path: lock.path))
        #expect(try lock.readMarker()?.bytes == Array("live".utf8))
        #expect(try locks.names() == [TestMarkers.name, TestMarkers.name + ".flock"])
    }
}
