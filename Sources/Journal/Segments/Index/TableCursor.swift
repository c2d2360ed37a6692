@_spi(Bytes) internal import Canonical

/// Reads the entries of a run's table in order, many pages at a time.
///
/// Whatever it gives is found by ``IndexRun/find(_:_:)``, too: an entry that stands where no search comes by is damage,
/// and so is a revocation in a run that says it has none.
struct TableCursor {
    private let run: IndexRun
    private var page: UInt64 = 0
    /// The first of the pages from which a search goes on to the next one to be read.
    private var firstHome: UInt64 = 0
    private var entries: [IndexEntry] = []
    private var place = 0
    private static let pagesAtATime: UInt64 = 64

    /// The entry that comes next; nil behind the last.
    private(set) var current: IndexEntry?

    init(_ run: IndexRun) throws(IndexDamage) {
        self.run = run
        try advance()
    }

    /// Goes on to the next entry.
    mutating func advance() throws(IndexDamage) {
        while place == entries.count {
            guard page < run.header.tablePageCount else {
                current = nil
                return
            }
            try load()
        }
        let next = entries[place]
        // Keys are ordered, and stand once.
        if let current, !(current < next) || current.hasSameKey(as: next) { throw run.damage }
        current = next
        place &+= 1
    }

    /// Goes on to the first entry whose key is not below another one.
    mutating func advance(to key: IndexKey) throws(IndexDamage) {
        while let entry = current, entry.key < key { try advance() }
    }

    private mutating func load() throws(IndexDamage) {
        let count = min(Self.pagesAtATime, run.header.tablePageCount - page)
        var bytes = [UInt8](repeating: 0, count: Int(count) * IndexPage.byteCount)
        try run.pages(1 + page, into: &bytes)
        entries.removeAll(keepingCapacity: true)
        place = 0
        let span = bytes.span
        for number in 0..<Int(count) {
            let start = number &* IndexPage.byteCount
            let entryCount = Int(span[start &+ IndexPage.entryCountOffset])
            if entryCount > IndexPage.entryCount { throw run.damage }
            let homes = firstHome...(page &+ UInt64(number))
            for place in 0..<entryCount {
                let offset = start &+ place &* IndexEntry.byteCount
                let entry = IndexEntry(
                    high: ByteWord.load(span, at: offset),
                    rest: ByteWord.load(span, at: offset &+ 8)
                )
                guard homes.contains(IndexRun.home(of: entry.high, among: run.header.homePageCount)),
                    !entry.key.isRevocation || run.header.revocationCount > 0
                else { throw run.damage }
                entries.append(entry)
            }
            if span[start &+ IndexPage.overflowOffset] == 0 { firstHome = homes.upperBound &+ 1 }
        }
        page += count
    }
}

/// Reads the states of a run in order, many pages at a time.
struct StateCursor {
    private let run: IndexRun
    private var page: UInt64 = 0
    private var bytes: [UInt8] = []
    private var place = 0
    private var rest: UInt64
    private static let pagesAtATime: UInt64 = 64

    init(_ run: IndexRun) {
        self.run = run
        rest = run.header.count
    }

    /// The next state; nil behind the last.
    mutating func next() throws(IndexDamage) -> RecordState? {
        if rest == 0 { return nil }
        if place == bytes.count / IndexPage.byteCount * IndexPage.stateCount {
            let count = min(Self.pagesAtATime, run.header.statePageCount - page)
            if count == 0 { throw run.damage }
            bytes = [UInt8](repeating: 0, count: Int(count) * IndexPage.byteCount)
            try run.pages(run.header.firstStatePage + page, into: &bytes)
            page += count
            place = 0
        }
        let (number, within) = place.quotientAndRemainder(dividingBy: IndexPage.stateCount)
        let state = RecordState(
            bytes.span,
            at: number &* IndexPage.byteCount &+ within &* IndexPage.stateByteCount
        )
        place &+= 1
        rest &-= 1
        return state
    }
}
