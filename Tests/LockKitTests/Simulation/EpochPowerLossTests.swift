import CrashTestSupport
import CrashTesting
import FileSystemSeam
import LockKit
import Testing

/// The power is cut where nothing but the file of epochs, or nothing but a marker, tells how far they had come: after a
/// jump, and while a marker is moved away whose epoch file was lost. Then a sector of that file is lost as well.
@Suite("Power loss under epochs that jump")
struct EpochPowerLossTests {
    private static let epochs = TestMarkers.name + ".epoch"

    private static func lock(_ fileSystem: any FileSystem) -> MarkerLock {
        MarkerLock(inDirectory: "/store", fileSystem: fileSystem)
    }

    private static func prepare(_ fileSystem: any FileSystem) throws {
        try LockPowerLossTests.prepare(fileSystem)
        // Both slots hold an epoch.
        for _ in 0..<2 { try lock(fileSystem).acquire(.test).release() }
    }

    /// Acknowledges each epoch that was given.
    private static func workload(_ fileSystem: any FileSystem, _ acknowledge: (UInt64) -> Void) throws {
        do {
            let held = try lock(fileSystem).acquire(.test, minimumEpoch: { 41 })
            acknowledge(held.epoch)
            // No marker tells of it from here on.
            try held.release()
        }
        do {
            let held = try lock(fileSystem).acquire(.test)
            acknowledge(held.epoch)
            try held.preserveMarker(reason: "died")
            try held.release()
        }
        // Somebody clears away what he does not know.
        let directory = try fileSystem.openDirectory("/store")
        try directory.remove(epochs)
        try directory.sync()
        guard let stale = try lock(fileSystem).readMarker() else { throw NoMarker() }
        _ = try lock(fileSystem).quarantine(stale)
    }

    /// - Parameter losesSector: whether the slot of the highest epoch cannot be read, where there are two.
    /// - Returns: the next epoch.
    private static func recover(_ fileSystem: any FileSystem, losesSector: Bool) throws -> UInt64 {
        let directory = try fileSystem.openDirectory("/store")
        if losesSector { try loseHighestSlot(directory) }
        if let marker = try lock(fileSystem).readMarker() { _ = try lock(fileSystem).quarantine(marker) }
        let held = try lock(fileSystem).acquire(.test)
        let epoch = held.epoch
        try held.release()
        return epoch
    }

    private static func loseHighestSlot(_ directory: any Directory) throws {
        guard try directory.exists(epochs) else { return }
        let file = try directory.open(epochs, [.read, .write], permissions: .ownerFile)
        defer { try? file.close() }
        let slots = try (0..<2).map { try epoch(in: file.read(exactly: 512, at: Int64($0) * 512) ?? []) }
        guard let first = slots[0], let second = slots[1] else { return }
        try file.writeAll([0], at: first > second ? 30 : 512 + 30)
    }

    /// The epoch that stands in a slot, as the page about lock files shows it.
    private static func epoch(in slot: [UInt8]) -> UInt64? {
        let lines = String(decoding: slot, as: UTF8.self).split(separator: "\n")
        return lines.count < 2 ? nil : UInt64(lines[1].dropFirst("epoch=".count))
    }

    private static func check(_ next: UInt64, _ given: [UInt64]) throws {
        for epoch in given { try CheckFailure.unless(next > epoch, "epoch \(next) after \(epoch)") }
    }

    @Test(arguments: PersistenceModel.all, [true, false])
    func theEpochNeverGoesBack(_ model: PersistenceModel, losesSector: Bool) throws {
        let report = try LockPowerLossTests.explorer(model).explore(
            prepare: Self.prepare,
            workload: Self.workload,
            recover: { try Self.recover($0, losesSector: losesSector) },
            check: Self.check
        )
        #expect(report.isClean, "\(report)")
        #expect(report.statistics.states > 20, "\(report)")
    }

    /// Which of its syncs a lost epoch tells of: the slots after a jump, and the name of an epoch file that is made
    /// anew before the marker is moved away. The others are about markers; see ``LockPowerLossTests``.
    @Test func withoutTheirSyncsAnEpochComesBack() throws {
        var explorer = LockPowerLossTests.explorer(.posixMinimal)
        explorer.depth = 1
        let syncs = try LeftOutSyncs(
            explorer,
            where: { $0.contains(".epoch") || $0 == "syncDirectory /store 6" },
            prepare: Self.prepare,
            workload: Self.workload,
            recover: { try Self.recover($0, losesSector: true) },
            check: Self.check
        )
        // The sync of the second slot covers the first one, too; and a marker tells the epoch after that as well.
        #expect(syncs.unnoticed == ["sync \(Self.epochs) 1", "sync \(Self.epochs) 3"])
        #expect(syncs.noticed["sync \(Self.epochs) 2"] != nil)
        #expect(syncs.noticed["syncDirectory /store 6"] == "epoch 1 after 42")
        #expect(syncs.noticed.count == 3)
    }
}
