import FileSystemSeam
import Foundation
import Journal
import TestSupport
import Testing

/// The index of a journal in segments is a cache: whatever becomes of its files, no use is allowed a second time, and
/// none is lost.
@Suite("The index of a journal in segments")
struct SegmentIndexTests {
    private static let isLong = runsLongTests
    private static let disk = TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk

    /// A journal of 22 records: uses of three grants, with keys; one more grant that is revoked; a checkpoint.
    private func filled(_ count: Int = 20) throws -> TestJournal {
        let journal = try TestJournal(.segments, .tiny, in: Self.disk)
        let handle = journal.open()
        for number in 0..<count {
            _ = try handle.reserve(numbered(number), maximumUses: 1)
            if number == count / 2 { _ = try handle.append(revocation(of: "gone")) }
            if number == count / 3 { _ = try handle.append(checkpoint(to: 3)) }
        }
        return journal
    }

    private func numbered(_ number: Int) -> ApprovalUse {
        use(
            "grant-\(number % 3)",
            nonce: "n-\(number)",
            id: "use_\(number)",
            key: number % 4 == 0 ? "k-\(number)" : nil
        )
    }

    private func runs(_ journal: TestJournal) throws -> [String] {
        try journal.names(in: "indexes").filter { $0.hasSuffix(".run") }.map { "indexes/\($0)" }
    }

    /// Every decision about what is recorded is as it was, or it is refused because something is evidently missing.
    private func expectRight(
        _ journal: TestJournal,
        _ handle: ApprovalJournal,
        numbers: [Int],
        mayBeMissing: Bool = false,
        _ what: @autoclosure () -> String
    ) throws {
        let allowed: Set<String> = mayBeMissing ? ["missing_record"] : []
        for number in numbers {
            var request = numbered(number)
            let key = request.idempotencyKey
            request.useID = ""
            request.idempotencyKey = nil
            let nonce = try journalError { _ = try handle.reserve(request, maximumUses: 1) }
            #expect(allowed.union(["uses_exhausted"]).contains(nonce?.code ?? "allowed"), "\(what()): \(number)")
            if let key {
                request.idempotencyKey = key
                var again: Reservation?
                let error = try journalError { again = try handle.reserve(request, maximumUses: 1) }
                #expect(again?.useID == "use_\(number)" || allowed.contains(error?.code ?? ""), "\(what()): \(number)")
            }
        }
        let revoked = try journalError { _ = try handle.reserve(use("gone")) }
        #expect(allowed.union(["grant_revoked"]).contains(revoked?.code ?? "allowed"), "\(what())")
        let taken = try journalError { _ = try handle.reserve(use("other", id: "use_\(numbers[0])")) }
        #expect(allowed.union(["invalid_argument"]).contains(taken?.code ?? "allowed"), "\(what())")
    }

