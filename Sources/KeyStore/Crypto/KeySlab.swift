internal import FileSystemSeam

/// Many 32-byte secrets in one piece of guarded memory.
///
/// One mapping for all of them: a mapping each would cost two guard pages and a system call a key, and systems limit
/// both mappings and locked memory. Secrets go in and are used through closures that get a pointer; none is ever
/// returned. A place that was wiped is never given to another secret, so that whoever kept it gets nothing rather than
/// the wrong key; only places that nobody was given are taken back.
@safe
final class KeySlab: @unchecked Sendable {
    /// Where a secret stands.
    typealias Place = Int

    private struct Contents: @unchecked Sendable {
        var memory: GuardedMemory?
        /// One a place: whether a secret stands there.
        var isFilled: [Bool] = []
    }

    private let contents: Condition<Contents>

    init(capacity: Int = 8) throws(KeyStoreError) {
        contents = Condition(Contents(memory: try Self.memory(for: capacity)))
    }

    private static func memory(for capacity: Int) throws(KeyStoreError) -> GuardedMemory {
        do {
            return try GuardedMemory(byteCount: max(1, capacity) * Sodium.keyLength)
        } catch {
            throw .io(error, file: "memory for keys")
        }
    }

    /// What the system granted for the memory; nil after ``close()``.
    var protections: GuardedMemory.Protections? { contents.withLock { $0.memory?.protections } }

    /// How many places were given.
    var count: Int { contents.withLock { $0.isFilled.count } }

    /// Puts a secret in: `fill` gets 32 zeros to overwrite.
    ///
    /// - Returns: nil when `fill` said false; nothing was added then.
    /// - Throws: `.closed`, `.forked`, `.io` without memory.
    func add(_ fill: (UnsafeMutableRawBufferPointer) -> Bool) throws(KeyStoreError) -> Place? {
        try contents.withLock { (contents) throws(KeyStoreError) in
            let memory = try Self.growing(&contents)
            let place = contents.isFilled.count
            let isFilled = unsafe memory.withBytes { bytes in
                let room = unsafe Self.room(bytes, place)
                let isFilled = unsafe fill(room)
                if !isFilled { unsafe Sodium.wipe(room) }
                return isFilled
            }
            guard isFilled else { return nil }
            contents.isFilled.append(true)
            return place
        }
    }

    /// The memory, with room for one more.
    private static func growing(_ contents: inout Contents) throws(KeyStoreError) -> GuardedMemory {
        guard let memory = contents.memory else { throw .closed }
        guard memory.isOwnProcess else { throw .forked(owner: memory.owner.processID) }
        let used = contents.isFilled.count * Sodium.keyLength
        if used + Sodium.keyLength <= memory.count { return memory }
        let larger = try Self.memory(for: contents.isFilled.count * 2 + 1)
        unsafe memory.withBytes { old in
            unsafe larger.withBytes { new in
                unsafe new.copyMemory(from: UnsafeRawBufferPointer(rebasing: old[..<used]))
            }
        }
        // The old mapping is wiped when its last reference goes, which is this one.
        contents.memory = larger
        return larger
    }

    /// Makes room beforehand, so that many secrets do not move many times.
    func reserve(_ count: Int) throws(KeyStoreError) {
        try contents.withLock { (contents) throws(KeyStoreError) in
            guard let memory = contents.memory else { throw .closed }
            guard memory.isOwnProcess else { throw .forked(owner: memory.owner.processID) }
            let used = contents.isFilled.count * Sodium.keyLength
            if used + count * Sodium.keyLength <= memory.count { return }
            let larger = try Self.memory(for: contents.isFilled.count + count)
            unsafe memory.withBytes { old in
                unsafe larger.withBytes { new in
                    unsafe new.copyMemory(from: UnsafeRawBufferPointer(rebasing: old[..<used]))
                }
            }
            contents.memory = larger
        }
    }

