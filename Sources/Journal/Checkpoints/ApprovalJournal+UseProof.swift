public import Signing

extension ApprovalJournal {
    /// Proves a use by the latest checkpoint that covers it and holds, one signed for a hub before any other.
    ///
    /// A checkpoint holds when it states the number of records in its range and their root, and, where it is one of a
    /// hub, carries a signature of its contents. One that does not is passed over: whoever may append could hide all
    /// others behind it. So could a hub's that nobody trusts, unless the keys that count are named.
    ///
    /// - Parameters:
    ///   - id: the use's identifier.
    ///   - keys: whose checkpoints count; with none, those of any hub and local ones do.
    /// - Returns: nil when no such use is recorded.
    /// - Throws: `.invalidArgument` when no checkpoint that counts covers it, or none of those that do holds; see
    ///   ``JournalError``.
    /// - Complexity: O(*n*) in the number of records from the use on, and in the checkpoint's range. Where the latest
    ///   checkpoint does not hold, all that cover the use are recomputed, however many they are: O(*n* · *m*) for *m*
    ///   of them that begin at different records. With keys, only who holds one can make them many.
    public func proof(ofUse id: String, trusting keys: [VerifyingKey] = []) throws(JournalError) -> UseProof? {
        guard let found = try findUse(id: id) else { return nil }
        var candidates = try checkpoints(over: found.record.index, trusting: keys)
        guard let best = Self.best(of: candidates) else {
            let reason =
                keys.isEmpty
                ? "is under no checkpoint; make one, then prove it"
                : "is under no checkpoint that one of the trusted keys signed; have one signed, then prove it"
            throw .invalidArgument(member: "use_id", reason: "\"\(id)\" \(reason)")
        }
        do throws(JournalError) {
            return try proof(of: found.record, under: best)
        } catch .invalidArgument(let member, let reason) {
            var audit = MerkleAudit(candidates, treeMaximum: .max)
            try forEachRecord { (record) throws(JournalError) in
                audit.apply(record.index, leaf: record.compactBytes)
                return record.index < audit.lastIndex
            }
            let wrong = Set(audit.mismatches.map(\.index))
            candidates.removeAll { wrong.contains($0.index) }
            guard let next = Self.best(of: candidates) else { throw .invalidArgument(member: member, reason: reason) }
            return try proof(of: found.record, under: next)
        }
    }

    /// The checkpoints that claim to cover a record, in order, but for those with a hub's signature that is none, and
    /// with keys those that none of them signed.
    private func checkpoints(
        over index: UInt64,
        trusting keys: [VerifyingKey]
    ) throws(JournalError) -> [IndexedCheckpoint] {
        var found: [IndexedCheckpoint] = []
        try forEachRecord(from: index + 1) { (record) throws(JournalError) in
            if case .checkpoint(let checkpoint) = record.record, checkpoint.covers(index),
                checkpoint.toRecordIndex < record.index
            {
                let counts =
                    switch checkpoint.hubVerdict(trusting: keys) {
                    case .valid: true
                    case .notAHubCheckpoint, .untrustedIssuer: keys.isEmpty
                    case .tampered, .missingField: false
                    }
                if counts { found.append(IndexedCheckpoint(index: record.index, checkpoint: checkpoint)) }
            }
            return true
        }
        return found
    }

    private static func best(of candidates: [IndexedCheckpoint]) -> IndexedCheckpoint? {
        candidates.last { $0.checkpoint.kind == .hubOrg } ?? candidates.last
    }

    private func proof(of record: StoredRecord, under best: IndexedCheckpoint) throws(JournalError) -> UseProof {
        let inclusion = try inclusionProof(ofRecord: record.index, in: best.checkpoint)
        guard let checkpoint = try records(from: best.index, limit: 1).first else {
            throw .missingRecord(index: best.index, evidence: "it was there a moment ago")
        }
        return UseProof(record: record, inclusion: inclusion, checkpoint: checkpoint)
    }
}
