/// What was seen of the platform when a store was admitted to it.
public struct PlatformDiagnostics: Sendable, Hashable {
    /// What was observed; ``PlatformEvidence/path`` is the store's, as given.
    public var evidence: PlatformEvidence
    /// What of it is worth a warning.
    public var admission: Admission

    /// Makes diagnostics from their parts.
    public init(evidence: PlatformEvidence, admission: Admission) {
        self.evidence = evidence
        self.admission = admission
    }
}

/// What a store tells of itself: where it is, how it was opened, what its platform does, and how much it holds.
public struct StoreDiagnostics: Sendable, Hashable {
    /// The store's path, as given.
    public var path: String
    /// Where that leads, absolute and without symbolic links; nil when nothing is there, or it is not told.
    public var directory: String?
    /// What it was opened with, by name, such as `segment_bytes` and `durability`.
    public var configuration: [String: String]
    /// What was observed of the host and the path. Its `processClockEpochMarkerNanoseconds` is above 0.
    public var evidence: PlatformEvidence
    /// What refuses or is worth a warning.
    public var admission: Admission
    /// How much it holds, by name, such as `records`.
    public var counts: [String: UInt64]

    /// Makes diagnostics from their parts.
    public init(
        path: String,
        directory: String?,
        configuration: [String: String],
        evidence: PlatformEvidence,
        admission: Admission,
        counts: [String: UInt64]
    ) {
        self.path = path
        self.directory = directory
        self.configuration = configuration
        self.evidence = evidence
        self.admission = admission
        self.counts = counts
    }

    /// The evidence in the words of schema 1, with the admission that follows from it. What was not looked at is
    /// `Unknown` and `Rejected` there.
    public var summary: LegacyProfile { LegacyProfile(evidence) }
}
