import TestSupport
import Testing

@testable import Journal

/// States that name another use as the one before theirs, in runs whose checks are right and whose tables agree with
/// them: verification says so, whatever is named.
@Suite("Forged links")
struct ForgedLinkTests {
    private static let disk = TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk

    /// Uses of one nonce: three in one run, or four in two runs.
    private func few(_ runCount: Int) throws -> LinkForger {
        var settings = SegmentSettings.tiny
        settings.tailRecordMaximum = runCount == 1 ? 3 : 2
        settings.runGrowth = 1
        let journal = try TestJournal(.segments, settings, in: Self.disk)
        let handle = journal.open()
        for _ in 0..<(runCount == 1 ? 3 : 4) { _ = try handle.reserve(use()) }
        let forger = try LinkForger(journal)
        #expect(forger.runCount == runCount && forger.chains.map(\.uses.count) == [runCount + 2, runCount + 2])
        return forger
    }

    /// 160 uses of two grants and of 40 nonces, in one run or in three and a tail.
    private func many(_ runCount: Int) throws -> LinkForger {
        var settings = SegmentSettings.tiny
        settings.tailRecordMaximum = 50
        settings.runGrowth = 1
        let journal = try TestJournal(.segments, settings, in: Self.disk)
        let handle = journal.open()
        for number in 0..<160 { _ = try handle.reserve(use("grant-\(number % 2)", nonce: "\(number % 40)")) }
        if runCount == 1 { _ = try handle.rebuildIndexes() }
        let forger = try LinkForger(journal)
        #expect(forger.runCount == runCount && forger.chains.count == 42)
        return forger
    }

    private func expectFound(
        _ forger: LinkForger,
        threads: [Int] = [0, 2],
        isForged: Bool = true,
        _ what: @autoclosure () -> String
    ) throws {
        for count in threads {
            let report = try forger.journal.open(threads: count).verifyAll()
            #expect(report.isIntact && report.findings == [], "\(what())")
            #expect(report.warnings.map(\.kind) == (isForged ? [.indexStale] : []), "\(what()), \(count) threads")
        }
    }

    /// Calls `body` with every way to link uses to any of them, to none, or to one that is not there.
    private func forEachLinking(_ uses: [UInt64], _ body: ([UInt64: UInt64]) throws -> Void) rethrows {
        let targets = [0] + uses + [uses[uses.count - 1] + 1]
        var choice = [Int](repeating: 0, count: uses.count)
        while true {
            try body(Dictionary(uniqueKeysWithValues: zip(uses, choice.map { targets[$0] })))
            guard let place = choice.firstIndex(where: { $0 < targets.count - 1 }) else { return }
            for lower in 0..<place { choice[lower] = 0 }
            choice[place] += 1
        }
    }

    /// All that can be named is named: itself, a later use, one of another run, one that others name, too. Where tables
    /// can be made that agree, they are.
    @Test(arguments: [1, 2], LinkForger.Side.allCases)
    func forgedLinksAreFoundWhateverIsNamed(runCount: Int, side: LinkForger.Side) throws {
        let forger = try few(runCount)
        let chain = try forger.chain(side, of: 1)
        var (agreeing, others) = (0, 0)
        try forEachLinking(chain.uses) { links in
            let tables = forger.tables(chain, links)
            if tables == nil {
                // Sums show these; a part of them will do.
                others += 1
                if others % 23 != 0 { return }
            } else {
                agreeing += 1
            }
            try forger.forge(chain, links, tables)
            try expectFound(forger, isForged: links != chain.links, "\(side): \(links.sorted { $0.key < $1.key })")
        }
        #expect(agreeing == (runCount == 1 ? 24 : 84))
    }

    /// One use takes back its own entry, wherever it stands; the next one follows what it had followed.
    @Test(arguments: [1, 3]) func toItselfAreFound(runCount: Int) throws {
        let forger = try many(runCount)
        for index in [1, 2, 40, 50, 51, 100, 149] as [UInt64] {
            for side in LinkForger.Side.allCases {
                let chain = try forger.chain(side, of: index)
                var links = chain.links
                if let next = chain.uses.first(where: { $0 > index }) { links[next] = links[index] }
                links[index] = index
                try forger.forge(chain, links)
                try expectFound(forger, "\(side) of \(index)")
            }
        }
        try forger.restore()
        try expectFound(forger, isForged: false, "restored")
    }

    /// The uses of a grant or a nonce in another order, also in a circle that needs no entry.
    @Test(arguments: [1, 3]) func inAnotherOrderAreFound(runCount: Int) throws {
        let forger = try many(runCount)
        var random = SplitMix64(seed: 7)
        for round in 0..<40 {
            let side: LinkForger.Side = round % 2 == 0 ? .grant : .nonce
            let chain = try #require(forger.chains.filter { $0.side == side }.randomElement(using: &random))
            // What one run's uses follow is dealt out among them anew; the sums stay the same.
            var previous = [0] + chain.uses.dropLast()
            if round % 4 >= 2, runCount == 1 { previous[0] = chain.uses[chain.uses.count - 1] }
            let bounds =
                runCount == 1
                ? [0, chain.uses.count]
                : [0]
                    + [50, 100, 150].map { bound in
                        chain.uses.count { $0 <= bound }
                    }
            for (start, end) in zip(bounds, bounds.dropFirst()) { previous[start..<end].shuffle(using: &random) }
            let links = Dictionary(uniqueKeysWithValues: zip(chain.uses, previous))
            try forger.forge(chain, links)
            try expectFound(forger, isForged: links != chain.links, "\(side) of \(chain.uses[0]), round \(round)")
        }
    }

    /// The latest use says that it is the first, and the first that it follows the one before the latest.
    @Test(arguments: [1, 3]) func fromEndToEndAreFound(runCount: Int) throws {
        let forger = try many(runCount)
        let chain = try forger.chain(.grant, of: 2)
        var links = chain.links
        let inFirstRun = chain.uses.filter { runCount == 1 || $0 <= 50 }
        let latest = inFirstRun[inFirstRun.count - 1]
        (links[latest], links[2]) = (links[2], links[latest])
        try forger.forge(chain, links)
        try expectFound(forger, "from \(latest) to 2")
        // Nor are uses left out of an answer: there are fewer than are counted.
        #expect(try forger.journal.open().uses(forGrant: "grant-1").count == 80)
    }

    @Test(arguments: [1, 3]) func ofGrantsInPlaceOfNoncesAreFound(runCount: Int) throws {
        let forger = try many(runCount)
        try forger.swapSides()
        try expectFound(forger, "swapped")
    }

    /// The entry of a nonce that was used up is taken out, and its use names itself. Verification says so before the
    /// nonce is used again; that it then can be is the limit of what a decision can know.
    @Test(arguments: [0, 2]) func forgedLinksAreFoundBeforeASecondUse(threads: Int) throws {
        let journal = try TestJournal(.segments, .tiny, in: Self.disk)
        let handle = journal.open()
        for number in 0..<60 { _ = try handle.reserve(use(nonce: "\(number)"), maximumUses: 1) }
        _ = try handle.rebuildIndexes()
        let forger = try LinkForger(journal)
        let chain = try forger.chain(.nonce, of: 5)
        try forger.forge(chain, [5: 5])
        try expectFound(forger, threads: [threads], "a use that names itself")
        #expect(try journal.open().reserve(use(nonce: "4"), maximumUses: 1).index == 61)
        let report = try journal.open(threads: threads).verifyAll()
        #expect(report.warnings.map(\.kind) == [.indexStale])
        #expect(report.findings.map(\.kind) == [.limitExceeded])
    }
}
