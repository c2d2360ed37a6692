import FileSystemSeam
import LockKit
import Testing

/// An acquisition that fails while it publishes its marker leaves no marker, and a lock that is to be had.
@Suite("A marker that cannot be published")
struct PublishFailureTests {
    /// The calls that acquiring makes, and how many of each at most.
    private static let calls: [FileSystemError.Operation] = [
        .open, .write, .sync, .rename, .syncDirectory, .read, .fileStatus, .lock, .lockDirectory, .fillRandom,
    ]

    @Test(arguments: calls)
    func anErrorLeavesNoMarkerAndAFreeLock(_ call: FileSystemError.Operation) throws {
        var failures = 0
        for occurrence in 1...12 {
            let markers = try TestMarkers()
            // The second time the epoch is overwritten and not made.
            for _ in 0..<occurrence % 2 { #expect(try markers.lock().canAcquire()) }
            markers.disk.faults = .on(call, (occurrence + 1) / 2, .error(.inputOutput))
            let error = try lockError { _ = try markers.lock().acquire(.test).marker }
            markers.disk.faults = FaultPlan()
            guard let error else { continue }
            failures += 1
            #expect(error.code == "io", "\(error)")
            #expect(try markers.lock().readMarker() == nil, "after \(call) \(occurrence)")
            #expect(try markers.lock().inspect().state == .idle, "after \(call) \(occurrence)")
            #expect(try markers.lock().canAcquire(), "after \(call) \(occurrence)")
        }
        #expect(failures > 0, "the call is never made")
    }

    /// The marker stands already when the sync of its directory fails.
    @Test func aMarkerWhoseNameIsNotDurableIsRemovedAgain() throws {
        let markers = try TestMarkers()
        #expect(try markers.lock().canAcquire())
        markers.disk.faults = .on(.syncDirectory, 1, .error(.inputOutput))
        #expect(try lockError { _ = try markers.lock().acquire(.test).marker }?.code == "io")
        markers.disk.faults = FaultPlan()
        #expect(try markers.names() == [TestMarkers.name + ".epoch", TestMarkers.name + ".flock"])
    }
}
