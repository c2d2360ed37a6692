internal import FileSystemSeam

/// The file `heads/unsynced`, which stands while records are not on stable storage:
///
///     17\n
///
/// the index of the first record that a writer with ``JournalDurability/processCrashOnly`` published, or found beyond
/// the head, where somebody may have been killed before the sync. The head cannot tell, since other tools take it for
/// the end of the chain. A writer that promises more makes the records from there on durable before it builds on them.
extension JSONRecordsStorage {
    static let unsyncedName = "unsynced"

    /// The first record that nobody synced; nil when all were. A file that cannot be read stands for all.
    func firstUnsynced() throws(JournalError) -> UInt64? {
        guard let bytes = try read(Self.unsyncedName, in: HeadFile.directoryName) else { return nil }
        return IndexFile.indexes(in: bytes).first ?? 1
    }

    /// Notes that records from `index` on are not synced, unless that is noted of earlier ones already.
    func noteUnsynced(from index: UInt64) throws(JournalError) {
        if let first = try firstUnsynced(), first <= index { return }
        try writeUnsynced(from: index)
    }

    /// Notes that records from `index` on are not synced, and earlier ones are.
    func writeUnsynced(from index: UInt64) throws(JournalError) {
        let heads = try madeSubdirectory(HeadFile.directoryName)
        do {
            try heads.replaceWithoutSync(Self.unsyncedName, with: IndexFile.lines([index]))
        } catch {
            throw .io(error, file: "\(HeadFile.directoryName)/\(Self.unsyncedName)")
        }
    }

    /// Makes published records durable as they stand, and the names of all.
    func sync(_ published: ArraySlice<StoredRecord>) throws(JournalError) {
        guard let records = try subdirectory(Self.recordsName) else { return }
        var name = ""
        do {
            for record in published {
                name = RecordName(of: record.record, at: record.index).text
                let file = try records.open(name, .read, permissions: .ownerFile)
                try file.sync(.data)
                try file.close()
            }
            name = ""
            try records.sync()
        } catch {
            throw .io(error, file: name.isEmpty ? Self.recordsName : "\(Self.recordsName)/\(name)")
        }
    }

    /// Notes that all records are durable.
    func forgetUnsynced() throws(JournalError) {
        guard let heads = try subdirectory(HeadFile.directoryName) else { return }
        do {
            try heads.remove(Self.unsyncedName)
        } catch {
            throw .io(error, file: "\(HeadFile.directoryName)/\(Self.unsyncedName)")
        }
    }
}
