internal import CSodium

/// Sealing as a C program does it with libsodium: a key, a nonce and room for the box are there.
struct SealingInC {
    static let nonceLength = 24
    private let key = [UInt8](repeating: 3, count: 32)
    private let nonce = [UInt8](repeating: 1, count: nonceLength)

    func seal(_ plaintext: [UInt8], _ data: [UInt8], times count: Int) {
        var box = [UInt8](repeating: 0, count: plaintext.count + 16)
        for _ in 0..<count {
            let result = unsafe crypto_aead_xchacha20poly1305_ietf_encrypt(
                &box,
                nil,
                plaintext,
                UInt64(plaintext.count),
                data,
                UInt64(data.count),
                nil,
                nonce,
                key
            )
            precondition(result == 0, "libsodium seals anything")
        }
    }
}
