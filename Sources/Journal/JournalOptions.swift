public import PlatformProfile

/// What is on stable storage when an append returns.
public enum JournalDurability: Sendable, Hashable {
    /// The record is: it survives a power cut.
    case durable
    /// The record is in the page cache: it survives a killed process, not a power cut.
    case processCrashOnly
}

/// How a journal is opened.
public struct JournalOptions: Sendable, Hashable {
    /// How long is waited for other processes and handles to give up the lock, in milliseconds; 0 tries once.
    ///
    /// It bounds each wait for the lock, not a call. Calls of one handle share the lock, so that one first waits for
    /// those before it that are under way: until they have the lock or have given up, and are done, which may be long
    /// where one rebuilds the indexes or opens a large journal. And where something else has come to stand at the path
    /// meanwhile, its lock is waited for anew.
    public var lockTimeoutMilliseconds: UInt64
    /// What is on stable storage when an append returns.
    public var durability: JournalDurability
    /// How far the clock may stand behind the last record, in seconds, before appends are refused.
    public var clockToleranceSeconds: Int64
    /// The layout of a journal that is made new; an existing one keeps its own.
    public var format: JournalFormat
    /// A segment that the next record would bring above this many bytes is sealed, and the next one begun, in the
    /// `segments` layout; a longer record stands alone. At least 4096, at most 1 TiB; what is outside becomes the
    /// nearest. It is no part of the format: a journal may be written with any.
    public var segmentBytes: Int64 {
        get { segmentSettings.segmentByteMaximum }
        set { segmentSettings.segmentByteMaximum = min(max(newValue, 4096), 1 << 40) }
    }
    /// Whether a directory that is not there is an empty journal to readers and is made by the first append, and an
    /// empty directory is an empty journal. Where it is false, one was expected: every call but
    /// ``ApprovalJournal/create(from:progress:)``, which makes one of a bundle, throws
    /// ``JournalError/journalMissing(path:reason:)`` when none was made there, and nothing is made. For whoever must
    /// not take a mistyped path or a file system that is not mounted for a journal in which nothing was used yet.
    public var createsWhenAbsent: Bool
    /// The platform profile that the host and the directory have to match. It is looked at before the first call
    /// touches the journal, and nothing is made where it does not match. Nil for none. `HostProfile` shows how one is
    /// made.
    public var platformProfile: String?
    /// What the platform must be like where there is no profile. By default writing is refused on network file systems
    /// and read-only mounts, which costs some microseconds a handle.
    public var admission: AdmissionPolicy
    /// Told when a handle was admitted to its platform; nil for nobody.
    public var openObserver: OpenObserver?
    /// The sizes that the `segments` layout works with.
    package var segmentSettings = SegmentSettings()

    /// Makes options.
    public init(
        lockTimeoutMilliseconds: UInt64 = 5000,
        durability: JournalDurability = .durable,
        clockToleranceSeconds: Int64 = 300,
        format: JournalFormat = .segments,
        segmentBytes: Int64 = 64 << 20,
        createsWhenAbsent: Bool = true,
        platformProfile: String? = nil,
        admission: AdmissionPolicy = .standard,
        openObserver: OpenObserver? = nil
    ) {
        self.lockTimeoutMilliseconds = lockTimeoutMilliseconds
        self.durability = durability
        self.clockToleranceSeconds = clockToleranceSeconds
        self.format = format
        self.createsWhenAbsent = createsWhenAbsent
        self.platformProfile = platformProfile
        self.admission = admission
        self.openObserver = openObserver
        self.segmentBytes = segmentBytes
    }
}
