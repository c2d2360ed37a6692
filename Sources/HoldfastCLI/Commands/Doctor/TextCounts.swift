/// How often each of many texts was met. Texts are one only when their bytes are: two spellings of one character are
/// two grants.
struct TextCounts {
    private var counts: [KeptText: UInt64] = [:]
    private let differentMaximum: Int
    /// How often others were met, when there were as many as are told apart.
    private(set) var otherCount: UInt64 = 0

    /// - Parameter differentMaximum: how many texts are told apart.
    init(differentMaximum: Int) { self.differentMaximum = differentMaximum }

    mutating func count(_ text: String) {
        let key = KeptText(text)
        if counts[key] != nil || counts.count < differentMaximum {
            counts[key, default: 0] += 1
        } else {
            otherCount += 1
        }
    }

    /// The texts that are told apart, long ones cut: the most frequent first, of equally frequent ones by their bytes.
    var sorted: [(text: String, count: UInt64)] {
        let sorted = counts.sorted { left, right in
            if left.value != right.value { return left.value > right.value }
            return left.key.precedes(right.key)
        }
        return sorted.map { (text: $0.key.shown, count: $0.value) }
    }
}
