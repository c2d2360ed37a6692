/// Reads states of records that mostly follow each other, and now and then of one before them.
///
/// Memory is that of some pages: a window that moves on, and single pages that were asked for besides.
struct StateReader {
    private let runs: [IndexRun]
    private var window: [UInt8] = []
    /// Which run and which of its pages of states the window begins with; nothing is in it at first.
    private var run = 0
    private var firstPage: UInt64 = 0
    private var pageCount: UInt64 = 0
    private var single = [UInt8](repeating: 0, count: IndexPage.byteCount)
    private var kept: [UInt8] = []
    private var keptPages: [UInt64] = []

    private static let windowPageCount: UInt64 = 64
    private static let keptPageCount = 128

    init(_ runs: [IndexRun]) { self.runs = runs }

    /// The last record whose state it has; 0 for none.
    var last: UInt64 { runs.last?.header.last ?? 0 }

    /// Which run covers a record that one of them covers.
    func run(of index: UInt64) -> Int {
        var number = runs.count - 1
        while number > 0, runs[number].header.first > index { number -= 1 }
        return number
    }

    /// The first record that a run covers.
    func first(of number: Int) -> UInt64 { runs[number].header.first }

    /// The state of a record of a run, which is read together with those that follow.
    mutating func next(_ index: UInt64, of number: Int) throws(IndexDamage) -> RecordState {
        let (page, place) = Self.page(of: index, in: runs[number])
        if number != run || page < firstPage || page >= firstPage &+ pageCount { try load(page, of: number) }
        return RecordState(
            window.span,
            at: Int(page &- firstPage) &* IndexPage.byteCount &+ place &* IndexPage.stateByteCount
        )
    }

    private mutating func load(_ page: UInt64, of number: Int) throws(IndexDamage) {
        let header = runs[number].header
        if page >= header.statePageCount { throw runs[number].damage }
        let count = min(Self.windowPageCount, header.statePageCount &- page)
        if window.count != Int(count) &* IndexPage.byteCount {
            window = [UInt8](repeating: 0, count: Int(count) &* IndexPage.byteCount)
        }
        pageCount = 0
        try runs[number].pages(header.firstStatePage &+ page, into: &window)
        (run, firstPage, pageCount) = (number, page, count)
    }

    /// The state of any record.
    mutating func earlier(_ index: UInt64) throws(IndexDamage) -> RecordState {
        let number = run(of: index)
        let (page, place) = Self.page(of: index, in: runs[number])
        let offset = place &* IndexPage.stateByteCount
        if number == run, page >= firstPage, page < firstPage &+ pageCount {
            return RecordState(window.span, at: Int(page &- firstPage) &* IndexPage.byteCount &+ offset)
        }
        if kept.isEmpty {
            kept = [UInt8](repeating: 0, count: Self.keptPageCount * IndexPage.byteCount)
            keptPages = [UInt64](repeating: .max, count: Self.keptPageCount)
        }
        let name = UInt64(number) &<< 48 | page
        let slot = Int(page) & (Self.keptPageCount - 1)
        let start = slot &* IndexPage.byteCount
        if keptPages[slot] != name {
            try runs[number].pages(runs[number].header.firstStatePage &+ page, into: &single)
            keptPages[slot] = name
            for position in single.indices { kept[start &+ position] = single[position] }
        }
        return RecordState(kept.span, at: start &+ offset)
    }

    private static func page(of index: UInt64, in run: IndexRun) -> (page: UInt64, place: Int) {
        let (page, place) = (index &- run.header.first).quotientAndRemainder(dividingBy: UInt64(IndexPage.stateCount))
        return (page, Int(place))
    }
}
