public import PlatformProfile

/// How a store is opened.
public struct KeyStoreOptions: Sendable, Hashable {
    /// Whether a store is made where there is none; else that is `.keysetMissing`.
    public var createsWhenAbsent: Bool
    /// How long to wait for the store's lock, in milliseconds; 0 tries once.
    public var lockTimeoutMilliseconds: UInt64
    /// After so many journal records a checkpoint is written, at least 1. Opening reads them all.
    public var journalRecordMaximum: Int
    /// The platform profile that the host and the directory have to match. It is looked at before anything of the store is, and
    /// nothing is made where it does not match. Nil for none; then a directory where no store can be kept safely is
    /// refused only when there is an ``openObserver`` to tell: a look costs up to a millisecond.
    public var platformProfile: String?
    /// Told when the store was admitted to its platform, before anything of it is looked at; nil for nobody.
    public var openObserver: OpenObserver?

    /// Makes options.
    public init(
        createsWhenAbsent: Bool = true,
        lockTimeoutMilliseconds: UInt64 = 60_000,
        journalRecordMaximum: Int = 4096,
        platformProfile: String? = nil,
        openObserver: OpenObserver? = nil
    ) {
        self.createsWhenAbsent = createsWhenAbsent
        self.lockTimeoutMilliseconds = lockTimeoutMilliseconds
        self.journalRecordMaximum = journalRecordMaximum
        self.platformProfile = platformProfile
        self.openObserver = openObserver
    }
}
