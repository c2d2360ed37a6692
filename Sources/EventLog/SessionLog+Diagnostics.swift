public import PlatformProfile

extension SessionLog {
    /// What this log can tell of itself: where it is, how it was opened, what its platform does, and how much it holds.
    ///
    /// The configuration has `durability`, `lock_timeout_milliseconds`, `maximum_line_bytes`, `maximum_batch_bytes`,
    /// and `platform_profile` when there is one; the counts have `events`, `lines` and `bytes`. Writes nothing into the
    /// log.
    ///
    /// - Parameter depth: how far the platform is looked at when less was seen at the admission: `.passive` only asks,
    ///   and costs up to 2 ms, `.standard` tries syncs, locks and maps beside the log's files, up to 50 ms.
    /// - Throws: `.platform`; what ``size()`` throws.
    /// - Complexity: O(*n*), as ``size()``.
    public func diagnostics(depth: ProbeDepth = .passive) throws(EventLogError) -> StoreDiagnostics {
        let size = try size()
        let durability =
            switch options.durability {
            case .none: "none"
            case .everyEvents(let count): "every_\(count)_events"
            case .interval(let milliseconds): "interval_\(milliseconds)_milliseconds"
            case .every: "every"
            }
        var configuration = [
            "durability": durability,
            "lock_timeout_milliseconds": String(options.lockTimeoutMilliseconds),
            "maximum_line_bytes": String(options.maximumLineBytes),
            "maximum_batch_bytes": String(options.maximumBatchBytes),
        ]
        configuration["platform_profile"] = options.platformProfile
        let counts = ["events": size.eventCount, "lines": size.lineCount, "bytes": UInt64(size.byteCount)]
        do throws(PlatformError) {
            return try platform.diagnostics(atLeast: depth, configuration: configuration, counts: counts)
        } catch {
            throw .platform(error)
        }
    }
}
