import Canonical
import Journal
import Testing

/// The head of a journal in segments with members of a test's choice, under a check that is right: anybody can make
/// one.
struct ForgedHead {
    var index: UInt64
    var digest: String
    /// The segment and the place in it where the next record's line is said to begin.
    var segment: UInt64
    var end: Int64
    var size: Int64?
    var unsyncedIndex: UInt64?
    var wipingEnd: Int64?
    private let journalID: String
    var bootID: String

    /// The head that stands in a journal.
    init(of journal: TestJournal) throws {
        let bytes = try journal.bytes("heads/current.json")
        let head = try JSONValue(parsing: bytes, options: JSONOptions(integers: .exact64))
        func number<Number: FixedWidthInteger>(_ member: String) -> Number? {
            guard case .number(let value)? = head[member] else { return nil }
            return value.unsignedValue.map { Number(clamping: $0) }
        }
        index = try #require(number("index"))
        digest = try #require(head["digest"]?.string)
        segment = try #require(number("segment"))
        end = try #require(number("end"))
        size = number("size")
        journalID = try #require(head["journal_id"]?.string)
        bootID = try #require(head["boot_id"]?.string)
    }

    /// Names another record, and nothing else differently.
    mutating func name(_ record: StoredRecord) { (index, digest) = (record.index, record.digest) }

    /// Its 512 bytes.
    var bytes: [UInt8] {
        var text = #"{"index":\#(index),"digest":"\#(digest)","updated_at":"","segment":\#(segment),"end":\#(end)"#
        if let size { text += #","size":\#(size)"# }
        text += #","journal_id":"\#(journalID)","boot_id":"\#(bootID)""#
        if let unsyncedIndex { text += #","unsynced_index":\#(unsyncedIndex)"# }
        if let wipingEnd { text += #","wiping_end":\#(wipingEnd)"# }
        let check = Hex.encode(Array(Digest(hashing: Array(text.utf8)).bytes.prefix(8)))
        var bytes = Array((text + #","check":"\#(check)"}"#).utf8)
        bytes += [UInt8](repeating: UInt8(ascii: " "), count: 511 - bytes.count) + [UInt8(ascii: "\n")]
        return bytes
    }
}
