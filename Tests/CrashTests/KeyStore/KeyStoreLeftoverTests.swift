import CrashTesting
import FileSystemSeam
import KeyStore
import Testing

/// What the files beside a receipt are told by: those of the publication that comes next, cut short, from old ones.
@Suite("Files beside a receipt")
struct KeyStoreLeftoverTests {
    /// A store in which a key was destroyed, and what it was made of before.
    private struct Destroyed {
        let fileSystem: SimFS
        let directory: any Directory
        let journal: String
        let journalBytes: [UInt8]
        let keysetBytes: [UInt8]

        init() throws {
            fileSystem = SimDisk(seed: 1).boot()
            let story = KeyStoreStory.shred
            try story.prepare(fileSystem)
            directory = try fileSystem.openDirectory(KeyStoreStory.path)
            journal = try #require(try directory.entries().map(\.name).first { $0.hasPrefix("journal-") })
            journalBytes = try directory.readFile(journal, maximumBytes: 1 << 16)
            keysetBytes = try directory.readFile("keyset", maximumBytes: 1 << 16)
            let store = try KeyStoreStory.open(fileSystem)
            try KeyStoreStory.shred(store, "p") { _ in }
            store.close()
        }

        func put(_ name: String, _ bytes: [UInt8]) throws {
            let file = try directory.open(name, [.write, .create, .exclusive], permissions: .ownerFile)
            try file.writeAll(bytes, at: 0)
            try file.close()
        }

        func judge() throws { try KeyStoreStory.requireNothingOldBesideReceipts(fileSystem) }
    }

    private static let other = "0123456789abcdef"

    private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

    /// The bytes with only some of their sectors.
    private static func torn(_ bytes: [UInt8], to sectors: Set<Int>) -> [UInt8] {
        bytes.indices.map { sectors.contains($0 / 512) ? bytes[$0] : 0 }
    }

    /// Whole, overwritten, and in part.
    @Test func oldOnesAreTold() throws {
        func requireFailure(_ name: (Destroyed) -> String, _ bytes: (Destroyed) -> [UInt8]) throws {
            let store = try Destroyed()
            try store.judge()
            try store.put(name(store), bytes(store))
            #expect(throws: CheckFailure.self, "\(name(store))") { try store.judge() }
        }
        try requireFailure({ $0.journal }) { $0.journalBytes }
        try requireFailure({ $0.journal }) { Self.zeros($0.journalBytes.count) }
        // The key's record, without those before it; and the first one alone.
        try requireFailure({ $0.journal }) { Self.torn($0.journalBytes, to: [2]) }
        try requireFailure({ $0.journal }) { Array($0.journalBytes[..<512]) }
        try requireFailure({ _ in "keyset-" + Self.other }) { $0.keysetBytes }
        try requireFailure({ _ in "keyset-" + Self.other }) { Self.zeros($0.keysetBytes.count) }
        try requireFailure({ _ in ".keyset.tmp" }) { $0.keysetBytes }
    }

    /// A checkpoint that says it comes next, or does not say what it is, and has the key that is destroyed.
    @Test(arguments: [[0, 1, 2, 3], [3]]) func soIsTheKey(sectors: Set<Int>) throws {
        let store = try Destroyed()
        let receipts = try store.directory.subdirectory("receipts")
        let receipt = try ShredReceipt(parsing: try receipts.readFile("00000001.json", maximumBytes: 1 << 16))
        var bytes = try store.directory.readFile("keyset", maximumBytes: 1 << 16)
        bytes[32] = UInt8(receipt.generationAfter + 1)
        try store.put(".keyset.tmp", Self.torn(bytes, to: sectors))
        try store.judge()
        let start = try #require(
            stride(from: 1536, to: bytes.count - 144, by: 144).first {
                KeyID(bytes: Array(bytes[$0 + 32..<$0 + 48])) == receipt.keyIDs.first
            }
        )
        bytes[start + 100] = 1
        try store.directory.remove(".keyset.tmp")
        try store.put(".keyset.tmp", Self.torn(bytes, to: sectors))
        #expect(throws: CheckFailure.self) { try store.judge() }
    }

    /// Nothing, a record that is not written yet, and the second name of the checkpoint that stands.
    @Test func thoseOfTheNextPublicationAreNot() throws {
        let store = try Destroyed()
        try store.put("journal-" + Self.other, [])
        try store.put(".keyset.tmp", [])
        try store.directory.link("keyset", to: "keyset-" + Self.other, in: store.directory)
        try store.judge()
        try store.put("journal-1" + Self.other.dropFirst(), Self.zeros(512))
        try store.judge()
    }

    /// What the looks cannot read is told as an opening tells it, wherever it is.
    @Test(arguments: [FileSystemError.Operation.openDirectory, .entries, .open, .read])
    func whatCannotBeReadIsNoFinding(operation: FileSystemError.Operation) throws {
        for occurrence in 1...20 {
            let store = try Destroyed()
            try store.put("journal-" + Self.other, [])
            store.fileSystem.disk.faults = .on(operation, occurrence, .error(.inputOutput))
            do {
                try KeyStoreStory.recover(store.fileSystem).store.close()
            } catch is KeyStoreError {
            } catch is KeyStoreStory.Unfinished {}
        }
    }
}
