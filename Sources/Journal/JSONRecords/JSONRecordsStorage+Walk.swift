internal import Canonical
internal import FileSystemSeam

/// Records that were read and verified before, by file name.
///
/// A record's name holds its index and the beginning of its digest, and records never change, so that a name
/// seen before need not be read again. Verification reads it nevertheless, and compares the bytes.
final class RecordCache: Sendable {
    private let records = Condition<[String: StoredRecord]>([:])

    subscript(name: String) -> StoredRecord? {
        get { records.withLock { $0[name] } }
        set { records.withLock { $0[name] = newValue } }
    }

    /// All of them, as they are now.
    var all: [String: StoredRecord] { records.withLock { $0 } }

    func add(_ more: [(name: String, record: StoredRecord)]) {
        if more.isEmpty { return }
        records.withLock { records in
            for (name, record) in more { records[name] = record }
        }
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
    ///   - cache: records that were parsed and hashed before.
    ///   - rereadsAll: reads the cached records too. What is the same byte for byte is not parsed and hashed again.
    ///   - progress: told before every record.
    func walk(
        stopsAtFirst: Bool,
        cache: RecordCache,
        rereadsAll: Bool = false,
        progress: WorkProgress.Handler? = nil
    ) throws(JournalError) -> RecordWalk {
        guard let records = try subdirectory(Self.recordsName) else {
            progress?(WorkProgress(completed: 0, total: 0))
            return RecordWalk()
        }
        let listing = try listedRecords(records)
        let (walk, read) = try walk(listing, in: records, stopsAtFirst, cache.all, rereadsAll, progress)
        // Who reads all wants to know what is there, not to have it at hand.
        if !rereadsAll { cache.add(read) }
        return walk
    }

    /// Walks what was listed; also returns the records that were read, with their names.
    private func walk(
        _ listing: RecordListing,
        in records: any Directory,
        _ stopsAtFirst: Bool,
        _ cached: [String: StoredRecord],
        _ rereadsAll: Bool,
        _ progress: WorkProgress.Handler?
    ) throws(JournalError) -> (walk: RecordWalk, read: [(name: String, record: StoredRecord)]) {
        let positions = listing.positions
        let total = UInt64(positions.count)
        var walk = RecordWalk()
        var read: [(name: String, record: StoredRecord)] = []
        walk.strays = listing.strays(positions)
        walk.lastIndex = positions.last?.index ?? 0
        walk.records.reserveCapacity(positions.count)

        var previous: String? = ""
        var next: UInt64 = 1
        for (done, position) in positions.enumerated() {
            progress?(WorkProgress(completed: UInt64(done), total: total))
            if position.index != next {
                walk.failures.append(.missingRecord(index: next, evidence: "records go on to \(walk.lastIndex)"))
                if stopsAtFirst { return (walk, read) }
                previous = nil
            }
            // Behind the greatest index there is none to look at.
            next = position.index &+ 1
            do throws(JournalError) {
                let name = try self.name(of: position)
                var known = cached[name]
                if rereadsAll, let bytes = known?.bytes, try !holds(name, bytes, in: records) { known = nil }
                let record: StoredRecord
                if let known {
                    record = known
                    try checkLinks(of: record, name, previous)
                } else {
                    record = try verifiedRecord(at: position.index, name, in: records)
                    try checkLinks(of: record, name, previous)
                    read.append((name, record))
                }
                walk.records.append(record)
                previous = record.digest
            } catch .io(let error, let file) {
                throw .io(error, file: file)
            } catch {
                walk.failures.append(error)
                if stopsAtFirst { return (walk, read) }
                // A record that only fails in its links still has a digest for the next one to link to.
                let readable = try readable(at: position, in: records)
                if let readable { walk.records.append(readable) }
                previous = readable?.digest
            }
        }
        progress?(WorkProgress(completed: total, total: total))
        return (walk, read)
    }

    /// The one file at a position.
    private func name(of position: RecordListing.Position) throws(JournalError) -> String {
        guard let name = position.name else {
            throw .unknownKind(index: position.index, kind: position.unknownKind ?? "")
        }
        guard position.duplicates.isEmpty else {
            let files = ([name] + position.duplicates).map { "\(Self.recordsName)/\($0)" }
            throw .duplicateIndex(index: position.index, files: files)
        }
        return name
    }

    /// Checks what a record shares with others: its link to the one before and its file's name.
    private func checkLinks(of stored: StoredRecord, _ name: String, _ previous: String?) throws(JournalError) {
        let index = stored.index
        if let previous, !ExactText.isSame(stored.record.previousRecordDigest, previous) {
            throw .brokenChain(index: index, expected: previous, actual: stored.record.previousRecordDigest)
        }
        let record = stored.record
        if record.typeName == record.kind.typeName,
            RecordName.isName(name, index: index, kind: record.kind, digest: record.recordDigest)
        {
            return
        }
        let expectedName = Self.expectedName(of: record, at: index)
        if !ExactText.isSame(expectedName, name) {
            throw .nameMismatch(index: index, expected: expectedName, actual: name)
        }
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
    private func verifiedRecord(
        at index: UInt64,
        _ name: String,
        in records: any Directory
    ) throws(JournalError) -> StoredRecord {
        let (stored, document) = try parsedRecord(at: index, name, in: records)
        let recomputed = JournalRecord.digest(ofStored: document)
        guard let digest = try? Digest(parsing: stored.digest), digest.matches(recomputed) else {
            throw .recordTampered(index: index, stored: stored.digest, recomputed: recomputed.description)
        }
        return stored
    }

    /// Reads a record without checking its digest.
    private func parsedRecord(
        at index: UInt64,
        _ name: String,
        in records: any Directory
    ) throws(JournalError) -> (record: StoredRecord, document: JSONDocument) {
        guard case .record(_, let kind) = RecordName.Entry(name), let bytes = try recordBytes(name, in: records)
        else {
            throw .missingRecord(index: index, evidence: "\(Self.recordsName)/\(name) is gone while it was read")
        }
        do {
            let reader = try RecordReader(parsing: bytes)
            let record = try JournalRecord(kind: kind, reading: reader)
            return (StoredRecord(index: index, record: record, bytes: bytes), reader.document)
        } catch {
            throw .malformedRecord(index: index, file: "\(Self.recordsName)/\(name)", reason: "\(error)")
        }
    }

    /// The bytes of a record's file; nil when it is not there.
    private func recordBytes(_ name: String, in records: any Directory) throws(JournalError) -> [UInt8]? {
        do {
            return try records.readFile(name, maximumBytes: Self.recordFileByteMaximum)
        } catch  where error.code == .noEntry {
            return nil
        } catch {
            throw .io(error, file: "\(Self.recordsName)/\(name)")
        }
    }

    /// Whether a record's file is there and holds just these bytes.
    private func holds(_ name: String, _ bytes: [UInt8], in records: any Directory) throws(JournalError) -> Bool {
        guard let found = try recordBytes(name, in: records) else { return false }
        return TextBytes.areSame(found, bytes)
    }

    /// The record at a position that failed verification, when it can at least be read.
    private func readable(
        at position: RecordListing.Position,
        in records: any Directory
    ) throws(JournalError) -> StoredRecord? {
        guard let name = position.name, position.duplicates.isEmpty else { return nil }
        do {
            return try parsedRecord(at: position.index, name, in: records).record
        } catch .io(let error, let file) {
            throw .io(error, file: file)
        } catch {
            return nil
        }
    }
}
