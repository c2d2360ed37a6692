import Canonical
import FileSystemSeam
import LockKit
import Testing

/// What is said of a marker's owner, with process tables that do not show everyone.
@Suite("Whether a marker's owner runs")
struct OwnerLivenessTests {
    private let markers: TestMarkers
    private let viewer: SimFS
    private let owner: Int32

    init() throws {
        markers = try TestMarkers()
        let stale = try markers.leaveStaleMarker()
        owner = Int32(try #require(stale.marker).processID)
        viewer = markers.disk.boot()
        try markers.fileSystem.openDirectory("/").makeDirectory("proc", permissions: .ownerDirectory)
    }

    /// Shows a process in the table, as proc(5) has it.
    private func show(_ number: Int32, startTicks: UInt64? = nil) throws {
        let table = try markers.fileSystem.openDirectory("/proc")
        try table.makeDirectory(String(number), permissions: .ownerDirectory)
        let process = try table.subdirectory(String(number))
        let tail = "S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 \(startTicks ?? UInt64(number) * 10) 20 21"
        try process.replaceAtomically("stat", with: Array("\(number) (restore) \(tail)\n".utf8))
        try process.replaceAtomically("status", with: Array("Name:\trestore\nTgid:\t\(number)\n".utf8))
    }

    private func liveness(inUse numbers: Set<Int32>?) throws -> OwnerLiveness {
        markers.disk.processNumbersInUse = numbers
        return try MarkerLock(inDirectory: "/store", fileSystem: viewer).inspect().owner
    }

    /// Mounted with `hidepid`, the table shows our own processes only.
    @Test func aProcessThatIsHiddenIsNotGone() throws {
        let own = viewer.processIdentity.processID
        try show(own)
        #expect(try liveness(inUse: [own, owner]) == .unknown)
        #expect(try liveness(inUse: nil) == .unknown)
        #expect(try liveness(inUse: [own]) == .gone)
        try show(owner)
        #expect(try liveness(inUse: [own, owner]) == .running)
        #expect(try liveness(inUse: nil) == .running)
        #expect(try liveness(inUse: [own]) == .gone)
    }

    @Test func aLaterProcessOfTheSameNumberIsNotTheOwner() throws {
        let own = viewer.processIdentity.processID
        try show(own)
        try show(owner, startTicks: 7)
        #expect(try liveness(inUse: [own, owner]) == .gone)
    }

    /// The table of another process-id namespace, as where the host's is mounted in a container, names others.
    @Test func aTableThatIsNotOursSaysNothing() throws {
        let own = viewer.processIdentity.processID
        try show(owner)
        #expect(try liveness(inUse: [own, owner]) == .unknown)
        try show(own, startTicks: 7)
        #expect(try liveness(inUse: [own, owner]) == .unknown)
        #expect(try liveness(inUse: [own]) == .gone)
    }

    /// Existing tools do not say whose numbers theirs are: in a container that has our host's name, ours are others'.
    @Test func aNumberOfAnUnknownNamespaceSaysNothing() throws {
        let own = viewer.processIdentity.processID
        try show(own)
        try show(owner, startTicks: 7)
        var marker = LockMarker(
            processID: UInt32(owner),
            host: "simulated",
            acquiredAt: .earliest,
            request: .test
        )
        marker.startTicks = UInt64(owner) * 10
        for bootID in [nil, "", viewer.processIdentity.bootID, "another"] {
            marker.bootID = bootID
            try markers.put(TestMarkers.name, String(decoding: marker.encoded(), as: UTF8.self))
            #expect(try liveness(inUse: [own]) == .unknown)
            #expect(try liveness(inUse: [own, owner]) == .unknown)
        }
        // What is no number of a process is nobody's.
        marker.bootID = nil
        marker.processID = .max
        try markers.put(TestMarkers.name, String(decoding: marker.encoded(), as: UTF8.self))
        #expect(try liveness(inUse: [own, owner]) == .gone)
        // With the namespace the numbers are comparable.
        marker.processID = UInt32(owner)
        marker.processNamespace = 1
        try markers.put(TestMarkers.name, String(decoding: marker.encoded(), as: UTF8.self))
        #expect(try liveness(inUse: [own]) == .gone)
    }

    /// A container may be shown a boot of its own by whoever starts it, at the same time as its host.
    @Test func anotherBootDoesNotSayThatTheOwnerIsGone() throws {
        let own = viewer.processIdentity.processID
        try show(own)
        try show(owner)
        var marker = LockMarker(
            processID: UInt32(owner),
            host: "simulated",
            acquiredAt: .earliest,
            request: .test
        )
        (marker.bootID, marker.processNamespace) = ("another", 1)
        marker.startTicks = UInt64(owner) * 10
        try markers.put(TestMarkers.name, String(decoding: marker.encoded(), as: UTF8.self))
        // It may be that process, or one that was started as long after another start of the machine.
        #expect(try liveness(inUse: [own, owner]) == .unknown)
        // Nobody has the number any more, or somebody else: so it is after a start of the machine.
        #expect(try liveness(inUse: [own]) == .gone)
        marker.startTicks = 7
        try markers.put(TestMarkers.name, String(decoding: marker.encoded(), as: UTF8.self))
        #expect(try liveness(inUse: [own, owner]) == .gone)
        // Numbers of another namespace are not ours, in whatever boot.
        marker.processNamespace = 2
        try markers.put(TestMarkers.name, String(decoding: marker.encoded(), as: UTF8.self))
        #expect(try liveness(inUse: [own]) == .unknown)
        #expect(try MarkerLock(inDirectory: "/store", fileSystem: viewer).inspect().state == .foreign)
    }
}
