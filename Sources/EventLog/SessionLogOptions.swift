public import PlatformProfile

/// What is on stable storage when an append returns.
///
/// Whatever is chosen, an acknowledged event survives the death of the process: it is in the page cache before the
/// append returns. The choice is about losing power.
public enum EventDurability: Sendable, Hashable {
    /// Nothing is: the system writes back in its own time, usually within half a minute. The default, made for hooks
    /// that fire for every action and must cost microseconds. What a power cut leaves of the tail is repaired.
    case none
    /// With every *n*-th event that this handle appends, all events so far are, as with ``every``.
    case everyEvents(Int)
    /// Every event is, at most this many milliseconds after its append returned. A thread of the handle syncs; a
    /// process that ends without ``SessionLog/close()`` leaves the last ones to the system.
    case interval(milliseconds: UInt64)
    /// The event is. Appends that wait at the same time share one sync.
    case every
}

/// How a session log is opened.
public struct SessionLogOptions: Sendable, Hashable {
    /// How long an append waits for the lock, in milliseconds; 0 tries once. The default is a minute: an append without
    /// the lock would give a number twice. When many lines have to be counted first, or a torn tail copied, and that
    /// takes longer, the lock is tried once more after each, twice at most. A long tail is cut off in
    /// several holds of the lock, for each of which it is tried once more, too.
    public var lockTimeoutMilliseconds: UInt64
    /// What is on stable storage when an append returns.
    public var durability: EventDurability
    /// The longest line that is written, in bytes without its line feed; at most 16 MiB, which is the longest that is
    /// read.
    public var maximumLineBytes: Int {
        didSet { maximumLineBytes = min(maximumLineBytes, LineReader.byteCountMaximum) }
    }
    /// The most that one append of several events writes, in bytes; a single one is bounded by ``maximumLineBytes``
    /// alone. Other tools wait half a second for the lock: what is written under it at once has to be limited.
    public var maximumBatchBytes: Int
    /// The platform profile that the host and the directory have to match. It is looked at before the first call
    /// touches the log, and nothing is made where it does not match. Nil for none.
    public var platformProfile: String?
    /// What the platform must be like where there is no profile. By default writing is refused on network file systems,
    /// where not all tools see each other's locks, and on read-only mounts; that costs some microseconds a handle. With
    /// `.warn` events are appended wherever the session lies.
    public var admission: AdmissionPolicy
    /// Told when a handle was admitted to its platform; nil for nobody.
    public var openObserver: OpenObserver?
    /// How much of a torn tail is read at once. Some pieces are compared, and cut off, in one hold of the lock.
    package var tailPieceByteCount: Int64 = 1 << 20

    /// Makes options.
    public init(
        lockTimeoutMilliseconds: UInt64 = 60_000,
        durability: EventDurability = .none,
        maximumLineBytes: Int = 1 << 20,
        maximumBatchBytes: Int = 16 << 20,
        platformProfile: String? = nil,
        admission: AdmissionPolicy = .standard,
        openObserver: OpenObserver? = nil
    ) {
        self.lockTimeoutMilliseconds = lockTimeoutMilliseconds
        self.durability = durability
        self.maximumLineBytes = min(maximumLineBytes, LineReader.byteCountMaximum)
        self.maximumBatchBytes = maximumBatchBytes
        self.platformProfile = platformProfile
        self.admission = admission
        self.openObserver = openObserver
    }
}
