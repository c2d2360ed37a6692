internal import FileSystemSeam
public import PlatformProfile

extension ScopedKeyStore {
    /// What was seen of the platform when the store was admitted to it; nil when a glance was enough.
    public var platformDiagnostics: PlatformDiagnostics? { platform.diagnostics }

    /// What this store can tell of itself: where it is, how it was opened, what its platform does, and how much it
    /// holds.
    ///
    /// The configuration has `granularity`, `lock_timeout_milliseconds`, `journal_record_maximum`, and
    /// `platform_profile` when there is one; the counts have `keys`, `live_keys`, `receipts` and `generation`. Writes
    /// nothing into the store.
    ///
    /// - Parameter depth: how far the platform is looked at when less was seen at the admission: `.passive` only asks,
    ///   and costs up to 2 ms, `.standard` tries syncs, locks and maps beside the store's files, up to 50 ms.
    /// - Throws: `.platform`, `.lock`, `.io` and what loading a changed keyset throws.
    /// - Complexity: O(*n*) in the number of keys.
    public func diagnostics(depth: ProbeDepth = .passive) throws(KeyStoreError) -> StoreDiagnostics {
        let counts: [String: UInt64] = try locked(.shared) { (_, keyset) throws(KeyStoreError) in
            [
                "keys": UInt64(keyset.entries.count),
                "live_keys": UInt64(keyset.entries.count { $0.state.isLive }),
                "receipts": keyset.header.receiptCount, "generation": keyset.header.generation,
            ]
        }
        var configuration = [
            "granularity": "\(granularity)",
            "lock_timeout_milliseconds": String(options.lockTimeoutMilliseconds),
            "journal_record_maximum": String(options.journalRecordMaximum),
        ]
        configuration["platform_profile"] = options.platformProfile
        do throws(PlatformError) {
            return try platform.diagnostics(atLeast: depth, configuration: configuration, counts: counts)
        } catch {
            throw .platform(error)
        }
    }

    /// Makes sure, with the lock held, that the directory is the one whose platform was looked at.
    func confirmPlatform() throws(KeyStoreError) {
        do throws(PlatformError) {
            try platform.confirm(directory)
        } catch {
            throw .platform(error)
        }
    }
}