    /// Runs `body` on a secret.
    ///
    /// - Throws: `.keyUnavailable` when it was wiped, `.closed`, `.forked`.
    func withKey<Result>(
        _ place: Place,
        _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(KeyStoreError) -> Result {
        try contents.withLock { (contents) throws(KeyStoreError) in
            guard let memory = contents.memory else { throw .closed }
            guard memory.isOwnProcess else { throw .forked(owner: memory.owner.processID) }
            guard contents.isFilled[place] else { throw .keyUnavailable }
            return unsafe memory.withBytes { unsafe body(UnsafeRawBufferPointer(Self.room($0, place))) }
        }
    }

    /// Runs `body` with what finds secrets, for many of them under one lock; it finds nil where a secret was wiped.
    ///
    /// - Throws: `.closed`, `.forked`, and what `body` throws.
    func withKeys<Result>(
        _ body: ((Place) -> UnsafeRawBufferPointer?) throws(KeyStoreError) -> Result
    ) throws(KeyStoreError) -> Result {
        try contents.withLock { (contents) throws(KeyStoreError) in
            guard let memory = contents.memory else { throw .closed }
            guard memory.isOwnProcess else { throw .forked(owner: memory.owner.processID) }
            // The mapping lives as long as the state refers to it, which under the lock it does.
            let start = unsafe memory.withBytes { UnsafeRawBufferPointer($0) }
            let isFilled = contents.isFilled
            return try unsafe body { place in
                guard isFilled[place] else { return nil }
                let offset = place * Sodium.keyLength
                return unsafe UnsafeRawBufferPointer(rebasing: start[offset..<offset + Sodium.keyLength])
            }
        }
    }

    /// Whether a secret stands there: it was not wiped.
    func isFilled(_ place: Place) -> Bool { contents.withLock { $0.memory != nil && $0.isFilled[place] } }

    /// Overwrites a secret. Harmless when it is gone already.
    func wipe(_ place: Place) {
        contents.withLock { contents in
            guard let memory = contents.memory, contents.isFilled[place] else { return }
            contents.isFilled[place] = false
            unsafe memory.withBytes { unsafe Sodium.wipe(Self.room($0, place)) }
        }
    }

    /// Overwrites the secrets behind the first `count` places, and takes the places back, so that failed attempts do
    /// not use up memory. Nobody may have been given one of them: the next secrets get them.
    func takeBack(to count: Int) {
        contents.withLock { contents in
            guard let memory = contents.memory else { return }
            while contents.isFilled.count > count {
                contents.isFilled.removeLast()
                unsafe memory.withBytes { unsafe Sodium.wipe(Self.room($0, contents.isFilled.count)) }
            }
        }
    }

    /// Overwrites and releases everything, now: nobody else holds the memory.
    func close() { contents.withLock { $0.memory = nil } }

    private static func room(_ bytes: UnsafeMutableRawBufferPointer, _ place: Place) -> UnsafeMutableRawBufferPointer {
        let start = place * Sodium.keyLength
        return unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[start..<start + Sodium.keyLength])
    }
}

extension KeySlab {
    /// Puts random bytes in.
    func addRandom(_ fileSystem: any FileSystem) throws(KeyStoreError) -> Place {
        var failure: FileSystemError?
        let place = try unsafe add { room in
            do throws(FileSystemError) {
                var span = unsafe MutableSpan<UInt8>(_unsafeElements: room.assumingMemoryBound(to: UInt8.self))
                try fileSystem.fillRandom(&span)
                return true
            } catch {
                failure = error
                return false
            }
        }
        if let failure { throw .io(failure, file: "random source") }
        guard let place else { throw .keyUnavailable }
        return place
    }

    /// Puts in what a key and a text determine together: BLAKE2b of the text under the key.
    func addDerived(from place: Place, of other: KeySlab, for purpose: String) throws(KeyStoreError) -> Place {
        // One lock at a time: the secret passes through memory of its own.
        let passage = try KeySlab(capacity: 1)
        defer { passage.close() }
        let text = Array(purpose.utf8)
        let derived = try unsafe passage.add { room in
            do throws(KeyStoreError) {
                try unsafe other.withKey(place) { key in
                    unsafe text.withUnsafeBytes { unsafe Sodium.hash($0, key: key, into: room) }
                }
                return true
            } catch {
                return false
            }
        }
        guard let derived else { throw .keyUnavailable }
        return try copy(derived, of: passage)
    }

    /// Puts in another slab's secret.
    func copy(_ place: Place, of other: KeySlab) throws(KeyStoreError) -> Place {
        var copied: Place?
        var failure: KeyStoreError?
        try unsafe other.withKey(place) { key in
            do throws(KeyStoreError) {
                copied = try unsafe add { room in
                    unsafe room.copyMemory(from: key)
                    return true
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        guard let copied else { throw .keyUnavailable }
        return copied
    }
}
