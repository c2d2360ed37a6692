/// The primitives as the store calls them, on arrays, for tests with published vectors.
package enum SodiumVectors {
    /// BLAKE2b of a length of 16 to 64 bytes, with a key of up to 64 bytes.
    package static func blake2b(_ message: [UInt8], key: [UInt8], count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            unsafe message.withUnsafeBytes { message in
                unsafe key.withUnsafeBytes { key in
                    unsafe Sodium.hash(message, key: key, into: UnsafeMutableRawBufferPointer(buffer))
                }
            }
            initialized = count
        }
    }

    /// Argon2id of any length from 16 bytes; nil when a cost is outside of what the library takes.
    package static func argon2id(
        _ passphrase: [UInt8],
        salt: [UInt8],
        passes: UInt64,
        memoryBytes: UInt64,
        count: Int
    ) -> [UInt8]? {
        var isDerived = false
        let key = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            unsafe passphrase.withUnsafeBytes { passphrase in
                unsafe salt.withUnsafeBytes { salt in
                    isDerived = unsafe Sodium.derive(
                        passphrase,
                        salt: salt,
                        passes: passes,
                        memoryBytes: memoryBytes,
                        into: UnsafeMutableRawBufferPointer(buffer)
                    )
                }
            }
            initialized = isDerived ? count : 0
        }
        return isDerived ? key : nil
    }
}
