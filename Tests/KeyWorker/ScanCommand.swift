import Canonical
import FileSystemSeam
import Foundation
import KeyStore

/// `key-worker scan <directory> <steps> [bare]`: seals, rotates and destroys, and tells every secret it has, with all
/// bits inverted, so that whoever looks for them on a disk finds them nowhere else:
///
///     secret 9c41…             a scope key, a keyset key or another secret of the store: never to be found
///     root 5d02…               a secret of the root key: to be found as long as its generation is the last one
///
/// With `bare` the keyset key is not wrapped, which has to be found.
enum ScanCommand {
    static func run(_ directory: String, steps: Int, isBare: Bool) throws {
        let fileSystem = PosixFileSystem.shared
        let root: any RootKeyProvider =
            isBare ? BareRoot() : RootKeyFile(in: directory, fileSystem: fileSystem)
        let store = try ScopedKeyStore.open(
            directory + "/keys",
            root: root,
            fileSystem: fileSystem,
            options: KeyStoreOptions(journalRecordMaximum: 8)
        )
        var told: Set<String> = []
        func tell(_ kind: String, _ inverted: [UInt8]) {
            let line = "\(kind) \(Hex.encode(inverted))"
            if told.insert(line).inserted { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }
        }
        func tellAll() throws {
            for secret in try store.invertedSecrets() { tell("secret", secret) }
            if !isBare { for secret in try secrets(in: directory) { tell("root", secret) } }
        }
        for step in 0..<steps {
            let entity = "entity-\(step % 7)"
            _ = try store.seal([UInt8](repeating: 1, count: 300), scope: .entity(entity), associatedData: [])
            tell("secret", try store.invertedKey(of: .entity(entity)))
            try tellAll()
            if step % 5 == 3 { try store.rotate(.entity(entity)) }
            if step % 6 == 5 { _ = try store.shred(.entity(entity), reason: "scan") }
        }
        try tellAll()
        store.close()
    }

    /// The secrets in a root key file, with all bits inverted.
    private static func secrets(in directory: String) throws -> [[UInt8]] {
        let bytes = try PosixFileSystem.shared.openDirectory(directory).readFile("root.key", maximumBytes: 1024)
        return [0, 512].filter { bytes[$0 + 8] == 1 }.map { slot in bytes[slot + 40..<slot + 72].map { ~$0 } }
    }
}

/// Wrapping taken out: the keyset key stands in the checkpoint as it is.
private final class BareRoot: RootKeyProvider {
    var kind: String { "bare" }

    func inventory(of store: StoreID?) throws(RootKeyError) -> RootKeyInventory { RootKeyInventory() }

    func prepare(_ generation: UInt64, keeping current: UInt64?, for store: StoreID) throws(RootKeyError) {}

    func wrap(
        _ key: UnsafeRawBufferPointer,
        generation: UInt64,
        context: [UInt8],
        store: StoreID
    ) throws(RootKeyError) -> [UInt8] { Array(key) }

    func unwrap(
        _ wrapped: [UInt8],
        generation: UInt64,
        context: [UInt8],
        store: StoreID,
        into key: UnsafeMutableRawBufferPointer
    ) throws(RootKeyError) {
        guard wrapped.count == key.count else { throw .wrongSecret(place: "nowhere") }
        key.copyBytes(from: wrapped)
    }

    func destroyAllBut(_ generation: UInt64, for store: StoreID) throws(RootKeyError) -> RootKeyDestruction {
        RootKeyDestruction(assurance: .unlinkedOnly)
    }

    func destroyAll(for store: StoreID) throws(RootKeyError) -> RootKeyDestruction {
        RootKeyDestruction(assurance: .unlinkedOnly)
    }
}
