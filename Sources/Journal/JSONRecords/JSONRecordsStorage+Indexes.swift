internal import Canonical
internal import FileSystemSeam

/// What the indexes should hold, worked out from the records.
struct ExpectedIndexes {
    /// By file name: the record indexes in order.
    typealias Files = [ExactText: [UInt64]]

    private var byGrant: Files = [:]
    private var byNonce: Files = [:]

    init(_ records: [StoredRecord]) {
        byGrant.reserveCapacity(records.count)
        byNonce.reserveCapacity(records.count)
        for record in records { add(record.record, at: record.index) }
    }

    /// The index files that concern a record, with the kind of index each belongs to.
    static func places(of record: JournalRecord) -> [(kind: String, name: String)] {
        let (grant, nonce) = names(of: record)
        var places: [(kind: String, name: String)] = []
        if let grant { places.append((JSONRecordsStorage.byGrantName, grant)) }
        if let nonce { places.append((JSONRecordsStorage.byNonceName, nonce)) }
        return places
    }

    private static func names(of record: JournalRecord) -> (grant: String?, nonce: String?) {
        switch record {
        case .use(let use): (IndexFile.name(for: use.grantID), IndexFile.name(for: use.nonceDigest))
        case .revocation(let revocation): (IndexFile.name(for: revocation.grantID), nil)
        case .checkpoint: (nil, nil)
        }
    }

    mutating func add(_ record: JournalRecord, at index: UInt64) {
        let (grant, nonce) = Self.names(of: record)
        if let grant { byGrant[ExactText(grant), default: []].append(index) }
        if let nonce { byNonce[ExactText(nonce), default: []].append(index) }
    }

    /// The files of one kind of index.
    func files(_ kind: String) -> Files { kind == JSONRecordsStorage.byGrantName ? byGrant : byNonce }

    func indexes(_ kind: String, _ name: String) -> [UInt64] { files(kind)[ExactText(name)] ?? [] }
}

extension JSONRecordsStorage {
    /// What comparing the index files with the records gave.
    struct IndexAudit {
        /// Records that an index names although they are not there, with the file that does.
        var missing: [(index: UInt64, file: String)] = []
        /// The first file that does not hold what the records say; nil when all do.
        var stale: String?
    }

    /// Compares every index file with what the records say.
    ///
    /// - Complexity: O(index files + records).
    func auditIndexes(_ expected: ExpectedIndexes, isThere: (UInt64) -> Bool) throws(JournalError) -> IndexAudit {
        var audit = IndexAudit()
        for kind in [Self.byGrantName, Self.byNonceName] {
            let files = expected.files(kind)
            let directory = try subdirectory(Self.indexesName, kind)
            let names = try indexFileNames(kind, in: directory)
            var unseen = files.count
            for name in names {
                let indexes = files[ExactText(name)]
                if indexes != nil { unseen -= 1 }
                try self.audit(kind, name, in: directory, indexes ?? [], isThere, into: &audit)
            }
            if unseen > 0, audit.stale == nil {
                let present = Set(names.map { ExactText($0) })
                let absent = files.keys.first { !present.contains($0) }
                audit.stale = absent.map { "\(Self.indexesName)/\(kind)/\($0.text)" }
            }
        }
        return audit
    }

    /// Compares the index files that concern one grant and one nonce.
    func auditIndexes(
        grant: String,
        nonceDigest: String?,
        _ expected: ExpectedIndexes,
        isThere: (UInt64) -> Bool
    ) throws(JournalError) -> IndexAudit {
        var audit = IndexAudit()
        if let name = IndexFile.name(for: grant) {
            audit = try auditIndex(name, in: Self.byGrantName, expected, isThere: isThere)
        }
        if let nonceDigest, let name = IndexFile.name(for: nonceDigest) {
            let byNonce = try auditIndex(name, in: Self.byNonceName, expected, isThere: isThere)
            audit.missing += byNonce.missing
            audit.stale = audit.stale ?? byNonce.stale
        }
        return audit
    }

    /// Compares one index file.
    func auditIndex(
        _ name: String,
        in kind: String,
        _ expected: ExpectedIndexes,
        isThere: (UInt64) -> Bool
    ) throws(JournalError) -> IndexAudit {
        var audit = IndexAudit()
        let directory = try subdirectory(Self.indexesName, kind)
        try self.audit(kind, name, in: directory, expected.indexes(kind, name), isThere, into: &audit)
        return audit
    }

    private func audit(
        _ kind: String,
        _ name: String,
        in directory: (any Directory)?,
        _ indexes: [UInt64],
        _ isThere: (UInt64) -> Bool,
        into audit: inout IndexAudit
    ) throws(JournalError) {
        var bytes: [UInt8] = []
        do {
            bytes = try directory?.readFile(name, maximumBytes: Self.cacheFileByteMaximum) ?? []
        } catch  where error.code == .noEntry {
            // Not written yet, or removed meanwhile: as good as empty.
        } catch {
            throw .io(error, file: "\(Self.indexesName)/\(kind)/\(name)")
        }
        let isCurrent = IndexFile.holds(bytes, exactly: indexes)
        // What the records themselves say needs no search for more.
        if isCurrent, indexes.allSatisfy(isThere) { return }
        let file = "\(Self.indexesName)/\(kind)/\(name)"
        for index in IndexFile.missing(in: bytes, expected: indexes, isThere: isThere) {
            audit.missing.append((index, file))
        }
        if !isCurrent, audit.stale == nil { audit.stale = file }
    }

    /// The names of the index files of a kind, in order, without leftovers.
    private func indexFileNames(
        _ kind: String,
        in directory: (any Directory)?
    ) throws(JournalError) -> [String] {
        guard let directory else { return [] }
        let entries: [DirectoryEntry]
        do {
            entries = try directory.entries()
        } catch {
            throw .io(error, file: "\(Self.indexesName)/\(kind)")
        }
        var names: [String] = []
        for entry in entries where IndexFile.isNamed(entry) {
            let name = entry.name
            if TextBytes.isSame(name, entry.nameBytes) { names.append(name) }
        }
        return names.sorted()
    }

    /// Writes every index file anew from the records and removes those that no record concerns.
    func rebuildIndexes(_ expected: ExpectedIndexes) throws(JournalError) {
        for kind in [Self.byGrantName, Self.byNonceName] {
            let directory = try madeSubdirectory(Self.indexesName, kind)
            let files = expected.files(kind)
            for (name, indexes) in files.sorted(by: { $0.key.text < $1.key.text }) {
                try writeIndex(name.text, in: kind, indexes)
            }
            do {
                for entry in try directory.entries() where files[ExactText(entry.name)] == nil {
                    let isOurs = IndexFile.isNamed(entry) || IndexFile.isTemporary(entry)
                    if isOurs, entry.isText { try directory.remove(entry.name) }
                }
                try directory.sync()
            } catch {
                throw .io(error, file: "\(Self.indexesName)/\(kind)")
            }
        }
    }
}

extension DirectoryEntry {
    /// Whether the name is UTF-8. Any other cannot be opened, and is none that a journal gives.
    fileprivate var isText: Bool { TextBytes.isSame(name, nameBytes) }
}
