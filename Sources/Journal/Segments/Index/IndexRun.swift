@_spi(Bytes) internal import Canonical
internal import FileSystemSeam

/// A run of the index: a file over a range of records that never changes once it stands at its name.
///
/// Page 0 is its ``RunHeader``; then come the pages of a table of ``IndexEntry``, ordered by key, and those of a
/// ``RecordState`` for each record, in order. A key belongs to the page that its high word gives, as a fraction of all
/// pages; where a page is full, its entries go on on the next.
struct IndexRun: Sendable {
    static let directoryName = "indexes"

    let file: any File
    let header: RunHeader
    let maker: IndexKeyMaker

    /// Opens a run; nil when it is none of this journal.
    init?(_ name: String, in directory: any Directory, _ maker: IndexKeyMaker) throws(FileSystemError) {
        let file = try directory.open(name, .read, permissions: .ownerFile)
        guard let bytes = try file.read(exactly: IndexPage.byteCount, at: 0),
            let header = RunHeader(bytes, maker),
            name == RunHeader.name(first: header.first, last: header.last),
            try file.status().size == header.fileByteCount
        else { return nil }
        self.file = file
        self.header = header
        self.maker = maker
    }

    var name: String { RunHeader.name(first: header.first, last: header.last) }
    var damage: IndexDamage { IndexDamage(file: "\(Self.directoryName)/\(name)") }

    /// Reads pages, and checks each.
    func pages(_ first: UInt64, into bytes: inout [UInt8]) throws(IndexDamage) {
        let count = bytes.count / IndexPage.byteCount
        do {
            var span = bytes.mutableSpan
            guard try file.readFully(into: &span, at: Int64(first) * Int64(IndexPage.byteCount)) == bytes.count else {
                throw damage
            }
        } catch {
            throw damage
        }
        for page in 0..<count {
            let isValid = IndexPage.isValid(
                bytes.span,
                at: page &* IndexPage.byteCount,
                maker,
                run: header.number,
                page: first &+ UInt64(page)
            )
            if !isValid { throw damage }
        }
    }

    /// The page of the table at which the search for a key begins.
    @inline(__always)
    static func home(of high: UInt64, among pages: UInt64) -> UInt64 { pages.multipliedFullWidth(by: high).high }

    /// The record that a key stands for; nil when it stands for none of this run.
    func find(_ key: IndexKey, _ scratch: inout [UInt8]) throws(IndexDamage) -> UInt64? {
        var page = Self.home(of: key.high, among: header.homePageCount)
        while page < header.tablePageCount {
            try pages(1 &+ page, into: &scratch)
            let bytes = scratch.span
            let count = Int(bytes[IndexPage.entryCountOffset])
            if count > IndexPage.entryCount { throw damage }
            var place = 0
            for _ in 0..<count {
                if ByteWord.load(bytes, at: place) == key.high {
                    let entry = IndexEntry(high: key.high, rest: ByteWord.load(bytes, at: place &+ 8))
                    if entry.matches(key) { return entry.index }
                }
                place &+= IndexEntry.byteCount
            }
            if bytes[IndexPage.overflowOffset] == 0 { return nil }
            page &+= 1
        }
        return nil
    }

    /// The state of a record that the run covers.
    func state(of index: UInt64, _ scratch: inout [UInt8]) throws(IndexDamage) -> RecordState {
        let (page, place) = (index &- header.first).quotientAndRemainder(dividingBy: UInt64(IndexPage.stateCount))
        try pages(header.firstStatePage &+ page, into: &scratch)
        return RecordState(scratch.span, at: Int(place) &* IndexPage.stateByteCount)
    }
}
