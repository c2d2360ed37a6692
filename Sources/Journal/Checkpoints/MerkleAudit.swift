internal import Canonical
internal import Signing

/// A checkpoint and the index of its own record.
struct IndexedCheckpoint: Sendable, Hashable {
    let index: UInt64
    let checkpoint: JournalCheckpoint
}

/// Recomputes the roots that checkpoints state, in one pass over the records.
///
/// Checkpoints that begin at the same record share one tree, and a tree grows only within its checkpoints' ranges: a
/// journal with a checkpoint every thousand records costs one more hash a record, not one a checkpoint, whether each
/// begins at the first record or behind the one before. Ranges that begin at different records and overlap cost one
/// leaf each, and so only ``treeMaximum`` of them are recomputed at a time: whoever may append must not be able to stop
/// verification. Those that a trusted key signed come first, then those that begin earlier.
struct MerkleAudit {
    /// What a checkpoint states and what its records give.
    struct Mismatch {
        /// The checkpoint's own record.
        let index: UInt64
        let checkpoint: JournalCheckpoint
        /// What is wrong, for a sentence that begins with the checkpoint.
        let reason: String
        /// The root of the records; nil when the range itself is impossible.
        let computed: Digest?
    }

    /// A hub's checkpoint that is not signed as it stands.
    struct BrokenSignature {
        /// The checkpoint's own record.
        let index: UInt64
        /// Whether it names a key that is trusted as the one that signed it.
        let isOfTrusted: Bool
        /// What is wrong, for a sentence that begins with the checkpoint.
        let reason: String
    }

    /// How many trees grow at a time. More ranges that overlap than checkpoints by the day, the month and so on have;
    /// and the leaves of so many take about as long as reading the record does.
    static let treeMaximum = 32

    private let treeMaximum: Int
    /// The last record that a root by a trusted key needs, by the first one of its tree. Behind it the tree is as any
    /// other: an unsigned claim that begins where a signed one does must not make it last.
    private var signedEnds: [UInt64: UInt64] = [:]
    /// The trees that are growing, with their first records.
    private var trees: [(from: UInt64, tree: MerkleAccumulator)] = []
    /// The first records of trees that do not grow yet, the next one last.
    private var starts: [UInt64]
    /// The claims by the last record of their range.
    private var claims: [UInt64: [IndexedCheckpoint]] = [:]
    /// The last record that any claim of a tree needs.
    private var ends: [UInt64: UInt64] = [:]
    private(set) var mismatches: [Mismatch] = []
    /// The records of checkpoints that one of the trusted keys signed as they stand.
    private(set) var signed: Set<UInt64> = []
    private(set) var brokenSignatures: [BrokenSignature] = []
    /// The checkpoints whose trees did not grow, in the order of their last records.
    private(set) var unchecked: [IndexedCheckpoint] = []
    /// The last record that a checkpoint sums up which is ``signed`` and states the right root; nil when there is none.
    private(set) var vouchedUpTo: UInt64?
    /// The last record that is needed; 0 when there is nothing to recompute.
    let lastIndex: UInt64
    /// How many leaves were added to trees: what the pass costs besides one hash a record. At most ``treeMaximum`` a
    /// record.
    private(set) var addedLeafCount = 0

