import FileSystemSeam
import Journal
import Testing

/// A reader makes durable what it reports. When it cannot, it does not report it the next time either: the system tells
/// of the failure once, and the next sync succeeds.
@Suite("Readers whose sync fails")
struct ReaderSyncTests {
    private enum Question: CaseIterable {
        case head, use, replay, verification

        func ask(_ journal: ApprovalJournal) throws -> UInt64? {
            switch self {
            case .head: try journal.head()?.index
            case .use: try journal.findUse(grant: "grant-a", nonceDigest: digest("careless"))?.record.index
            case .replay:
                try journal.checkReplay(grant: "grant-a", nonceDigest: digest("careless")).passed ? nil : 2
            case .verification: try journal.verifyAll().recordCount
            }
        }
    }

    @Test(arguments: JournalFormat.allCases)
    func believeNoSecondOne(format: JournalFormat) throws {
        // In json-records verification only looks at what is there.
        let questions = Question.allCases.filter { format == .segments || $0 != .verification }
        for question in questions {
            let journal = try TestJournal(format)
            _ = try journal.open().reserve(use(nonce: "durable"), maximumUses: 1)
            let careless = journal.open(JournalOptions(durability: .processCrashOnly))
            _ = try careless.reserve(use(nonce: "careless"), maximumUses: 1)
            let reader = journal.open()
            journal.fileSystem.setIntercept { $0.operation == .sync ? .failure(.inputOutput) : nil }
            #expect(try journalError { _ = try question.ask(reader) }?.code == "io")
            journal.fileSystem.setIntercept(nil)
            journal.fileSystem.forgetCalls()
            for other in questions {
                #expect(try journalError { _ = try other.ask(reader) } == .poisoned(path: journal.path), "\(other)")
            }
            #expect(!journal.fileSystem.calls.contains { $0.operation == .sync })
            // A writer writes the record anew; then the head says that nothing need be synced.
            _ = try journal.open().reserve(use(nonce: "durable-2"), maximumUses: 1)
            #expect(try reader.head()?.index == 3)
            #expect(try Question.use.ask(reader) == 2)
            #expect(try reader.verifyAll().isIntact)
        }
    }

    /// Some file systems of media that cannot be written to know no syncs: what is read there is on the medium.
    @Test(arguments: [ErrorNumber.invalidArgument, .readOnlyFileSystem, .inputOutput])
    func needNoneOnAMediumThatIsOnlyRead(code: ErrorNumber) throws {
        let disk = SimDisk()
        func journal() -> ApprovalJournal {
            ApprovalJournal(at: "/journal", fileSystem: disk.boot(), options: JournalOptions(format: .segments))
        }
        _ = try journal().reserve(use(), maximumUses: 1)
        // Then nobody knows what is durable.
        try disk.boot().openDirectory("/journal/heads").remove("current.json")
        try disk.boot().openDirectory("/journal/indexes").remove("watermark.json")
        for isReadOnly in [true, false] {
            disk.mountFacts.isReadOnly = isReadOnly
            disk.faults = .on(.sync, 1, .error(code))
            let error = try journalError { _ = try journal().head() }
            #expect((error == nil) == (isReadOnly && code == .invalidArgument), "\(error as Any)")
        }
        disk.faults = FaultPlan()
        #expect(try journal().head()?.index == 1)
    }
}
