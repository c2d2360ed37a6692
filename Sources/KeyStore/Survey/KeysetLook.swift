internal import Canonical
internal import FileSystemSeam

/// One look at a store's files without its root key.
struct KeysetLook {
    let path: String
    let directory: any Directory

    /// Which file the checkpoint is.
    func identity() throws(KeyStoreError) -> FileIdentity {
        do {
            return try directory.status(of: KeysetFiles.keyset).identity
        } catch  where error.code == .noEntry {
            throw .keysetMissing(path: path, evidence: "a store was expected there")
        } catch {
            throw .io(error, file: KeysetFiles.keyset)
        }
    }

    func survey() throws(KeyStoreError) -> KeysetSurvey {
        let bytes: [UInt8]
        do {
            bytes = try directory.readFile(KeysetFiles.keyset, maximumBytes: ScopedKeyStore.checkpointMaximum)
        } catch  where error.code == .noEntry {
            throw .keysetMissing(path: path, evidence: "a store was expected there")
        } catch {
            throw .io(error, file: KeysetFiles.keyset)
        }
        let (header, isPending) = try ScopedKeyStore.verifiedHeader(bytes)
        var survey = KeysetSurvey(header)
        var pending: PendingShred?
        if isPending {
            let offset = KeysetHeader.byteCount
            pending = PendingShred(reading: bytes, at: offset)
            if pending == nil {
                throw .corrupt(
                    file: KeysetFiles.keyset,
                    byteOffset: offset,
                    reason: "the pending destruction makes no sense"
                )
            }
        }
        var seen = SeenKeys(pending)
        for index in 0..<header.entryCount {
            let offset = KeysetHeader.entriesOffset + index * KeyEntry.byteCount
            guard let entry = KeyEntry(reading: bytes, at: offset) else {
                throw .corrupt(file: KeysetFiles.keyset, byteOffset: offset, reason: "the entry makes no sense")
            }
            seen.add(entry)
        }
        let isWhole = try readJournal(header, &survey, &seen)
        survey.keyCounts = seen.counts
        if isWhole, seen.isPending { survey.findings.append(.destructionPending) }
        try readReceipts(header, &survey)
        try findLeftovers(header, &survey)
        return survey
    }

    // MARK: - Journal

    /// - Returns: whether nothing of it is missing or damaged.
    private func readJournal(
        _ header: KeysetHeader,
        _ survey: inout KeysetSurvey,
        _ seen: inout SeenKeys
    ) throws(KeyStoreError) -> Bool {
        let file = header.journalName
        let bytes: [UInt8]
        do {
            let size = try directory.extent(of: file).size
            if size > Int64(ScopedKeyStore.journalMaximum) {
                let reason = ScopedKeyStore.tooLongJournal(size)
                survey.findings.append(
                    .damagedRecord(file: file, byteOffset: ScopedKeyStore.journalMaximum, reason: reason)
                )
                return false
            }
            bytes = try directory.readFile(file, maximumBytes: ScopedKeyStore.journalMaximum)
        } catch  where error.code == .noEntry {
            survey.findings.append(.unusable(.journalMissing(file: file)))
            return false
        } catch {
            throw .io(error, file: file)
        }
        var previous = [UInt8](repeating: 0, count: JournalRecord.codeLength)
        var offset = 0
        while bytes.count - offset >= JournalRecord.byteCount {
            if bytes[offset...].allSatisfy({ $0 == 0 }) { break }
            let (next, isBeyond) = survey.position.sequence.addingReportingOverflow(1)
            guard !isBeyond, JournalRecord.stands(at: offset, of: bytes, header, next, previous) else {
                survey.findings.append(
                    .damagedRecord(file: file, byteOffset: offset, reason: "it is not the record that belongs there")
                )
                return false
            }
            if let reason = seen.apply(bytes, at: offset, &survey) {
                survey.findings.append(.damagedRecord(file: file, byteOffset: offset, reason: reason))
                return false
            }
            previous = Array(bytes[offset + JournalRecord.codeOffset..<offset + JournalRecord.byteCount])
            survey.position.sequence = next
            survey.journalRecordCount += 1
            offset += JournalRecord.byteCount
        }
        if offset == 0 {
            survey.findings.append(
                .damagedRecord(file: file, byteOffset: 0, reason: "the journal is empty, and never was")
            )
            return false
        }
        if offset < bytes.count { survey.findings.append(.tornJournal(file: file, byteOffset: offset)) }
        return true
    }

    // MARK: - Receipts and other files

    /// How many bad receipts are told of. Nobody without the root key can tell whether as many were issued as are
    /// counted.
    private static let badReceiptMaximum = 1000

    private func readReceipts(_ header: KeysetHeader, _ survey: inout KeysetSurvey) throws(KeyStoreError) {
        if survey.receiptCount == 0 { return }
        var previous: ShredReceipt?
        var badCount = 0
        for number in 1...survey.receiptCount {
            let file = "\(KeysetFiles.receipts)/\(KeysetFiles.receipt(number))"
            do throws(KeyStoreError) {
                let receipt = try ScopedKeyStore.receipt(number, keyCount: header.entryCount, in: directory)
                let follows =
                    receipt.store == header.store && receipt.number == number
                    && receipt.publicKey == header.publicKey
                    && (number == 1 ? receipt.previous == nil : true)
                let isChained = previous.map { receipt.previous == ShredReceipt.digest($0.bytes) } ?? true
                // Each is told by the one after it, and the last one by the keyset.
                if let last = survey.position.lastReceipt, last.number == number,
                    last.digest != ShredReceipt.digest(receipt.bytes)
                {
                    throw .malformedReceipt(reason: "it is not the one that the keyset names as the last")
                }
                if !follows || !isChained {
                    throw .malformedReceipt(
                        reason: follows ? "it does not follow from the one before" : "it is not this store's"
                    )
                }
                previous = receipt
            } catch {
                guard case .malformedReceipt(let reason) = error else { throw error }
                survey.findings.append(.badReceipt(number: number, file: file, reason: reason))
                previous = nil
                badCount += 1
                if badCount == Self.badReceiptMaximum { return }
            }
        }
    }

    private func findLeftovers(_ header: KeysetHeader, _ survey: inout KeysetSurvey) throws(KeyStoreError) {
        do {
            for name in try directory.entries().map(\.name).sorted()
            where KeysetFiles.isLeftover(name, journal: header.journalName) {
                survey.findings.append(.leftover(file: name))
            }
        } catch {
            throw .io(error, file: path)
        }
    }
}

extension KeysetSurvey {
    init(_ header: KeysetHeader) {
        self.init(
            store: header.store,
            granularity: header.granularity,
            rootKind: header.rootKind,
            position: KeysetPosition(
                generation: header.generation,
                sequence: header.sequence,
                lastReceipt: header.receiptReference
            ),
            created: Timestamp(nanosecondsSinceEpoch: header.created).description,
            publicKey: header.publicKey,
            receiptCount: header.receiptCount
        )
    }
}
