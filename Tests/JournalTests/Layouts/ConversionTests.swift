import FileSystemSeam
import Foundation
import Journal
import TestSupport
import Testing

@Suite("Journals in another layout, and in one file")
struct ConversionTests {
    private static let disk = TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk

    private func filled(_ format: JournalFormat, _ count: Int = 12) throws -> TestJournal {
        let journal = try TestJournal(format, .tiny, in: Self.disk)
        let handle = journal.open()
        for number in 0..<count {
            let key = number % 3 == 0 ? "k-\(number) \u{E9}\"\\" : nil
            _ = try handle.reserve(use("grant-\(number % 4)", nonce: "n-\(number)", key: key), maximumUses: 1)
        }
        _ = try handle.append(revocation(of: "grant-3"))
        _ = try handle.makeCheckpoint(to: 5)
        return journal
    }

    private func handle(_ path: String, _ journal: TestJournal) -> ApprovalJournal {
        var options = JournalOptions()
        options.segmentSettings = .tiny
        return ApprovalJournal(at: path, fileSystem: journal.fileSystem, options: options)
    }

    private func expectSame(_ other: ApprovalJournal, _ handle: ApprovalJournal) throws {
        #expect(try other.records().map(\.digest) == handle.records().map(\.digest))
        #expect(try other.records().map(\.compactBytes) == handle.records().map(\.compactBytes))
        let report = try other.verifyAll()
        #expect(report.isIntact && report.warnings == [] && report.findings == [], "\(report)")
        // It is a journal that works.
        #expect(
            try journalError { _ = try other.reserve(use("grant-0", nonce: "n-0"), maximumUses: 1) }?.code
                == "uses_exhausted"
        )
        #expect(try journalError { _ = try other.reserve(use("grant-3", nonce: "new")) }?.code == "grant_revoked")
        #expect(try other.reserve(use("grant-0", nonce: "new")).index == 15)
        #expect(try other.verifyAll().isIntact)
    }

    @Test(arguments: JournalFormat.allCases, JournalFormat.allCases)
    func noDigestChanges(from: JournalFormat, to: JournalFormat) throws {
        let journal = try filled(from)
        let handle = journal.open()
        let before = try journal.contents()
        let path = journal.path + "-2"
        #expect(try handle.convert(to: to, at: path) == handle.head())
        #expect(try journal.contents() == before)
        let other = self.handle(path, journal)
        #expect(try other.format() == to)
        // There and back again.
        let back = journal.path + "-3"
        try other.convert(to: from, at: back)
        #expect(try self.handle(back, journal).format() == from)
        if from == .jsonRecords {
            for (name, bytes) in before where name.hasPrefix("records/") || name.hasPrefix("indexes/") {
                guard bytes != Array("a directory".utf8) else { continue }
                let copied = try Data(contentsOf: URL(filePath: "\(back)/\(name)"))
                #expect(Array(copied) == bytes, "\(name)")
            }
        }
        try expectSame(self.handle(back, journal), handle)
        try expectSame(other, handle)
    }

    /// A journal may have any name that a directory may have, and so may its copy.
    @Test func aCopyHasANameOfAnyLength() throws {
        let journal = try filled(.segments)
        let path = journal.path + "-" + String(repeating: "n", count: 255 - "journal-".utf8.count)
        try journal.open().convert(to: .jsonRecords, at: path)
        try expectSame(self.handle(path, journal), journal.open())
    }

    /// A journal that another tool wrote, with members and white space of its own.
    @Test func anotherToolsJournalKeepsItsDigests() throws {
        let source = try TestJournal(.jsonRecords, in: Self.disk)
        try FileManager.default.copyItem(atPath: Fixtures.directory + "/journal/small/input", toPath: source.path)
        let handle = source.open()
        let digests = try handle.records().map(\.digest)
        #expect(digests.count == 12)
        try handle.convert(to: .segments, at: source.path + "-2")
        let other = self.handle(source.path + "-2", source)
        #expect(try other.records().map(\.digest) == digests)
        #expect(try other.verifyAll().isIntact)
    }

    @Test(arguments: JournalFormat.allCases)
    func anEmptyJournalBecomesAnEmptyOne(format: JournalFormat) throws {
        let journal = try TestJournal(format, in: Self.disk)
        let handle = journal.open()
        try handle.create()
        for to in JournalFormat.allCases {
            let path = "\(journal.path)-\(to.rawValue)"
            #expect(try handle.convert(to: to, at: path) == nil)
            let other = self.handle(path, journal)
            #expect(try other.format() == to)
            #expect(try other.reserve(use()).index == 1)
        }
    }

    @Test func whatStandsThereIsLeftAlone() throws {
        let journal = try filled(.segments)
        let path = journal.path + "-2"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(try journalError { try journal.open().convert(to: .segments, at: path) }?.code == "invalid_argument")
        #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
        #expect(try journalError { try journal.open().convert(to: .segments, at: "/") }?.code == "invalid_argument")
        #expect(
            try journalError { try journal.open().convert(to: .segments, at: journal.path + "-none/x") }?.code == "io"
        )
    }

    /// Whatever fails on the way, the new name is not there, and nothing else is left; but what has its name keeps it.
    @Test(arguments: JournalFormat.allCases)
    func aFailureLeavesNothing(format: JournalFormat) throws {
        let journal = try filled(.segments, 4)
        let parent = String(journal.path[..<(try #require(journal.path.lastIndex(of: "/")))])
        let before = try FileManager.default.contentsOfDirectory(atPath: parent).sorted()
        var number = 0
        var notDurableCount = 0
        while number < 500 {
            let count = Condition(0)
            let target = number
            journal.fileSystem.setIntercept { call in
                guard call.isChange else { return nil }
                let current = count.withLock { (count) -> Int in
                    count += 1
                    return count - 1
                }
                return current == target ? .failure(.inputOutput) : nil
            }
            let error = try journalError { try journal.open().convert(to: format, at: journal.path + "-2") }
            journal.fileSystem.setIntercept(nil)
            if error == nil && count.withLock({ $0 }) <= target { break }
            if let error, error.code != "copy_not_durable" {
                #expect(
                    try FileManager.default.contentsOfDirectory(atPath: parent).sorted() == before,
                    "call \(number)"
                )
            } else {
                // A cache could not be written, or the name could not be made durable.
                notDurableCount += error == nil ? 0 : 1
                let other = handle(journal.path + "-2", journal)
                #expect(try other.records().count == 6)
                #expect(try other.verifyAll().isIntact)
                try FileManager.default.removeItem(atPath: journal.path + "-2")
            }
            number += 1
        }
        #expect((9..<500).contains(number))
        #expect(notDurableCount == 1)
    }

    /// In declared form a record may be longer than in the file that another tool wrote: nobody could read the copy.
    @Test func aLineThatNobodyCouldReadIsNotWritten() throws {
        let source = try TestJournal(.jsonRecords, in: Self.disk)
        _ = try source.open().reserve(use(nonce: "1"))
        let long = try source.open().reserve(use(nonce: "2", subject: String(repeating: "x", count: 1000)))
        let length = try #require(try source.open().records(from: long.index, limit: 1).first).compactBytes.count + 1
        for (maximum, isRead) in [(length - 1, false), (length, true)] {
            var settings = SegmentSettings()
            settings.lineByteMaximum = maximum
            var options = JournalOptions()
            options.segmentSettings = settings
            let journal = ApprovalJournal(at: source.path, fileSystem: source.fileSystem, options: options)
            let copy = "\(source.path)-\(maximum)"
            for attempt in [
                { _ = try journal.convert(to: .segments, at: copy) },
                { _ = try journal.export(to: try bundleFile(source)) },
            ] {
                let error = try journalError(attempt)
                #expect(error?.code == (isRead ? nil : "invalid_argument"), "\(error as Any)")
                if !isRead { #expect("\(error as Any)".contains("record 2 would take \(length) bytes")) }
            }
            #expect(FileManager.default.fileExists(atPath: copy) == isRead)
            // Each record there is a file of its own.
            #expect(try journal.convert(to: .jsonRecords, at: copy + "-files")?.index == 2)
        }
    }

    @Test(arguments: JournalFormat.allCases, JournalFormat.allCases)
    func aBundleHoldsEverything(from: JournalFormat, to: JournalFormat) throws {
        let journal = try filled(from)
        let file = try bundleFile(journal)
        let handle = journal.open()
        #expect(try handle.export(to: file) == handle.head())
        let bundle = try JournalBundle(file)
        #expect(bundle.recordCount == 14)
        #expect(bundle.journalID == nil || from == .segments)
        let report = try bundle.verify()
        #expect(report.isIntact && report.findings == [] && report.recordCount == 14)
        #expect(try report.head == handle.head())
        let path = journal.path + "-2"
        var options = JournalOptions(format: to)
        options.segmentSettings = .tiny
        let other = ApprovalJournal(at: path, fileSystem: journal.fileSystem, options: options)
        try other.create(from: bundle)
        #expect(try journalError { try other.create(from: bundle) }?.code == "invalid_argument")
        try expectSame(other, handle)
    }

    private func bundleFile(_ journal: TestJournal) throws -> any File {
        let parent = String(journal.path[..<(try #require(journal.path.lastIndex(of: "/")))])
        return try PosixFileSystem.shared.openDirectory(parent)
            .open("bundle", [.read, .write, .create, .truncate], permissions: .ownerFile)
    }

    /// The first line is made into a tree, and is whoever's: it is not to fill the memory.
    @Test func aFirstLineOfAnyLengthIsNotRead() throws {
        let journal = try TestJournal(.segments, in: Self.disk)
        _ = try journal.open().reserve(use())
        let file = try bundleFile(journal)
        try journal.open().export(to: file)
        let text = String(decoding: try file.contents(), as: UTF8.self)
        for (length, isTaken) in [(10, true), (64_000, true), (66_000, false)] {
            let padded = text.replacing(
                "\"version\"",
                with: "\"x\":\"\(String(repeating: "x", count: length))\",\"version\"",
                maxReplacements: 1
            )
            try file.truncate(to: 0)
            try file.writeAll(Array(padded.utf8), at: 0)
            if isTaken {
                #expect(try JournalBundle(file).verify().isIntact)
            } else if case .malformedRecord(0, _, let reason)? = try journalError({ _ = try JournalBundle(file) }) {
                #expect(reason.contains("too long"))
            } else {
                Issue.record("it was taken")
            }
        }
    }

    /// Every changed byte of a bundle is noticed, and it is never imported.
    @Test func everyChangedByteOfABundleIsNoticed() throws {
        let journal = try TestJournal(.segments, in: Self.disk)
        let handle = journal.open()
        _ = try handle.reserve(use(key: "k"), maximumUses: 1)
        _ = try handle.append(revocation(of: "grant-b"))
        _ = try handle.makeCheckpoint()
        let file = try bundleFile(journal)
        try handle.export(to: file)
        let original = try file.contents()
        let firstLine = try #require(original.firstIndex(of: UInt8(ascii: "\n")))
        for place in original.indices {
            var mutated = original
            mutated[place] ^= place % 2 == 0 ? 1 : 0x20
            try file.writeAll(mutated, at: 0)
            let isIntact = (try? JournalBundle(file).verify().isIntact) ?? false
            // The first line's names of members that are optional, and the journal's identifier, say nothing of
            // records.
            if place > firstLine || !isIntact {
                #expect(!isIntact, "byte \(place)")
            } else {
                let text = String(decoding: original[..<firstLine], as: UTF8.self)
                let id = try #require(text.range(of: #","journal_id""#))
                #expect(place >= text.utf8.distance(from: text.startIndex, to: id.lowerBound), "byte \(place)")
            }
        }
        for length in [0, 10, firstLine, firstLine + 1, original.count - 1] {
            try file.truncate(to: 0)
            try file.writeAll(Array(original[..<length]), at: 0)
            #expect(((try? JournalBundle(file).verify().isIntact) ?? false) == false, "cut to \(length)")
        }
        try file.writeAll(original + Array("x".utf8), at: 0)
        #expect(try !JournalBundle(file).verify().isIntact)
    }
}

extension File {
    fileprivate func contents() throws -> [UInt8] {
        try #require(try read(exactly: Int(try status().size), at: 0))
    }
}
