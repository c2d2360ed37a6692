internal import Canonical
internal import FileSystemSeam

extension ScopedKeyStore {
    /// Destroys all keys of a scope. Everything ever sealed for it is unreadable when this returns, as far as the
    /// receipt says.
    ///
    /// In this order, each step durable before the next: the intent; a keyset without the keys, wrapped with a new
    /// secret; the old secret overwritten by its provider; journals, temporaries and the old keyset overwritten in
    /// place and removed; a tombstone; the receipt. After a crash in between, opening the store goes on. When a step
    /// fails the keys are not used again, and ``flush()`` goes on. A key that another process makes for the scope after
    /// it destroyed those itself is not meant.
    ///
    /// The same call again is a request of its own. It goes on, too, and it destroys every key that the scope has by
    /// then: also one that was made since, when somebody else finished the destruction. The number of the receipt that
    /// the first request led to stands in ``keyRecords(of:)``.
    ///
    /// The scope can be used again afterwards, with a new key that does not open old boxes. Destroying a scope whose
    /// keys are all destroyed gives the last receipt again.
    ///
    /// - Parameter reason: for the receipt; up to 240 bytes of UTF-8.
    /// - Throws: `.selectorMismatch`, `.unknownScope`, `.invalidArgument`, and then nothing was destroyed; `.io`,
    ///   `.root`, `.lock`, and what loading a changed keyset throws: then the destruction may not be decided, and is
    ///   forgotten when the store is closed; `.shredPending` when it is decided and one of these is in the way of its
    ///   end; `.malformedReceipt` when the keys are destroyed, and the receipt is missing, cannot be read, or is
    ///   another one: trying again does not help.
    /// - Complexity: O(*n*) in the number of keys.
    public func shred(_ selector: KeySelector, reason: String) throws(KeyStoreError) -> ShredReceipt {
        let scope = try selector.scope(in: granularity)
        if reason.utf8.count > PendingShred.reasonMaximum {
            throw .invalidArgument(
                member: "reason",
                reason: "it has \(reason.utf8.count) bytes, and \(PendingShred.reasonMaximum) are the most"
            )
        }
        return try locked(.exclusive) { (state, keyset) throws(KeyStoreError) in
            let tag = try tag(scope, state)
            if state.minted[tag] != nil { try flush(&state, &keyset) }
            let entries = keyset.indices(of: tag).map { keyset.entries[$0] }
            guard let newest = entries.first else { throw .unknownScope }
            if let index = state.condemned.firstIndex(where: { $0.tag == tag }) {
                state.condemned[index].version = newest.version
            } else if entries.contains(where: { $0.state.isLive }) {
                let time = fileSystem.wallClock().nanosecondsSinceEpoch
                state.condemned.append(Condemned(tag: tag, version: newest.version, time: time, reason: reason))
            }
            // What was found of an intent is decided only once it is durable.
            if keyset.pending != nil || !state.condemned.isEmpty { try confirm(&state, &keyset) }
            do throws(KeyStoreError) {
                try finishDestructions(&state, &keyset)
            } catch {
                // In a directory that was exchanged, or whose root key went on with a copy, nothing is decided for who
                // opens the store next.
                switch error {
                case .root(.unknownGeneration), .root(.wrongSecret), .root(.otherStore): throw error
                case .io, .root, .lock: break
                default: throw error
                }
                guard isDecided(tag, state, keyset) else { throw error }
                throw .shredPending(newest.id, cause: error)
            }
            guard let destroyed = keyset.entry(newest.id) else { throw .unknownScope }
            return try receipt(of: destroyed, keyset.header)
        }
    }

    /// Whether the keyset itself, durably, says that a scope's keys are to be destroyed.
    private func isDecided(_ tag: ScopeTag, _ state: State, _ keyset: Keyset) -> Bool {
        keyset.pending?.tag == tag && !state.condemned.contains { $0.tag == tag }
    }

    /// Finishes every destruction that was begun or asked for.
    func finishDestructions(_ state: inout State, _ keyset: inout Keyset) throws(KeyStoreError) {
        if keyset.pending == nil, state.condemned.isEmpty { return }
        try confirm(&state, &keyset)
        try finishPending(&state, &keyset)
        while let condemned = state.condemned.first {
            if isOwed(condemned, keyset) {
                try commit(
                    .intended(tag: condemned.tag, time: condemned.time, reason: condemned.reason),
                    &state,
                    &keyset
                )
            }
            // From here on the keyset itself remembers.
            state.condemned.removeFirst()
            try finishPending(&state, &keyset)
        }
    }

    private func finishPending(_ state: inout State, _ keyset: inout Keyset) throws(KeyStoreError) {
        while let pending = keyset.pending {
            switch pending.stage {
            case .intended: try publishNext(&state, &keyset)
            case .rewrapped:
                let destruction = try clean(&state, keyset)
                try commit(.entombed(try tombstone(destruction, keyset)), &state, &keyset)
            case .entombed:
                guard let tombstone = pending.tombstone else {
                    throw .malformedReceipt(reason: "its tombstone is missing")
                }
                let bytes = try receiptBytes(pending, tombstone, state, keyset)
                try writeReceipt(tombstone.receipt, bytes)
                let digest = ShredReceipt.digest(bytes)
                try commit(.receipted(number: tombstone.receipt, digest: digest.bytes), &state, &keyset)
            }
        }
    }

    /// What is known when everything old is destroyed.
    private func tombstone(
        _ destruction: RootKeyDestruction,
        _ keyset: Keyset
    ) throws(KeyStoreError) -> PendingShred.Tombstone {
        var risks = destruction.risks
        do {
            risks.formUnion(ResidualRisks(ofOverwritingOn: try fileSystem.mountFactsWithJournaling(of: directory)))
        } catch {
            throw .io(error, file: path)
        }
        var assurance = destruction.assurance
        // An earlier root key's secret opens copies of the keyset from before the move, whatever became of this one's.
        if keyset.header.mayEarlierRootLive { assurance = max(assurance, .overwritten) }
        // Where a secret lives on, the old keyset must be gone, and that needs overwriting in place.
        let reachesAll = risks.isDisjoint(with: [.copyOnWrite, .dataJournaling, .unknownFileSystem])
        if assurance == .overwritten, !reachesAll { assurance = .unlinkedOnly }
        risks.insert(.copiesElsewhere)
        if assurance != .externallyDestroyed { risks.insert(.deviceRemapping) }
        if keyset.header.mayEarlierRootLive { risks.insert(.earlierRoot) }
        // The store's keys, and the generation's; the provider told of its own.
        let protections = [keys.protections, keyset.ring.slab.protections]
        if !protections.allSatisfy({ $0?.contains(.locked) == true }) { risks.insert(.memoryNotLocked) }
        return PendingShred.Tombstone(
            receipt: keyset.header.receiptCount + 1,
            assurance: assurance,
            risks: risks,
            generationAfter: keyset.header.generation,
            digestAfter: keyset.digest
        )
    }
}