    /// The same for readers, who change nothing.
    private func expectReadersRight(_ journal: TestJournal, count: Int = 20, _ what: String) throws {
        let before = try journal.contents()
        let handle = journal.open()
        for number in 0..<count {
            let request = numbered(number)
            let check = try handle.checkReplay(
                grant: request.grantID,
                nonceDigest: request.nonceDigest,
                maximumUsesHint: 1
            )
            #expect(!check.passed && check.useNumber == 2, "\(what): \(number)")
            let found = try #require(try handle.findUse(id: request.useID), "\(what): \(number)")
            #expect(found.use.nonceDigest == request.nonceDigest && found.nonceUseNumber == 1, "\(what): \(number)")
            let latest = try handle.findUse(grant: request.grantID, nonceDigest: request.nonceDigest)
            #expect(latest?.use.useID == request.useID, "\(what): \(number)")
        }
        #expect(try handle.checkReplay(grant: "gone", nonceDigest: "n").isRevoked, "\(what)")
        #expect(try handle.findUse(id: "use_none") == nil, "\(what)")
        for grant in 0..<3 {
            #expect(
                try handle.uses(forGrant: "grant-\(grant)").map(\.record.id)
                    == (0..<count).filter { $0 % 3 == grant }.map { "use_\($0)" },
                "\(what)"
            )
        }
        #expect(try handle.records(from: 7, limit: 3).map(\.index) == [7, 8, 9], "\(what)")
        #expect(try journal.contents() == before, "\(what)")
    }

    @Test func runsAreWrittenAndMerged() throws {
        let journal = try filled(60)
        let names = try runs(journal)
        // Each is several times as large as those after it together.
        #expect((1...4).contains(names.count), "\(names)")
        #expect(names.first?.hasPrefix("indexes/00000000000000000001-") == true)
        try expectReadersRight(journal, count: 60, "whole")
        try expectRight(journal, journal.open(), numbers: Array(0..<60), "whole")
        #expect(try journal.open().verifyAll().isIntact)
        #expect(try journal.open().verifyAll().warnings == [])
    }

    /// A handle that opens does not read what the index covers.
    @Test func openingReadsTheTailOnly() throws {
        let journal = try filled(60)
        let segments = try journal.names(in: "segments")
        #expect(segments.count > 4)
        journal.fileSystem.forgetCalls()
        #expect(
            try !journal.open().checkReplay(grant: "grant-0", nonceDigest: digest("n-0"), maximumUsesHint: 1).passed
        )
        let opened = Set(
            journal.fileSystem.calls.filter { $0.operation == .open && $0.path.hasPrefix("segments/") }.map(\.path)
        )
        #expect(opened.count <= 2, "\(opened)")
    }

    @Test func everyChangedByteIsHarmless() throws {
        let journal = try filled()
        let contents = try journal.contents()
        let files = contents.keys.filter { $0.hasPrefix("indexes/") }.sorted()
        #expect(files.count >= 2)
        for file in files {
            let original = try #require(contents[file])
            let step = Self.isLong ? 1 : 23
            for place in stride(from: 0, to: original.count, by: step) {
                for value in Self.isLong
                    ? [original[place] ^ 1, original[place] ^ 0x80, 0, 0xFF] : [original[place] ^ 1]
                where value != original[place] {
                    var mutated = original
                    mutated[place] = value
                    try journal.write(mutated, to: file)
                    try expectRight(
                        journal,
                        journal.open(),
                        numbers: [place % 20, (place + 7) % 20],
                        mayBeMissing: file.hasSuffix(".json"),
                        "\(file) byte \(place) is now \(value)"
                    )
                    try journal.restore(contents)
                }
            }
        }
    }

    @Test func everyLostSectorIsHarmless() throws {
        let journal = try filled()
        let contents = try journal.contents()
        let numbers = Array(0..<20)
        for file in contents.keys.filter({ $0.hasSuffix(".run") }) {
            let original = try #require(contents[file])
            for sector in 0..<original.count / 512 {
                var zeroed = original
                for place in sector * 512..<(sector + 1) * 512 { zeroed[place] = 0 }
                // Another page of the same run, whole but out of its place.
                var moved = original
                moved.replaceSubrange(sector * 512..<(sector + 1) * 512, with: original[0..<512])
                let cut = Array(original[..<(sector * 512)])
                for (bytes, what) in [(zeroed, "zeroed"), (moved, "moved"), (cut, "cut")] where bytes != original {
                    try journal.write(bytes, to: file)
                    try expectReadersRight(journal, "\(file) \(sector) \(what)")
                    try expectRight(journal, journal.open(), numbers: numbers, "\(file) \(sector) \(what)")
                    #expect(try journal.open().verifyAll().isIntact)
                    try journal.restore(contents)
                }
            }
        }
    }

    @Test func lostFilesAreMadeAnew() throws {
        let journal = try filled()
        let contents = try journal.contents()
        for file in try runs(journal) {
            try journal.remove(file)
            try expectReadersRight(journal, "without \(file)")
            try expectRight(journal, journal.open(), numbers: Array(0..<20), "without \(file)")
            try journal.restore(contents)
        }
        try journal.remove("indexes")
        try expectReadersRight(journal, "without indexes")
        try expectRight(journal, journal.open(), numbers: Array(0..<20), "without indexes")
        #expect(try !runs(journal).isEmpty)
        #expect(try journal.open().rebuildIndexes() == 22)
        try expectReadersRight(journal, "rebuilt")
    }

    /// Lost or damaged while handles are in use that have read of it.
    @Test(arguments: ["removed", "damaged", "emptied"])
    func aHandleInUseNoticesWhatBecameOfIt(what: String) throws {
        let journal = try filled()
        let (writer, reader) = (journal.open(), journal.open())
        _ = try writer.reserve(use("warm"))
        #expect(try reader.head()?.index == 23)
        for file in try runs(journal) {
            switch what {
            case "removed": try journal.remove(file)
            case "damaged": try overwrite(journal, file, try journal.bytes(file).map { $0 ^ 0x55 })
            default: try overwrite(journal, file, [UInt8](repeating: 0, count: try journal.bytes(file).count))
            }
        }
        for number in 0..<20 {
            let request = numbered(number)
            #expect(
                try !reader.checkReplay(grant: request.grantID, nonceDigest: request.nonceDigest, maximumUsesHint: 1)
                    .passed
            )
            #expect(try reader.findUse(id: "use_\(number)")?.nonceUseNumber == 1)
        }
        try expectRight(journal, writer, numbers: Array(0..<20), what)
        try expectRight(journal, reader, numbers: Array(0..<20), what)
        #expect(try journal.open().verifyAll().isIntact)
    }

    /// Through the file that is open, where writing it anew would leave the old one to its readers.
    private func overwrite(_ journal: TestJournal, _ file: String, _ bytes: [UInt8]) throws {
        let directory = try PosixFileSystem.shared.openDirectory(journal.path + "/indexes")
        let name = String(file.dropFirst("indexes/".count))
        try directory.open(name, [.read, .write], permissions: .ownerFile).writeAll(bytes, at: 0)
    }

    /// The whole index of an earlier time, and that of another journal.
    @Test func anotherIndexIsNotBelieved() throws {
        let journal = try filled(9)
        let early = try journal.contents().filter { $0.key.hasSuffix(".run") }
        let handle = journal.open()
        for number in 9..<20 { _ = try handle.reserve(numbered(number), maximumUses: 1) }
        let contents = try journal.contents()
        for file in try runs(journal) { try journal.remove(file) }
        for (file, bytes) in early { try journal.write(bytes, to: file) }
        for number in 0..<20 {
            let request = numbered(number)
            #expect(
                try !journal.open().checkReplay(
                    grant: request.grantID,
                    nonceDigest: request.nonceDigest,
                    maximumUsesHint: 1
                ).passed
            )
        }
        try expectRight(journal, journal.open(), numbers: Array(0..<20), "an early index")
        try journal.restore(contents)
        let other = try TestJournal(.segments, .tiny, in: Self.disk)
        let otherHandle = other.open()
        for _ in 0..<20 { _ = try otherHandle.reserve(use("somebody")) }
        for file in try runs(journal) { try journal.remove(file) }
        for file in try runs(other) { try journal.write(try other.bytes(file), to: file) }
        try expectRight(journal, journal.open(), numbers: Array(0..<20), "another journal's index")
    }

    /// Head, its copy and the last records are removed: a run still names them.
    @Test func aRunIsEvidenceOfRemovedRecords() throws {
        let journal = try filled()
        let segments = try journal.names(in: "segments")
        try journal.remove("segments/\(try #require(segments.last))")
        try journal.remove("heads/current.json")
        try journal.remove("indexes/watermark.json")
        for attempt in [
            { _ = try journal.open().reserve(use("new")) },
            { _ = try journal.open().rebuildIndexes() },
            { _ = try journal.open().checkReplay(grant: "grant-1", nonceDigest: digest("n-1")) },
        ] {
            #expect(try journalError(attempt)?.code == "missing_record")
        }
        let report = try journal.open().verifyAll()
        #expect(report.failures.map(\.kind).contains(.missingRecord))
        #expect(try journal.open().rebuildIndexes(discardingEvidence: true) > 0)
    }

    /// Whole, with right checks, and wrong: what someone could make who knows the format and may write here. It is not
    /// seen when a decision is made (nor would a chain be that is made anew from some record on), but by verification.
    @Test func aForgedIndexIsNoticedByVerification() throws {
        let journal = try TestJournal(.segments, .tiny, in: Self.disk)
        let handle = journal.open()
        for number in 0..<3 { _ = try handle.reserve(numbered(number), maximumUses: 1) }
        let file = try #require(try runs(journal).first)
        #expect(try journal.open().verifyAll().warnings == [])
        // The run of another history of this very journal, brought under the digests of this one.
        let other = try TestJournal(.segments, .tiny, in: Self.disk)
        try other.restore(try journal.contents().filter { $0.key == "journal.json" })
        let otherHandle = other.open()
        for number in 0..<3 { _ = try otherHandle.reserve(numbered(number + 3), maximumUses: 1) }
        let manifest = try journal.text("journal.json")
        let id = try #require(manifest.firstMatch(of: #/jrn_[0-9a-f]{32}/#)).output
        let (contents, claims) = (try other.bytes(file), try journal.bytes(file))
        let forged = SegmentIndexForgery.run(contents, withHeaderOf: claims, journal: String(id))
        try journal.write(forged, to: file)
        let report = try journal.open().verifyAll()
        #expect(report.isIntact)
        #expect(report.warnings.map(\.kind) == [.indexStale])
        #expect(try journal.open().rebuildIndexes() == 3)
        #expect(try journal.open().verifyAll().warnings == [])
        for number in 0..<3 {
            let request = numbered(number)
            let again = try journalError {
                _ = try journal.open().reserve(use(request.grantID, nonce: "n-\(number)"), maximumUses: 1)
            }
            #expect(again?.code == "uses_exhausted")
        }
    }

    @Test func anIndexThatCannotBeWrittenStopsNobody() throws {
        let journal = try TestJournal(.segments, .tiny, in: Self.disk)
        let handle = journal.open()
        try handle.create()
        journal.fileSystem.setIntercept { call in
            call.path.hasPrefix("indexes") && call.isChange ? .failure(.noSpace) : nil
        }
        // More than a reader would hold, so that the writer must.
        for number in 0..<60 {
            #expect(try handle.reserve(numbered(number), maximumUses: 1).index == UInt64(number + 1))
        }
        _ = try handle.append(revocation(of: "gone"))
        try expectRight(journal, handle, numbers: Array(0..<60), "unwritable")
        #expect(!journal.exists("indexes"))
        for number in 0..<60 {
            let request = numbered(number)
            #expect(
                try !handle.checkReplay(grant: request.grantID, nonceDigest: request.nonceDigest, maximumUsesHint: 1)
                    .passed
            )
        }
        // A handle that finds so many records without an index does not decide from a part of them.
        let fresh = try journalError { _ = try journal.open().reserve(numbered(0), maximumUses: 1) }
        #expect(["io", "uses_exhausted"].contains(fresh?.code ?? "allowed"))
        // And what kept it from being made is told as it is.
        for code in [ErrorNumber.accessDenied, .readOnlyFileSystem] {
            journal.fileSystem.setIntercept { call in
                call.path.hasPrefix("indexes") && call.isChange ? .failure(code) : nil
            }
            guard case .io(let error, _) = try journalError({ _ = try journal.open().rebuildIndexes() }) else {
                Issue.record("it was made")
                continue
            }
            #expect(error.code == code)
        }
        journal.fileSystem.setIntercept(nil)
        try expectRight(journal, journal.open(), numbers: Array(0..<60), "writable again")
        #expect(try !runs(journal).isEmpty)
    }
}
