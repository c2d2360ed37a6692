import FileSystemSeam
import Foundation
import KeyStore
import PlatformProfile
import TestSupport
import Testing

/// A backup is put in the place of a store that is open, and somebody goes on there: destroys a key, for one.
@Suite("A copy in the place of an open key store")
struct ExchangedPlaceTests {
    private static let nonce = [UInt8](repeating: 5, count: 24)

    private static func act(_ name: String, _ store: ScopedKeyStore, _ box: SealedBox) throws {
        switch name {
        case "seal": _ = try store.seal("y", for: "a")
        case "seal another": _ = try store.seal("y", for: "later")
        case "open": _ = try store.read(box, for: "a")
        case "contains": _ = try store.contains(.entity("a"))
        case "key": _ = try store.key(.entity("a"))
        case "list": _ = try store.keyRecords()
        case "position": _ = try store.position()
        case "receipt": _ = try store.receipt(1)
        case "seal new": _ = try store.seal("y", for: "new")
        case "rotate": try store.rotate(.entity("a"))
        default: try store.flush()
        }
    }

    /// At every system call of each, also when the call takes the lock because others made a key before: nothing is
    /// answered from the directory that left, unless the exchange came after the last look.
    @Test(
        arguments: [
            "seal", "seal another", "open", "contains", "key", "list", "position", "receipt", "seal new", "rotate",
            "flush",
        ],
        [false, true]
    )
    func nothingIsAcknowledgedFromTheOneThatLeft(_ act: String, afterAChange: Bool) throws {
        var refusals = 0
        for moment in 0... {
            let keys = try ExchangedKeys(destroying: "a")
            let store = try keys.open()
            let box = try store.seal("x", for: "a")
            if act == "receipt" {
                _ = try store.seal("x", for: "gone")
                _ = try store.shred(.entity("gone"), reason: "")
            }
            try keys.copy()
            // One that the copy has never heard of.
            _ = try store.seal("x", for: "later")
            if act == "flush" { _ = try store.mint(.entity("new")) }
            if afterAChange { _ = try ExchangedKeys.open(keys.path).seal("x", for: "theirs") }
            let (calls, error) = keys.exchanging(at: moment) { try Self.act(act, store, box) }
            guard let calls else {
                #expect(error == nil && refusals > 0)
                return
            }
            if let error {
                #expect(error as? KeyStoreError == .directoryReplaced(path: keys.path), "\(moment): \(error)")
                refusals += 1
            } else {
                #expect(calls.allSatisfy { $0 == .flock }, "\(moment): \(calls) came after the exchange")
            }
            #expect(throws: KeyStoreError.directoryReplaced(path: keys.path)) { try store.seal("z", for: "a") }
            #expect(throws: KeyStoreError.directoryReplaced(path: keys.path)) { try store.read(box, for: "a") }
        }
    }

    /// What was made durable in the directory that left is not done with: the next flush tells, until that is back.
    @Test func aFlushIsNotDoneBeforeTheDirectoryIsBack() throws {
        var refusals = 0
        for moment in 0... {
            let keys = try ExchangedKeys(destroying: nil)
            let store = try keys.open()
            _ = try store.seal("x", for: "a")
            try keys.copy()
            let key = try store.mint(.entity("new"))
            let text = try key.seal(nonce: Self.nonce, associatedData: [], plaintext: [7])
            let (calls, error) = keys.exchanging(at: moment) { try store.flush() }
            guard calls != nil else {
                #expect(refusals > 0)
                return
            }
            if error != nil {
                refusals += 1
                #expect(store.isDirty)
                #expect(throws: KeyStoreError.directoryReplaced(path: keys.path)) { try store.flush() }
            }
            try keys.putBack()
            try store.flush()
            #expect(!store.isDirty)
            let reopened = try ExchangedKeys.open(keys.path)
            let same = try #require(try reopened.key(.entity("new")))
            #expect(try same.open(nonce: Self.nonce, associatedData: [], ciphertext: text) == [7])
        }
    }

    /// A directory that was removed, and not renamed away, takes no lock either.
    @Test func aRemovedOneIsToldAsSuch() throws {
        let keys = try ExchangedKeys(destroying: nil)
        let store = try keys.open()
        let box = try store.seal("x", for: "a")
        try keys.copy()
        let above = try PosixFileSystem.shared.openDirectory(keys.path + "/..")
        try above.removeRecursively("keys")
        for _ in 0..<2 {
            #expect(throws: KeyStoreError.directoryReplaced(path: keys.path)) { try store.seal("y", for: "a") }
            #expect(throws: KeyStoreError.directoryReplaced(path: keys.path)) { try store.read(box, for: "a") }
            #expect(throws: KeyStoreError.directoryReplaced(path: keys.path)) { try store.seal("y", for: "new") }
            try? above.rename("copy", to: "keys", in: above, exclusive: true)
        }
    }

