internal import Canonical

/// How a journal is laid out on disk, as `journal.json` says.
public enum JournalFormat: String, Sendable, Hashable, CaseIterable {
    /// One pretty-printed JSON file a record, which other tools read and write.
    case jsonRecords = "json-records"

    /// The version that goes with the format.
    var version: String {
        switch self {
        case .jsonRecords: "v1"
        }
    }
}

/// The file `journal.json`, which says what the directory is:
///
///     {
///       "kind": "approval-use-journal",
///       "version": "v1",
///       "format": "json-records"
///     }
enum JournalManifest {
    static let fileName = "journal.json"
    static let kind = "approval-use-journal"
    /// The longest manifest that is read, in bytes.
    static let byteMaximum = 1 << 20

    /// The file's bytes; the inverse of ``read(_:)``.
    static func bytes(_ format: JournalFormat) -> [UInt8] {
        let compact = #"{"kind":"\#(kind)","version":"\#(format.version)","format":"\#(format.rawValue)"}"#
        return PrettyJSON.bytes(fromCompact: Array(compact.utf8))
    }

    /// What a manifest says.
    enum Content: Hashable {
        case format(JournalFormat)
        /// Not JSON, or cut off: a crash may leave that.
        case unreadable
        /// JSON of something that is no journal.
        case otherKind
        /// A journal of a format or version that this version does not know.
        case unknown(String)
    }

    private static let ownBytes = bytes(.jsonRecords)

    /// Reads the file's bytes.
    static func read(_ bytes: [UInt8]) -> Content {
        // It is read by every call, and mostly as this version wrote it.
        if bytes == ownBytes { return .format(.jsonRecords) }
        guard let value = try? JSONValue(parsing: bytes), case .object(let members) = value else {
            return .unreadable
        }
        guard members["kind"]?.string == kind else { return .otherKind }
        let version = members["version"]?.string ?? ""
        let name = members["format"]?.string ?? ""
        guard let format = JournalFormat(rawValue: name), format.version == version else {
            return .unknown("\"\(name)\" \(version)")
        }
        return .format(format)
    }
}
