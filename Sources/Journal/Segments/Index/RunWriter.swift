internal import FileSystemSeam

/// Writes a run from beginning to end, and gives it its name when it is whole.
///
/// First all entries, in order; then all states, in order. A write that fails is told at the end.
struct RunWriter: ~Copyable {
    private let directory: any Directory
    private let file: any File
    private let temporaryName: String
    private let maker: IndexKeyMaker
    private var header: RunHeader
    private var buffer: [UInt8] = []
    /// The page that is being filled, counted from the header.
    private var page: UInt64 = 1
    private var place = 0
    private var isInTable = true
    /// Why what was added so far could not be written.
    private var failure: FileSystemError?

    private static let bufferByteCount = 1 << 16
    /// How many entries a page gets on average: some fewer than it holds, so that few pages overflow.
    private static let entriesAPage: UInt64 = 24

    /// - Parameters:
    ///   - header: what the run covers; the rest is filled in.
    ///   - entryCount: at most how many entries there will be.
    init(
        in directory: any Directory,
        _ header: RunHeader,
        entryCount: UInt64,
        _ maker: IndexKeyMaker
    ) throws(FileSystemError) {
        self.directory = directory
        self.maker = maker
        self.header = header
        self.header.homePageCount = max(1, (entryCount + Self.entriesAPage - 1) / Self.entriesAPage)
        temporaryName = RunHeader.name(first: header.first, last: header.last) + ".tmp"
        do {
            try directory.remove(temporaryName)
        } catch  where error.code == .noEntry {}
        file = try directory.open(temporaryName, [.read, .write, .create, .exclusive], permissions: .ownerFile)
        buffer.reserveCapacity(Self.bufferByteCount + IndexPage.byteCount)
        beginPage()
    }

    private mutating func beginPage() {
        buffer.append(contentsOf: repeatElement(0, count: IndexPage.byteCount))
        place = 0
    }

    private var pageStart: Int { buffer.count &- IndexPage.byteCount }

    /// Ends the page that is being filled and begins the next.
    private mutating func endPage(overflows: Bool = false) {
        let start = pageStart
        if isInTable {
            buffer[start &+ IndexPage.entryCountOffset] = UInt8(truncatingIfNeeded: place)
            buffer[start &+ IndexPage.overflowOffset] = overflows ? 1 : 0
        }
        IndexPage.seal(&buffer, at: start, maker, run: header.number, page: page)
        page &+= 1
        if buffer.count >= Self.bufferByteCount { flush() }
        beginPage()
    }

    private mutating func flush() {
        let first = Int64(page) - Int64(buffer.count / IndexPage.byteCount)
        do {
            if failure == nil { try file.writeAll(buffer, at: first * Int64(IndexPage.byteCount)) }
        } catch {
            failure = error
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Adds an entry; its key is above all before.
    mutating func add(_ entry: IndexEntry) {
        let home = 1 &+ IndexRun.home(of: entry.high, among: header.homePageCount)
        while page < home { endPage() }
        if place == IndexPage.entryCount { endPage(overflows: true) }
        let offset = pageStart &+ place &* IndexEntry.byteCount
        Bytes.store(entry.high, in: &buffer, at: offset)
        Bytes.store(entry.rest, in: &buffer, at: offset &+ 8)
        place &+= 1
        header.entryCount &+= 1
    }

    /// Ends the table.
    private mutating func endTable() {
        repeat { endPage() } while page <= header.homePageCount
        header.tablePageCount = page - 1
        isInTable = false
    }

    /// Adds the state of the next record.
    mutating func add(_ state: RecordState) {
        if isInTable { endTable() }
        if place == IndexPage.stateCount { endPage() }
        state.store(in: &buffer, at: pageStart &+ place &* IndexPage.stateByteCount)
        place &+= 1
    }

    /// Ends the run and gives it its name.
    ///
    /// It is not durable unless it is large: what a power cut damages is noticed and made anew from the records, which
    /// takes long only for many of them.
    ///
    /// - Throws: why it could not be written; nothing of it is left then.
    consuming func publish(isDurable: Bool) throws(FileSystemError) {
        if place > 0 { endPage() }
        header.statePageCount = page - 1 - header.tablePageCount
        // The page that was begun is not needed.
        buffer.removeLast(IndexPage.byteCount)
        if !buffer.isEmpty { flush() }
        do throws(FileSystemError) {
            if let failure { throw failure }
            try file.writeAll(header.page(maker), at: 0)
            if isDurable { try file.sync(.data) }
            let name = RunHeader.name(first: header.first, last: header.last)
            try directory.rename(temporaryName, to: name, in: directory, exclusive: false)
            if isDurable { try directory.sync() }
        } catch {
            abandon()
            throw error
        }
    }

    /// Removes what was written.
    consuming func abandon() { try? directory.remove(temporaryName) }
}
