import FileSystemSeam
import Foundation
import Journal
import TestSupport
import Testing

/// Large journals are cut into blocks that several threads look at. Whatever stands in them, the report is the one that
/// reading line by line gives.
@Suite("Verification by several threads")
struct ParallelVerificationTests {
    private static let isLong = runsLongTests

    /// Compares all ways to verify a journal, and returns the report.
    @discardableResult
    private func compared(
        _ journal: TestJournal,
        anchor: JournalAnchor? = nil,
        _ what: @autoclosure () -> String = ""
    ) throws -> VerificationReport {
        let lineByLine = journal.open(threads: 0)
        let all = try lineByLine.verifyAll(anchor: anchor)
        let other = journal.open(threads: 2, blockByteCount: 1000, auditByteMaximum: 6000)
        #expect(try other.verifyAll(anchor: anchor) == all, "\(what())")
        // Without a failure it is the same walk.
        if !all.isIntact {
            let first = try lineByLine.verifyIntegrity(anchor: anchor)
            #expect(try other.verifyIntegrity(anchor: anchor) == first, "\(what())")
        }
        return all
    }

    @Test func ofRandomJournalsAgreesWithReadingLineByLine() throws {
        var kinds: Set<String> = []
        func note(_ report: VerificationReport) {
            kinds.formUnion(report.failures.map(\.kind.rawValue) + report.findings.map(\.kind.rawValue))
            kinds.formUnion(report.warnings.map(\.kind.rawValue) + (report.isIntact ? ["intact"] : []))
        }
        for seed in 0..<UInt64(Self.isLong ? 1500 : 14) {
            var random = try RandomJournal(seed: seed, isClean: seed % 3 == 0, count: seed % 2 == 0 ? 50 : 80)
            for damage in 0..<Int(seed / 2 % 3) + (seed % 3 == 0 ? 0 : 1) {
                let head = try? random.journal.open().head()
                let anchor = head.map { JournalAnchor(index: $0.index / 2 + 1, digest: $0.digest) }
                let report = try compared(
                    random.journal,
                    anchor: seed % 5 == 0 ? anchor : nil,
                    "seed \(seed), \(damage)"
                )
                note(report)
                if damage == 0 {
                    let third = random.journal.open(threads: 3, blockByteCount: 3000, auditByteMaximum: 1 << 20)
                    #expect(try third.verifyAll(anchor: seed % 5 == 0 ? anchor : nil) == report, "seed \(seed)")
                }
                try random.damage()
            }
            note(try compared(random.journal, "seed \(seed), at last"))
        }
        let expected = [
            "intact", "missing_record", "malformed_record", "broken_chain", "limit_exceeded", "use_after_revocation",
            "repeated_use_id", "clock_regression", "use_number_mismatch", "duplicate_index",
        ]
        #expect(kinds.isSuperset(of: expected), "\(Set(expected).subtracting(kinds)) was never met")
    }

    /// A changed word in any segment, and a byte of any page of a run.
    @Test func aChangedByteIsFoundWhereverItStands() throws {
        let journal = try RandomJournal(seed: 9, isClean: true, count: 60).journal
        _ = try journal.open().rebuildIndexes()
        #expect(try compared(journal).isIntact)
        for name in try journal.names(in: "segments") {
            let file = "segments/\(name)"
            let right = try journal.bytes(file)
            var wrong = right
            let word = try #require(right.firstRange(of: Array("catalog.rebuild".utf8)))
            wrong[word.lowerBound] += 1
            try journal.write(wrong, to: file)
            #expect(try compared(journal, file).failures.map(\.kind) == [.recordTampered], "\(file)")
            try journal.write(right, to: file)
        }
        let file = try #require(try journal.names(in: "indexes").first { $0.hasSuffix(".run") })
        let right = try journal.bytes("indexes/\(file)")
        for page in 1..<(right.count / 512) where page % 4 == 0 || page == 1 {
            var wrong = right
            wrong[page * 512 + 9] ^= 4
            try journal.write(wrong, to: "indexes/\(file)")
            #expect(try compared(journal, "page \(page)").warnings.map(\.kind) == [.indexStale], "page \(page)")
        }
    }

