/// How a store is opened.
public struct KeyStoreOptions: Sendable, Hashable {
    /// Whether a store is made where there is none; else that is `.keysetMissing`.
    public var createsWhenAbsent: Bool
    /// How long to wait for the store's lock, in milliseconds; 0 tries once.
    public var lockTimeoutMilliseconds: UInt64
    /// After so many journal records a checkpoint is written, at least 1. Opening reads them all.
    public var journalRecordMaximum: Int

    /// Makes options.
    public init(
        createsWhenAbsent: Bool = true,
        lockTimeoutMilliseconds: UInt64 = 60_000,
        journalRecordMaximum: Int = 4096
    ) {
        self.createsWhenAbsent = createsWhenAbsent
        self.lockTimeoutMilliseconds = lockTimeoutMilliseconds
        self.journalRecordMaximum = journalRecordMaximum
    }
}
