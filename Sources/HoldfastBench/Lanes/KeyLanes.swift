internal import FileSystemSeam
internal import KeyStore

/// The key store: sealing, making keys durable, destroying them.
enum KeyLanes {
    static let all = [seal, sealInStore, mint, mintAmongMany, shred]

    private static let payloads = GrowthAxis("bytes to seal", [64, 512, 4096, 65_536], isScaled: false)
    private static let keys = GrowthAxis("keys", [10, 1000, 10_000, 100_000])

    private static let seal = Lane(
        "keys.seal.4k",
        "seal 4 096 bytes with a key in hand",
        unit: "MB/s",
        .rate,
        floor: "libsodium called from C",
        targets: [.floorRatio(0.9)],
        over: payloads,
        at: 4096
    ) { arena, length in
        let key = try PayloadKey(random: arena.fileSystem)
        let nonce = [UInt8](repeating: 1, count: SealingInC.nonceLength)
        return sealing(length, arena) { plaintext, data in
            _ = try key.seal(nonce: nonce, associatedData: data, plaintext: plaintext)
        }
    }

    private static let sealInStore = Lane(
        "keys.seal.store.4k",
        "seal 4 096 bytes for a scope of a store: random nonce, seal, look for changes",
        unit: "MB/s",
        .rate,
        floor: "libsodium called from C",
        targets: [],
        over: payloads,
        at: 4096
    ) { arena, length in
        let store = try open(arena, 10)
        return sealing(length, arena) { plaintext, data in
            _ = try store.seal(plaintext, scope: .entity("entity-1"), associatedData: data)
        }
    }

    /// Megabytes a second that `seal` and libsodium seal, in messages of a length.
    private static func sealing(
        _ length: Int,
        _ arena: Arena,
        _ seal: @escaping (_ plaintext: [UInt8], _ data: [UInt8]) throws -> Void
    ) -> Contest {
        // As many bytes at each length, but not more calls for the shortest.
        let count = arena.scaled(min(40_000, 20_000 * 4096 / length))
        let (plaintext, data) = ([UInt8](repeating: 7, count: length), [UInt8](repeating: 2, count: 64))
        func rate(_ time: Double) -> Double { Double(count * length) / time * 1000 }
        let inC = SealingInC()
        return Contest(
            subject: { rate(try arena.nanoseconds { for _ in 0..<count { try seal(plaintext, data) } }) },
            floor: { rate(arena.nanoseconds { inC.seal(plaintext, data, times: count) }) }
        )
    }

    private static let mint = mintLane("keys.mint.durable", 10, .over(keys))

    private static let mintAmongMany = mintLane(
        "keys.mint.durable.100k",
        100_000,
        .none("it is what the picture of `keys.mint.durable` ends with")
    )

    private static func mintLane(_ name: String, _ size: Int, _ growth: Growth) -> Lane {
        Lane(
            name,
            "make a key for a new scope, on stable storage when it returns; \(ResultTable.count(size)) keys before",
            unit: "µs",
            .cost,
            floor: "append + fdatasync of a record's bytes",
            targets: [.floorRatio(1.3)],
            growth: growth
        ) { arena in
            var contest = try minting(arena, keys.size(size, isQuick: arena.isQuick))
            contest.atSize = { try minting(try arena.ofPoint($0), $0) }
            return contest
        }
    }

    /// Microseconds to make a key in a store of so many, and of the floor.
    private static func minting(_ arena: Arena, _ size: Int) throws -> Contest {
        let count = arena.scaled(300)
        let store = try open(arena, size)
        let file = try arena.directory.open("floor", [.write, .create, .append], permissions: .ownerFile)
        let record = [UInt8](repeating: 7, count: 512)
        var next = 0
        return Contest(
            subject: {
                let scopes = (next..<next + count).map { KeyScope.entity("new-\($0)") }
                next += count
                return try arena.nanoseconds {
                    for scope in scopes {
                        _ = try store.mint(scope)
                        try store.flush()
                    }
                } / Double(count) / 1000
            },
            floor: {
                try arena.nanoseconds {
                    for _ in 0..<count {
                        try file.appendOnce(record)
                        try file.sync(.data)
                    }
                } / Double(count) / 1000
            }
        )
    }

    /// The syncs of a destruction beside those of the two large files: intent, secret, journal, four of names,
    /// published, secret, journal, tombstone, receipt, its end.
    private static let smallSyncs = 13

    private static let shred = Lane(
        "keys.shred",
        "destroy a scope's key among 100 000, up to the receipt",
        unit: "ms",
        .cost,
        floor: "a keyset's bytes written and synced, zeros written over them and synced, \(smallSyncs) sectors synced",
        targets: [.value(200)],
        over: GrowthAxis("keys", [100, 1000, 10_000, 100_000]),
        at: 100_000
    ) { arena, count in
        let store = try open(arena, count)
        let small = try arena.directory.open("floor", [.write, .create], permissions: .ownerFile)
        let keyset = [UInt8](repeating: 7, count: 1600 + count * 144)
        let zeros = [UInt8](repeating: 0, count: keyset.count)
        let sector = [UInt8](repeating: 7, count: 512)
        var next = 0
        return Contest(
            subject: {
                next += 1
                return try arena.nanoseconds {
                    _ = try store.shred(.entity("entity-\(next)"), reason: "measured")
                } / 1_000_000
            },
            floor: {
                defer { try? arena.directory.remove("floor-keyset") }
                return try arena.nanoseconds {
                    let large = try arena.directory.open("floor-keyset", [.write, .create], permissions: .ownerFile)
                    for contents in [keyset, zeros] {
                        try large.writeAll(contents, at: 0)
                        try large.sync(.data)
                    }
                    for _ in 0..<smallSyncs {
                        try small.writeAll(sector, at: 0)
                        try small.sync(.data)
                    }
                } / 1_000_000
            }
        )
    }

    private static func open(_ arena: Arena, _ count: Int) throws -> ScopedKeyStore {
        try KeyWork.filled(arena.path, count, arena.fileSystem)
    }
}
