import CrashTesting
import FileSystemSeam
import KeyStore

extension KeyStoreStory {
    /// A receipt that is there, even one that nobody was given, says that everything old is destroyed. Opening would
    /// make it true, so it is looked at before.
    static func requireNothingOldBesideReceipts(_ fileSystem: any FileSystem) throws {
        guard let directory = try? fileSystem.openDirectory(path),
            let receipts = try? directory.subdirectory("receipts")
        else { return }
        for name in try receipts.entries().map(\.name) where name.hasSuffix(".json") {
            let receipt = try ShredReceipt(parsing: try receipts.readFile(name, maximumBytes: 1 << 16))
            for file in ["root.key", "second.key"] {
                let inventory = try root(fileSystem, file).inventory(of: nil)
                let old = inventory.generations.filter { $0 <= receipt.generationBefore }
                try CheckFailure.unless(old.isEmpty, "receipt \(name) is there, and secrets of generations \(old)")
            }
            let survey = try ScopedKeyStore.survey(path, fileSystem: fileSystem)
            try CheckFailure.unless(
                survey.position.generation >= receipt.generationAfter,
                "receipt \(name) is there, and the keyset is of generation \(survey.position.generation)"
            )
            let tombstones = survey.keyCounts[.destroyed] ?? 0
            try CheckFailure.unless(
                !receipt.keyIDs.isEmpty && tombstones >= receipt.keyIDs.count,
                "receipt \(name) of \(receipt.keyIDs.count) keys is there, and \(tombstones) tombstones"
            )
            // A later checkpoint has this one, and its journal, to clean up after.
            if survey.position.generation != receipt.generationAfter { continue }
            for case .leftover(let file) in survey.findings {
                let isNew = try isOfNextPublication(file, in: directory, after: receipt)
                try CheckFailure.unless(isNew, "receipt \(name) is there, and leftover \(file)")
            }
        }
    }

    /// Whether a file beside the checkpoint that a receipt speaks of is of the next one, whose publication is under way
    /// or failed: a journal was full, or its sync failed, or another key is to be destroyed. What is destroyed has no
    /// part in it.
    private static func isOfNextPublication(
        _ name: String,
        in directory: any Directory,
        after receipt: ShredReceipt
    ) throws -> Bool {
        // Before another one takes its place the checkpoint gets a second name.
        let identity = try directory.status(of: name).identity
        if try directory.status(of: "keyset").identity == identity { return true }
        let isJournal = name.hasPrefix("journal-")
        guard isJournal || name == ".keyset.tmp" else { return false }
        let bytes = try directory.readFile(name, maximumBytes: 1 << 16)
        // A sector that is not written yet, or was overwritten, has zeros.
        if bytes.prefix(sectorLength).contains(where: { $0 != 0 }) {
            let generation = bytes.dropFirst(isJournal ? 24 : 32).prefix(8).reversed().reduce(UInt64(0)) {
                $0 << 8 | UInt64($1)
            }
            if generation <= receipt.generationAfter { return false }
        }
        if isJournal {
            // It has one record until its checkpoint stands, and that says nothing. One that served has two at least.
            return bytes.count <= sectorLength && bytes.dropFirst(80).prefix(400).allSatisfy { $0 == 0 }
        }
        // Any of its sectors may be there without the others. The entry of a destroyed key has zeros for it.
        return stride(from: 1536, through: bytes.count - 144, by: 144).allSatisfy { start in
            let isDestroyed = KeyID(bytes: Array(bytes[start + 32..<start + 48])).map(receipt.keyIDs.contains) ?? false
            return !isDestroyed || bytes[start + 72..<start + 144].allSatisfy { $0 == 0 }
        }
    }

    /// A record of the journal is as long.
    private static let sectorLength = 512
}
