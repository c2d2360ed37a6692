import Canonical
import Testing

/// SHA-256 against FIPS 180-4's examples and NIST's byte-oriented vectors.
@Suite struct SHA256VectorTests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func publishedExamples(_ text: String, _ hex: String) {
        #expect(Digest(hashing: Array(text.utf8)).hex == hex)
        #expect(Digest(hashing: Array(text.utf8)).description == "sha256:\(hex)")
    }

    @Test func aMillionLettersA() {
        let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        #expect(Digest(hashing: bytes).hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test(
        .needsPublishedVectors,
        arguments: [("SHA256ShortMsg.rsp", 65), ("SHA256LongMsg.rsp", 64)]
    )
    func everyVectorOfNIST(_ file: String, _ expectedCount: Int) throws {
        var length = 0
        var message: [UInt8] = []
        var count = 0
        for line in try PublishedVectors.lines("sha256/\(file)") {
            let parts = line.split(separator: "=").map { $0.filter { $0 != " " } }
            guard parts.count == 2 else { continue }
            switch parts[0] {
            case "Len": length = try #require(Int(parts[1])) / 8
            case "Msg": message = Array(try #require(Hex.decode(parts[1])).prefix(length))
            case "MD":
                #expect(Digest(hashing: message).hex == parts[1])
                var hasher = DigestHasher(.sha256)
                for start in stride(from: 0, to: message.count, by: 97) {
                    hasher.update(Array(message[start..<min(start + 97, message.count)]))
                }
                #expect(hasher.finalize().hex == parts[1])
                count += 1
            default: break
            }
        }
        #expect(count == expectedCount)
    }
}
