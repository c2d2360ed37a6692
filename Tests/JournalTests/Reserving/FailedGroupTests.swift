import FileSystemSeam
import Journal
import TestSupport
import Testing

/// What was acknowledged to one caller of a group binds the handle also where the group fails behind it.
@Suite("A group that fails behind what it acknowledged")
struct FailedGroupTests {
    /// The call that fails: one that only the second record of a group takes.
    enum Failure: CaseIterable, Sendable {
        /// The second file of a record is written.
        case recordFile
        /// The segment is full, and the next one is made.
        case nextSegment
        /// It was made, and is written.
        case lineInNextSegment

        var format: JournalFormat { self == .recordFile ? .jsonRecords : .segments }

        func concerns(_ call: SeamCall, in journal: TestJournal, _ writeCount: borrowing Condition<Int>) -> Bool {
            switch self {
            case .recordFile:
                guard call.operation == .write, call.path.hasPrefix("records/") else { return false }
                return writeCount.withLock { count in
                    count += 1
                    return count == 2
                }
            case .nextSegment:
                return call.operation == .open && call.path.hasPrefix("segments/") && !journal.exists(call.path)
            case .lineInNextSegment:
                return call.operation == .write && call.path.hasPrefix("segments/")
                    && !call.path.hasSuffix("/00000000000000000001.jsonl")
            }
        }
    }

    private static let disk = TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk

    /// A journal of four records. In segments another one fits behind them, and no more than one.
    private func journal(_ format: JournalFormat) throws -> TestJournal {
        var settings = SegmentSettings()
        for _ in 1...2 {
            let journal = try TestJournal(format, settings, in: Self.disk)
            for number in 1...4 {
                _ = try journal.open().reserve(use(nonce: "old-\(number)"), maximumUses: 1)
            }
            if format == .jsonRecords || settings.segmentByteMaximum < 1 << 20 { return journal }
            let line = Int64(try journal.open().records()[1].bytes.count + 1)
            settings.segmentByteMaximum = 5 * line + line / 2
        }
        preconditionFailure("the sizes were set")
    }

    /// What became of two that ask at once, while the handle is at work for a third, who is refused.
    private func outcomes(_ handle: ApprovalJournal, _ journal: TestJournal, _ failure: Failure) throws -> [String] {
        let (hasBegun, writeCount) = (Flag(), Condition(0))
        // It holds the journal, which holds it.
        defer { journal.fileSystem.setIntercept(nil) }
        journal.fileSystem.setIntercept { call in
            if hasBegun.raise() {
                for _ in 0..<60_000 where handle.group.waitingCount < 2 {
                    PosixFileSystem.shared.sleep(nanoseconds: 1_000_000)
                }
            }
            return failure.concerns(call, in: journal, writeCount) ? .failure(.noSpace) : nil
        }
        let outcomes = Condition(["", "", ""])
        let threads = try (0..<3).map { number in
            try Thread.start(name: "caller \(number)") {
                while number > 0, !hasBegun.isUp { PosixFileSystem.shared.sleep(nanoseconds: 1_000_000) }
                let outcome: String
                do throws(JournalError) {
                    let nonce = number == 0 ? "old-1" : "new-\(number)"
                    outcome = "record \(try handle.reserve(use(nonce: nonce), maximumUses: 1).index)"
                } catch {
                    outcome = error.code
                }
                outcomes.withLock { $0[number] = outcome }
            }
        }
        for thread in threads { thread.join() }
        return outcomes.withLock { $0 }
    }

    @Test(arguments: Failure.allCases, [0, 1, 3])
    func aCopyThatLacksItIsNotGoneOnBehind(failure: Failure, warmth: Int) throws {
        let journal = try journal(failure.format)
        let handle = journal.open()
        for _ in 0..<warmth {
            #expect(try journalError { _ = try handle.reserve(use(nonce: "old-1"), maximumUses: 1) } != nil)
        }
        let before = try journal.contents()
        let outcomes = try outcomes(handle, journal, failure)
        #expect(outcomes[0] == "uses_exhausted" && outcomes[1...].sorted() == ["io", "record 5"], "\(outcomes)")
        let winner = try #require(outcomes.firstIndex(of: "record 5"))
        try journal.restore(before)
        for nonce in ["new-\(winner)", "another"] {
            let error = try journalError { _ = try handle.reserve(use(nonce: nonce), maximumUses: 1) }
            #expect(error?.code == "rolled_back", "\(error as Any)")
        }
        #expect(try journal.recordCount() == 4)
    }
}
