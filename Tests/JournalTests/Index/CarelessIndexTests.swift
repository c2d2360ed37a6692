import FileSystemSeam
import Journal
import Testing

/// A run of the index is evidence of its records: a writer without syncs makes them durable before it writes one.
@Suite("Indexes by writers without syncs")
struct CarelessIndexTests {
    private static let options = JournalOptions(durability: .processCrashOnly)

    private static let settings: SegmentSettings = {
        var settings = SegmentSettings.tiny
        settings.segmentByteMaximum = 1 << 20
        return settings
    }()

    /// A journal with thirty durable records, and some that nobody has synced and no run covers.
    private func filled(unsynced: Int) throws -> TestJournal {
        let journal = try TestJournal(.segments, Self.settings)
        let handle = journal.open()
        for number in 0..<30 { _ = try handle.reserve(use(nonce: "n-\(number)"), maximumUses: 1) }
        var options = Self.options
        options.segmentSettings = Self.settings
        options.segmentSettings.tailRecordMaximum = 512
        let careless = ApprovalJournal(at: journal.path, fileSystem: journal.fileSystem, options: options)
        for number in 0..<unsynced { _ = try careless.reserve(use(nonce: "c-\(number)"), maximumUses: 1) }
        #expect(try journal.text("heads/current.json").contains("\"unsynced_index\":\(30 + unsynced)"))
        return journal
    }

    /// Whether a run over records that were not synced gets its name.
    private static func namesUnsynced(_ call: SeamCall) -> Bool {
        guard let path = call.newPath, path.hasSuffix(".run") else { return false }
        return UInt64(path.dropLast(4).suffix(20)).map { $0 > 30 } ?? false
    }

    private func expectSynced(_ journal: TestJournal, _ body: (ApprovalJournal) throws -> Void) throws {
        let last = "segments/\(try #require(try journal.names(in: "segments").last))"
        let size = try journal.bytes(last).count
        journal.fileSystem.forgetCalls()
        try body(journal.open(Self.options))
        let calls = journal.fileSystem.calls
        let named = try #require(calls.firstIndex { Self.namesUnsynced($0) }, "\(calls)")
        let synced = try #require(calls[..<named].lastIndex { $0.operation == .sync && $0.path == last }, "\(calls)")
        // Written once more before, for a sync of it may have failed; and told to all who may build on it.
        #expect(calls[..<synced].contains { $0.operation == .write && $0.path == last }, "\(calls)")
        #expect(
            calls[synced..<named].contains { $0.operation == .write && $0.path == "heads/current.json" },
            "\(calls)"
        )
        // Its length may be one whose sync failed before.
        #expect(try journal.bytes(last).count > size)
        #expect(try journal.open().verifyAll().isIntact)
    }

    @Test func anIndexThatIsLostIsMadeOfWhatIsDurable() throws {
        // More than are kept in memory.
        let journal = try filled(unsynced: 30)
        try journal.remove("indexes")
        try expectSynced(journal) { _ = try $0.create() }
    }

    @Test func anIndexThatIsDamagedIsMadeOfWhatIsDurable() throws {
        let journal = try filled(unsynced: 2)
        for name in try journal.names(in: "indexes") where name.hasSuffix(".run") {
            var bytes = try journal.bytes("indexes/\(name)")
            // Not the last page, which is looked at first: then nothing is asked of the run at all.
            for place in stride(from: 700, to: bytes.count - 512, by: 512) { bytes[place] ^= 1 }
            try journal.write(bytes, to: "indexes/\(name)")
        }
        try expectSynced(journal) { handle in
            let error = try journalError { _ = try handle.reserve(use(nonce: "n-1"), maximumUses: 1) }
            #expect(error?.code == "uses_exhausted")
        }
    }

    @Test func aTailThatIsLongEnoughIsMadeDurable() throws {
        let journal = try filled(unsynced: 2)
        try expectSynced(journal) { handle in
            for number in 2..<5 { _ = try handle.reserve(use(nonce: "c-\(number)"), maximumUses: 1) }
        }
    }
}
