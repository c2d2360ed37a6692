/// The names in the directory of records, sorted by what they are.
struct RecordListing {
    /// The files of records of known kinds, by index.
    private(set) var known: [UInt64: Set<String>] = [:]
    /// Records of unknown kinds, by index.
    private(set) var unknown: [UInt64: [(name: String, kind: String)]] = [:]
    /// Names that are no records.
    private var others: [(name: String, isLeftover: Bool)] = []

    init(_ entries: [(name: String, entry: RecordName.Entry)]) {
        for (name, entry) in entries {
            switch entry {
            case .record(let recordName): known[recordName.index, default: []].insert(name)
            case .unknownKind(let index, let kind): unknown[index, default: []].append((name, kind))
            case .leftover: others.append((name, true))
            case .foreign: others.append((name, false))
            }
        }
    }

    /// Every index that a name carries, in order.
    var indexes: [UInt64] { Set(known.keys).union(unknown.keys).sorted() }

    /// Names that are no records, which a walk passes over: among them records of unknown kinds where one of a
    /// known kind has the index.
    var strays: [(name: String, isLeftover: Bool)] {
        let beside = unknown.filter { known[$0.key] != nil }.values.joined().map { ($0.name, false) }
        return (others + beside).sorted { $0.name < $1.name }
    }

    /// Whether an index is missing before the last.
    var hasGap: Bool { indexes.enumerated().contains { UInt64($0.offset) + 1 != $0.element } }

    /// Adds the records of a later listing, as far as this one reaches.
    mutating func add(_ later: RecordListing) {
        guard let last = indexes.last else { return }
        for (index, names) in later.known where index <= last { known[index, default: []].formUnion(names) }
        for (index, entries) in later.unknown where index <= last && unknown[index] == nil { unknown[index] = entries }
    }
}

extension JSONRecordsStorage {
    /// The names in `records/`, of which no record is overlooked because of appends that go on meanwhile.
    ///
    /// readdir(3) may or may not return what is added while it runs, so one listing may hold a record but not
    /// the one before. Whatever came before a listed record stands there when a second listing begins.
    func listedRecords() throws(JournalError) -> RecordListing {
        var listing = RecordListing(try recordEntries())
        if listing.hasGap { listing.add(RecordListing(try recordEntries())) }
        return listing
    }
}
