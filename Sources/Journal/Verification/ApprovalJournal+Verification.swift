public import FileSystemSeam

extension ApprovalJournal {
    /// Walks everything and stops at the first failure, which is in the report, not thrown.
    ///
    /// Changes nothing and takes no lock. No journal, or an empty one, is intact with 0 records.
    ///
    /// - Parameters:
    ///   - anchor: what the caller has seen of the journal before.
    ///   - progress: told how many records are done.
    /// - Throws: only when the journal could not be looked at: `.io`, `.notAJournal`, `.unsupportedFormat`.
    /// - Complexity: O(*n*) in the size of the journal.
    public func verifyIntegrity(
        anchor: JournalAnchor? = nil,
        progress: WorkProgress.Handler? = nil
    ) throws(JournalError) -> VerificationReport {
        var report = try verify(stopsAtFirst: true, anchor, progress)
        report.failures = Array(report.failures.prefix(1))
        return report
    }

    /// Walks everything and lists every failure.
    ///
    /// - Parameters:
    ///   - anchor: what the caller has seen of the journal before.
    ///   - progress: told how many records are done.
    /// - Throws: only when the journal could not be looked at: `.io`, `.notAJournal`, `.unsupportedFormat`.
    /// - Complexity: O(*n*) in the size of the journal.
    public func verifyAll(
        anchor: JournalAnchor? = nil,
        progress: WorkProgress.Handler? = nil
    ) throws(JournalError) -> VerificationReport {
        try verify(stopsAtFirst: false, anchor, progress)
    }

    private func verify(
        stopsAtFirst: Bool,
        _ anchor: JournalAnchor?,
        _ progress: WorkProgress.Handler?
    ) throws(JournalError) -> VerificationReport {
        var report = VerificationReport()
        guard let storage = try storageForReading() else {
            if let anchor { report.check(anchor, []) }
            return report
        }
        let head = try storage.head()
        let walk = try storage.walk(stopsAtFirst: stopsAtFirst, cache: nil, progress: progress)
        report.recordCount = UInt64(walk.records.count)
        report.head = walk.records.last.map {
            JournalHead(index: $0.index, digest: $0.digest, updatedAt: $0.record.createdAt)
        }
        report.add(walk.failures)
        report.add(strays: walk.strays)
        if walk.failures.isEmpty || !stopsAtFirst {
            report.check(head, walk)
            try checkIndexes(storage, walk, &report)
            if let anchor { report.check(anchor, walk.records) }
            report.failures.sort { $0.index < $1.index }
        }
        if walk.failures.isEmpty {
            var audit = SemanticAudit(clockToleranceSeconds: options.clockToleranceSeconds)
            for record in walk.records { audit.apply(record) }
            report.findings = audit.findings
        }
        return report
    }

    /// Compares the indexes with the records. What they name beyond the records is looked for once more: it may
    /// have been appended meanwhile.
    private func checkIndexes(
        _ storage: JSONRecordsStorage,
        _ walk: RecordWalk,
        _ report: inout VerificationReport
    ) throws(JournalError) {
        let readable = Set(walk.records.map(\.index))
        let audit = try storage.auditIndexes(ExpectedIndexes(walk.records)) { readable.contains($0) }
        var present: Set<UInt64> = []
        if !audit.missing.isEmpty {
            for (_, entry) in try storage.recordEntries() {
                if case .record(let name) = entry { present.insert(name.index) }
                if case .unknownKind(let index, _) = entry { present.insert(index) }
            }
        }
        // A record that the walk, the head or an earlier line already reported is not reported again.
        var reported = Set(report.failures.filter { $0.kind == .missingRecord }.map(\.index))
        for (index, file) in audit.missing where !present.contains(index) && reported.insert(index).inserted {
            report.add([.missingRecord(index: index, evidence: "\(file) names it")])
        }
        // An index that shows what is missing must not be rebuilt: the evidence would be gone.
        let isEvidence = audit.missing.contains { !present.contains($0.index) }
        let remedy =
            isEvidence ? "keep the indexes, which show what is missing" : "rebuild the indexes to mend it"
        if let stale = audit.stale {
            report.warnings.append(
                VerificationWarning(
                    kind: .indexStale,
                    message: "\(stale) does not hold what the records say; \(remedy)"
                )
            )
        }
    }
}

extension VerificationReport {
    mutating func add(_ errors: [JournalError]) {
        failures += errors.compactMap { VerificationFailure($0) }
    }

    mutating func add(strays: [(name: String, isLeftover: Bool)]) {
        for stray in strays {
            let file = "\(JSONRecordsStorage.recordsName)/\(stray.name)"
            warnings.append(
                stray.isLeftover
                    ? VerificationWarning(
                        kind: .leftoverFile,
                        message: "\(file) was left by an append that was never acknowledged; it may be removed"
                    )
                    : VerificationWarning(kind: .foreignFile, message: "\(file) is no record and was skipped")
            )
        }
    }

    /// Compares the head with the records.
    mutating func check(_ head: HeadFile.Content, _ walk: RecordWalk) {
        let file = "\(HeadFile.directoryName)/\(HeadFile.fileName)"
        switch head {
        case .missing:
            if walk.records.isEmpty && walk.failures.isEmpty { return }
            warnings.append(
                VerificationWarning(kind: .headMissing, message: "\(file) is missing; the next append writes it")
            )
        case .unreadable(let reason):
            warnings.append(
                VerificationWarning(
                    kind: .headUnreadable,
                    message: "\(file) cannot be read (\(reason)); the next append writes it"
                )
            )
        case .head(let found):
            // With failures among the records, positions no longer tell what the head should name.
            guard walk.failures.isEmpty else {
                if found.index > walk.lastIndex {
                    add([.missingRecord(index: walk.lastIndex + 1, evidence: "\(file) names record \(found.index)")])
                }
                return
            }
            if let missing = JournalSnapshot.missingRecord(shownBy: head, walk.records) {
                add([missing])
            } else if found.index < UInt64(walk.records.count) {
                warnings.append(
                    VerificationWarning(
                        kind: .headBehind,
                        message: "\(file) names record \(found.index) of \(walk.records.count); the next append "
                            + "brings it forward"
                    )
                )
            }
        }
    }

    /// Compares an anchor with the records.
    mutating func check(_ anchor: JournalAnchor, _ records: [StoredRecord]) {
        guard anchor.index > 0 else { return }
        let expected = JournalHead(index: anchor.index, digest: anchor.digest, updatedAt: "")
        if let record = records.first(where: { $0.index == anchor.index }) {
            if record.digest == anchor.digest { return }
            let found = JournalHead(
                index: record.index,
                digest: record.digest,
                updatedAt: record.record.createdAt
            )
            add([.rolledBack(expected: expected, found: found)])
        } else {
            add([.rolledBack(expected: expected, found: head)])
        }
    }
}
