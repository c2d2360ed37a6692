internal import CCrypto
internal import Canonical
internal import FileSystemSeam

/// Canonical bytes and digests.
enum CanonicalLanes {
    static let all = [roundtrip, sha256, blake3]

    private static let roundtrip = Lane(
        "canonical.roundtrip",
        "parse, RFC 8785 and SHA-256 of 632-byte objects",
        unit: "MB/s",
        .rate,
        floor: "SHA-256 of the same bytes",
        peer: "Foundation's JSONSerialization with sorted keys, without a hash",
        targets: [.value(220), .peerRatio(40)]
    ) { arena in
        let objects = corpus(arena.scaled(20_000))
        let byteCount = Double(objects.reduce(0) { $0 + $1.count })
        return Contest(
            subject: {
                var canonicalizer = Canonicalizer(form: .jcs)
                let time = try arena.nanoseconds {
                    for object in objects { _ = try canonicalizer.digest(of: object.span) }
                }
                return byteCount / time * 1000
            },
            floor: {
                let time = arena.nanoseconds {
                    for object in objects { _ = Digest(hashing: object) }
                }
                return byteCount / time * 1000
            },
            peer: try foundation(arena, objects).map { peer in { byteCount / (try peer()) * 1000 } }
        )
    }

    /// Foundation, which is not linked here, at the same work: a round gives its time in nanoseconds, without its start.
    private static func foundation(_ arena: Arena, _ objects: [[UInt8]]) throws -> Contest.Round? {
        guard let path = arena.foundation else { return nil }
        try arena.directory.replaceAtomically("objects", with: Array(objects.joined(separator: [UInt8(ascii: "\n")])))
        let words = ["\(arena.path)/objects", "\(arena.path)/nanoseconds"]
        let program = Program(path: path)
        return {
            _ = try program.run(words, clock: arena.fileSystem)
            let text = String(decoding: try arena.directory.readFile("nanoseconds", maximumBytes: 32), as: UTF8.self)
            guard let time = Double(text.prefix { $0 != "\n" }) else {
                throw Program.Failure(description: "\(path) wrote no time")
            }
            return time
        }
    }

    private static let sha256 = Lane(
        "digest.sha256.600",
        "SHA-256 of 600 bytes",
        unit: "µs",
        .cost,
        floor: "libcrypto's one-shot function with a fetched algorithm",
        targets: [.floorRatio(1.2)]
    ) { arena in
        let bytes = sixHundredBytes
        let count = arena.scaled(200_000)
        let oneShot = OneShotSHA256()
        return Contest(
            subject: {
                arena.nanoseconds { for _ in 0..<count { _ = Digest(hashing: bytes) } } / Double(count) / 1000
            },
            floor: {
                arena.nanoseconds { for _ in 0..<count { oneShot.hash(bytes) } } / Double(count) / 1000
            }
        )
    }

    private static let blake3 = Lane(
        "digest.blake3.600",
        "BLAKE3 of 600 bytes",
        unit: "µs",
        .cost,
        floor: "libcrypto's one-shot SHA-256",
        targets: [.value(0.8)]
    ) { arena in
        let bytes = sixHundredBytes
        let count = arena.scaled(200_000)
        let oneShot = OneShotSHA256()
        return Contest(
            subject: {
                arena.nanoseconds {
                    for _ in 0..<count { _ = Digest(hashing: bytes, algorithm: .blake3) }
                } / Double(count) / 1000
            },
            floor: {
                arena.nanoseconds { for _ in 0..<count { oneShot.hash(bytes) } } / Double(count) / 1000
            }
        )
    }

    private static var sixHundredBytes: [UInt8] { (0..<600).map { UInt8(truncatingIfNeeded: $0 &* 31) } }

    /// Objects as a journal's records are: mostly short texts, a few numbers, members not in order; 632 bytes each.
    private static func corpus(_ count: Int) -> [[UInt8]] {
        (0..<count).map { number in
            var text =
                "{\"type\":\"treeship/approval-use/v1\",\"use_id\":\"use_\(Digest(hashing: [UInt8(number % 251)]))\","
            text += "\"grant_id\":\"grant-\(number)\",\"nonce_digest\":\"\(Digest(hashing: Array("\(number)".utf8)))\","
            text +=
                "\"actor\":\"agent://indexer\",\"action\":\"catalog.rebuild\",\"subject\":\"urn:catalog:eu/\(number)\","
            text += "\"use_number\":\(number % 7 + 1),\"max_uses\":\(number % 9),\"weight\":\(Double(number) / 8),"
            text += "\"labels\":[\"a\",\"b\",\"ünïcödé\",null,true,{\"nested\":{\"deep\":-\(number)}}],"
            text += "\"created_at\":\"2026-05-01T08:00:00Z\",\"previous_record_digest\":\""
            text += "\(Digest(hashing: [1]))\",\"note\":\""
            let padding = 632 - text.utf8.count - 2
            precondition(padding >= 0, "the object is longer than planned")
            return Array((text + String(repeating: "x", count: padding) + "\"}").utf8)
        }
    }
}

/// libcrypto's one-shot SHA-256 with an algorithm fetched once: the least that hashing costs.
@safe
private final class OneShotSHA256 {
    private let algorithm: OpaquePointer
    private var output = [UInt8](repeating: 0, count: 32)

    init() {
        guard let fetched = unsafe EVP_MD_fetch(nil, "SHA256", nil) else {
            preconditionFailure("libcrypto has no SHA-256")
        }
        unsafe algorithm = fetched
    }

    deinit { unsafe EVP_MD_free(algorithm) }

    func hash(_ bytes: [UInt8]) {
        let result = unsafe bytes.withUnsafeBytes { input in
            unsafe output.withUnsafeMutableBytes { output in
                unsafe EVP_Digest(input.baseAddress, input.count, output.baseAddress, nil, algorithm, nil)
            }
        }
        precondition(result == 1, "libcrypto does not hash")
    }
}
