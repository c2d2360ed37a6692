extension KeySlab {
    /// Seals with the key at a place: ciphertext, then tag.
    func seal(
        _ plaintext: Span<UInt8>,
        with place: Place,
        nonce: [UInt8],
        associatedData: [UInt8],
        after prefix: [UInt8] = []
    ) throws(KeyStoreError) -> [UInt8] {
        if nonce.count != Sodium.nonceLength { throw .nonceLength(nonce.count) }
        return try unsafe withKey(place) { key in
            let count = prefix.count + plaintext.count + Sodium.tagLength
            return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
                let box = UnsafeMutableRawBufferPointer(buffer)
                unsafe box.copyBytes(from: prefix)
                unsafe plaintext.withUnsafeBytes { plaintext in
                    unsafe nonce.withUnsafeBytes { nonce in
                        unsafe associatedData.withUnsafeBytes { data in
                            unsafe Sodium.seal(
                                plaintext,
                                associatedData: data,
                                nonce: nonce,
                                key: key,
                                into: UnsafeMutableRawBufferPointer(rebasing: box[prefix.count...])
                            )
                        }
                    }
                }
                initialized = count
            }
        }
    }

    /// Opens with the key at a place.
    ///
    /// - Throws: `.authenticationFailed` whatever is wrong with the box, nonce or data.
    func open(
        _ box: Span<UInt8>,
        with place: Place,
        nonce: Span<UInt8>,
        associatedData: [UInt8]
    ) throws(KeyStoreError) -> [UInt8] {
        guard nonce.count == Sodium.nonceLength, box.count >= Sodium.tagLength else { throw .authenticationFailed }
        let plaintext = try unsafe withKey(place) { key in
            let count = box.count - Sodium.tagLength
            var isOpened = false
            let plaintext = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
                unsafe box.withUnsafeBytes { box in
                    unsafe nonce.withUnsafeBytes { nonce in
                        unsafe associatedData.withUnsafeBytes { data in
                            isOpened = unsafe Sodium.open(
                                box,
                                associatedData: data,
                                nonce: nonce,
                                key: key,
                                into: UnsafeMutableRawBufferPointer(buffer)
                            )
                        }
                    }
                }
                initialized = isOpened ? count : 0
            }
            return isOpened ? plaintext : nil
        }
        guard let plaintext else { throw .authenticationFailed }
        return plaintext
    }

    /// The secret at a place of another slab, sealed with the key at a place of this one: 48 bytes.
    func wrap(
        _ secret: Place,
        of other: KeySlab,
        with place: Place,
        nonce: UnsafeRawBufferPointer,
        associatedData: UnsafeRawBufferPointer,
        into box: UnsafeMutableRawBufferPointer
    ) throws(KeyStoreError) {
        var failure: KeyStoreError?
        // Always the secret's lock first, as in `addUnwrapped`.
        try unsafe other.withKey(secret) { secret in
            do throws(KeyStoreError) {
                try unsafe withKey(place) { key in
                    unsafe Sodium.seal(secret, associatedData: associatedData, nonce: nonce, key: key, into: box)
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    /// Opens a wrapped secret with the key at a place of another slab, and puts it in.
    ///
    /// - Returns: nil when it does not open.
    func addUnwrapped(
        _ box: UnsafeRawBufferPointer,
        with place: Place,
        of other: KeySlab,
        nonce: UnsafeRawBufferPointer,
        associatedData: UnsafeRawBufferPointer
    ) throws(KeyStoreError) -> Place? {
        var failure: KeyStoreError?
        let added = try unsafe add { room in
            do throws(KeyStoreError) {
                return try unsafe other.withKey(place) { key in
                    unsafe Sodium.open(box, associatedData: associatedData, nonce: nonce, key: key, into: room)
                }
            } catch {
                failure = error
                return false
            }
        }
        if let failure { throw failure }
        return added
    }

    /// BLAKE2b under the key at a place.
    func tag(_ message: Span<UInt8>, with place: Place, count: Int) throws(KeyStoreError) -> [UInt8] {
        try unsafe withKey(place) { key in
            unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
                unsafe message.withUnsafeBytes {
                    unsafe Sodium.hash($0, key: key, into: UnsafeMutableRawBufferPointer(buffer))
                }
                initialized = count
            }
        }
    }
}
