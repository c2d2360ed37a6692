import Signing

let key = try SigningKey(seed: [UInt8](repeating: 7, count: 32))
let message = Array("an approval".utf8)
let signature = try key.signature(for: message)
print("Signing:", key.publicKey, key.publicKey.isValid(signature: signature, for: message) ? "signs" : "fails")
