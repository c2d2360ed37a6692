internal import Canonical
internal import Signing

extension VerificationReport {
    mutating func add(_ errors: [JournalError]) {
        failures += errors.compactMap { VerificationFailure($0) }
    }

    /// Compares an anchor with the records.
    ///
    /// - Parameter record: the record at an index, as a head names it; nil when it is not there.
    mutating func check<Failure: Error>(
        _ anchor: JournalAnchor,
        record: (UInt64) throws(Failure) -> JournalHead?
    ) throws(Failure) {
        guard anchor.index > 0 else { return }
        let expected = JournalHead(index: anchor.index, digest: anchor.digest, updatedAt: "")
        if let found = try record(anchor.index) {
            if found.digest == anchor.digest { return }
            add([.rolledBack(expected: expected, found: found)])
        } else {
            add([.rolledBack(expected: expected, found: head)])
        }
    }

    /// Compares a note with the records. Where the chain is broken that is said already, and roots say no more.
    ///
    /// - Parameter root: the root of so many first records, which are there.
    mutating func check<Failure: Error>(
        _ note: CheckpointBody,
        root: (UInt64) throws(Failure) -> Digest
    ) throws(Failure) {
        guard failures.isEmpty else { return }
        let expected = "sha256:" + Hex.encode(note.rootHash)
        guard note.size <= recordCount else {
            let isBehind = warnings.contains { $0.kind == .headBehind }
            failures.append(
                VerificationFailure(
                    kind: .rolledBack,
                    index: note.size,
                    expected: expected,
                    message:
                        isBehind
                        ? "the note of \(note.origin) is about \(note.size) records, and readers report \(recordCount): the "
                            + "head is behind what stands there. The next append brings it forward; verify again after it"
                        : "the journal was rolled back: the note of \(note.origin) is about \(note.size) records, and it has "
                            + "\(recordCount). Nothing is to be appended to it; restore the journal from a copy that verifies"
                )
            )
            return
        }
        let computed = try root(note.size)
        if TextBytes.areSame(computed.bytes, note.rootHash) { return }
        failures.append(
            VerificationFailure(
                kind: .merkleMismatch,
                index: note.size,
                expected: expected,
                actual: computed.description,
                message:
                    "the note of \(note.origin) states the root \(expected) for the first \(note.size) records, which have "
                    + "\(computed). They were replaced after it was signed, or it is another journal's; restore the journal "
                    + "from a copy that verifies"
            )
        )
    }
}
