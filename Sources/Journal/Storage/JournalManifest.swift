internal import Canonical

/// How a journal is laid out on disk, as `journal.json` says.
public enum JournalFormat: String, Sendable, Hashable, CaseIterable {
    /// Many records a file, one a line: fast at any size. The layout of new journals.
    case segments
    /// One pretty-printed JSON file a record, which other tools read and write.
    case jsonRecords = "json-records"

    /// The version that goes with the format.
    var version: String {
        switch self {
        case .segments: "v2"
        case .jsonRecords: "v1"
        }
    }
}

/// The file `journal.json`, which says what the directory is:
///
///     {
///       "kind": "approval-use-journal",
///       "version": "v2",
///       "format": "segments",
///       "journal_id": "jrn_0123456789abcdef0123456789abcdef"
///     }
///
/// In the `json-records` layout the version is `v1`, and there is no identifier.
struct JournalManifest: Sendable, Hashable {
    var format: JournalFormat
    /// What tells this journal from any other; nil in `json-records`.
    var journalID: String?

    static let jsonRecords = JournalManifest(format: .jsonRecords, journalID: nil)

    static let fileName = "journal.json"
    private static let kind = "approval-use-journal"
    /// The longest manifest that is read, in bytes.
    static let byteMaximum = 1 << 20

    /// The file's bytes; the inverse of ``read(_:)``.
    var bytes: [UInt8] {
        var writer = CanonicalWriter(form: .declared)
        writer.beginObject()
        writer.member("kind", Self.kind)
        writer.member("version", format.version)
        writer.member("format", format.rawValue)
        writer.member("journal_id", journalID)
        writer.endObject()
        guard let compact = try? writer.finish() else { preconditionFailure("a manifest holds strings") }
        return PrettyJSON.bytes(fromCompact: compact)
    }

    /// What was found in its place.
    enum Content: Hashable {
        case missing
        case manifest(JournalManifest)
        /// Not JSON, or cut off: a crash may leave that.
        case unreadable
        /// JSON of something that is no journal.
        case otherKind
        /// A journal of a format or version that this version does not know.
        case unknown(String)

        /// The identifier that it gives; nil when it gives none.
        var journalID: String? {
            guard case .manifest(let manifest) = self else { return nil }
            return manifest.journalID
        }
    }

    private static let jsonRecordsBytes = jsonRecords.bytes
    /// What stands before and behind the identifier in segments.
    private static let aroundID: (before: [UInt8], behind: [UInt8]) = {
        let parts = JournalManifest(format: .segments, journalID: "@").bytes.split(separator: UInt8(ascii: "@"))
        return (Array(parts[0]), Array(parts[1]))
    }()

    /// Reads the file's bytes.
    static func read(_ bytes: [UInt8]) -> Content {
        // It is read by every call, and mostly as this version wrote it.
        if bytes == jsonRecordsBytes { return .manifest(.jsonRecords) }
        if let id = plainID(bytes) { return .manifest(JournalManifest(format: .segments, journalID: id)) }
        return parse(bytes)
    }

    /// Reads the file's bytes with the parser.
    static func parse(_ bytes: [UInt8]) -> Content {
        guard let value = try? JSONValue(parsing: bytes), case .object(let members) = value else {
            return .unreadable
        }
        guard members["kind"]?.string == kind else { return .otherKind }
        let version = members["version"]?.string ?? ""
        let name = members["format"]?.string ?? ""
        guard let format = JournalFormat(rawValue: name), format.version == version else {
            return .unknown("\"\(name)\" \(version)")
        }
        return .manifest(JournalManifest(format: format, journalID: members["journal_id"]?.string))
    }

    /// The identifier in bytes that this version wrote for segments; nil in any others, and where it is not plain text.
    private static func plainID(_ bytes: [UInt8]) -> String? {
        let (before, behind) = aroundID
        let end = bytes.count - behind.count
        guard end >= before.count, Bytes.isSame(bytes.span, 0, before.span, 0, count: before.count),
            Bytes.isSame(bytes.span, end, behind.span, 0, count: behind.count)
        else { return nil }
        for byte in bytes[before.count..<end] {
            if byte < 0x20 || byte >= 0x7F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return nil }
        }
        return String(decoding: bytes[before.count..<end], as: UTF8.self)
    }
}