    /// A relative path is one from where the process was when it opened the store, wherever it goes.
    @Test func aRelativePathStaysWhatItWas() async throws {
        let temporary = try TemporaryDirectory(in: TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk)
        await #expect(processExitsWith: .success) { [path = temporary.path as String] in
            let fileSystem = PosixFileSystem.shared
            let above = try fileSystem.openDirectory(path)
            try above.makeDirectory("data", permissions: .ownerDirectory)
            #expect(FileManager.default.changeCurrentDirectoryPath(path))
            let root = RootKeyFile(in: path, fileSystem: fileSystem)
            let store = try ScopedKeyStore.open("./data/keys/", root: root, fileSystem: fileSystem)
            let box = try store.seal("x", for: "a")
            #expect(FileManager.default.changeCurrentDirectoryPath("/"))
            _ = try store.seal("y", for: "b")
            #expect(try store.read(box, for: "a") == "x")
            // Not only the last directory of the path.
            try above.rename("data", to: "old", in: above, exclusive: true)
            for makesAnother in [false, true] {
                if makesAnother { _ = try fileSystem.openDirectory(path + "/data/keys", creating: .ownerDirectory) }
                #expect(throws: KeyStoreError.directoryReplaced(path: "./data/keys/")) { try store.seal("y", for: "a") }
                #expect(throws: KeyStoreError.directoryReplaced(path: "./data/keys/")) { try store.read(box, for: "a") }
                #expect(throws: KeyStoreError.directoryReplaced(path: "./data/keys/")) { try store.seal("y", for: "c") }
            }
            try above.removeRecursively("data")
            try above.rename("old", to: "data", in: above, exclusive: true)
            #expect(try store.read(box, for: "a") == "x")
            _ = try store.seal("y", for: "c")
        }
    }

    /// What the store tells of itself is of where it is.
    @Test func diagnosticsAreOfARelativePathAsItWas() async throws {
        let temporary = try TemporaryDirectory(in: TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk)
        await #expect(processExitsWith: .success) { [path = temporary.path as String] in
            let fileSystem = PosixFileSystem.shared
            #expect(FileManager.default.changeCurrentDirectoryPath(path))
            let evidence = PlatformObserver(fileSystem).observe(".")
            try Data(HostProfile(evidence).encoded()).write(to: URL(filePath: "profile"))
            let root = RootKeyFile(in: path, fileSystem: fileSystem)
            for profile in [nil, "profile"] {
                #expect(FileManager.default.changeCurrentDirectoryPath(path))
                let options = KeyStoreOptions(platformProfile: profile)
                let store = try ScopedKeyStore.open("keys", root: root, fileSystem: fileSystem, options: options)
                let identity = try fileSystem.directoryStatus("keys").identity
                let place = try fileSystem.openDirectory("keys")
                let resolved = try fileSystem.hostProbes?.resolvedPath(of: place)
                #expect(FileManager.default.changeCurrentDirectoryPath("/"))
                for depth in [ProbeDepth.passive, .standard, .deep] {
                    let found = try store.diagnostics(depth: depth)
                    #expect(found.path == "keys" && found.directory == resolved && resolved != nil)
                    #expect(found.evidence.identity == identity && found.evidence.isSymbolicLink == .observed(false))
                }
                store.close()
            }
        }
    }

    /// So is that of a root key file, which is needed long after the store was opened.
    @Test func aRelativePathOfARootKeyStaysWhatItWas() async throws {
        let temporary = try TemporaryDirectory(in: TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk)
        await #expect(processExitsWith: .success) { [path = temporary.path as String] in
            let fileSystem = PosixFileSystem.shared
            let above = try fileSystem.openDirectory(path)
            try above.makeDirectory("secrets", permissions: .ownerDirectory)
            #expect(FileManager.default.changeCurrentDirectoryPath(path))
            let root = RootKeyFile(in: "./secrets", fileSystem: fileSystem)
            let options = KeyStoreOptions(journalRecordMaximum: 3)
            let store = try ScopedKeyStore.open("keys", root: root, fileSystem: fileSystem, options: options)
            let box = try store.seal("x", for: "a")
            #expect(FileManager.default.changeCurrentDirectoryPath("/"))
            // More than the journal takes.
            for entity in ["b", "c", "d", "e"] { _ = try store.seal("y", for: entity) }
            let receipt = try store.shred(.entity("b"), reason: "")
            try store.rewrap(root)
            #expect(try store.verifyErasure(receipt).isErased)
            #expect(try store.read(box, for: "a") == "x")
            #expect(root.loosePermissions == nil)
            let file = try above.subdirectory("secrets").open("root.key", .read, permissions: .ownerFile)
            try file.setPermissions(Permissions(rawValue: 0o644))
            #expect(root.loosePermissions == Permissions(rawValue: 0o644))
            // One in the store's directory is still known as such.
            #expect(FileManager.default.changeCurrentDirectoryPath(path))
            let own = RootKeyFile(in: "keys", name: "keyset.lock", fileSystem: fileSystem)
            #expect(FileManager.default.changeCurrentDirectoryPath("/"))
            #expect {
                try store.rewrap(own)
            } throws: { error in
                if case .root(.failed)? = error as? KeyStoreError { true } else { false }
            }
        }
    }

    /// The same on a simulated disk, where relative paths begin at the root.
    @Test func aRelativePathOfASimulatedDiskIsLookedAt() throws {
        let fileSystem = SimDisk().boot()
        let above = try fileSystem.openDirectory("/")
        try above.makeDirectory("secrets", permissions: .ownerDirectory)
        let root = RootKeyFile(in: "secrets", fileSystem: fileSystem)
        let store = try ScopedKeyStore.open("keys", root: root, fileSystem: fileSystem)
        let box = try store.seal("x", for: "a")
        try above.rename("keys", to: "old", in: above, exclusive: true)
        #expect(throws: KeyStoreError.directoryReplaced(path: "keys")) { try store.seal("y", for: "a") }
        #expect(throws: KeyStoreError.directoryReplaced(path: "keys")) { try store.read(box, for: "a") }
        try above.rename("old", to: "keys", in: above, exclusive: true)
        #expect(try store.read(box, for: "a") == "x")
    }
}
