import FileSystemSeam
import Journal
import TestSupport
import Testing

@Suite("Threads that race for one use")
struct ContentionTests {
    /// What the racers got.
    private final class Outcomes: Sendable {
        private let state = Condition<(won: [Reservation], refused: Int, other: [String])>(([], 0, []))

        func note(_ body: () throws -> Reservation) {
            do {
                let reservation = try body()
                state.withLock { $0.won.append(reservation) }
            } catch let error as JournalError where error.code == "uses_exhausted" {
                state.withLock { $0.refused += 1 }
            } catch {
                state.withLock { $0.other.append("\(error)") }
            }
        }

        var won: [Reservation] { state.withLock { $0.won } }
        var refused: Int { state.withLock { $0.refused } }
        var other: [String] { state.withLock { $0.other } }
    }

    private func race(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Reservation) throws -> Outcomes {
        let outcomes = Outcomes()
        let threads = try (0..<count).map { number in
            try FileSystemSeam.Thread.start(name: "racer-\(number)") { outcomes.note { try body(number) } }
        }
        for thread in threads { thread.join() }
        return outcomes
    }

    @Test(arguments: JournalFormat.allCases, [true, false])
    func exactlyOneWins(format: JournalFormat, sharingAHandle: Bool) throws {
        let journal = try TestJournal(format)
        let shared = journal.open()
        let outcomes = try race(8) { _ in
            try (sharingAHandle ? shared : journal.open()).reserve(use(), maximumUses: 1)
        }
        #expect(outcomes.won.count == 1)
        #expect(outcomes.refused == 7)
        #expect(outcomes.other == [])
        #expect(try journal.recordCount() == 1)
        #expect(try journal.open().verifyIntegrity().warnings.isEmpty)
    }

    @Test(arguments: JournalFormat.allCases)
    func oneKeyGivesOneUseToAll(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let outcomes = try race(8) { _ in
            try journal.open().reserve(use(key: "k"), maximumUses: 1)
        }
        #expect(outcomes.won.count == 8)
        #expect(Set(outcomes.won.map(\.useID)).count == 1)
        #expect(outcomes.won.filter { !$0.isExisting }.count == 1)
        #expect(outcomes.other == [])
        #expect(try journal.recordCount() == 1)
    }

    /// Nobody is turned away who may come in, however many come at once.
    @Test(arguments: JournalFormat.allCases)
    func everyoneOfMayGetsIn(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let outcomes = Outcomes()
        let threads = try (0..<8).map { number in
            try FileSystemSeam.Thread.start(name: "writer-\(number)") {
                // Time enough for a machine that is busy with other things: what is tested is that nobody is lost.
                let options = JournalOptions(lockTimeoutMilliseconds: 120_000)
                let handle = journal.open(options)
                for step in 0..<25 {
                    outcomes.note { try handle.reserve(use(nonce: "n-\(number)-\(step)"), maximumUses: 1) }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(outcomes.won.count == 200)
        #expect(outcomes.other == [])
        #expect(Set(outcomes.won.map(\.useNumber)) == Set(1...200))
        #expect(Set(outcomes.won.map(\.index)) == Set(1...200))
        #expect(try journal.open().verifyIntegrity().findings == [])
    }

    /// As long as anybody waits by default, and with a handle for each of many: nobody is turned away, and nobody is
    /// left behind.
    @Test(arguments: JournalFormat.allCases)
    func fourHundredGetInWithinTheTimeThatIsWaitedByDefault(format: JournalFormat) throws {
        let journal = try TestJournal(format, in: TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk)
        let clock = ContinuousClock()
        let longest = Condition(Duration.zero)
        let outcomes = try race(16) { number in
            let handle = journal.open(JournalOptions())
            for step in 0..<24 {
                let start = clock.now
                _ = try handle.reserve(use(nonce: "n-\(number)-\(step)"), maximumUses: 1)
                let waited = clock.now - start
                longest.withLock { $0 = max($0, waited) }
            }
            return try handle.reserve(use(nonce: "n-\(number)-24"), maximumUses: 1)
        }
        #expect(outcomes.other == [])
        #expect(outcomes.won.count == 16)
        #expect(try journal.recordCount() == 400)
        #expect(try journal.open().verifyIntegrity().findings == [])
        print("contention: 400 reservations in \(format), the longest took \(longest.withLock { $0 })")
    }

    @Test(arguments: JournalFormat.allCases)
    func handlesSeeEachOthersRecordsAtOnce(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        let first = journal.open()
        let second = journal.open()
        for number in 1...10 {
            let handle = number.isMultiple(of: 2) ? first : second
            #expect(try handle.reserve(use(nonce: "n-\(number)")).useNumber == UInt32(number))
            #expect(try (number.isMultiple(of: 2) ? second : first).records().count == number)
        }
    }
}
