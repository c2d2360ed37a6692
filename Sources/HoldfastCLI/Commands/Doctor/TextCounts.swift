internal import Canonical

/// How often each of many texts was met. Texts are one only when their bytes are: two spellings of one character are two grants.
struct TextCounts {
    private struct Key: Hashable {
        let text: String

        static func == (left: Key, right: Key) -> Bool { TextBytes.isSame(left.text, right.text) }

        func hash(into hasher: inout Hasher) { TextBytes.hash(text, into: &hasher) }
    }

    private var counts: [Key: UInt64] = [:]
    private let differentMaximum: Int
    /// How often others were met, when there were as many as are told apart.
    private(set) var otherCount: UInt64 = 0

    /// - Parameter differentMaximum: how many texts are told apart.
    init(differentMaximum: Int) { self.differentMaximum = differentMaximum }

    mutating func count(_ text: String) {
        let key = Key(text: text)
        if counts[key] != nil || counts.count < differentMaximum {
            counts[key, default: 0] += 1
        } else {
            otherCount += 1
        }
    }

    /// The texts that are told apart: the most frequent first, of equally frequent ones by their bytes.
    var sorted: [(text: String, count: UInt64)] {
        counts.map { (text: $0.key.text, count: $0.value) }.sorted { left, right in
            if left.count != right.count { return left.count > right.count }
            return left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
        }
    }
}
