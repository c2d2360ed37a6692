internal import Canonical
internal import FileSystemSeam
internal import Signing

extension ScopedKeyStore {
    /// No longer receipt is read, in bytes: reading one as JSON takes many times its length. That of a scope with all
    /// keys of the store, destroyed ones included, has 35 for each; the rest, with the longest reason, is far below
    /// 4096.
    private static func receiptMaximumBytes(keyCount: Int) -> Int { 35 * keyCount + 4096 }

    /// How long a receipt of this store may be, in bytes: longer input need not be read.
    ///
    /// - Throws: `.lock`, `.io` and what loading a changed keyset throws.
    package func receiptMaximumBytes() throws(KeyStoreError) -> Int {
        try answer(.after) { (_, keyset) throws(KeyStoreError) in
            Self.receiptMaximumBytes(keyCount: keyset.entries.count)
        }
    }

    /// The receipt with a number, as it stands in the store's directory.
    ///
    /// - Parameter number: from 1.
    /// - Throws: `.malformedReceipt` when it was not issued, is missing, cannot be read or is not signed by this store;
    ///   `.lock`, `.io` and what loading a changed keyset throws.
    public func receipt(_ number: UInt64) throws(KeyStoreError) -> ShredReceipt {
        try answer(.after) { (_, keyset) throws(KeyStoreError) in
            let last = keyset.header.receiptCount
            // The file of the next one may stand there before the keyset says that it is issued.
            if number > last {
                throw .malformedReceipt(reason: "\(number) was not issued yet; the last one of the store is \(last)")
            }
            return try receipt(number, of: keyset.header)
        }
    }

    /// The same for who holds the state. A receipt carries the key it is signed with: whose that is only the keyset
    /// tells.
    func receipt(_ number: UInt64, of header: KeysetHeader) throws(KeyStoreError) -> ShredReceipt {
        let receipt = try Self.receipt(number, keyCount: header.entryCount, in: directory)
        if receipt.store != header.store || receipt.publicKey != header.publicKey || receipt.number != number {
            throw Self.otherReceipt(number)
        }
        // Of the last one the keyset has the digest, and each has that of the one before.
        if number == header.receiptCount, ShredReceipt.digest(receipt.bytes).bytes != header.lastReceipt {
            throw Self.otherReceipt(number)
        }
        return receipt
    }

    /// The receipt of a key's destruction. It may have the right number and signature and be of another scope: from a
    /// copy of the store that went on by itself.
    func receipt(of entry: KeyEntry, _ header: KeysetHeader) throws(KeyStoreError) -> ShredReceipt {
        let receipt = try receipt(entry.receipt, of: header)
        if receipt.scopeTag != entry.tag.bytes || !receipt.keyIDs.contains(entry.id) {
            throw Self.otherReceipt(entry.receipt)
        }
        return receipt
    }

    private static func otherReceipt(_ number: UInt64) -> KeyStoreError {
        .malformedReceipt(
            reason:
                "\(KeysetFiles.receipts)/\(KeysetFiles.receipt(number)) is another store's, or another one's of this store"
        )
    }

    /// Makes sure that the last receipt a high-water mark names is one of this keyset's: its receipts are followed back
    /// from the last one, whose digest stands in the keyset, to that one.
    ///
    /// - Throws: `.rolledBack`; `.malformedReceipt` when one of them is missing or another; `.io`.
    /// - Complexity: O(*n*) in the number of receipts since then.
    func requireReceipts(of mark: KeysetPosition, in keyset: Keyset) throws(KeyStoreError) {
        guard let known = mark.lastReceipt else { return }
        let header = keyset.header
        var hasIssued = header.receiptCount >= known.number
        if hasIssued { hasIssued = try receiptDigest(known.number, of: header) == known.digest.bytes }
        if !hasIssued { throw .rolledBack(path: path, found: keyset.position, known: mark) }
    }

    /// The SHA-256 of a receipt, by those after it: followed back from the last one, of which the keyset says it.
    ///
    /// - Throws: `.malformedReceipt` when one of those is missing or another; `.io`.
    private func receiptDigest(_ number: UInt64, of header: KeysetHeader) throws(KeyStoreError) -> [UInt8] {
        var digest = header.lastReceipt
        var later = header.receiptCount
        while later > number {
            let receipt = try receipt(later, of: header)
            if ShredReceipt.digest(receipt.bytes).bytes != digest { throw Self.otherReceipt(later) }
            digest = receipt.previous?.bytes ?? []
            later -= 1
        }
        return digest
    }

    /// The receipt with a number in a store's directory; whose it is the caller looks at.
    ///
    /// - Parameter keyCount: how many entries the checkpoint has. Each destruction publishes one, so that the keys of
    ///   every receipt are among them.
    static func receipt(
        _ number: UInt64,
        keyCount: Int,
        in directory: any Directory
    ) throws(KeyStoreError) -> ShredReceipt {
        let name = KeysetFiles.receipt(number)
        let file = "\(KeysetFiles.receipts)/\(name)"
        let maximum = receiptMaximumBytes(keyCount: keyCount)
        let bytes: [UInt8]
        do throws(FileSystemError) {
            let receipts = try directory.subdirectory(KeysetFiles.receipts)
            defer { try? receipts.close() }
            bytes = try receipts.readFile(name, maximumBytes: maximum)
        } catch  where error.code == .noEntry {
            throw .malformedReceipt(reason: "\(file) is missing")
        } catch  where error.code == .fileTooLarge {
            throw .malformedReceipt(reason: "\(file) is longer than \(maximum) bytes, as no receipt of this store is")
        } catch {
            throw .io(error, file: file)
        }
        return try ShredReceipt(parsing: bytes)
    }

