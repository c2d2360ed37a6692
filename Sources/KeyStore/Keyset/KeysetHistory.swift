/// What a keyset said when it stood on the disk. Nothing that comes of it takes any of that back.
struct KeysetHistory: Sendable {
    fileprivate var entries: [KeyEntry]
    fileprivate var receiptCount: UInt64
    fileprivate var lastReceipt: [UInt8]
}

extension Keyset {
    /// What this keyset says now.
    var history: KeysetHistory {
        KeysetHistory(entries: entries, receiptCount: header.receiptCount, lastReceipt: header.lastReceipt)
    }

    /// Whether this keyset can have come of an earlier state: all keys of then are there, in the order in which they
    /// were made, none has come back from its destruction, and the receipts of then were issued.
    ///
    /// A copy that was put back and then used counts on by itself, so that the counters alone do not tell.
    ///
    /// - Complexity: O(*n*) in the number of keys of then.
    func follows(_ earlier: KeysetHistory) -> Bool {
        guard entries.count >= earlier.entries.count, header.receiptCount >= earlier.receiptCount else { return false }
        if header.receiptCount == earlier.receiptCount, header.lastReceipt != earlier.lastReceipt { return false }
        return zip(entries, earlier.entries).allSatisfy { $0.follows($1) }
    }
}

extension KeyEntry {
    /// Whether this is the same key, further on or where it was.
    fileprivate func follows(_ earlier: KeyEntry) -> Bool {
        guard id == earlier.id, tag == earlier.tag, version == earlier.version else { return false }
        return earlier.state == .destroyed
            ? state == .destroyed && receipt == earlier.receipt : state.rawValue >= earlier.state.rawValue
    }
}
