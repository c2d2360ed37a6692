public import PlatformProfile

extension ApprovalJournal {
    /// What this journal can tell of itself: where it is, how it was opened, what its platform does, and how much it
    /// holds.
    ///
    /// The configuration has `format`, `durability`, `segment_bytes`, `lock_timeout_milliseconds`,
    /// `clock_tolerance_seconds`, and `platform_profile` when there is one; the counts have `records`. Writes nothing
    /// into the journal.
    ///
    /// - Parameter depth: how far the platform is looked at when less was seen at the admission: `.passive` only asks,
    ///   and costs up to 2 ms, `.standard` tries syncs, locks and maps beside the journal's files, up to 50 ms.
    /// - Throws: `.platform`; what ``head()`` throws.
    public func diagnostics(depth: ProbeDepth = .passive) throws(JournalError) -> StoreDiagnostics {
        let counts = ["records": try head()?.index ?? 0]
        var configuration = [
            "format": (try format() ?? options.format).rawValue,
            "durability": options.durability == .durable ? "durable" : "process_crash_only",
            "segment_bytes": String(options.segmentBytes),
            "lock_timeout_milliseconds": String(options.lockTimeoutMilliseconds),
            "clock_tolerance_seconds": String(options.clockToleranceSeconds),
        ]
        configuration["platform_profile"] = options.platformProfile
        do throws(PlatformError) {
            return try platform.diagnostics(atLeast: depth, configuration: configuration, counts: counts)
        } catch {
            throw .platform(error)
        }
    }
}
