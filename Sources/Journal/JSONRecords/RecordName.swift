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

    /// The name as text, which ``Entry/init(_:)`` reads.
    var text: String { "\(Self.digits(index)).\(kind.rawValue).\(shortDigest)\(Self.suffix)" }

    /// Whether a name is that of the file for a record of a kind at an index with a digest: ``text``, without making
    /// it.
    static func isName(_ name: String, index: UInt64, kind: RecordKind, digest: String) -> Bool {
        let name = name.utf8.span
        guard let parts = Entry.Parts(name), parts.index == index else { return false }
        let kindName = kind.rawValue
        let digits = digest.utf8.span
        var start = 0
        while start < digits.count, digits[start] != UInt8(ascii: ":") { start += 1 }
        guard digits.count - start > shortDigestCount,
            ExactText.holds(name, parts.kind, kindName.utf8.span)
        else { return false }
        for place in 0..<shortDigestCount where name[parts.digest.lowerBound + place] != digits[start + 1 + place] {
            return false
        }
        return true
    }

    /// At least ten digits.
    private static func digits(_ index: UInt64) -> String {
        let digits = String(index)
        return String(repeating: "0", count: max(0, 10 - digits.utf8.count)) + digits
    }

    /// What a name in the directory of records is.
    enum Entry: Hashable, Sendable {
        /// A record of a known kind.
        case record(index: UInt64, kind: RecordKind)
        /// Named like a record, of a kind that this version does not know.
        case unknownKind(index: UInt64, kind: String)
        /// Written by an append that was interrupted before it was acknowledged.
        case leftover
        /// Something else; skipped.
        case foreign

        init(_ name: String) { self.init(name.utf8.span) }

        /// Names are bytes: a dot is a dot whatever stands behind it.
        private init(_ name: Span<UInt8>) {
            if Self.ends(name, with: RecordName.temporarySuffix) {
                self = .leftover
                return
            }
            guard let parts = Parts(name) else {
                self = .foreign
                return
            }
            for kind in RecordKind.allCases {
                let kindName = kind.rawValue
                if ExactText.holds(name, parts.kind, kindName.utf8.span) {
                    self = .record(index: parts.index, kind: kind)
                    return
                }
            }
            self = .unknownKind(index: parts.index, kind: Self.text(name, parts.kind))
        }

        /// Where the parts of a name stand that is built like a record's.
        fileprivate struct Parts {
            var index: UInt64
            var kind: Range<Int>
            var digest: Range<Int>

            init?(_ name: Span<UInt8>) {
                // From both ends, so that what is left in the middle is the kind, which may be any text without a dot.
                let suffixStart = name.count - RecordName.suffix.utf8.count
                let digestStart = suffixStart - RecordName.shortDigestCount
                guard Entry.ends(name, with: RecordName.suffix), let (index, end) = Entry.index(name),
                    end + 1 < digestStart, name[digestStart - 1] == UInt8(ascii: "."),
                    Entry.isLowerHex(name, digestStart..<suffixStart)
                else { return nil }
                self.index = index
                kind = end + 1..<digestStart - 1
                digest = digestStart..<suffixStart
                for place in kind where name[place] == UInt8(ascii: ".") { return nil }
            }
        }

        private static func ends(_ name: Span<UInt8>, with suffix: String) -> Bool {
            let suffix = suffix.utf8.span
            guard name.count >= suffix.count else { return false }
            for place in suffix.indices where name[name.count - suffix.count + place] != suffix[place] { return false }
            return true
        }

        /// The number that a name begins with, spelled as a record's name spells it, and where the dot behind it
        /// stands.
        private static func index(_ name: Span<UInt8>) -> (index: UInt64, end: Int)? {
            var index: UInt64 = 0
            var end = 0
            while end < name.count, name[end].isDecimalDigit {
                guard index.append(decimalDigit: name[end]) else { return nil }
                end += 1
            }
            guard index > 0, end >= 10, end == 10 || name[0] != UInt8(ascii: "0"), end < name.count,
                name[end] == UInt8(ascii: ".")
            else { return nil }
            return (index, end)
        }

        private static func isLowerHex(_ name: Span<UInt8>, _ range: Range<Int>) -> Bool {
            for place in range where !name[place].isLowerHexDigit { return false }
            return true
        }

        private static func text(_ name: Span<UInt8>, _ range: Range<Int>) -> String {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(range.count)
            for place in range { bytes.append(name[place]) }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
