internal import Canonical
internal import FileSystemSeam

/// Records that were read and verified before, by file name.
///
/// A record's name holds its index and the beginning of its digest, and records never change, so that a name
/// seen before need not be read again. Verification does not use it.
final class RecordCache: Sendable {
    private let records = Condition<[String: StoredRecord]>([:])

    subscript(name: String) -> StoredRecord? {
        get { records.withLock { $0[name] } }
        set { records.withLock { $0[name] = newValue } }
    }
}

/// What walking the records in order gave.
struct RecordWalk {
    /// The records that could be read, in order; all of them when there is no failure.
    var records: [StoredRecord] = []
    /// What is wrong with the records, in order of their index.
    var failures: [JournalError] = []
    /// Names that are no records, which a walk passes over.
    var strays: [(name: String, isLeftover: Bool)] = []
    /// The last index that a name carries; 0 for none.
    var lastIndex: UInt64 = 0
}

extension JSONRecordsStorage {
    /// Reads and checks the records from the first to the last: for each position gap or duplicate, then
    /// parsing, digest, chain and file name.
    ///
    /// - Parameters:
    ///   - stopsAtFirst: ends at the first failure; else goes on behind it.
    ///   - progress: told before every record.
    func walk(
        stopsAtFirst: Bool,
        cache: RecordCache?,
        progress: WorkProgress.Handler? = nil
    ) throws(JournalError) -> RecordWalk {
        let listing = try listedRecords()
        let indexes = listing.indexes
        var walk = RecordWalk()
        walk.strays = listing.strays
        walk.lastIndex = indexes.last ?? 0
        walk.records.reserveCapacity(indexes.count)

        var previous: String? = ""
        var position: UInt64 = 1
        for (done, index) in indexes.enumerated() {
            progress?(WorkProgress(completed: UInt64(done), total: UInt64(indexes.count)))
            if index != position {
                walk.failures.append(
                    .missingRecord(index: position, evidence: "records go on to \(walk.lastIndex)")
                )
                if stopsAtFirst { return walk }
                previous = nil
            }
            // Behind the greatest index there is none to look at.
            position = index &+ 1
            let files = listing.known[index, default: []].sorted()
            do throws(JournalError) {
                let unknownKind = listing.unknown[index]?.first?.kind
                let record = try self.record(at: index, files: files, unknownKind, previous, cache)
                walk.records.append(record)
                previous = record.digest
            } catch .io(let error, let file) {
                throw .io(error, file: file)
            } catch {
                walk.failures.append(error)
                if stopsAtFirst { return walk }
                // A record that only fails in its links still has a digest for the next one to link to.
                let readable = try readable(at: index, files: files)
                if let readable { walk.records.append(readable) }
                previous = readable?.digest
            }
        }
        progress?(WorkProgress(completed: UInt64(indexes.count), total: UInt64(indexes.count)))
        return walk
    }

    /// The record at a position, checked in the order that verification prescribes.
    private func record(
        at index: UInt64,
        files: [String],
        _ unknownKind: String?,
        _ previous: String?,
        _ cache: RecordCache?
    ) throws(JournalError) -> StoredRecord {
        guard let name = files.first else { throw .unknownKind(index: index, kind: unknownKind ?? "") }
        if files.count > 1 {
            throw .duplicateIndex(index: index, files: files.map { "\(Self.recordsName)/\($0)" })
        }
        let stored: StoredRecord
        if let cached = cache?[name] { stored = cached } else { stored = try verifiedRecord(at: index, name) }
        if let previous, stored.record.previousRecordDigest != previous {
            throw .brokenChain(index: index, expected: previous, actual: stored.record.previousRecordDigest)
        }
        let expectedName = Self.expectedName(of: stored.record, at: index)
        if expectedName != name { throw .nameMismatch(index: index, expected: expectedName, actual: name) }
        cache?[name] = stored
        return stored
    }

    /// The name that a record's file should have: after the type that the record says it is of, which is under its
    /// digest, where the kind in a file's name is not.
    private static func expectedName(of record: JournalRecord, at index: UInt64) -> String {
        let name = RecordName(of: record, at: index)
        if record.typeName == record.kind.typeName { return name.text }
        guard let kind = RecordKind.allCases.first(where: { $0.typeName == record.typeName }) else {
            return "\(name.text), if it were of the type \(record.kind.typeName)"
        }
        return RecordName(index: index, kind: kind, shortDigest: name.shortDigest).text
    }

    /// Reads a record and checks its own digest.
    private func verifiedRecord(at index: UInt64, _ name: String) throws(JournalError) -> StoredRecord {
        let (stored, document) = try parsedRecord(at: index, name)
        let recomputed = JournalRecord.digest(ofStored: document)
        guard let digest = try? Digest(parsing: stored.digest), digest.matches(recomputed) else {
            throw .recordTampered(index: index, stored: stored.digest, recomputed: recomputed.description)
        }
        return stored
    }

    /// Reads a record without checking its digest.
    func parsedRecord(
        at index: UInt64,
        _ name: String
    ) throws(JournalError) -> (record: StoredRecord, document: JSONDocument) {
        let file = "\(Self.recordsName)/\(name)"
        guard case .record(let recordName) = RecordName.Entry(name), let bytes = try read(name, in: Self.recordsName)
        else { throw .missingRecord(index: index, evidence: "\(file) is gone while it was read") }
        do {
            let reader = try RecordReader(parsing: bytes)
            let record = try JournalRecord(kind: recordName.kind, reading: reader)
            return (StoredRecord(index: index, record: record, bytes: bytes), reader.document)
        } catch {
            throw .malformedRecord(index: index, file: file, reason: "\(error)")
        }
    }

    /// The record at a position that failed verification, when it can at least be read.
    private func readable(at index: UInt64, files: [String]) throws(JournalError) -> StoredRecord? {
        guard files.count == 1 else { return nil }
        do {
            return try parsedRecord(at: index, files[0]).record
        } catch .io(let error, let file) {
            throw .io(error, file: file)
        } catch {
            return nil
        }
    }
}
