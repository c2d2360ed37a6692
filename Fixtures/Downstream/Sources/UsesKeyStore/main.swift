import FileSystemSeam
import KeyStore

let key = try PayloadKey(random: PosixFileSystem.shared)
let data = payloadAssociatedData(entity: "user-7", scope: .entity("user-7"), kind: 0x3001, eventID: 1)
let nonce = [UInt8](repeating: 0, count: 24)
let sealed = try key.seal(nonce: nonce, associatedData: data, plaintext: Array("hello".utf8))
print("KeyStore:", sealed.count, try key.open(nonce: nonce, associatedData: data, ciphertext: sealed).count)
