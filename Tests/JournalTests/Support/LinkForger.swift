import Testing

@testable import Journal

/// Makes runs in which the uses of a grant or of a nonce follow each other otherwise than in the records, and whose
/// tables were made to agree with that: what somebody can do who knows the format, the journal's identifier and how
/// runs are compared.
struct LinkForger {
    /// Which of its two predecessors a state names.
    enum Side: CaseIterable {
        case grant, nonce
    }

    /// The uses that have one key, in order, as far as runs cover them.
    struct Chain {
        var side: Side
        var key: IndexKey
        var uses: [UInt64]

        /// What each use follows, as the records have it; 0 for none.
        var links: [UInt64: UInt64] { Dictionary(uniqueKeysWithValues: zip(uses, [0] + uses)) }
    }

    private struct Run {
        var path: String
        var bytes: [UInt8]
        var header: RunHeader
    }

    let journal: TestJournal
    private let id: String
    private let runs: [Run]
    /// Of every grant and every nonce, in order of their first uses.
    private(set) var chains: [Chain] = []

    var runCount: Int { runs.count }

    init(_ journal: TestJournal) throws {
        self.journal = journal
        guard case .manifest(let manifest) = JournalManifest.read(try journal.bytes("journal.json")) else {
            throw CancellationError()
        }
        id = try #require(manifest.journalID)
        let maker = IndexKeyMaker(journalID: id)
        var runs: [Run] = []
        for name in try journal.names(in: "indexes") where name.hasSuffix(".run") {
            let bytes = try journal.bytes("indexes/\(name)")
            let header = try #require(RunHeader(Array(bytes.prefix(IndexPage.byteCount)), maker))
            runs.append(Run(path: "indexes/\(name)", bytes: bytes, header: header))
        }
        self.runs = runs.sorted { $0.header.first < $1.header.first }
        let last = self.runs.last?.header.last ?? 0
        for record in try journal.open().records() where record.index <= last {
            guard case .use(let use) = record.record else { continue }
            add(record.index, .grant, maker.key(.grant, use.grantID))
            add(record.index, .nonce, maker.key(.nonce, grant: use.grantID, use.nonceDigest))
        }
    }

    private mutating func add(_ index: UInt64, _ side: Side, _ key: IndexKey) {
        if let place = chains.firstIndex(where: { $0.key == key }) {
            chains[place].uses.append(index)
        } else {
            chains.append(Chain(side: side, key: key, uses: [index]))
        }
    }

    /// The chain of a nonce or grant that a use belongs to.
    func chain(_ side: Side, of index: UInt64) throws -> Chain {
        try #require(chains.first { $0.side == side && $0.uses.contains(index) })
    }

    /// What the table of each run must name so that the uses, less those that others follow, are what stands in it; nil
    /// where no table does. A run of which nothing is left names none.
    func tables(_ chain: Chain, _ links: [UInt64: UInt64]) -> [UInt64?]? {
        var tables: [UInt64?] = []
        for run in runs {
            var left = Set(chain.uses.filter { $0 >= run.header.first && $0 <= run.header.last })
            for use in left {
                guard let previous = links[use], previous >= run.header.first else { continue }
                if left.remove(previous) == nil { return nil }
            }
            if left.count > 1 { return nil }
            tables.append(left.first)
        }
        return tables
    }

    /// Writes runs in which the uses of a chain follow what `links` says.
    ///
    /// - Parameter tables: what the tables name for the chain's key; those of the records when it is nil.
    func forge(_ chain: Chain, _ links: [UInt64: UInt64], _ tables: [UInt64?]?) throws {
        for (number, run) in runs.enumerated() {
            let forged = SegmentIndexForgery.run(
                run.bytes,
                journal: id,
                entry: { entry in
                    guard let tables, entry.matches(chain.key) else { return entry }
                    return tables[number].map { IndexEntry(chain.key, $0) }
                },
                state: { index, state in
                    guard let previous = links[index] else { return state }
                    var state = state
                    switch chain.side {
                    case .grant: state.previousOfGrant = previous
                    case .nonce: state.previousOfNonce = previous
                    }
                    return state
                }
            )
            try journal.write(forged, to: run.path)
        }
    }

    /// Does so with tables that agree, which there must be.
    func forge(_ chain: Chain, _ links: [UInt64: UInt64]) throws {
        let tables = tables(chain, links)
        #expect(tables != nil, "no tables agree with \(links)")
        try forge(chain, links, tables)
    }

    /// Writes runs in which what states name of grants stands where nonces belong, and the other way round.
    func swapSides() throws {
        for run in runs {
            let forged = SegmentIndexForgery.run(
                run.bytes,
                journal: id,
                state: { _, state in
                    var state = state
                    (state.previousOfGrant, state.previousOfNonce) = (state.previousOfNonce, state.previousOfGrant)
                    return state
                }
            )
            try journal.write(forged, to: run.path)
        }
    }

    /// Writes the runs as they were.
    func restore() throws {
        for run in runs { try journal.write(run.bytes, to: run.path) }
    }
}
