import FileSystemSeam
import KeyStore

/// Opens a key store, and makes it where there is none.
func openStore(_ fileSystem: any FileSystem) throws -> ScopedKeyStore {
    let root = RootKeyFile(in: "secrets", fileSystem: fileSystem)
    return try ScopedKeyStore.open("keys", root: root, fileSystem: fileSystem)
}

/// Seals a letter for a user. The key is durable before the box is returned.
func seal(_ letter: [UInt8], for user: String, in store: ScopedKeyStore) throws -> SealedBox {
    try store.seal(letter, scope: .entity(user), associatedData: [])
}

/// Opens a box; nil when its key was destroyed.
func letter(in box: SealedBox, from store: ScopedKeyStore) throws -> [UInt8]? {
    switch try store.open(box, associatedData: []) {
    case .plaintext(let bytes): bytes
    case .shredded: nil
    }
}

// A disk in memory: nothing of the machine is touched.
let fileSystem = SimDisk().boot()
try fileSystem.openDirectory("/").makeDirectory("secrets", permissions: .ownerDirectory)
let store = try openStore(fileSystem)
let box = try seal(Array("dear ...".utf8), for: "user-7", in: store)
let opened = try letter(in: box, from: store)
precondition(opened == Array("dear ...".utf8))

// Destroying the user's key makes everything that was sealed for the user unreadable.
let receipt = try store.shred(.entity("user-7"), reason: "asked for")
let erasure = try store.verifyErasure(receipt)
precondition(erasure.isErased)
store.close()
let shredded = try letter(in: box, from: openStore(fileSystem))
precondition(shredded == nil)

// A key of its own, without a store.
let key = try PayloadKey(random: PosixFileSystem.shared)
let data = payloadAssociatedData(entity: "user-7", scope: .entity("user-7"), kind: 0x3001, eventID: 1)
let nonce = [UInt8](repeating: 0, count: 24)
let sealed = try key.seal(nonce: nonce, associatedData: data, plaintext: Array("hello".utf8))
let plaintext = try key.open(nonce: nonce, associatedData: data, ciphertext: sealed)
precondition(plaintext == Array("hello".utf8))
print("KeyStore:", sealed.count, plaintext.count)
