internal import Canonical
internal import FileSystemSeam
public import Signing

extension ApprovalJournal {
    /// Sums up a range of records in a Merkle root and appends that as a checkpoint.
    ///
    /// Records do not change, so that the root is worked out without holding the lock; the checkpoint is linked, signed
    /// and given the journal's name under it, where the last record that it sums up is looked for once more: something
    /// else may stand at the path by then. On stable storage when it returns. Nothing is read after that.
    ///
    /// - Parameters:
    ///   - first: the first record, from 1. Checkpoints from 1 can be compared by ``consistencyProof(from:to:)``.
    ///   - last: the last record; the journal's last when nil.
    ///   - signer: signs it for a hub; nil makes a local checkpoint.
    /// - Returns: the checkpoint, as it was written.
    /// - Throws: `.invalidArgument` when the range is not there; `.rolledBack`, and nothing was written or signed, when
    ///   the journal was replaced meanwhile by one that does not hold it; see ``JournalError``.
    /// - Complexity: O(*n*) in the size of the range, with bounded memory.
    public func makeCheckpoint(
        from first: UInt64 = 1,
        to last: UInt64? = nil,
        signedBy signer: HubSigner? = nil
    ) throws(JournalError) -> StoredRecord {
        guard let head = try head() else {
            throw .invalidArgument(member: "to_record_index", reason: "must name a record, and the journal is empty")
        }
        let last = last ?? head.index
        guard first >= 1, first <= last, last <= head.index else {
            throw .invalidArgument(
                member: "from_record_index",
                reason: "\(first) and to_record_index \(last) name no range; the journal has records 1 to \(head.index)"
            )
        }
        var tree = MerkleAccumulator()
        let end = try forEachLeaf(from: first, to: last) { tree.add(leafHash: $0) }
        let checkpoint = JournalCheckpoint(
            fromRecordIndex: first,
            toRecordIndex: last,
            merkleRoot: tree.root.description,
            leafCount: tree.leafCount,
            journalID: ""
        )
        return try commit(.checked(.checkpoint(checkpoint), signedBy: signer, about: end)).storedRecord
    }

    /// Shows that a record is among those that a checkpoint sums up.
    ///
    /// - Throws: `.invalidArgument` when the checkpoint does not cover the record, or does not state the root that
    ///   the records have; see ``JournalError``.
    /// - Complexity: O(*n*) in the size of the range, with bounded memory.
    public func inclusionProof(
        ofRecord index: UInt64,
        in checkpoint: JournalCheckpoint
    ) throws(JournalError) -> InclusionProof {
        let size = try checkpoint.requireSize()
        guard (checkpoint.fromRecordIndex...checkpoint.toRecordIndex).contains(index) else {
            throw .invalidArgument(
                member: "index",
                reason: "is \(index), which the checkpoint of records \(checkpoint.fromRecordIndex) to "
                    + "\(checkpoint.toRecordIndex) does not cover"
            )
        }
        let leafIndex = index - checkpoint.fromRecordIndex
        do {
            var hasher = SubtreeHasher(try InclusionProof.subtrees(besides: leafIndex, in: size))
            var tree = MerkleAccumulator()
            try forEachLeaf(from: checkpoint.fromRecordIndex, to: checkpoint.toRecordIndex) { leaf in
                hasher.append(leaf)
                tree.add(leafHash: leaf)
            }
            try checkpoint.requireRoot(tree.root)
            return InclusionProof(leafIndex: leafIndex, treeSize: size, hashes: hasher.roots)
        } catch let error as JournalError {
            throw error
        } catch {
            preconditionFailure("the leaf was found to be in the tree: \(error)")
        }
    }

    /// Shows that the journal only grew between two checkpoints that both begin with its first record.
    ///
    /// - Throws: `.invalidArgument` when they do not, or do not state the roots that the records have; see
    ///   ``JournalError``.
    /// - Complexity: O(*n*) in the size of the newer range, with bounded memory.
    public func consistencyProof(
        from old: JournalCheckpoint,
        to new: JournalCheckpoint
    ) throws(JournalError) -> ConsistencyProof {
        let (oldSize, newSize) = (try old.requireSize(), try new.requireSize())
        guard old.fromRecordIndex == 1, new.fromRecordIndex == 1, oldSize <= newSize else {
            throw .invalidArgument(
                member: "from_record_index",
                reason: "must be 1 in both checkpoints, and the newer one must cover as much as the older"
            )
        }
        do {
            var hasher = SubtreeHasher(try ConsistencyProof.subtrees(from: oldSize, to: newSize))
            var tree = MerkleAccumulator()
            var oldRoot = MerkleHash.empty
            try forEachLeaf(from: 1, to: newSize) { leaf in
                hasher.append(leaf)
                tree.add(leafHash: leaf)
                if tree.leafCount == oldSize { oldRoot = tree.root }
            }
            try old.requireRoot(oldRoot)
            try new.requireRoot(tree.root)
            return ConsistencyProof(oldSize: oldSize, newSize: newSize, hashes: hasher.roots)
        } catch let error as JournalError {
            throw error
        } catch {
            preconditionFailure("the sizes were found to be possible: \(error)")
        }
    }

    /// Calls `body` with the leaf of each record of a range that is there, in order.
    ///
    /// - Returns: the last of them; nil for a range of none.
    @discardableResult
    func forEachLeaf(
        from first: UInt64,
        to last: UInt64,
        _ body: (Digest) -> Void
    ) throws(JournalError) -> JournalHead? {
        var next = first
        var end: JournalHead?
        try forEachRecord(from: first) { (record) throws(JournalError) in
            guard record.index <= last else { return false }
            body(MerkleHash.leaf(record.compactBytes))
            next = record.index + 1
            if next <= last { return true }
            end = record.head
            return false
        }
        guard next == last + 1 else {
            throw .missingRecord(index: next, evidence: "the range goes on to record \(last)")
        }
        return end
    }
}

extension JournalCheckpoint {
    /// How many records it sums up; nil when what it says of them cannot be.
    var size: UInt64? {
        guard fromRecordIndex >= 1, fromRecordIndex <= toRecordIndex, toRecordIndex < .max,
            leafCount == toRecordIndex - fromRecordIndex + 1
        else { return nil }
        return leafCount
    }

    /// Whether a record is within its range.
    func covers(_ index: UInt64) -> Bool { fromRecordIndex <= index && index <= toRecordIndex }

    /// How many records it sums up.
    ///
    /// - Throws: `.invalidArgument` when that cannot be.
    fileprivate func requireSize() throws(JournalError) -> UInt64 {
        guard let size else {
            throw .invalidArgument(
                member: "leaf_count",
                reason: "is \(leafCount) for records \(fromRecordIndex) to \(toRecordIndex)"
            )
        }
        return size
    }

    fileprivate func requireRoot(_ computed: Digest) throws(JournalError) {
        guard computed.description == merkleRoot else {
            throw .invalidArgument(
                member: "merkle_root",
                reason: "is \(merkleRoot), but records \(fromRecordIndex) to \(toRecordIndex) have \(computed)"
            )
        }
    }
}