    /// The bytes of a receipt. They follow from the keyset alone, so that a receipt whose writing was cut short is
    /// written again as it was.
    func receiptBytes(
        _ pending: PendingShred,
        _ tombstone: PendingShred.Tombstone,
        _ state: State,
        _ keyset: Keyset
    ) throws(KeyStoreError) -> [UInt8] {
        let destroyed = keyset.indices(of: pending.tag).map { keyset.entries[$0] }
            .filter { $0.state == .destroyed && $0.receipt == tombstone.receipt }
        let isFirst = keyset.header.receiptCount == 0
        let receipt = ShredReceipt(
            store: keyset.header.store,
            number: tombstone.receipt,
            scopeTag: pending.tag.bytes,
            keyIDs: destroyed.map(\.id),
            reason: pending.reason,
            time: Timestamp(nanosecondsSinceEpoch: pending.time).description,
            generationBefore: pending.before.generation,
            digestBefore: Digest(algorithm: .sha256, bytes: pending.digestBefore),
            generationAfter: tombstone.generationAfter,
            digestAfter: Digest(algorithm: .sha256, bytes: tombstone.digestAfter),
            assurance: tombstone.assurance,
            residualRisks: tombstone.risks,
            previous: isFirst ? nil : Digest(algorithm: .sha256, bytes: keyset.header.lastReceipt),
            publicKey: keyset.header.publicKey
        )
        return try receipt.signed(with: signingKey(state)).bytes
    }

    /// Writes a receipt, durably. A file from an earlier attempt is replaced, since its name may not be durable.
    func writeReceipt(_ number: UInt64, _ bytes: [UInt8]) throws(KeyStoreError) {
        let name = KeysetFiles.receipt(number)
        do throws(FileSystemError) {
            let receipts = try directory.makeDirectories([KeysetFiles.receipts])
            defer { try? receipts.close() }
            try receipts.replaceAtomically(name, with: bytes, temporaryName: ".\(name).tmp")
        } catch {
            throw .io(error, file: "\(KeysetFiles.receipts)/\(name)")
        }
    }

    /// Whether the store speaks of another receipt than this one of its own. Where receipts after it are missing, or
    /// cannot be read, the keyset alone is asked.
    private func isOther(_ receipt: ShredReceipt, _ keyset: Keyset) throws(KeyStoreError) -> Bool {
        do throws(KeyStoreError) {
            let digest = try receiptDigest(receipt.number, of: keyset.header)
            if ShredReceipt.digest(receipt.bytes).bytes != digest { return true }
        } catch {
            switch error {
            case .malformedReceipt, .io: break
            default: throw error
            }
        }
        return receipt.keyIDs.compactMap { keyset.entry($0) }.contains { entry in
            entry.tag.bytes != receipt.scopeTag || entry.state == .destroyed && entry.receipt != receipt.number
        }
    }

    /// Compares a receipt with the store as it is.
    ///
    /// Nothing here, and nothing anywhere, can prove that no copy was ever made: see ``ShredReceipt/residualRisks``.
    ///
    /// What older generations and publications that failed left is destroyed first, as when a store is opened; what
    /// resists that is a finding, and ``isDirty`` is true.
    ///
    /// - Throws: `.lock`, `.io`, `.root`, and what loading a changed keyset throws.
    /// - Complexity: O(*n*) in the number of receipts since this one, which are read.
    public func verifyErasure(_ receipt: ShredReceipt) throws(KeyStoreError) -> ErasureVerification {
        try locked(.exclusive) { (state, keyset) throws(KeyStoreError) in
            var findings: [ErasureVerification.Finding] = []
            if receipt.store != keyset.header.store { findings.append(.otherStore) }
            if receipt.publicKey != keyset.header.publicKey || !receipt.isSignatureValid {
                findings.append(.signatureInvalid)
            }
            if receipt.number > keyset.header.receiptCount { findings.append(.unknownReceipt) }
            if findings.isEmpty, try isOther(receipt, keyset) { findings.append(.otherReceipt) }
            for id in receipt.keyIDs {
                switch keyset.entry(id)?.state {
                case .current?, .retired?, .destroying?: findings.append(.keyAlive(id))
                case .destroyed?: break
                case nil: findings.append(.keyUnknown(id))
                }
            }
            if keyset.header.generation < receipt.generationAfter { findings.append(.keysetOlder) }
            if try !leftovers(of: keyset.header).isEmpty { try cleanAgain(&state, &keyset) }
            do throws(RootKeyError) {
                let inventory = try state.root.inventory(of: keyset.header.store)
                for generation in inventory.generations.sorted() where generation <= receipt.generationBefore {
                    findings.append(.secretAlive(generation: generation))
                }
            } catch {
                throw .root(error)
            }
            for name in try leftovers(of: keyset.header) { findings.append(.leftover(file: name)) }
            return ErasureVerification(findings: findings)
        }
    }

    /// Destroys what lies there although this generation was cleaned up after: from publications of this process that
    /// failed, or of another one that was killed. What of it is left keeps ``isDirty`` set.
    private func cleanAgain(_ state: inout State, _ keyset: inout Keyset) throws(KeyStoreError) {
        (state.cleaned, state.uncleaned) = (nil, keyset.header.generation)
        do throws(KeyStoreError) {
            if !keyset.isPublished { try confirm(&state, &keyset) }
            _ = try clean(&state, keyset)
        } catch {
            switch error {
            case .io, .root: return
            default: throw error
            }
        }
    }
}
