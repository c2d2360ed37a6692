internal import CSodium
internal import FileSystemSeam
internal import KeyStore

/// The key store: sealing, making keys durable, destroying them.
enum KeyLanes {
    static let all = [seal, sealInStore, mint(10), mint(100_000), shred]

    private static let payloadLength = 4096

    private static let seal = Lane(
        "keys.seal.4k",
        "seal 4 096 bytes with a key in hand",
        unit: "MB/s",
        .rate,
        floor: "libsodium called from C",
        targets: [.floorRatio(0.9)]
    ) { arena in
        let count = arena.scaled(20_000)
        let key = try PayloadKey(random: arena.fileSystem)
        let plaintext = [UInt8](repeating: 7, count: payloadLength)
        let (nonce, data) = ([UInt8](repeating: 1, count: 24), [UInt8](repeating: 2, count: 64))
        return Contest(
            subject: {
                try rate(count, arena) {
                    for _ in 0..<count {
                        _ = try key.seal(nonce: nonce, associatedData: data, plaintext: plaintext)
                    }
                }
            },
            floor: { rate(count, arena) { sealInC(count, plaintext, data, nonce) } }
        )
    }

    private static let sealInStore = Lane(
        "keys.seal.store.4k",
        "seal 4 096 bytes for a scope of a store: random nonce, seal, look for changes",
        unit: "MB/s",
        .rate,
        floor: "libsodium called from C",
        targets: []
    ) { arena in
        let count = arena.scaled(20_000)
        let store = try open(arena, 10)
        let plaintext = [UInt8](repeating: 7, count: payloadLength)
        let (nonce, data) = ([UInt8](repeating: 1, count: 24), [UInt8](repeating: 2, count: 64))
        return Contest(
            subject: {
                try rate(count, arena) {
                    for _ in 0..<count {
                        _ = try store.seal(plaintext, scope: .entity("entity-1"), associatedData: data)
                    }
                }
            },
            floor: { rate(count, arena) { sealInC(count, plaintext, data, nonce) } }
        )
    }

    private static func mint(_ keys: Int) -> Lane {
        Lane(
            keys == 10 ? "keys.mint.durable" : "keys.mint.durable.100k",
            "make a key for a new scope, on stable storage when it returns; \(keys) keys before",
            unit: "µs",
            .cost,
            floor: "append + fdatasync of a record's bytes",
            targets: [.floorRatio(1.3)]
        ) { arena in
            let count = arena.scaled(300)
            let store = try open(arena, keys == 10 ? 10 : arena.scaled(keys))
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
    }

    /// The syncs of a destruction beside those of the two large files: intent, secret, journal, four of names, published, secret,
    /// journal, tombstone, receipt, its end.
    private static let smallSyncs = 13

    private static let shred = Lane(
        "keys.shred",
        "destroy a scope's key among 100 000, up to the receipt",
        unit: "ms",
        .cost,
        floor: "a keyset's bytes written and synced, zeros written over them and synced, \(smallSyncs) sectors synced",
        targets: [.value(200)]
    ) { arena in
        let count = arena.scaled(100_000)
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

    private static func rate(_ count: Int, _ arena: Arena, _ body: () throws -> Void) rethrows -> Double {
        Double(count * payloadLength) / (try arena.nanoseconds(body)) * 1000
    }

    private static func sealInC(_ count: Int, _ plaintext: [UInt8], _ data: [UInt8], _ nonce: [UInt8]) {
        let key = [UInt8](repeating: 3, count: 32)
        var box = [UInt8](repeating: 0, count: plaintext.count + 16)
        for _ in 0..<count {
            let result = unsafe crypto_aead_xchacha20poly1305_ietf_encrypt(
                &box,
                nil,
                plaintext,
                UInt64(plaintext.count),
                data,
                UInt64(data.count),
                nil,
                nonce,
                key
            )
            precondition(result == 0, "libsodium seals anything")
        }
    }
}

enum KeyWork {
    /// A store with so many keys, made durable in one checkpoint.
    static func filled(_ path: String, _ count: Int, _ fileSystem: any FileSystem) throws -> ScopedKeyStore {
        let root = RootKeyFile(in: path, fileSystem: fileSystem)
        let store = try ScopedKeyStore.open("\(path)/keys", root: root, fileSystem: fileSystem)
        for number in 0..<count { _ = try store.mint(.entity("entity-\(number)")) }
        try store.flush()
        return store
    }
}
