import CrashTesting
import FileSystemSeam
import Journal

/// Kills that leave a record written, and nothing of it synced.
extension KillSwitch {
    /// The syncs of which one makes a record durable: a segment is synced with the record in it, a file of its own
    /// before it has its name, which the sync of the directory makes durable.
    static func recordSyncs(
        _ format: JournalFormat
    ) -> (kind: FileSystemError.Operation, isCounted: @Sendable (String) -> Bool) {
        switch format {
        case .segments: (.sync, { $0.hasSuffix(".jsonl") })
        case .jsonRecords: (.syncDirectory, { $0 == "records" })
        }
    }

    /// Which of the syncs of its kind that a process makes in some work is the last one of ``recordSyncs(_:)``; counted
    /// from 1, as in a plan of faults.
    static func lastRecordSync(
        _ format: JournalFormat,
        after prepare: (any FileSystem) throws -> Void,
        in work: (SimFS) throws -> Void
    ) throws -> Int {
        let process = try successor(of: SimDisk(seed: 1).boot())
        try prepare(process)
        let before = process.disk.trace.count
        try work(process)
        let syncs = recordSyncs(format)
        let all = process.disk.trace[before...].filter { $0.operation == syncs.kind }
        guard let last = all.lastIndex(where: { syncs.isCounted($0.name) }) else { throw CheckFailure("no such sync") }
        return last + 1
    }

    /// - Parameter before: how many of ``recordSyncs(_:)`` the process makes before that of its record.
    convenience init(_ victim: SimFS, beforeRecordSync format: JournalFormat, after before: Int = 0) {
        let syncs = Self.recordSyncs(format)
        self.init(victim, at: before, of: syncs.kind, where: syncs.isCounted)
    }
}

extension CrashedJournal {
    /// Whether a process that is killed before the sync of its record leaves that record.
    static func leavesUnsyncedRecord(
        _ process: SimFS,
        _ options: JournalOptions,
        _ nonce: String,
        key: String,
        after before: Int = 0
    ) throws -> Bool {
        let count = try storedRecordCount(process, options.format)
        let kill = KillSwitch(process, beforeRecordSync: options.format, after: before)
        try? reserve(open(process, options), nonce, key: key) { _ in }
        kill.end()
        return kill.hasKilled
            ? try storedRecordCount(successor(of: process), options.format) == count + 1 : false
    }

    /// How many records stand in a journal's files, whoever has synced them; looked at without the journal, which would
    /// make them durable.
    static func storedRecordCount(_ fileSystem: any FileSystem, _ format: JournalFormat) throws -> Int {
        let place = try fileSystem.openDirectory("\(path)/\(format == .segments ? "segments" : "records")")
        let names = try place.entries().map(\.name)
        switch format {
        case .jsonRecords: return names.count { $0.hasSuffix(".json") }
        case .segments:
            var count = 0
            for name in names where name.hasSuffix(".jsonl") {
                count += try place.readFile(name, maximumBytes: 1 << 20).count { $0 == UInt8(ascii: "\n") }
            }
            return count
        }
    }
}
