import FileSystemSeam
import KeyStore
import TestSupport
import Testing

/// Somebody made the journal longer than any is: it is refused before it is read into memory. On the real disk, where a
/// file of holes takes no room.
@Suite("A journal of absurd length")
struct LongJournalTests {
    @Test(arguments: [1_099_511_627_776, 268_435_457] as [Int64]) func aJournalTooLongForMemoryIsDamage(size: Int64)
        throws
    {
        let temporary = try TemporaryDirectory()
        let (path, fileSystem) = (temporary.path + "/keys", PosixFileSystem.shared)
        func open() throws -> ScopedKeyStore {
            let root = RootKeyFile(in: temporary.path, fileSystem: fileSystem)
            return try ScopedKeyStore.open(path, root: root, fileSystem: fileSystem)
        }
        let store = try open()
        let box = try store.seal("x", for: "a")
        let directory = try fileSystem.openDirectory(path)
        let name = try #require(try directory.entries().map(\.name).first { $0.hasPrefix("journal-") })
        let file = try directory.open(name, .write, permissions: .ownerFile)
        let whole = try file.status().size
        try file.truncate(to: size)
        let acts: [() throws -> Void] = [
            { _ = try open() }, { _ = try store.seal("y", for: "b") }, { _ = try store.read(box, for: "a") },
        ]
        for act in acts {
            #expect {
                try act()
            } throws: { error in
                guard case .corrupt(name, 1 << 28, let reason)? = error as? KeyStoreError else { return false }
                return reason.contains("\(size) bytes")
            }
        }
        let findings = try ScopedKeyStore.survey(path, fileSystem: fileSystem).findings
        #expect(findings.contains { if case .damagedRecord(name, 1 << 28, _) = $0 { true } else { false } })
        try file.truncate(to: whole)
        #expect(try store.read(box, for: "a") == "x")
        #expect(try open().read(box, for: "a") == "x")
    }
}
