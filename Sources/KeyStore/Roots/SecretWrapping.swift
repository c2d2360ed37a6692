internal import FileSystemSeam

/// How the providers of this module wrap a key with a secret: 73 bytes,
///
///     01                                               version
///     7e 20 … (24)                                     nonce
///     b1 4a … (48)                                     XChaCha20-Poly1305 of the 32 bytes under the secret, and tag
enum SecretWrapping {
    static let version: UInt8 = 1
    static let length = 1 + Sodium.nonceLength + Sodium.keyLength + Sodium.tagLength

    static func wrap(
        _ key: UnsafeRawBufferPointer,
        with secret: KeySlab.Place,
        of slab: KeySlab,
        context: [UInt8],
        _ fileSystem: any FileSystem,
        place: String
    ) throws(RootKeyError) -> [UInt8] {
        do throws(KeyStoreError) {
            let nonce = try fileSystem.randomBytes(Sodium.nonceLength)
            let bytes = unsafe Span<UInt8>(_unsafeBytes: key)
            return [version] + nonce + (try slab.seal(bytes, with: secret, nonce: nonce, associatedData: context))
        } catch {
            throw error.asRootError(place)
        }
    }

    static func unwrap(
        _ wrapped: [UInt8],
        with secret: KeySlab.Place,
        of slab: KeySlab,
        context: [UInt8],
        into key: UnsafeMutableRawBufferPointer,
        place: String
    ) throws(RootKeyError) {
        guard wrapped.count == length, wrapped[0] == version else {
            throw .damaged(place: place, reason: "the wrapped key is not of a known form")
        }
        let isOpened: Bool
        do throws(KeyStoreError) {
            isOpened = try unsafe slab.withKey(secret) { secret in
                unsafe wrapped.withUnsafeBytes { wrapped in
                    unsafe context.withUnsafeBytes { context in
                        unsafe Sodium.open(
                            UnsafeRawBufferPointer(rebasing: wrapped[(1 + Sodium.nonceLength)...]),
                            associatedData: context,
                            nonce: UnsafeRawBufferPointer(rebasing: wrapped[1...Sodium.nonceLength]),
                            key: secret,
                            into: key
                        )
                    }
                }
            }
        } catch {
            throw error.asRootError(place)
        }
        if !isOpened { throw .wrongSecret(place: place) }
    }
}

extension FileSystem {
    /// Random bytes that need not be secret: nonces and ids.
    func randomBytes(_ count: Int) throws(KeyStoreError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var span = bytes.mutableSpan
        do {
            try fillRandom(&span)
        } catch {
            throw .io(error, file: "random source")
        }
        return bytes
    }
}

extension KeyStoreError {
    /// What a failure of this module's own parts means to a provider.
    func asRootError(_ place: String) -> RootKeyError {
        switch self {
        case .root(let error): error
        case .io(let error, let file): .io(error, file: file)
        default: .failed(place: place, reason: description)
        }
    }
}
