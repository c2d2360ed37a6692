import FileSystemSeam
import Foundation
import Journal
import TestSupport
import Testing

/// `indexes/watermark.json` shows removed records when the head was removed with them. So it must be the one that
/// stands at that name, whatever becomes of the cache it stands in.
@Suite("The copy of the head")
struct HeadCopyTests {
    private static let copy = "indexes/watermark.json"
    private static let head = "heads/current.json"

    /// What may become of the directory of the index while a handle is in use.
    enum Loss: String, CaseIterable { case removed, moved, replaced, discarded }

    private func lose(_ loss: Loss, _ journal: TestJournal) throws {
        switch loss {
        case .removed: try journal.remove("indexes")
        case .moved: try journal.rename("indexes", to: "../indexes-before")
        case .replaced:
            try FileManager.default.copyItem(atPath: journal.path + "/indexes", toPath: journal.path + "/../other")
            try journal.remove("indexes")
            try journal.rename("../other", to: "indexes")
        case .discarded: _ = try journal.open().rebuildIndexes(discardingEvidence: true)
        }
    }

    /// - Parameters:
    ///   - before: how often the handle has written: from the third time on it looks at what it holds only.
    ///   - clock: before the loss, so that names are looked at, or long after it, so that the directory's time tells.
    @Test(
        arguments: Loss.allCases,
        [(1, TestJournal.start), (2, TestJournal.start), (4, TestJournal.start), (4, 4_000_000_000)]
    )
    func itIsWrittenWhereItStands(loss: Loss, when: (before: Int, clock: Int64)) throws {
        let journal = try TestJournal(.segments)
        journal.fileSystem.setClock(secondsSinceEpoch: when.clock)
        let handle = journal.open()
        for number in 1...when.before { _ = try handle.reserve(use(nonce: "n-\(number)")) }
        #expect(try journal.bytes(Self.copy) == journal.bytes(Self.head))
        // The clock that the directory's time is taken from ticks.
        PosixFileSystem.shared.sleep(nanoseconds: 20_000_000)
        try lose(loss, journal)
        for number in 1...3 {
            _ = try handle.reserve(use(nonce: "m-\(number)"))
            try #require(journal.exists(Self.copy), "after \(number)")
            #expect(try journal.bytes(Self.copy) == journal.bytes(Self.head), "after \(number)")
        }
        // So that it shows what is removed together with the head.
        try journal.remove(Self.head)
        try journal.write(Array(repeating: 0, count: 10), to: "segments/00000000000000000001.jsonl")
        #expect(try journal.open().verifyAll().failures.map(\.kind).contains(.missingRecord))
    }

    /// Its name is not looked at with every append, but whenever the index is written.
    @Test func itComesBackWithTheNextRun() throws {
        let disk = TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk
        let journal = try TestJournal(.segments, .tiny, in: disk)
        let handle = journal.open()
        for number in 1...5 { _ = try handle.reserve(use(nonce: "n-\(number)")) }
        try journal.remove(Self.copy)
        for number in 1...5 { _ = try handle.reserve(use(nonce: "m-\(number)")) }
        try #require(journal.exists(Self.copy))
        #expect(try journal.bytes(Self.copy) == journal.bytes(Self.head))
    }
}
