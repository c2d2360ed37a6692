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
        targets: [.value(220), .peerRatio(40)],
        over: GrowthAxis("bytes in an object", [100, 632, 6320, 63_200], isScaled: false),
        at: 632
    ) { arena, size in
        // As many bytes at each size.
        let objects = CanonicalWork.corpus(max(1, arena.scaled(20_000) * 632 / size), size: size)
        let byteCount = Double(objects.count * size)
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

    /// Foundation, which is not linked here, at the same work: a round gives its time in nanoseconds, without its
    /// start.
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
        targets: [.floorRatio(1.2)],
        over: lengths,
        at: 600
    ) { arena, length in digests(arena, length) { _ = Digest(hashing: $0) } }

    private static let blake3 = Lane(
        "digest.blake3.600",
        "BLAKE3 of 600 bytes",
        unit: "µs",
        .cost,
        floor: "libcrypto's one-shot SHA-256",
        targets: [.value(0.8)],
        over: lengths,
        at: 600
    ) { arena, length in digests(arena, length) { _ = Digest(hashing: $0, algorithm: .blake3) } }

    private static let lengths = GrowthAxis("bytes to hash", [64, 600, 4096, 65_536], isScaled: false)
        .inUnit("MB/s") { microseconds, length in Double(length) / microseconds }

    /// Microseconds for a digest of so many bytes, and for libcrypto's SHA-256 of them.
    private static func digests(_ arena: Arena, _ length: Int, _ hash: @escaping ([UInt8]) -> Void) -> Contest {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        // As many bytes at each length, but not more calls for the shortest.
        let count = arena.scaled(min(200_000, 120_000_000 / length))
        let oneShot = OneShotSHA256()
        func cost(_ hash: @escaping ([UInt8]) -> Void) -> Contest.Round {
            { arena.nanoseconds { for _ in 0..<count { hash(bytes) } } / Double(count) / 1000 }
        }
        return Contest(subject: cost(hash), floor: cost { oneShot.hash($0) })
    }
}
