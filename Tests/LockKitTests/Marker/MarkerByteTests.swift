import Canonical
import FileSystemSeam
import LockKit
import Testing

/// What only looks the same is not the same marker: bytes are compared, not characters.
@Suite("Markers that look alike")
struct MarkerByteTests {
    private static func text(_ lines: [String]) throws -> [UInt8] {
        var marker = LockMarker(processID: 4242, host: LookAlikes.composed, acquiredAt: .earliest, request: .test)
        marker.otherLines = lines
        return try marker.encoded()
    }

    /// Existing tools compare bytes: to them these are two keys.
    @Test func keysThatLookAlikeAreTwoLines() throws {
        let lines = ["\(LookAlikes.composed)=1", "\(LookAlikes.decomposed)=2", "\(LookAlikes.sign)=3", "K=4"]
        let marker = try LockMarker(parsing: Self.text(lines))
        #expect(marker.otherLines.map { Array($0.utf8) } == lines.map { Array($0.utf8) })
        #expect(try marker.encoded() == Self.text(lines))
        // The same bytes twice are refused as ever.
        #expect(throws: MarkerSyntaxError.self) { try LockMarker(parsing: Self.text(lines + ["K=5"])) }
        #expect(throws: MarkerSyntaxError.self) {
            try LockMarker(parsing: Self.text(lines + ["\(LookAlikes.decomposed)=6"]))
        }
    }

    @Test func anOwnerOnAHostWhoseNameLooksAlikeIsElsewhere() throws {
        let markers = try TestMarkers()
        markers.disk.hostName = LookAlikes.composed
        _ = try markers.leaveStaleMarker()
        #expect(try markers.lock().inspect().state == .stale)
        markers.disk.hostName = LookAlikes.decomposed
        #expect(try markers.lock().inspect().state == .foreign)
    }

    /// Of the first line, too, only the bytes count.
    @Test func aHeaderThatLooksAlikeIsNoHeader() throws {
        let form = MarkerForm(header: LookAlikes.composed, scope: "s", name: "lock")
        let marker = LockMarker(form: form, processID: 1, host: "", acquiredAt: .earliest, request: .test)
        let bytes = try marker.encoded()
        #expect(try LockMarker(parsing: bytes, form: form) == marker)
        var other = form
        other.header = LookAlikes.decomposed
        #expect(throws: MarkerSyntaxError.self) { try LockMarker(parsing: bytes, form: other) }
    }

    /// The kind of a user's file system is the user's to name: `fuse.` and whatever they like.
    @Test func aUsersFileSystemIsFoundWhateverFollowsItsDot() throws {
        let disk = SimDisk()
        disk.mountFacts.fileSystemType = "fuse.\(LookAlikes.combining)x"
        let lock = FileLock(at: "/lock", fileSystem: disk.boot())
        #expect(try lockError { _ = try lock.canLock(.shared) }?.code == "unsupported_filesystem")
    }
}
