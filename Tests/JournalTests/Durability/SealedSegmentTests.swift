import Journal
import Testing

/// Only the last segment can be torn: one that another follows was whole and durable when it was sealed.
@Suite("Sealed segments")
struct SealedSegmentTests {
    /// A journal of more than two segments, without a head or an index.
    private func filled() throws -> TestJournal {
        let journal = try TestJournal(.segments, .tiny)
        let handle = journal.open()
        for number in 0..<20 { _ = try handle.reserve(use(nonce: "n-\(number)"), maximumUses: 1) }
        #expect(try journal.names(in: "segments").count >= 3)
        try journal.remove("heads")
        try journal.remove("indexes")
        return journal
    }

    private func spoil(_ journal: TestJournal, line: Int, at place: (Range<Int>) -> Int) throws {
        let file = "segments/00000000000000000001.jsonl"
        var bytes = try journal.bytes(file)
        var start = 0
        for _ in 0..<line { start = try #require(bytes[start...].firstIndex(of: UInt8(ascii: "\n"))) + 1 }
        let end = try #require(bytes[start...].firstIndex(of: UInt8(ascii: "\n")))
        bytes[place(start..<end)] = 0
        try journal.write(bytes, to: file)
    }

    private func expectRefused(_ journal: TestJournal, _ what: String) throws {
        let before = try journal.contents().filter { $0.key.hasPrefix("segments/") }
        // Consumed in a segment behind the damage: an answer from a part would allow it again.
        let check = try journalError {
            _ = try journal.open().checkReplay(grant: "grant-a", nonceDigest: digest("n-19"), maximumUsesHint: 1)
        }
        #expect(check?.code == "malformed_record", "\(what)")
        let reserve = try journalError { _ = try journal.open().reserve(use(nonce: "n-19"), maximumUses: 1) }
        #expect(reserve?.code == "malformed_record", "\(what)")
        #expect(try journal.open().verifyAll().failures.map(\.kind).contains(.malformedRecord), "\(what)")
        #expect(try journal.contents().filter { $0.key.hasPrefix("segments/") } == before, "\(what)")
    }

    @Test(arguments: [0, 1]) func aNULInOneIsDamage(line: Int) throws {
        for (what, place) in [
            ("first", { $0.lowerBound }), ("in the middle", { ($0.lowerBound + $0.upperBound) / 2 }),
            ("last", { $0.upperBound - 1 }), ("for the line feed", { $0.upperBound }),
        ] as [(String, (Range<Int>) -> Int)] {
            let journal = try filled()
            try spoil(journal, line: line, at: place)
            try expectRefused(journal, "\(what) of line \(line)")
        }
    }

    @Test func oneThatBreaksOffIsDamage() throws {
        let journal = try filled()
        let file = "segments/00000000000000000001.jsonl"
        try journal.write(try journal.bytes(file).dropLast(30), to: file)
        try expectRefused(journal, "cut")
    }
}
