import FileSystemSeam
import Journal
import TestSupport
import Testing

/// A run of the index over so many records that making it anew would take noticeable time.
@Suite("Large runs of an index")
struct LargeRunTests {
    /// Its contents are durable before it has its name, and the name is before it is counted on.
    @Test func largeRunsAreSynced() throws {
        var settings = SegmentSettings()
        settings.tailRecordMaximum = 1 << 14
        let disk = TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk
        let journal = try TestJournal(.segments, settings, in: disk)
        let handle = journal.open(JournalOptions(durability: .processCrashOnly))
        for number in 1...8192 { _ = try handle.reserve(use("grant-\(number % 64)", nonce: "n-\(number)")) }
        journal.fileSystem.forgetCalls()
        #expect(try journal.open().rebuildIndexes() == 8192)
        let calls = journal.fileSystem.calls
        let named = try #require(calls.firstIndex { $0.newPath?.hasSuffix(".run") == true })
        let temporary = calls[named].path
        let written = try #require(calls[..<named].lastIndex { $0.operation == .write && $0.path == temporary })
        #expect(calls[written..<named].contains { $0.operation == .sync && $0.path == temporary })
        #expect(calls[named...].contains { $0.operation == .syncDirectory && $0.path == "indexes" })
    }
}
