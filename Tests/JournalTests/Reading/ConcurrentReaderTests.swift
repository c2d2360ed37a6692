import FileSystemSeam
import Journal
import TestSupport
import Testing

@Suite("Readers beside writers")
struct ConcurrentReaderTests {
    /// readdir(3) may return a new record and not the one before it.
    @Test func aListingThatOvertakesAnAppendIsNoLoss() throws {
        let journal = try TestJournal()
        let handle = journal.open()
        for _ in 0..<4 { _ = try handle.reserve(use()) }
        let second = try #require(try journal.records().dropFirst().first)
        let questions: [() throws -> Bool] = [
            { try journal.open().verifyIntegrity().isIntact }, { try journal.open().verifyAll().isIntact },
            { try journal.open().records().count == 4 },
            { try journal.open().checkReplay(grant: "grant-a", nonceDigest: digest("nonce-1")).useNumber == 5 },
        ]
        for question in questions {
            let isFirst = Flag()
            journal.fileSystem.setListing { path, entries in
                guard path == "records", isFirst.raise() else { return entries }
                return entries.filter { $0.name != second }
            }
            #expect(try question())
            #expect(isFirst.isUp)
        }
    }

    /// What the second listing shows beyond the first may be incomplete in its turn.
    @Test func theSecondListingCountsOnlyAsFarAsTheFirstReached() throws {
        let journal = try TestJournal()
        let handle = journal.open()
        for _ in 0..<6 { _ = try handle.reserve(use()) }
        // As if records 4 to 6 were appended while the reader listed, and the head read before.
        try journal.write(Array(#"{"index":0,"digest":""}"#.utf8), to: "heads/current.json")
        let names = try journal.records()
        let listings = Condition(0)
        journal.fileSystem.setListing { path, entries in
            guard path == "records" else { return entries }
            let number = listings.withLock { count in
                count += 1
                return count
            }
            let hidden = number == 1 ? [names[1], names[3], names[4], names[5]] : number == 2 ? [names[4]] : []
            return entries.filter { !hidden.contains($0.name) }
        }
        let report = try journal.open().verifyIntegrity()
        #expect(report.isIntact)
        #expect(report.recordCount == 3)
    }

    @Test func whatIsMissingInBothListingsIsMissing() throws {
        let journal = try TestJournal()
        let handle = journal.open()
        for _ in 0..<3 { _ = try handle.reserve(use()) }
        let second = try #require(try journal.records().dropFirst().first)
        journal.fileSystem.setListing { $0 == "records" ? $1.filter { $0.name != second } : $1 }
        #expect(try journal.open().verifyIntegrity().failures.map(\.index) == [2])
    }

    @Test(arguments: JournalFormat.allCases)
    func noFalseAlarmsWhileOthersAppend(format: JournalFormat) throws {
        let journal = try TestJournal(format, in: TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk)
        try journal.open().create()
        let isDone = Flag()
        let problems = Condition<[String]>([])
        let readers = try (0..<3).map { number in
            try FileSystemSeam.Thread.start(name: "reader-\(number)") {
                var last = 0
                while !isDone.isUp {
                    // A handle of its own each time: nothing is cached.
                    let handle = journal.open()
                    do {
                        let report = try number == 0 ? handle.verifyAll() : handle.verifyIntegrity()
                        if !report.isIntact || !report.findings.isEmpty {
                            problems.withLock { $0.append("\(report.failures) \(report.findings)") }
                        }
                        if report.recordCount < last {
                            problems.withLock { $0.append("\(last) records, then \(report.recordCount)") }
                        }
                        last = Int(report.recordCount)
                        _ = try handle.checkReplay(grant: "grant-a", nonceDigest: digest("n-0-1"))
                        _ = try handle.uses(forGrant: "grant-a")
                        _ = try handle.head()
                    } catch {
                        problems.withLock { $0.append("\(error)") }
                    }
                }
            }
        }
        let writers = try (0..<2).map { number in
            try FileSystemSeam.Thread.start(name: "writer-\(number)") {
                let handle = journal.open()
                for step in 0..<40 {
                    do {
                        _ = try handle.reserve(use(nonce: "n-\(number)-\(step)"), maximumUses: 1)
                    } catch {
                        problems.withLock { $0.append("\(error)") }
                    }
                }
            }
        }
        for writer in writers { writer.join() }
        _ = isDone.raise()
        for reader in readers { reader.join() }
        #expect(problems.withLock { $0 } == [])
        #expect(try journal.recordCount() == 80)
    }
}
