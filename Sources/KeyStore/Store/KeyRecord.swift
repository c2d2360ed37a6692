internal import Canonical
internal import FileSystemSeam

/// One key of a store, as lists show it. Nothing of the key itself, and no name: who has only the keyset cannot tell
/// which scopes are in it.
public struct KeyRecord: Sendable, Hashable {
    /// What the key is good for.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// New boxes are sealed with it.
        case current
        /// It was rotated away; its boxes still open.
        case retired
        /// Its destruction was decided and is not finished.
        case destroying
        /// It is gone.
        case destroyed
    }

    /// The key's id.
    public let id: KeyID
    /// What the keyset calls the scope: 32 bytes, the same for all keys of a scope.
    public let scopeTag: [UInt8]
    /// Counts the scope's keys, from 1.
    public let version: UInt32
    /// What it is good for.
    public let state: State
    /// When it was made, in UTC (RFC 3339).
    public let created: String
    /// The number of the receipt of its destruction; nil before that is issued.
    public let receipt: UInt64?

    /// - Parameter receiptCount: how many receipts were issued. A tombstone whose receipt is still to come is a
    ///   destruction that is not finished.
    init(_ entry: KeyEntry, receiptCount: UInt64) {
        let isOwed = entry.receipt > receiptCount
        id = entry.id
        scopeTag = entry.tag.bytes
        version = entry.version
        state = isOwed ? .destroying : State(entry.state)
        created = Timestamp(nanosecondsSinceEpoch: entry.created).description
        receipt = entry.receipt == 0 || isOwed ? nil : entry.receipt
    }
}

extension KeyRecord.State {
    init(_ state: KeyEntry.State) {
        switch state {
        case .current: self = .current
        case .retired: self = .retired
        case .destroying: self = .destroying
        case .destroyed: self = .destroyed
        }
    }
}

extension ScopedKeyStore {
    /// All keys of the keyset, in the order in which they were made, those that were destroyed included. The last one
    /// may be lost in a power cut when the process that made it was killed before its sync; nobody was told of it then.
    ///
    /// - Throws: `.lock`, `.io` and what loading a changed keyset throws.
    /// - Complexity: O(*n*) in the number of keys.
    public func keyRecords() throws(KeyStoreError) -> [KeyRecord] {
        try locked(.shared) { (_, keyset) throws(KeyStoreError) in
            keyset.entries.map { KeyRecord($0, receiptCount: keyset.header.receiptCount) }
        }
    }

    /// A scope's keys, as ``keyRecords()`` has them, the newest first, those that were destroyed included.
    ///
    /// - Throws: `.selectorMismatch`; `.lock`, `.io` and what loading a changed keyset throws.
    public func keyRecords(of scope: KeyScope) throws(KeyStoreError) -> [KeyRecord] {
        try locked(.shared) { (state, keyset) throws(KeyStoreError) in
            keyset.indices(of: try tag(scope, state)).map {
                KeyRecord(keyset.entries[$0], receiptCount: keyset.header.receiptCount)
            }
        }
    }
}

extension Timestamp {
    /// The time that keysets store as nanoseconds.
    init(nanosecondsSinceEpoch nanoseconds: Int64) {
        self.init(
            secondsSinceEpoch: WallClockTime(nanosecondsSinceEpoch: nanoseconds).secondsSinceEpoch,
            nanoseconds: UInt32((nanoseconds % 1_000_000_000 + 1_000_000_000) % 1_000_000_000)
        )
    }
}
