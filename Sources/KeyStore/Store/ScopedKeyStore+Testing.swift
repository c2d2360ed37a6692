internal import FileSystemSeam

extension ScopedKeyStore {
    /// How many places for keys were given, for tests: a place that was given is never given again.
    package var keyPlaceCount: Int { keys.count }

    /// A scope's key with every bit inverted, for tests that look for it in memory or on a disk.
    package func invertedKey(of scope: KeyScope) throws(KeyStoreError) -> [UInt8] {
        guard let key = try key(scope) else { throw .unknownScope }
        return try unsafe key.slab.withKey(key.place) { unsafe $0.map { ~$0 } }
    }

    /// Every other secret of an open store with every bit inverted: keyset key, what is derived from it, tag key and
    /// seed.
    package func invertedSecrets() throws(KeyStoreError) -> [[UInt8]] {
        try locked(.shared) { (state, keyset) throws(KeyStoreError) in
            var secrets: [[UInt8]] = []
            let ring = keyset.ring
            for place in [ring.keysetKey, ring.wrapping, ring.authenticating] {
                secrets.append(try unsafe ring.slab.withKey(place) { unsafe $0.map { ~$0 } })
            }
            for place in [state.tagKey, state.seed] {
                secrets.append(try unsafe keys.withKey(place) { unsafe $0.map { ~$0 } })
            }
            return secrets
        }
    }
}
