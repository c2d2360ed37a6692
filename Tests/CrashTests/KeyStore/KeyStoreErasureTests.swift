import CrashTesting
import FileSystemSeam
import KeyStore
import Testing

/// What is destroyed is overwritten, durably, before its name goes: afterwards nobody finds it to do it again, and a
/// receipt says that it is done. No power cut shows the bytes of a file without a name, so that the order of the calls
/// is looked at.
@Suite("Files that a key store destroys")
struct KeyStoreErasureTests {
    /// The calls that a store makes on a simulated disk from now on.
    private final class Calls: SimScheduler, @unchecked Sendable {
        private(set) var all: [(operation: FileSystemError.Operation, name: String)] = []

        func turn(_ process: SimProcess, _ operation: FileSystemError.Operation, _ name: String) throws(Refusal) {
            all.append((operation, name))
        }

        func blocked(_ process: SimProcess, canTimeOut: Bool) throws(Refusal) -> Bool { false }

        /// What was done to the contents and the name of a file, in order.
        func changes(of name: String) -> [FileSystemError.Operation] {
            all.filter { $0.name == name && [.write, .sync, .remove].contains($0.operation) }.map(\.operation)
        }
    }

    @Test(arguments: [KeyStoreStory.checkpoint, .shred, .shredTwice, .rewrap, .renew])
    func oldFilesAreOverwrittenDurablyBeforeTheirNamesGo(story: KeyStoreStory) throws {
        let fileSystem = SimDisk(seed: 1).boot()
        try story.prepare(fileSystem)
        let calls = Calls()
        fileSystem.disk.scheduler = calls
        try story.workload(fileSystem) { _ in }
        let removed = Set(calls.all.filter { $0.operation == .remove }.map(\.name))
        let journals = removed.filter { $0.hasPrefix("journal-") }
        #expect(!journals.isEmpty)
        for name in removed where name.hasPrefix("journal-") || name.hasPrefix("keyset-") {
            let changes = calls.changes(of: name)
            // The second name of the checkpoint that stands is only a name.
            if !journals.contains(name), changes == [.remove] { continue }
            #expect(changes.suffix(3) == [.write, .sync, .remove], "\(name): \(changes)")
        }
    }

    /// A crash left a root key that never was in use.
    @Test func soIsARootKeyThatWasNeverInUse() throws {
        let fileSystem = SimDisk(seed: 1).boot()
        let story = KeyStoreStory.fresh
        try story.prepare(fileSystem)
        let temporary = ".root.key.tmp"
        let secrets = try fileSystem.openDirectory(KeyStoreStory.secrets)
        try secrets.open(temporary, [.write, .create], permissions: .ownerFile)
            .writeAll([UInt8](repeating: 7, count: 1024), at: 0)
        let calls = Calls()
        fileSystem.disk.scheduler = calls
        try story.workload(fileSystem) { _ in }
        #expect(calls.changes(of: temporary) == [.write, .sync, .remove])
        // Then the one that is used is made, under a name of its own.
        let own = calls.all.map(\.name).filter { $0.hasPrefix(temporary + "-") }
        let gone = try #require(calls.all.firstIndex { $0.operation == .remove && $0.name == temporary })
        let made = try #require(calls.all.firstIndex { $0.name == own.first })
        #expect(Set(own).count == 1 && gone < made)
        #expect(calls.changes(of: own[0]) == [.write, .sync])
    }

    /// Whoever wrote a later secret over an older one may have been killed before the sync, or the sync may have
    /// failed. The next one leaves the later secret as it is, and makes sure that it stands on the disk.
    @Test func soIsWhatALaterSecretStandsInFrontOf() throws {
        let fileSystem = SimDisk(seed: 1).boot()
        _ = try fileSystem.openDirectory(KeyStoreStory.secrets, creating: .ownerDirectory)
        let root = KeyStoreStory.root(fileSystem)
        let store = try #require(StoreID(bytes: [UInt8](repeating: 1, count: 16)))
        try root.prepare(1, keeping: nil, for: store)
        _ = try root.destroyAllBut(1, for: store)
        try root.prepare(2, keeping: 1, for: store)
        let secrets = try fileSystem.openDirectory(KeyStoreStory.secrets)
        let before = try secrets.readFile("root.key", maximumBytes: 1024)
        let calls = Calls()
        fileSystem.disk.scheduler = calls
        _ = try root.destroyAllBut(1, for: store)
        #expect(calls.changes(of: "root.key") == [.write, .sync])
        #expect(try secrets.readFile("root.key", maximumBytes: 1024) == before)
        // It is the right one: the one before goes when it is kept.
        _ = try root.destroyAllBut(2, for: store)
        #expect(try root.inventory(of: store).generations == [2])
    }
}