    /// - Parameters:
    ///   - checkpoints: all checkpoints of the journal, with their own records' indexes.
    ///   - keys: whose signatures count; with none, signatures are not looked at.
    ///   - treeMaximum: how many trees may grow at a time.
    init(
        _ checkpoints: [IndexedCheckpoint],
        trusting keys: [VerifyingKey] = [],
        treeMaximum: Int = MerkleAudit.treeMaximum
    ) {
        self.treeMaximum = treeMaximum
        var wrong: [Mismatch] = []
        var ends: [UInt64: UInt64] = [:]
        var claims: [UInt64: [IndexedCheckpoint]] = [:]
        for indexed in checkpoints {
            let (index, checkpoint) = (indexed.index, indexed.checkpoint)
            let (from, to) = (checkpoint.fromRecordIndex, checkpoint.toRecordIndex)
            guard from >= 1, from <= to, to < index, checkpoint.leafCount == to - from + 1 else {
                let reason = "sums up records \(from) to \(to) as \(checkpoint.leafCount) leaves, which cannot be"
                wrong.append(Mismatch(index: index, checkpoint: checkpoint, reason: reason, computed: nil))
                continue
            }
            ends[from] = max(ends[from] ?? 0, to)
            claims[to, default: []].append(indexed)
        }
        lastIndex = ends.values.max() ?? 0
        starts = ends.keys.sorted(by: >)
        (self.ends, self.claims, mismatches) = (ends, claims, wrong)
        if !keys.isEmpty { for checkpoint in checkpoints { checkSignature(checkpoint, keys) } }
    }

    private mutating func checkSignature(_ indexed: IndexedCheckpoint, _ keys: [VerifyingKey]) {
        let checkpoint = indexed.checkpoint
        let isOfTrusted = keys.contains { TextBytes.isSame($0.base64URL, checkpoint.hubPublicKey) }
        let reason: String
        switch checkpoint.hubVerdict(trusting: keys) {
        case .valid:
            signed.insert(indexed.index)
            let (from, to) = (checkpoint.fromRecordIndex, checkpoint.toRecordIndex)
            signedEnds[from] = max(signedEnds[from] ?? 0, to)
            return
        case .untrustedIssuer: return
        case .notAHubCheckpoint:
            if !isOfTrusted { return }
            reason = "says that it is no hub's, and names the key of one"
        case .tampered: reason = "carries a signature that is not one of its contents by the key that it names"
        case .missingField(let name): reason = "is a hub's and has no \(name)"
        }
        brokenSignatures.append(
            BrokenSignature(index: indexed.index, isOfTrusted: isOfTrusted, reason: reason)
        )
    }

    /// Looks at the next record, from the first.
    ///
    /// - Parameter leaf: the record's stored members on one line.
    mutating func apply(_ index: UInt64, leaf: [UInt8]) {
        while let from = starts.last, from <= index {
            begin(from)
            starts.removeLast()
        }
        if !trees.isEmpty {
            let hash = MerkleHash.leaf(leaf)
            for place in trees.indices { trees[place].tree.add(leafHash: hash) }
            addedLeafCount += trees.count
        }
        guard let claims = claims.removeValue(forKey: index) else { return }
        for claim in claims {
            let grown = trees.first { $0.from == claim.checkpoint.fromRecordIndex }
            guard let computed = grown?.tree.root else {
                unchecked.append(claim)
                continue
            }
            if claim.checkpoint.merkleRoot == computed.description {
                if signed.contains(claim.index) { vouchedUpTo = index }
                continue
            }
            mismatches.append(
                Mismatch(
                    index: claim.index,
                    checkpoint: claim.checkpoint,
                    reason: "states the root \(claim.checkpoint.merkleRoot), but records "
                        + "\(claim.checkpoint.fromRecordIndex) to \(index) have \(computed)",
                    computed: computed
                )
            )
        }
        trees.removeAll { ends[$0.from] == index }
    }

    /// Begins a tree, where there is room for it or it takes the place of one that nobody trusted signed.
    private mutating func begin(_ from: UInt64) {
        if trees.count >= treeMaximum {
            guard isSigned(from, at: from), let place = trees.lastIndex(where: { !isSigned($0.from, at: from) }) else {
                return
            }
            trees.remove(at: place)
        }
        trees.append((from, MerkleAccumulator()))
    }

    /// Whether a trusted key signed a root of the tree that is still to come at a record.
    private func isSigned(_ from: UInt64, at index: UInt64) -> Bool { signedEnds[from].map { $0 >= index } ?? false }
}
