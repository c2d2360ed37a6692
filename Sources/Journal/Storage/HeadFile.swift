internal import Canonical

/// The file `heads/current.json`, a cache of the last record:
///
///     {
///       "index": 12,
///       "digest": "sha256:…",
///       "updated_at": "2026-05-01T08:00:11Z"
///     }
///
/// It is evidence, too: a head that names a record which is not there shows that records were removed.
enum HeadFile {
    static let directoryName = "heads"
    static let fileName = "current.json"

    /// What was found.
    enum Content: Hashable {
        case missing
        case unreadable(String)
        case head(JournalHead)
    }

    /// The file's bytes; the inverse of ``read(_:)``.
    static func bytes(_ head: JournalHead) -> [UInt8] {
        var writer = CanonicalWriter(form: .declared)
        writer.beginObject()
        writer.member("index", head.index)
        writer.member("digest", head.digest)
        writer.member("updated_at", head.updatedAt)
        writer.endObject()
        guard let compact = try? writer.finish() else { preconditionFailure("a head holds integers and strings") }
        return PrettyJSON.bytes(fromCompact: compact)
    }

    /// Reads the file's bytes.
    static func read(_ bytes: [UInt8]) -> Content {
        do {
            let reader = try RecordReader(parsing: bytes)
            return .head(
                JournalHead(
                    index: try reader.integer("index"),
                    digest: try reader.string("digest"),
                    updatedAt: try reader.string("updated_at", default: "")
                )
            )
        } catch {
            return .unreadable("\(error)")
        }
    }
}
