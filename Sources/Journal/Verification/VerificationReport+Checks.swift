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
}
