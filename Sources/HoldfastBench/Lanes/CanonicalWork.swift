internal import Canonical

/// Objects to canonicalise.
enum CanonicalWork {
    /// Objects as a journal's records are: mostly short texts, a few numbers, members not in order; `size` bytes each,
    /// 32 or more.
    ///
    /// A large one has the same members again and again, numbered; a small one as many as there is room for.
    static func corpus(_ count: Int, size: Int) -> [[UInt8]] {
        (0..<count).map { number in
            var text = "{"
            var copies = 0
            let end = "\"note\":\"\"}".utf8.count
            while true {
                let members = members(number, copies == 0 ? "" : "_\(copies)")
                var (fitting, length) = (members.count, members.reduce(0) { $0 + $1.utf8.count })
                // A copy that does not fit is left out, the first one begun at least.
                while fitting > 0, text.utf8.count + length + end > size {
                    fitting -= 1
                    length -= members[fitting].utf8.count
                }
                if fitting < members.count {
                    if copies == 0 { text += members[..<fitting].joined() }
                    break
                }
                text += members.joined()
                copies += 1
            }
            text += "\"note\":\""
            let padding = size - text.utf8.count - 2
            precondition(padding >= 0, "the object is longer than planned")
            return Array((text + String(repeating: "x", count: padding) + "\"}").utf8)
        }
    }

    /// The members of one object, with a comma after each.
    private static func members(_ number: Int, _ suffix: String) -> [String] {
        [
            "\"type\(suffix)\":\"treeship/approval-use/v1\",",
            "\"use_id\(suffix)\":\"use_\(Digest(hashing: [UInt8(number % 251)]))\",",
            "\"grant_id\(suffix)\":\"grant-\(number)\",",
            "\"nonce_digest\(suffix)\":\"\(Digest(hashing: Array("\(number)".utf8)))\",",
            "\"actor\(suffix)\":\"agent://indexer\",",
            "\"action\(suffix)\":\"catalog.rebuild\",",
            "\"subject\(suffix)\":\"urn:catalog:eu/\(number)\",",
            "\"use_number\(suffix)\":\(number % 7 + 1),",
            "\"max_uses\(suffix)\":\(number % 9),",
            "\"weight\(suffix)\":\(Double(number) / 8),",
            "\"labels\(suffix)\":[\"a\",\"b\",\"ünïcödé\",null,true,{\"nested\":{\"deep\":-\(number)}}],",
            "\"created_at\(suffix)\":\"2026-05-01T08:00:00Z\",",
            "\"previous_record_digest\(suffix)\":\"\(Digest(hashing: [1]))\",",
        ]
    }
}
