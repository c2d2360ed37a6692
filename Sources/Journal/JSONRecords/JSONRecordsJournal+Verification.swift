internal import FileSystemSeam

extension JSONRecordsJournal {
    func verify(
        _ directory: any Directory,
        _ id: String?,
        _ request: VerificationRequest,
        progress: WorkProgress.Handler?
    ) throws(JournalError) -> VerificationReport {
        var report = VerificationReport()
        let storage = JSONRecordsStorage(directory: directory)
        let head = try storage.head()
        let walk = try storage.walk(
            stopsAtFirst: request.stopsAtFirst,
            cache: cache,
            rereadsAll: true,
            progress: progress
        )
        report.recordCount = UInt64(walk.records.count)
        report.head = walk.records.last?.head
        report.add(walk.failures)
        report.add(strays: walk.strays)
        if walk.failures.isEmpty || !request.stopsAtFirst {
            report.check(head, walk)
            try checkIndexes(storage, walk, &report)
            if let anchor = request.anchor {
                report.check(anchor) { index in walk.records.first { $0.index == index }?.head }
            }
            report.failures.sort { $0.index < $1.index }
        }
        if walk.failures.isEmpty {
            var audit = SemanticAudit(clockToleranceSeconds: options.clockToleranceSeconds)
            for record in walk.records { audit.apply(record) }
            report.findings = audit.findings
            var roots = MerkleAudit(audit.checkpoints, trusting: request.trustedHubKeys)
            for record in walk.records.prefix(while: { $0.index <= roots.lastIndex }) {
                roots.apply(record.index, leaf: record.compactBytes)
            }
            report.add(roots)
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
                if case .record(let index, _) = entry { present.insert(index) }
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
}
