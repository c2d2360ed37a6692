import FileSystemSeam
import LockKit
import Testing

/// A marker is left because something went wrong, often with words that nobody chose: whatever they are, it is left.
@Suite("The reason why a marker is left")
struct PreservedReasonTests {
    private let markers: TestMarkers

    init() throws { markers = try TestMarkers() }

    /// What a marker says that is left with this reason, once it is released.
    private func left(_ reason: String) throws -> String? {
        let held = try markers.lock().acquire(.test)
        try held.preserveMarker(reason: reason)
        #expect(held.marker == (try markers.lock().readMarker()?.marker))
        try held.release()
        #expect(try !markers.lock().canAcquire())
        let found = try #require(try markers.lock().readMarker())
        #expect(found.syntaxError == nil)
        #expect(found.marker?.scope == "production")
        _ = try markers.lock().quarantine(found)
        return found.marker?.preservedReason
    }

    /// As of an error that tells of itself in several lines.
    @Test func itStandsOnOneLine() throws {
        #expect(
            try left("a\nscope=x\r\u{0}\u{7f}\u{85}\u{2028}\u{2029}é")
                == #"a\u{a}scope=x\u{d}\u{0}\u{7f}\u{85}\u{2028}\u{2029}é"#
        )
        #expect(try left("") == "")
        #expect(try left(#"C:\u{a}"#) == #"C:\u{a}"#)
    }

    /// Not in the middle of a character, nor of what stands for one.
    @Test func itIsCutWhereItIsTooLong() throws {
        let limit = 4096
        #expect(try left(String(repeating: "x", count: 70_000)) == String(repeating: "x", count: limit))
        #expect(try left("x" + String(repeating: "é", count: 9000))?.utf8.count == limit - 1)
        let lines = try #require(try left("ab" + String(repeating: "\n", count: 9000)))
        #expect(lines == "ab" + String(repeating: #"\u{a}"#, count: (limit - 2) / 5))
    }

    /// The lock is released as if nothing had been asked for, but for the marker.
    @Test(arguments: [FileSystemError.Operation.open, .write, .sync, .rename, .syncDirectory, .read])
    func aMarkerWhoseReasonCannotBeWrittenStays(_ call: FileSystemError.Operation) throws {
        let held = try markers.lock().acquire(.test)
        markers.disk.faults = .on(call, 1, .error(.inputOutput))
        #expect(try lockError { try held.preserveMarker(reason: "rollback failed") }?.code == "io")
        markers.disk.faults = FaultPlan()
        try held.release()
        #expect(try markers.lock().readMarker()?.marker?.token != nil)
        #expect(try !markers.lock().canAcquire())
    }

    // MARK: - Size

    private func request(deploymentBytes count: Int) -> MarkerRequest {
        var request = MarkerRequest.test
        request.deploymentID = String(repeating: "d", count: count)
        return request
    }

    /// Nobody could read it, release it or take it over.
    @Test func aMarkerThatIsTooLargeIsNotWritten() throws {
        let error = try lockError { _ = try markers.lock().acquire(request(deploymentBytes: 70_000)).epoch }
        #expect(error?.code == "invalid_value")
        #expect(try markers.names() == [])
        var marker = try LockMarker(parsing: markers.leaveStaleMarker().bytes)
        marker.otherLines = ["note=" + String(repeating: "x", count: 1 << 16)]
        #expect(try lockError { _ = try marker.encoded() }?.code == "invalid_value")
    }

    /// The largest that is accepted has room for all that is added to it.
    @Test func theLargestMarkerHasRoomForTheLongestReason() throws {
        var (accepted, refused) = (0, 70_000)
        while refused - accepted > 1 {
            let count = (accepted + refused) / 2
            do throws(LockError) {
                let held = try markers.lock().acquire(request(deploymentBytes: count), minimumEpoch: { .max - 70_000 })
                accepted = count
                try held.release()
            } catch {
                #expect(error.code == "invalid_value")
                refused = count
            }
        }
        #expect(accepted > 60_000)
        let held = try markers.lock().acquire(request(deploymentBytes: accepted))
        try held.preserveMarker(reason: String(repeating: "x", count: 70_000))
        try held.check()
        try held.release()
        let found = try #require(try markers.lock().readMarker())
        #expect(found.marker?.preservedReason?.utf8.count == 4096)
        // But for the fraction of a second in which a lock that was waited for may be taken.
        #expect(found.bytes.count == (1 << 16) - ".999999999".utf8.count)
        _ = try markers.lock().quarantine(found)
        #expect(try markers.lock().canAcquire())
    }
}
