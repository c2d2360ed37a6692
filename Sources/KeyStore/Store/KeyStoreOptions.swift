public import PlatformProfile

/// How a store is opened.
public struct KeyStoreOptions: Sendable, Hashable {
    /// Whether a store is made where there is none; else that is `.keysetMissing`.
    public var createsWhenAbsent: Bool
    /// How long to wait for the store's lock, in milliseconds; 0 tries once.
    public var lockTimeoutMilliseconds: UInt64
    /// After so many journal records a checkpoint is written, at least 1 and at most 524 288. Opening reads them all.
    public var journalRecordMaximum: Int
    /// The platform profile that the host and the directory have to match. It is looked at before anything of the store
    /// is, and nothing is made where it does not match. Nil for none.
    public var platformProfile: String?
    /// What the platform must be like where there is no profile. By default stores are refused on network file systems
    /// and read-only mounts, which costs some microseconds.
    public var admission: AdmissionPolicy
    /// Told when the store was admitted to its platform; nil for nobody.
    public var openObserver: OpenObserver?
    /// The most keys a store takes, those that were destroyed included; fewer in tests.
    package var keyMaximum = ScopedKeyStore.keyMaximum

    /// Makes options.
    public init(
        createsWhenAbsent: Bool = true,
        lockTimeoutMilliseconds: UInt64 = 60_000,
        journalRecordMaximum: Int = 4096,
        platformProfile: String? = nil,
        admission: AdmissionPolicy = .standard,
        openObserver: OpenObserver? = nil
    ) {
        self.createsWhenAbsent = createsWhenAbsent
        self.lockTimeoutMilliseconds = lockTimeoutMilliseconds
        self.journalRecordMaximum = journalRecordMaximum
        self.platformProfile = platformProfile
        self.admission = admission
        self.openObserver = openObserver
    }
}
