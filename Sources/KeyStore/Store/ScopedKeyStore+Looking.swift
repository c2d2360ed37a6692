internal import FileSystemSeam

extension ScopedKeyStore {
    /// When it is looked whether the keyset in memory is the one on disk.
    enum Look {
        /// Before: for what depends on a moment and uses no key, or only adds something that a flush looks at again.
        case before
        /// Afterwards: for what uses keys. When the answer is given, every use is over, and no key had been destroyed
        /// in the store that stands at the path.
        case after
    }

    /// Answers without the lock where that can be, else under it.
    func answer<Answer>(
        _ look: Look,
        _ body: (inout State, Keyset) throws(KeyStoreError) -> Answer
    ) throws(KeyStoreError) -> Answer {
        try requireOwnProcess()
        if let answer = answerWithoutLock(look, body) { return answer }
        return try locked(.shared) { (state, keyset) throws(KeyStoreError) in try body(&state, keyset) }
    }

    /// Answers from the keyset in memory without the lock, when that is the one on disk. Two system calls.
    ///
    /// Whoever changes the keyset holds the lock, and begins with a write that the look sees: a longer journal, or
    /// another checkpoint at its name. When the look sees nothing, the answer is therefore what it would have been
    /// under the lock at that moment.
    ///
    /// - Returns: nil when it has to be asked under the lock: something changed, or `body` threw.
    private func answerWithoutLock<Answer>(
        _ look: Look,
        _ body: (inout State, Keyset) throws(KeyStoreError) -> Answer
    ) -> Answer? {
        state.withLock { state in
            guard let keyset = state.keyset, !state.mustReload else { return nil }
            do {
                if look == .before, try !isOnDisk(keyset) { return nil }
                let answer = try body(&state, keyset)
                if look == .after, try !isOnDisk(keyset) { return nil }
                return answer
            } catch {
                return nil
            }
        }
    }

    /// Whether checkpoint and journal at the store's path are those that were read. Others that came to stand at their
    /// names, or in another directory at the path, have another identity, since these are held open.
    ///
    /// With a torn end the journal is never taken for the one that was read: records are written over that, which
    /// leaves its size as it is.
    private func isOnDisk(_ keyset: Keyset) throws(FileSystemError) -> Bool {
        guard try location.hasCheckpoint(of: keyset) else { return false }
        let journal = try location.extent(of: keyset.journalName)
        return journal.identity == keyset.journalIdentity && journal.size == Int64(keyset.journalBytes)
    }
}
