import Canonical
import Journal
import TestSupport
import Testing

@Suite("The bytes of the watermark")
struct WatermarkBytesTests {
    /// One sector: the members in declared form, the check over them, spaces, a line feed.
    private func check(_ journal: TestJournal, _ members: [String], sourceLocation: SourceLocation = #_sourceLocation)
        throws
    {
        let bytes = try journal.bytes("heads/current.json")
        #expect(bytes.count == 512 && bytes.last == UInt8(ascii: "\n"), sourceLocation: sourceLocation)
        let line = Array(bytes[..<((bytes.lastIndex(of: UInt8(ascii: "}")) ?? 0) + 1)])
        #expect(bytes[line.count..<511].allSatisfy { $0 == UInt8(ascii: " ") }, sourceLocation: sourceLocation)
        let document = try JSONDocument(parsing: line, options: JSONOptions(integers: .exact64))
        #expect(document.canonicalBytes(.declared) == line, sourceLocation: sourceLocation)
        var names: [String] = []
        document.forEachMember(of: document.root) { key, _ in
            for name in members + ["check"] where document.isString(name, at: key) { names.append(name) }
        }
        #expect(names == members + ["check"], sourceLocation: sourceLocation)
        let end = line.count - ",\"check\":\"0123456789abcdef\"}".utf8.count
        let digits = String(decoding: line[(line.count - 18)..<(line.count - 2)], as: UTF8.self)
        #expect(digits == Digest(hashing: Array(line[..<end])).hex.prefix(16), sourceLocation: sourceLocation)
        #expect(try journal.bytes("indexes/watermark.json") == bytes, sourceLocation: sourceLocation)
    }

    private static let members = [
        "index", "digest", "updated_at", "segment", "end", "size", "journal_id", "boot_id",
    ]

    @Test func membersStandInDeclaredFormUnderTheirCheck() throws {
        let journal = try TestJournal(.segments)
        let handle = journal.open()
        for number in 1...12 {
            _ = try handle.reserve(use(nonce: "n-\(number)"))
            try check(journal, Self.members)
        }
    }

    @Test func aWriterWithoutSyncsNotesHowFarItGot() throws {
        let journal = try TestJournal(.segments)
        _ = try journal.open().reserve(use(nonce: "durable"))
        _ = try journal.open(JournalOptions(durability: .processCrashOnly)).reserve(use(nonce: "not durable"))
        try check(journal, Self.members + ["unsynced_index"])
    }
}
