internal import Canonical
internal import FileSystemSeam
internal import Journal

/// The same work for the journal, for SQLite and for the bare disk.
enum JournalWork {
    /// How many records a journal may have.
    static let records = GrowthAxis("records in the journal", [1000, 10_000, 100_000, 1_000_000])

    /// A use of its own grant and nonce; `number` makes it different from others.
    static func use(_ number: Int, grant: String? = nil) -> ApprovalUse {
        ApprovalUse(
            grantID: grant ?? "grant-\(number)",
            grantDigest: "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
            nonceDigest: nonce(number),
            actor: "agent://indexer",
            action: "catalog.rebuild",
            subject: "urn:catalog:eu/7"
        )
    }

    static func nonce(_ number: Int) -> String { Digest(hashing: Array("nonce-\(number)".utf8)).description }

    /// What a record of such a use takes on disk, as one line.
    static let record = [UInt8](repeating: UInt8(ascii: "r"), count: 640)

    /// A journal with `count` records of distinct grants, or of one; made without a sync a record.
    static func filled(_ arena: Arena, _ name: String, _ count: Int, grant: String? = nil) throws -> String {
        let path = "\(arena.path)/\(name)"
        try fill(path, count, grant: grant, arena.fileSystem)
        return path
    }

    static func fill(_ path: String, _ count: Int, grant: String? = nil, _ fileSystem: any FileSystem) throws {
        let options = JournalOptions(durability: .processCrashOnly)
        let journal = ApprovalJournal(at: path, fileSystem: fileSystem, options: options)
        try journal.create()
        for number in 0..<count { _ = try journal.reserve(use(number, grant: grant), maximumUses: 1) }
        // Left clean: a writer that syncs makes the last of them durable.
        try ApprovalJournal(at: path, fileSystem: fileSystem).create()
    }

    /// Writes a record's bytes and syncs them, into space that was written before: what a durable append costs at
    /// the least.
    static func floor(_ arena: Arena, _ count: Int) throws -> () throws -> Double {
        let file = try arena.directory.open("floor", [.read, .write, .create], permissions: .ownerFile)
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        let sizeMaximum = Int64(count * record.count)
        var size: Int64 = 0
        while size < sizeMaximum {
            try file.writeAll(zeros, at: size)
            size += Int64(zeros.count)
        }
        try file.sync(.full)
        return {
            try arena.nanoseconds {
                for number in 0..<count {
                    try file.writeAll(record, at: Int64(number * record.count))
                    try file.sync(.data)
                }
            } / Double(count) / 1000
        }
    }
}
