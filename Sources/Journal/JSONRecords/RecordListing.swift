internal import FileSystemSeam

/// The names in the directory of records, sorted by what they are.
struct RecordListing {
    /// What the names say about one index: one file of a known kind, unless something is wrong.
    struct Position {
        let index: UInt64
        /// The first file of a known kind; nil when there are only others.
        fileprivate(set) var name: String?
        /// More files of known kinds, in order.
        fileprivate(set) var duplicates: [String] = []
        /// The kind of a record of an unknown kind; nil when there is none.
        fileprivate(set) var unknownKind: String?
    }

    private struct Named {
        let index: UInt64
        let name: String
        let unknownKind: String?
    }

    /// Everything named like a record, by index, then by name.
    private var named: [Named] = []
    /// Names that are no records.
    private var others: [(name: String, isLeftover: Bool)] = []

    init(_ entries: [(name: String, entry: RecordName.Entry)]) {
        named.reserveCapacity(entries.count)
        for (name, entry) in entries {
            switch entry {
            case .record(let index, _): named.append(Named(index: index, name: name, unknownKind: nil))
            case .unknownKind(let index, let kind): named.append(Named(index: index, name: name, unknownKind: kind))
            case .leftover: others.append((name, true))
            case .foreign: others.append((name, false))
            }
        }
        sort()
    }

    private mutating func sort() {
        named.sort { $0.index != $1.index ? $0.index < $1.index : $0.name < $1.name }
    }

    /// Every index that a name carries, in order.
    var positions: [Position] {
        var positions: [Position] = []
        positions.reserveCapacity(named.count)
        for file in named {
            if positions.last?.index != file.index { positions.append(Position(index: file.index)) }
            let last = positions.count - 1
            if let kind = file.unknownKind {
                if positions[last].unknownKind == nil { positions[last].unknownKind = kind }
            } else if positions[last].name == nil {
                positions[last].name = file.name
            } else {
                positions[last].duplicates.append(file.name)
            }
        }
        return positions
    }

    /// Names that are no records, which a walk passes over: among them records of unknown kinds where one of a
    /// known kind has the index.
    func strays(_ positions: [Position]) -> [(name: String, isLeftover: Bool)] {
        var strays = others
        for file in named where file.unknownKind != nil {
            let isBeside = positions.contains { $0.index == file.index && $0.name != nil }
            if isBeside { strays.append((file.name, false)) }
        }
        return strays.sorted { $0.name < $1.name }
    }

    /// Whether an index is missing before the last.
    var hasGap: Bool {
        var last: UInt64 = 0
        for file in named where file.index != last {
            if file.index != last + 1 { return true }
            last = file.index
        }
        return false
    }

    /// Adds the records of a later listing, as far as this one reaches.
    mutating func add(_ later: RecordListing) {
        guard let last = named.last?.index else { return }
        let names = Set(named.map { ExactText($0.name) })
        named += later.named.filter { $0.index <= last && !names.contains(ExactText($0.name)) }
        sort()
    }
}

extension JSONRecordsStorage {
    /// The names in `records/`, of which no record is overlooked because of appends that go on meanwhile.
    ///
    /// readdir(3) may or may not return what is added while it runs, so one listing may hold a record but not
    /// the one before. Whatever came before a listed record stands there when a second listing begins.
    func listedRecords(_ records: any Directory) throws(JournalError) -> RecordListing {
        var listing = RecordListing(try recordEntries(records))
        if listing.hasGap { listing.add(RecordListing(try recordEntries(records))) }
        return listing
    }
}
