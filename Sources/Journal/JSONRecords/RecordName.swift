internal import Canonical

/// The name of a record's file in the `json-records` layout:
///
///     0000000012.approval-use.b090d6defca114c3.json
///
/// index with at least ten digits, kind, the first sixteen digits of the record's digest.
struct RecordName: Hashable, Sendable {
    let index: UInt64
    let kind: RecordKind
    let shortDigest: String

    static let suffix = ".json"
    static let temporarySuffix = ".json.tmp"
    private static let shortDigestCount = 16

    init(index: UInt64, kind: RecordKind, shortDigest: String) {
        self.index = index
        self.kind = kind
        self.shortDigest = shortDigest
    }

    /// The name a record's file should have.
    init(of record: JournalRecord, at index: UInt64) {
        let digits = record.recordDigest.utf8.drop { $0 != UInt8(ascii: ":") }.dropFirst()
        self.init(
            index: index,
            kind: record.kind,
            shortDigest: String(decoding: Array(digits.prefix(Self.shortDigestCount)), as: UTF8.self)
        )
    }

    /// The name as text; the inverse of ``Entry/init(_:)``.
    var text: String { "\(Self.digits(index)).\(kind.rawValue).\(shortDigest)\(Self.suffix)" }

    /// At least ten digits.
    private static func digits(_ index: UInt64) -> String {
        let digits = String(index)
        return String(repeating: "0", count: max(0, 10 - digits.utf8.count)) + digits
    }

    /// What a name in the directory of records is.
    enum Entry: Hashable, Sendable {
        /// A record of a known kind.
        case record(RecordName)
        /// Named like a record, of a kind that this version does not know.
        case unknownKind(index: UInt64, kind: String)
        /// Written by an append that was interrupted before it was acknowledged.
        case leftover
        /// Something else; skipped.
        case foreign

        init(_ name: String) {
            if name.hasSuffix(RecordName.temporarySuffix) {
                self = .leftover
                return
            }
            let parts = name.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 4, parts[3] == "json", let index = UInt64(parts[0]), index > 0,
                parts[0] == RecordName.digits(index), parts[2].utf8.count == RecordName.shortDigestCount,
                Hex.decode(String(parts[2])) != nil
            else {
                self = .foreign
                return
            }
            if let kind = RecordKind(rawValue: String(parts[1])) {
                self = .record(RecordName(index: index, kind: kind, shortDigest: String(parts[2])))
            } else {
                self = .unknownKind(index: index, kind: String(parts[1]))
            }
        }
    }
}
