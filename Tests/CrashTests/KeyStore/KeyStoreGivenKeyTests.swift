import CrashTesting
import FileSystemSeam
import KeyStore
import Testing

/// A key that another process was killed over, between its write and its sync, and that this one is given.
@Suite("Keys that were left half durable")
struct KeyStoreGivenKeyTests {
    /// - Parameter flushes: whether this process asks for durability before it says that it has a box.
    private static func story(flushes: Bool) -> KeyStoreStory {
        KeyStoreStory(description: "is given a key that is not durable", before: ["p"]) { fileSystem, store, say in
            let other = try KeyStoreStory.open(fileSystem)
            defer { other.close() }
            _ = try other.mint(.entity("a"))
            try other.flush()
            guard let key = try store.key(.entity("a")), let id = try store.keyIDs(of: .entity("a")).first else {
                throw CheckFailure("the other one's key is not given")
            }
            let nonce = [UInt8](repeating: 9, count: 24)
            let ciphertext = try key.seal(nonce: nonce, associatedData: Array("a".utf8), plaintext: Array("1".utf8))
            // This is what says that the box may be acknowledged.
            if flushes { try store.flush() }
            say(.sealed(box: [1] + id.bytes + nonce + ciphertext, entity: "a", text: "1"))
        }
    }

    private static func explore(_ story: KeyStoreStory, _ faults: FaultPlan) throws -> CrashReport {
        var explorer = CrashExplorer(.posixMinimal)
        explorer.runMaximum = 30
        explorer.sampleCount = 10
        explorer.depth = 1
        explorer.faults = faults
        let report = try explorer.explore(
            prepare: story.prepare,
            workload: story.workload,
            recover: KeyStoreStory.recover,
            check: KeyStoreStory.check
        )
        if let error = report.workloadError { throw error }
        return report
    }

    /// The sync of the other process's record, the last that is written to a journal: it is killed before that, as it
    /// were.
    private static func syncOfTheRecord(in operations: [SimOperation]) throws -> FaultPlan {
        let written = operations.lastIndex { $0.operation == .write && $0.name.hasPrefix("journal-") }
        let record = try #require(written)
        let name = operations[record].name
        let synced = operations[record...].firstIndex { $0.operation == .sync && $0.name == name }
        let sync = try #require(synced)
        return .on(.sync, operations[...sync].count { $0.operation == .sync }, .lyingSync)
    }

    /// Whether the other one's record is made durable by this one's flush, or lost without it.
    @Test(arguments: [true, false]) func givenKeysAreDurableAfterAFlush(flushes: Bool) throws {
        let story = Self.story(flushes: flushes)
        let rehearsal = try Self.explore(story, FaultPlan())
        #expect(rehearsal.isClean, "\(rehearsal)")
        let report = try Self.explore(story, try Self.syncOfTheRecord(in: rehearsal.operations))
        #expect(report.operations.contains { $0.fault != nil })
        #expect(report.isClean == flushes, "\(report)")
    }
}
