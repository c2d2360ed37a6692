internal import Canonical
internal import FileSystemSeam

/// How far a journal is on stable storage: the contents of `heads/current.json` in the `segments` layout.
///
///     {"index":12,"digest":"sha256:…","updated_at":"2026-05-01T08:00:11Z","segment":1,"end":7304,"size":16384,
///      "journal_id":"jrn_…","boot_id":"…","check":"0123456789abcdef"}
///
/// on one line, filled up with spaces to 511 bytes and ended by a line feed. The file has this one sector from the
/// beginning, and is written in place after every successful sync; a power cut leaves the old or the new one.
///
/// - `segment`, `end`: where the last record's line ends, and the next one's begins.
/// - `size`, where it is known: the length of that segment, zeros included, which is durable, too.
/// - `boot_id`: the boot in which it was written, as its writer was told. In that boot readers go no further than it
///   says. Of another one nothing follows but that records behind it may have been acknowledged, since a power cut
///   takes a watermark back: a container may be shown a boot of its own on the same kernel, so that they were not
///   necessarily read from the disk. They are made durable by whoever builds on them or reports them. Empty where the
///   machine did not tell the writer.
/// - `unsynced_index`, only there when it is needed: the last record that a writer without syncs has appended, or found
///   behind the watermark.
/// - `wiping_end`, only there when it is needed: up to where bytes behind `end` are being overwritten with zeros.
/// - `check`: the first 16 hexadecimal digits of the SHA-256 of everything before its comma.
struct Watermark: Sendable, Hashable {
    /// The last record that is durable; 0 for none.
    var index: UInt64 = 0
    var digest = ""
    var updatedAt = ""
    /// Where the next record's line begins; segment 0 while there is none.
    var end = RecordPosition(segment: 0, offset: 0)
    /// How long that segment is, durably; nil when that is not known.
    var size: Int64?
    var journalID: String
    var bootID: String
    var unsyncedIndex: UInt64?
    var wipingEnd: Int64?

    /// Its bytes on disk: one sector.
    typealias Sector = InlineArray<512, UInt8>
    static let byteCount = 512
    /// `sha256:` and 64 digits, as they stand in the file.
    static let digestByteMaximum = 71
    static let updatedAtByteMaximum = 64
    static let idByteMaximum = 64
    /// What it is filled up with.
    static let blanks = [UInt8](repeating: UInt8(ascii: " "), count: byteCount - 1) + [UInt8(ascii: "\n")]

    /// The record it names, as an anchor or a reader takes it; nil for none.
    var head: JournalHead? {
        index == 0 ? nil : JournalHead(index: index, digest: digest, updatedAt: updatedAt)
    }

    /// Whether it was written in a boot, as far as both are told.
    func isOfBoot(_ id: String) -> Bool { !id.isEmpty && bootID == id }

    /// The bytes; the inverse of ``read(_:)``.
    var bytes: [UInt8] {
        if let bytes = sector { return bytes }
        // With the longest texts and numbers at once. The time is in the record, too.
        var shorter = self
        shorter.updatedAt = ""
        guard let bytes = shorter.sector else {
            preconditionFailure("a watermark with the digest of a record fits a sector")
        }
        return bytes
    }

    /// The bytes; nil when they do not fit, as what was read from a damaged file may not.
    private var sector: [UInt8]? {
        var bytes = declaredBytes
        let check = ShortDigest(hashing: bytes.span)
        bytes += Self.keyOfCheck
        check.append(to: &bytes)
        bytes += Self.afterCheck
        if bytes.count >= Self.byteCount { return nil }
        bytes += Self.blanks[bytes.count...]
        return bytes
    }

    /// The members but the last, and without the closing brace.
    private var declaredBytes: [UInt8] {
        var writer = CanonicalWriter(form: .declared)
        writer.reserve(byteCount: Self.byteCount)
        writer.beginObject()
        writer.member("index", index)
        writer.member("digest", digest)
        writer.member("updated_at", Self.short(updatedAt, maximum: Self.updatedAtByteMaximum))
        writer.member("segment", end.segment)
        writer.member("end", end.offset)
        writer.member("size", size)
        writer.member("journal_id", Self.short(journalID, maximum: Self.idByteMaximum))
        writer.member("boot_id", Self.short(bootID, maximum: Self.idByteMaximum))
        writer.member("unsynced_index", unsyncedIndex)
        writer.member("wiping_end", wipingEnd)
        writer.endObject()
        guard var bytes = try? writer.finish() else { preconditionFailure("it holds integers and strings") }
        bytes.removeLast()
        return bytes
    }

    /// A text that others may have written at any length: left out when it is too long to be useful.
    private static func short(_ text: String, maximum: Int) -> String {
        if text.utf8.count > maximum { return "" }
        let bytes = text.utf8.span
        for place in bytes.indices {
            let byte = bytes[place]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return "" }
        }
        return text
    }

    /// Whether a text is no longer in the file than a digest: a longer one would leave no room for what is added later.
    private static func holdsDigest(_ text: String) -> Bool {
        var count = 0
        for byte in text.utf8 {
            count += byte < 0x20 ? 6 : byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") ? 2 : 1
        }
        return count <= digestByteMaximum
    }

    /// What was found in its place.
    enum Content: Sendable, Hashable {
        case missing
        case unreadable(String)
        /// In a box of its own: a view of a journal holds two, is copied often, and each has four texts.
        indirect case watermark(Watermark)
        /// A head without a check: not written by this layout, so that it says nothing about syncs. It is evidence
        /// of a record nevertheless.
        case foreign(JournalHead)

        /// The last record that a writer without syncs has appended; nil when it says of none.
        var unsyncedIndex: UInt64? {
            if case .watermark(let watermark) = self { return watermark.unsyncedIndex }
            return nil
        }

        /// The index of the record it names; 0 when it names none.
        var index: UInt64 {
            switch self {
            case .watermark(let watermark): watermark.index
            case .foreign(let head): head.index
            case .missing, .unreadable: 0
            }
        }

        /// The record it names; nil when it names none.
        var head: JournalHead? {
            switch self {
            case .watermark(let watermark): watermark.head
            case .foreign(let head): head.index == 0 ? nil : head
            case .missing, .unreadable: nil
            }
        }
    }

    /// Reads the bytes.
    static func read(_ bytes: [UInt8]) -> Content {
        if let watermark = Watermark(plain: bytes) { return .watermark(watermark) }
        return parse(bytes)
    }

    /// Reads the bytes with the parser.
    static func parse(_ bytes: [UInt8]) -> Content {
        do {
            let reader = try RecordReader(parsing: bytes)
            let index: UInt64 = try reader.integer("index")
            let digest = try reader.string("digest")
            let updatedAt = try reader.string("updated_at", default: "")
            guard try reader.optionalString("check") != nil else {
                return .foreign(JournalHead(index: index, digest: digest, updatedAt: updatedAt))
            }
            let watermark = Watermark(
                index: index,
                digest: digest,
                updatedAt: updatedAt,
                end: RecordPosition(
                    segment: try reader.integer("segment"),
                    offset: try reader.integer("end")
                ),
                size: try reader.optionalInteger("size"),
                journalID: try reader.string("journal_id"),
                bootID: try reader.string("boot_id"),
                unsyncedIndex: try reader.optionalInteger("unsynced_index"),
                wipingEnd: try reader.optionalInteger("wiping_end")
            )
            if !holdsDigest(digest) { return .unreadable("its digest is none") }
            return watermark.sector == bytes ? .watermark(watermark) : .unreadable("its check does not fit")
        } catch {
            return .unreadable("\(error)")
        }
    }
}
