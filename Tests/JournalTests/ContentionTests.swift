import FileSystemSeam
import Journal
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

    @Test(arguments: [true, false])
    func exactlyOneWins(sharingAHandle: Bool) throws {
        let journal = try TestJournal()
        let shared = journal.open()
        let (path, fileSystem) = (journal.path, journal.fileSystem)
        let outcomes = try race(8) { _ in
            let own = ApprovalJournal(
                at: path,
                fileSystem: fileSystem,
                options: JournalOptions(lockTimeoutMilliseconds: 20_000)
            )
            return try (sharingAHandle ? shared : own).reserve(use(), maximumUses: 1)
        }
        #expect(outcomes.won.count == 1)
        #expect(outcomes.refused == 7)
        #expect(outcomes.other == [])
        #expect(try journal.records().count == 1)
        #expect(try journal.open().verifyIntegrity().warnings.isEmpty)
    }

    @Test func oneKeyGivesOneUseToAll() throws {
        let journal = try TestJournal()
        let (path, fileSystem) = (journal.path, journal.fileSystem)
        let outcomes = try race(8) { _ in
            try ApprovalJournal(at: path, fileSystem: fileSystem).reserve(use(key: "k"), maximumUses: 1)
        }
        #expect(outcomes.won.count == 8)
        #expect(Set(outcomes.won.map(\.useID)).count == 1)
        #expect(outcomes.won.filter { !$0.isExisting }.count == 1)
        #expect(outcomes.other == [])
        #expect(try journal.records().count == 1)
    }

    /// Nobody is turned away who may come in, however many come at once.
    @Test func everyoneOfMayGetsIn() throws {
        let journal = try TestJournal()
        let (path, fileSystem) = (journal.path, journal.fileSystem)
        let outcomes = Outcomes()
        let threads = try (0..<8).map { number in
            try FileSystemSeam.Thread.start(name: "writer-\(number)") {
                // Time enough for a machine that is busy with other things: what is tested is that nobody is lost.
                let options = JournalOptions(lockTimeoutMilliseconds: 120_000)
                let handle = ApprovalJournal(at: path, fileSystem: fileSystem, options: options)
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

    @Test func handlesSeeEachOthersRecordsAtOnce() throws {
        let journal = try TestJournal()
        let first = journal.open()
        let second = journal.open()
        for number in 1...10 {
            let handle = number.isMultiple(of: 2) ? first : second
            #expect(try handle.reserve(use(nonce: "n-\(number)")).useNumber == UInt32(number))
            #expect(try (number.isMultiple(of: 2) ? second : first).records().count == number)
        }
    }
}
