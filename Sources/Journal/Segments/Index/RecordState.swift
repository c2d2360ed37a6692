/// What the records up to and including one add up to, for what that record names: what the index keeps for every
/// record, so that an answer needs none of the records before.
struct RecordState: Sendable, Hashable {
    /// Where its line begins in its segment.
    var offset: UInt32 = 0
    /// For a use: how many uses its grant has with it.
    var grantUseCount: UInt32 = 0
    /// For a use: how many uses its nonce has with it.
    var nonceUseCount: UInt32 = 0
    /// For a use: the maximum that the latest use of its nonce which names one gives, this one included.
    var maximumUses: UInt32?
    /// For a use: the use of its grant before it; 0 for none.
    var previousOfGrant: UInt64 = 0
    /// For a use: the use of its nonce before it; 0 for none.
    var previousOfNonce: UInt64 = 0
    /// Whether it is a use.
    var isUse = false
}
