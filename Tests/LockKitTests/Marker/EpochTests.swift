import FileSystemSeam
import LockKit
import Signing
import TestSupport
import Testing

@Suite("Fencing epochs")
struct EpochTests {
    private static let file = TestMarkers.name + ".epoch"
    private let markers: TestMarkers

    init() throws { markers = try TestMarkers() }

    private func epoch(_ minimum: UInt64 = 0) throws -> UInt64 {
        let held = try markers.lock().acquire(.test, minimumEpoch: { minimum })
        let epoch = held.epoch
        try held.release()
        return epoch
    }

    /// Overwrites a part of the file.
    private func damage(_ bytes: [UInt8], at offset: Int64) throws {
        let file = try markers.directory.open(Self.file, [.read, .write], permissions: .ownerFile)
        try file.writeAll(bytes, at: offset)
        try file.close()
    }

    @Test func everyAcquisitionCountsOneUp() throws {
        for expected in 1...6 as ClosedRange<UInt64> { #expect(try epoch() == expected) }
        #expect(try markers.directory.status(of: Self.file).size == 1024)
        let text = try markers.text(Self.file)
        #expect(text.contains("holdfast-lock-epoch-v1\nepoch=5\nsha256:"))
        #expect(text.contains("holdfast-lock-epoch-v1\nepoch=6\nsha256:"))
        #expect(try markers.lock().inspect().epoch == 6)
    }

    /// As the page about lock files shows it.
    @Test func aSlotIsOnDiskAsDocumented() throws {
        #expect(try epoch(16) == 17)
        let text = """
            holdfast-lock-epoch-v1
            epoch=17
            sha256:a64da05461e9da30d4878c31c7030e38607319856793fcbf6fdaff49a063dad7

            """
        let spaces = String(repeating: " ", count: 511 - text.utf8.count)
        #expect(try markers.text(Self.file).hasPrefix("\(text)\(spaces)\n"))
        let page = try FileTree.package.text(of: "docs/formats/lock-marker.md")
        #expect(page.contains("\n```\n\(text)```\n"))
    }

    @Test func aMinimumRaisesIt() throws {
        #expect(try epoch(41) == 42)
        #expect(try epoch(7) == 43)
        #expect(try epoch() == 44)
    }

    /// What the store has seen is asked for under the lock, before anything is changed.
    @Test func aMinimumThatCannotBeToldLeavesEverythingAsItWas() throws {
        struct Unreadable: Error {}
        for _ in 0..<2 { _ = try epoch() }
        let path = "/store/" + TestMarkers.name
        let fails = try lockError {
            _ = try markers.lock().acquire(.test, minimumEpoch: { throw Unreadable() }).epoch
        }
        #expect(fails == .minimumEpochUnknown(path: path, reason: "Unreadable()"))
        #expect(try markers.lock().inspect().state == .idle)
        #expect(try markers.lock().inspect().epoch == 2)
        let stale = try markers.leaveStaleMarker()
        let signed = try markers.takeover()
        let taking = StaleMarkerPolicy.takeover(signed, trustedKeys: [operatorKey.publicKey])
        let failsToo = try lockError {
            _ = try markers.lock().acquire(.test, stale: taking, minimumEpoch: { throw Unreadable() }).epoch
        }
        #expect(failsToo == .minimumEpochUnknown(path: path, reason: "Unreadable()"))
        #expect(try markers.lock().readMarker() == stale)
        let held = try markers.lock().acquire(
            .test,
            stale: taking,
            minimumEpoch: {
                let isHeld = try markers.lock().inspect().isHeld
                #expect(isHeld)
                return 8
            }
        )
        #expect(held.epoch == 9)
    }

    @Test func aLostFileStartsBeyondTheMinimum() throws {
        for _ in 0..<3 { _ = try epoch() }
        try markers.directory.remove(Self.file)
        #expect(try epoch(3) == 4)
    }

    @Test func aDamagedSlotDoesNotBringAnEpochBack() throws {
        for _ in 0..<3 { _ = try epoch() }
        // 3 stands in the first slot, 2 in the second.
        try damage([0], at: 30)
        #expect(try markers.lock().inspect().epoch == 2)
        #expect(try epoch() > 3)
        #expect(try epoch() > 4)
        try damage([0], at: 600)
        try damage([0], at: 30)
        #expect(try lockError { _ = try epoch() } == .epochUnreadable(path: "/store/" + Self.file))
        #expect(try markers.lock().readMarker() == nil)
        #expect(try epoch(9) == 10)
        #expect(try epoch() == 11)
    }

    /// Another sync of the directory would succeed and say nothing of the new file's name: after a power cut the
    /// damaged one could be back, and the epochs counted meanwhile given again.
    @Test func aRemadeFileWhoseNameIsNotDurableIsTakenBack() throws {
        for _ in 0..<2 { _ = try epoch() }
        try damage([0], at: 600)
        try damage([0], at: 30)
        let damaged = try markers.text(Self.file)
        markers.disk.faults = .on(.syncDirectory, 1, .error(.inputOutput))
        #expect(try lockError { _ = try epoch(10) }?.code == "io")
        markers.disk.faults = FaultPlan()
        #expect(try markers.text(Self.file) == damaged)
        #expect(try lockError { _ = try epoch() }?.code == "epoch_unreadable")
        // Made anew, and with it its name.
        #expect(try epoch(10) == 11)
        #expect(try epoch() == 12)
    }

    /// A sector that loses whatever is written to it, and a jump before that.
    @Test(arguments: [0, 1])
    func noSlotDamagedAgainAndAgainBringsAnEpochBack(_ slot: Int) throws {
        var highest: UInt64 = 0
        for round in 0..<8 {
            let epoch = try epoch(round == 3 ? 100 : 0)
            #expect(epoch > highest, "round \(round)")
            highest = epoch
            if round >= 2 { try damage([0], at: Int64(slot * 512 + 30)) }
        }
    }

    /// The marker is all that is left of its epoch when it is moved away, and the lock acquired later.
    @Test func aMarkersEpochOutlivesItsQuarantine() throws {
        for _ in 0..<4 { _ = try epoch() }
        _ = try markers.leaveStaleMarker()
        try markers.directory.remove(Self.file)
        let found = try #require(try markers.lock().readMarker())
        _ = try markers.lock().quarantine(found)
        #expect(try epoch() == 6)
    }

    /// Moved away, it would leave nothing behind that tells its epoch: the store may not have seen it, and its owner may
    /// still write.
    @Test func aMarkersEpochIsNotForgottenWhereTheFileCannotBeRead() throws {
        #expect(try epoch(99) == 100)
        let stale = try markers.leaveStaleMarker()
        #expect(stale.marker?.epoch == 101)
        try markers.put(Self.file, "garbage")
        let signed = try markers.takeover()
        let keys = [operatorKey.publicKey]
        for error in [
            try lockError { _ = try markers.lock().quarantine(stale) },
            try lockError { _ = try markers.lock().takeOver(signed, trustedKeys: keys) },
        ] {
            #expect(error == .epochUnreadable(path: "/store/" + Self.file))
        }
        #expect(try markers.lock().readMarker() == stale)
        #expect(try markers.text(Self.file) == "garbage")
        // As the error says: the takeover is made by who acquires with what the store has seen.
        let held = try markers.lock().acquire(
            .test,
            stale: .takeover(signed, trustedKeys: keys),
            minimumEpoch: { 50 }
        )
        #expect(held.epoch == 102)
    }

    /// A marker that came back tells an epoch that others had after it: what cannot be read may have been greater.
    @Test func aMarkersEpochIsNoMinimumWhereTheFileCannotBeRead() throws {
        #expect(try epoch(99) == 100)
        let stale = try markers.leaveStaleMarker()
        try markers.put(Self.file, "garbage")
        let signed = try markers.takeover()
        let names = try markers.names()
        let error = try lockError {
            _ = try markers.lock().acquire(.test, stale: .takeover(signed, trustedKeys: [operatorKey.publicKey])).epoch
        }
        #expect(error == .epochUnreadable(path: "/store/" + Self.file))
        #expect(try markers.lock().readMarker() == stale)
        #expect(try markers.text(Self.file) == "garbage")
        #expect(try markers.names() == names)
    }

    /// The other way that the error names.
    @Test func anUnreadableFileThatWasMovedAsideIsCountedOnFromTheMarker() throws {
        #expect(try epoch(99) == 100)
        let stale = try markers.leaveStaleMarker()
        try markers.put(Self.file, "garbage")
        try markers.directory.rename(Self.file, to: "aside", in: markers.directory, exclusive: true)
        _ = try markers.lock().quarantine(stale)
        #expect(try epoch(50) == 102)
    }

    @Test(arguments: ["", "5\n", "holdfast-lock-epoch-v2\nepoch=5\n"])
    func aFileOfAnotherKindIsNotTakenForZero(_ text: String) throws {
        try markers.put(Self.file, text)
        #expect(try lockError { _ = try epoch() }?.code == "epoch_unreadable")
        #expect(try epoch(1) == 2)
    }

    @Test func aSlotIsReadOnlyAsItIsWritten() throws {
        for _ in 0..<2 { _ = try epoch() }
        let whole = try markers.directory.readFile(Self.file, maximumBytes: 2000)
        for index in 0..<1024 {
            try damage([whole[index] ^ 1], at: Int64(index))
            // 1 stands in the first slot, 2 in the second.
            #expect(try markers.lock().inspect().epoch == (index < 512 ? 2 : 1), "byte \(index)")
            try damage([whole[index]], at: Int64(index))
        }
        #expect(try markers.lock().inspect().epoch == 2)
    }

    @Test func theLastOneIsTheEnd() throws {
        #expect(try epoch(.max - 1) == .max)
        let error = try #require(try lockError { _ = try epoch() })
        #expect(error.code == "epochs_exhausted")
        #expect("\(error)".contains("/store/" + Self.file))
        #expect(try markers.lock().readMarker() == nil)
        // As the error says: the file goes, and the store tells the highest epoch.
        try markers.directory.remove(Self.file)
        #expect(try epoch(5) == 6)
    }

    @Test func aStoreThatHasSeenTheLastOneIsToldSo() throws {
        let error = try lockError { _ = try epoch(.max) }
        #expect(error?.code == "invalid_value")
        #expect(try markers.names() == [TestMarkers.name + ".flock"])
        #expect(try epoch() == 1)
    }

    /// No counting reaches them: whoever wrote it was mistaken, and soon the lock would be to be had never again.
    @Test(arguments: [.max, .max - 1, .max - (1 << 32) + 1] as [UInt64])
    func aMarkerOfTheLastOnesMovesNothing(_ last: UInt64) throws {
        _ = try epoch()
        var marker = try LockMarker(parsing: markers.leaveStaleMarker().bytes)
        marker.epoch = last
        try markers.put(TestMarkers.name, String(decoding: marker.encoded(), as: UTF8.self))
        let found = try #require(try markers.lock().readMarker())
        let signed = try markers.takeover()
        let keys = [operatorKey.publicKey]
        let path = "/store/" + TestMarkers.name
        for error in [
            try lockError { _ = try markers.lock().quarantine(found) },
            try lockError { _ = try markers.lock().takeOver(signed, trustedKeys: keys) },
            try lockError {
                _ = try markers.lock().acquire(.test, stale: .takeover(signed, trustedKeys: keys)).epoch
            },
        ] {
            #expect(error?.code == "epochs_exhausted")
            #expect("\(try #require(error))".contains("\(path) "))
        }
        #expect(try markers.names() == [TestMarkers.name, TestMarkers.name + ".epoch", TestMarkers.name + ".flock"])
        #expect(try markers.lock().readMarker() == found)
        #expect(try markers.lock().inspect().epoch == 2)
        // As the error says.
        try markers.directory.rename(TestMarkers.name, to: "aside", in: markers.directory, exclusive: true)
        #expect(try epoch(2) == 3)
    }

    /// With the last one before those there is enough to count.
    @Test func aMarkerOfAnyOtherIsFollowed() throws {
        let last = UInt64.max - (1 << 32)
        var marker = try LockMarker(parsing: markers.leaveStaleMarker().bytes)
        marker.epoch = last
        try markers.put(TestMarkers.name, String(decoding: marker.encoded(), as: UTF8.self))
        #expect(try takenOver(markers) == last + 1)
    }

    /// Where the file has come as far, or the caller says so, nothing is claimed.
    @Test func whatTheFileOrTheCallerKnowsIsFollowed() throws {
        #expect(try epoch(.max - 10) == .max - 9)
        _ = try markers.leaveStaleMarker()
        #expect(try takenOver(markers) == .max - 7)
        _ = try markers.leaveStaleMarker()
        _ = try markers.lock().quarantine(try #require(try markers.lock().readMarker()))
        #expect(try epoch() == .max - 5)
        _ = try markers.leaveStaleMarker()
        try markers.directory.remove(Self.file)
        let signed = try markers.takeover()
        let taken = try markers.lock().acquire(
            .test,
            stale: .takeover(signed, trustedKeys: [operatorKey.publicKey]),
            minimumEpoch: { .max - 4 }
        )
        let epoch = taken.epoch
        #expect(epoch == UInt64.max - 3)
    }

    /// The file went back, as from a backup, but the stale marker knows better.
    @Test func aStaleMarkersEpochCountsToo() throws {
        for _ in 0..<4 { _ = try epoch() }
        _ = try markers.leaveStaleMarker()
        try markers.directory.remove(Self.file)
        let taken = try takenOver(markers)
        #expect(taken == 6)
    }

    @Test func aFenceRefusesTheEpochOfAHolderThatWasReplaced() throws {
        var fence = EpochFence(highestSeen: 4)
        try fence.admit(4)
        try fence.admit(6)
        #expect(fence.highestSeen == 6)
        #expect(try lockError { try fence.admit(5) } == .fenced(epoch: 5, highestSeen: 6))
        #expect(fence.highestSeen == 6)
        try fence.admit(6)
    }
}
