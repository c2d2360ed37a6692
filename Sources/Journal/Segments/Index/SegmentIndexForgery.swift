@_spi(Bytes) internal import Canonical

/// Makes runs that pass every check and are wrong, to show what verification then says. Only tests do.
package enum SegmentIndexForgery {
    /// The tables and states of one run under the names and digests of another.
    ///
    /// - Parameters:
    ///   - run: the bytes of a run whose contents are used.
    ///   - other: the bytes of a run over the same records, whose claims are made.
    ///   - journal: the journal's identifier, which the checks are keyed by.
    package static func run(_ run: [UInt8], withHeaderOf other: [UInt8], journal: String) -> [UInt8] {
        let maker = IndexKeyMaker(journalID: journal)
        guard var header = RunHeader(Array(run.prefix(IndexPage.byteCount)), maker),
            let claims = RunHeader(Array(other.prefix(IndexPage.byteCount)), maker)
        else { preconditionFailure("both are runs of the journal") }
        header.end = claims.end
        header.previousDigest = claims.previousDigest
        header.lastDigest = claims.lastDigest
        return header.page(maker) + run.dropFirst(IndexPage.byteCount)
    }

    /// A run whose header counts other entries and revocations.
    package static func run(
        _ run: [UInt8],
        entryCount: UInt64,
        revocationCount: UInt64,
        journal: String
    ) -> [UInt8] {
        let change = { (header: inout RunHeader) in
            header.entryCount = entryCount
            header.revocationCount = revocationCount
        }
        return self.run(run, journal: journal, header: change)
    }

    /// A run in whose table searches begin at other pages.
    package static func run(_ run: [UInt8], homePageCount: UInt64, journal: String) -> [UInt8] {
        self.run(run, journal: journal, header: { $0.homePageCount = homePageCount })
    }

    /// A run with another header under a right check.
    static func run(_ run: [UInt8], journal: String, header change: (inout RunHeader) -> Void) -> [UInt8] {
        let maker = IndexKeyMaker(journalID: journal)
        guard var header = RunHeader(Array(run.prefix(IndexPage.byteCount)), maker) else {
            preconditionFailure("it is a run of the journal")
        }
        change(&header)
        return header.page(maker) + run.dropFirst(IndexPage.byteCount)
    }

    /// A run with other entries and states under right checks. The entries keep their keys; those of which nil becomes
    /// are left out.
    static func run(
        _ run: [UInt8],
        journal: String,
        entry: (IndexEntry) -> IndexEntry? = { $0 },
        state: (UInt64, RecordState) -> RecordState = { $1 }
    ) -> [UInt8] {
        let maker = IndexKeyMaker(journalID: journal)
        guard let header = RunHeader(Array(run.prefix(IndexPage.byteCount)), maker) else {
            preconditionFailure("it is a run of the journal")
        }
        var bytes = run
        for page in 1...(header.tablePageCount + header.statePageCount) {
            let start = Int(page) * IndexPage.byteCount
            if page < header.firstStatePage {
                var kept: [IndexEntry] = []
                for number in 0..<Int(bytes[start + IndexPage.entryCountOffset]) {
                    let place = start + number * IndexEntry.byteCount
                    let found = IndexEntry(
                        high: ByteWord.load(bytes.span, at: place),
                        rest: ByteWord.load(bytes.span, at: place + 8)
                    )
                    if let other = entry(found) { kept.append(other) }
                }
                for place in start..<(start + IndexPage.entryCountOffset) { bytes[place] = 0 }
                for (number, entry) in kept.enumerated() {
                    let place = start + number * IndexEntry.byteCount
                    Bytes.store(entry.high, in: &bytes, at: place)
                    Bytes.store(entry.rest, in: &bytes, at: place + 8)
                }
                bytes[start + IndexPage.entryCountOffset] = UInt8(kept.count)
            } else {
                let first = header.first + (page - header.firstStatePage) * UInt64(IndexPage.stateCount)
                for number in 0..<UInt64(IndexPage.stateCount) where first + number <= header.last {
                    let place = start + Int(number) * IndexPage.stateByteCount
                    state(first + number, RecordState(bytes.span, at: place)).store(in: &bytes, at: place)
                }
            }
            IndexPage.seal(&bytes, at: start, maker, run: header.number, page: page)
        }
        return bytes
    }
}
