/// What the uses of one grant or nonce add up to.
struct UseTotals: Sendable, Hashable {
    /// How many there are.
    var useCount: UInt64 = 0
    /// For a nonce: the maximum that the latest one which names one gives.
    var maximumUses: UInt32?
    /// The latest; nil for none.
    var latest: UInt64?

    init(useCount: UInt64 = 0, maximumUses: UInt32? = nil, latest: UInt64? = nil) {
        self.useCount = useCount
        self.maximumUses = maximumUses
        self.latest = latest
    }

    /// What the state of the latest use of a grant or nonce says.
    init(_ state: RecordState, of key: IndexKey, at index: UInt64) {
        useCount = UInt64(key.isNonce ? state.nonceUseCount : state.grantUseCount)
        maximumUses = key.isNonce ? state.maximumUses : nil
        latest = index
    }
}
