@_spi(Bytes) internal import Canonical
internal import FileSystemSeam

/// A run of the index: a file over a range of records that never changes once it stands at its name.
///
/// Page 0 is its ``RunHeader``; then come the pages of a table of ``IndexEntry``, ordered by key, and those of a
/// ``RecordState`` for each record, in order. A key belongs to the page that its high word gives, as a fraction of all
/// pages; where a page is full, its entries go on on the next.
///
/// A class, since each question goes through the runs: handing one on counts one reference.
final class IndexRun: Sendable {
    static let directoryName = "indexes"

    let file: any File
    let header: RunHeader
    let maker: IndexKeyMaker
    /// Tells the run from all others: the check of its header, which names its number, its records and their digests.
    let fingerprint: UInt64
    /// Keeps its pages; nil to read them each time.
    private let cache: PageCache?

    /// Opens a run; nil when it is none of this journal.
    init?(
        _ name: String,
        in directory: any Directory,
        _ maker: IndexKeyMaker,
        _ cache: PageCache? = nil
    ) throws(FileSystemError) {
        let file = try directory.open(name, .read, permissions: .ownerFile)
        guard let bytes = try file.read(exactly: IndexPage.byteCount, at: 0),
            let header = RunHeader(bytes, maker),
            name == RunHeader.name(first: header.first, last: header.last),
            try file.status().size == header.fileByteCount
        else { return nil }
        self.file = file
        self.header = header
        self.maker = maker
        fingerprint = ByteWord.load(bytes.span, at: IndexPage.contentByteCount)
        self.cache = cache
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

    /// Runs `body` on a page, which is read unless it is kept.
    @inline(__always)
    private func withPage<Result>(
        _ page: UInt64,
        _ scratch: inout [UInt8],
        _ body: (Span<UInt8>) throws(IndexDamage) -> Result
    ) throws(IndexDamage) -> Result {
        if let cache { return try cache.read(page, of: self, body) }
        try pages(page, into: &scratch)
        return try body(scratch.span)
    }

    /// What a page of the table says of a key.
    private enum Found {
        case record(UInt64)
        case nothing
        case elsewhere
    }

    /// The record that a key stands for; nil when it stands for none of this run.
    func find(_ key: IndexKey, _ scratch: inout [UInt8]) throws(IndexDamage) -> UInt64? {
        var page = Self.home(of: key.high, among: header.homePageCount)
        while page < header.tablePageCount {
            let found = try withPage(1 &+ page, &scratch) { (bytes) throws(IndexDamage) in try find(key, bytes) }
            switch found {
            case .record(let index):
                guard header.first <= index, index <= header.last else { throw damage }
                return index
            case .nothing: return nil
            case .elsewhere: page &+= 1
            }
        }
        return nil
    }

    private func find(_ key: IndexKey, _ bytes: Span<UInt8>) throws(IndexDamage) -> Found {
        let count = Int(bytes[IndexPage.entryCountOffset])
        if count > IndexPage.entryCount { throw damage }
        var place = 0
        for _ in 0..<count {
            if ByteWord.load(bytes, at: place) == key.high {
                let entry = IndexEntry(high: key.high, rest: ByteWord.load(bytes, at: place &+ 8))
                if entry.matches(key) { return .record(entry.index) }
            }
            place &+= IndexEntry.byteCount
        }
        return bytes[IndexPage.overflowOffset] == 0 ? .nothing : .elsewhere
    }

    /// The state of a record that the run covers.
    func state(of index: UInt64, _ scratch: inout [UInt8]) throws(IndexDamage) -> RecordState {
        guard header.first <= index, index <= header.last else { throw damage }
        let (page, place) = (index &- header.first).quotientAndRemainder(dividingBy: UInt64(IndexPage.stateCount))
        return try withPage(header.firstStatePage &+ page, &scratch) { (bytes) throws(IndexDamage) in
            RecordState(bytes, at: Int(place) &* IndexPage.stateByteCount)
        }
    }
}

extension IndexRun {
    /// What is missing where other segments begin with its records than did when it was made; nil when they are the
    /// same.
    func missingSegment(among files: SegmentFiles) -> JournalError? {
        let range = header.first...header.last
        if SegmentSum(of: files.firsts, in: range) == header.segments { return nil }
        return .missingRecord(
            index: range.lowerBound,
            evidence: "\(Self.directoryName)/\(name) counts other segments from there to record \(range.upperBound)"
        )
    }
}
