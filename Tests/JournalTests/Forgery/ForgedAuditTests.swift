import FileSystemSeam
import TestSupport
import Testing

@testable import Journal

/// Runs whose checks are right and that answer wrongly: verification says so, however large the journal is.
@Suite("Forged indexes under verification")
struct ForgedAuditTests {
    /// What somebody who knows the format changes.
    enum Forgery: CaseIterable {
        /// Searches begin at the first page, and end there.
        case homePages
        /// Nobody is asked for revocations.
        case revocationCount
        /// The first use of a grant in a later run follows none, or one too early.
        case chainCut, chainLeap
        /// The last record's line ends, or stands, elsewhere.
        case end, endSegment
    }

    /// Three runs, which are not merged, and a tail.
    private func filled() throws -> (TestJournal, id: String) {
        var settings = SegmentSettings.tiny
        settings.tailRecordMaximum = 50
        settings.runGrowth = 1
        let disk = TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk
        let journal = try TestJournal(.segments, settings, in: disk)
        let handle = journal.open()
        _ = try handle.append(revocation(of: "gone"))
        for number in 0..<160 {
            _ = try handle.reserve(use("grant-\(number % 2)", nonce: "\(number)", key: "\(number)"))
        }
        guard case .manifest(let manifest) = JournalManifest.read(try journal.bytes("journal.json")) else {
            throw CancellationError()
        }
        #expect(try runs(journal).count == 3)
        return (journal, try #require(manifest.journalID))
    }

    private func runs(_ journal: TestJournal) throws -> [String] {
        try journal.names(in: "indexes").filter { $0.hasSuffix(".run") }.sorted()
    }

    private func forge(_ forgery: Forgery, _ run: Int, _ bytes: [UInt8], journal id: String) throws -> [UInt8] {
        let maker = IndexKeyMaker(journalID: id)
        let header = try #require(RunHeader(Array(bytes.prefix(IndexPage.byteCount)), maker))
        switch forgery {
        case .homePages:
            #expect(header.homePageCount > 1)
            return SegmentIndexForgery.run(bytes, homePageCount: 1, journal: id)
        case .revocationCount:
            return SegmentIndexForgery.run(
                bytes,
                entryCount: header.entryCount,
                revocationCount: 0,
                journal: id
            )
        case .end: return SegmentIndexForgery.run(bytes, journal: id, header: { $0.end.offset += 1 })
        case .endSegment: return SegmentIndexForgery.run(bytes, journal: id, header: { $0.end.segment += 1 })
        case .chainCut, .chainLeap:
            return SegmentIndexForgery.run(
                bytes,
                journal: id,
                state: { index, state in
                    var state = state
                    if run == 1, state.isUse, state.previousOfGrant > 0, state.previousOfGrant < header.first {
                        state.previousOfGrant = forgery == .chainCut ? 0 : state.previousOfGrant - 2
                    }
                    return state
                }
            )
        }
    }

    @Test(arguments: Forgery.allCases, [0, 2]) func everyForgedIndexIsReportedStale(forgery: Forgery, threads: Int)
        throws
    {
        let (journal, id) = try filled()
        #expect(try journal.open(threads: threads).verifyAll().warnings == [])
        for (number, name) in try runs(journal).enumerated() {
            let path = "indexes/\(name)"
            try journal.write(try forge(forgery, number, try journal.bytes(path), journal: id), to: path)
        }
        let report = try journal.open(threads: threads).verifyAll()
        #expect(report.isIntact && report.findings == [])
        #expect(report.warnings.map(\.kind) == [.indexStale], "\(report.warnings)")
        // What the warning advises.
        _ = try journal.open().rebuildIndexes()
        #expect(try journal.open(threads: threads).verifyAll().warnings == [])
    }

    /// A run that counts segments which are not there keeps everybody from going on: verification says why.
    @Test(arguments: [0, 2]) func otherSegmentsAreMissingToEverybody(threads: Int) throws {
        let (journal, id) = try filled()
        let path = "indexes/\(try runs(journal)[1])"
        let forged = SegmentIndexForgery.run(
            try journal.bytes(path),
            journal: id,
            header: { $0.segments.add(1000) }
        )
        try journal.write(forged, to: path)
        let error = try #require(try journalError { _ = try journal.open().reserve(use("new")) })
        #expect(error.code == "missing_record")
        for report in [
            try journal.open(threads: threads).verifyAll(), try journal.open(threads: threads).verifyIntegrity(),
        ] {
            #expect(report.failures.map(\.message) == [error.description])
        }
    }

    /// A run is written anew each time: one whose sync failed says nothing of the next, nor of any record.
    @Test(arguments: [FileSystemError.Operation.sync, .syncDirectory, .write])
    func anIndexThatCannotBeSyncedPoisonsNobody(operation: FileSystemError.Operation) {
        let cause = FileSystemError(operation: operation, name: "1.run.tmp", code: .noSpace)
        let error = IndexBuilder.Failure.unwritable(cause).journalError
        #expect(!error.isFailedSync)
        #expect("\(error)".contains("ENOSPC"))
    }

    /// Where a forged run has let a second use through, that use is found, too.
    @Test(arguments: [0, 2]) func theSecondUseIsFound(threads: Int) throws {
        let (journal, id) = try filled()
        let writer = journal.open()
        let names = (0..<6).map { "once-\($0)" }
        for name in names { _ = try writer.reserve(use(name, nonce: name), maximumUses: 1) }
        _ = try writer.rebuildIndexes()
        for name in try runs(journal) {
            let path = "indexes/\(name)"
            try journal.write(try forge(.homePages, 0, try journal.bytes(path), journal: id), to: path)
        }
        // The limit of what a decision can know: the threat model says so. By chance a key is on the page that is left.
        let second = names.filter { name in
            (try? journal.open().reserve(use(name, nonce: name), maximumUses: 1)) != nil
        }
        #expect(!second.isEmpty)
        let report = try journal.open(threads: threads).verifyAll()
        #expect(report.warnings.map(\.kind) == [.indexStale])
        let exceeded = report.findings.filter { $0.kind == .limitExceeded }
        #expect(exceeded.count == second.count, "\(report.findings)")
    }
}