    /// What no rule allows, one thing at a time in a journal that is otherwise right, in every place of it.
    @Test(arguments: ["number", "limit", "revocation", "id", "clock", "key", "twice"])
    func oneThingThatShouldNotBeIsFound(what: String) throws {
        let disk = TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk
        for place in Self.isLong ? [1, 17, 39] : [17] {
            let journal = try TestJournal(.segments, .tiny, in: disk)
            let writer = journal.open()
            func append(_ use: ApprovalUse, _ number: UInt32) throws {
                var use = use
                use.useNumber = number
                _ = try writer.append(use)
            }
            _ = try writer.reserve(use("grant-odd", nonce: "n-odd", id: "use_odd", key: "key"), maximumUses: 1)
            for number in 1..<40 {
                if number == place {
                    switch what {
                    case "number": try append(use("grant-odd", nonce: "other"), 7)
                    case "limit": try append(use("grant-odd", nonce: "n-odd"), 2)
                    case "revocation":
                        _ = try writer.append(revocation(of: "grant-odd"))
                        try append(use("grant-odd", nonce: "other"), 2)
                    case "id": try append(use("grant-odd", nonce: "other", id: "use_odd"), 2)
                    case "clock":
                        journal.fileSystem.setClock(secondsSinceEpoch: TestJournal.start + 200)
                        _ = try writer.reserve(use("grant-odd", nonce: "early"))
                        let tolerant = journal.open(JournalOptions(clockToleranceSeconds: 10_000))
                        journal.fileSystem.setClock(secondsSinceEpoch: TestJournal.start - 200)
                        _ = try tolerant.reserve(use("grant-odd", nonce: "other"))
                        journal.fileSystem.setClock(secondsSinceEpoch: TestJournal.start)
                    case "key": try append(use("grant-odd", nonce: "other", key: "key"), 2)
                    default:
                        _ = try writer.append(revocation(of: "nobody"))
                        _ = try writer.append(revocation(of: "nobody"))
                    }
                }
                _ = try writer.reserve(use("grant-\(number % 5)", nonce: "n-\(number)"), maximumUses: 1)
            }
            let report = try compared(journal, "\(what) at \(place)")
            #expect(report.isIntact)
            #expect(report.warnings == [])
            let expected: [VerificationFinding.Kind] =
                switch what {
                case "number": [.useNumberMismatch]
                case "limit": [.limitExceeded]
                case "revocation": [.useAfterRevocation]
                case "id": [.repeatedUseID]
                case "clock": [.clockRegression]
                default: []
                }
            #expect(report.findings.map(\.kind) == expected, "\(what) at \(place)")
            try journal.remove("indexes")
            #expect(try compared(journal, "\(what) at \(place), without indexes").findings == report.findings)
        }
    }

    /// A journal as its rules make it needs no second walk: what is read is little more than its bytes.
    @Test func aRightJournalIsReadOnce() throws {
        let journal = try RandomJournal(seed: 3, isClean: true, count: 150).journal
        _ = try journal.open().rebuildIndexes()
        func readCount(_ handle: ApprovalJournal) throws -> Int {
            journal.fileSystem.forgetCalls()
            #expect(try handle.verifyAll().isIntact)
            return journal.fileSystem.calls.filter { $0.operation == .read && $0.path.hasPrefix("segments/") }.count
        }
        let proved = try readCount(journal.open(threads: 2))
        try journal.remove("indexes")
        let replayed = try readCount(journal.open(threads: 2))
        #expect(replayed > proved, "\(proved), and \(replayed) without an index")
    }

    /// A run that is whole and was made of something else.
    @Test func aForgedIndexIsNoticed() throws {
        let disk = TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk
        func filled(_ offset: Int, _ manifest: [UInt8]?) throws -> TestJournal {
            let journal = try TestJournal(.segments, .tiny, in: disk)
            if let manifest { try journal.write(manifest, to: "journal.json") }
            let handle = journal.open()
            for number in 0..<6 {
                let grant = "grant-\((number + offset) % 3)"
                _ = try handle.reserve(use(grant, nonce: "n-\(number + offset)", id: "use_\(number + offset)"))
            }
            return journal
        }
        let journal = try filled(0, nil)
        let manifest = try journal.bytes("journal.json")
        let id = try #require(String(decoding: manifest, as: UTF8.self).firstMatch(of: #/jrn_[0-9a-f]{32}/#)).output
        for offset in 1...3 {
            let other = try filled(offset, manifest)
            for file in try journal.names(in: "indexes") where file.hasSuffix(".run") {
                let path = "indexes/\(file)"
                let right = try journal.bytes(path)
                let forged = SegmentIndexForgery.run(try other.bytes(path), withHeaderOf: right, journal: String(id))
                try journal.write(forged, to: path)
                #expect(try compared(journal).warnings.map(\.kind) == [.indexStale], "\(file), \(offset)")
                try journal.write(right, to: path)
                #expect(try compared(journal).warnings == [])
            }
        }
    }

    @Test func theProgressIsToldInOrder() throws {
        let journal = try RandomJournal(seed: 6, isClean: true, count: 100).journal
        var told: [UInt64] = []
        let report = try journal.open(threads: 3).verifyAll { told.append($0.completed) }
        #expect(told == told.sorted())
        #expect(told.count > 10)
        #expect(told.last == report.recordCount)
    }
}
