import CrashTesting
import FileSystemSeam
import LitmusPrograms
import Testing

/// A write that spans blocks makes the file longer block by block: the power may be cut between.
@Suite struct BlockBoundaryTests {
    private static let kept = 3584
    private static let record = 1024

    /// A log whose last record has any length; a reader takes it for whole when there is no zero in it, or (the twin)
    /// when it ends with a mark.
    private func explore(_ model: PersistenceModel, isMarked: Bool) throws -> CrashReport {
        let appended = [UInt8](repeating: 1, count: Self.record - 1) + [2]
        return try CrashExplorer(model).explore { fileSystem in
            try put(fileSystem.openDirectory("/"), "log", String(repeating: "A", count: Self.kept), synced: true)
        } workload: { (fileSystem, acknowledge: (Int) -> Void) in
            let file = try fileSystem.openDirectory("/").open("log", [.write, .append], permissions: .ownerFile)
            #expect(try file.append(appended.span) == Self.record)
            try file.sync(.data)
            acknowledge(1)
        } recover: { fileSystem in
            let file = try fileSystem.openDirectory("/").open("log", [.read], permissions: .ownerFile)
            let last = try file.readAll(maximumBytes: 1 << 16).dropFirst(Self.kept)
            return last.contains(0) || (isMarked && last.last != 2) ? 0 : last.count
        } check: { count, acknowledged in
            let isWhole = count == Self.record || (count == 0 && acknowledged.isEmpty)
            try CheckFailure.unless(isWhole, "a record of \(count) bytes")
        }
    }

    @Test(arguments: PersistenceModel.all)
    func aRecordCutAtABlockIsFound(_ model: PersistenceModel) throws {
        let found = try explore(model, isMarked: false)
        #expect(found.findings.map(\.message) == ["a record of 512 bytes"], "\(found)")
        let twin = try explore(model, isMarked: true)
        #expect(twin.isClean && twin.statistics.mode == "exhaustive", "\(twin)")
    }

    @Test func aKilledWriterHasWrittenAllOrNothing() throws {
        let writes: @Sendable (any FileSystem, (Int) -> Void) throws -> Void = { fileSystem, _ in
            try put(fileSystem.openDirectory("/"), "a", sectors("AAAAAAAABBBBBBBBC"))
        }
        let looks: @Sendable (any FileSystem, (Int) -> Void) throws -> Void = { fileSystem, _ in
            let directory = try fileSystem.openDirectory("/")
            let size = try directory.exists("a") ? directory.status(of: "a").size : 0
            try CheckFailure.unless(size == 0 || size == 17 * 512, "\(size)")
        }
        let report = try InterleavingExplorer().explore(processes: [writes, looks]) { _, _ in }
        #expect(report.isClean && report.schedulesWithKills > 0, "\(report)")
    }
}
