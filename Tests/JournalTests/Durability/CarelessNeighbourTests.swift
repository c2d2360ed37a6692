import FileSystemSeam
import Journal
import TestSupport
import Testing

/// A writer without syncs appends while another one syncs its record without the lock, and publishes it.
@Suite("A writer without syncs beside one that is syncing")
struct CarelessNeighbourTests {
    private struct Steps {
        var isWriting = false
        var mayGoOn = false
    }

    /// The other one's record is published between the look of the one without syncs at the head and its own note
    /// there.
    @Test func theHeadKeepsWhatBothHaveWritten() throws {
        let journal = try TestJournal(.segments)
        let durable = journal.open()
        for number in 1...3 { _ = try durable.reserve(use(nonce: "n-\(number)"), maximumUses: 1) }
        // From now on it shares its syncs.
        _ = try journal.open().reserve(use(nonce: "n-4"), maximumUses: 1)
        let place = try TemporaryPlace(in: TemporaryDirectory.workingDisk)
        let fileSystem = TestFileSystem(root: journal.path, place: place)
        fileSystem.setClock(secondsSinceEpoch: TestJournal.start)
        let careless = ApprovalJournal(
            at: journal.path,
            fileSystem: fileSystem,
            options: JournalOptions(durability: .processCrashOnly)
        )
        let (isSyncing, isHeld) = (Flag(), Flag())
        let steps = Condition(Steps())
        let threads = Condition<[FileSystemSeam.Thread]>([])
        let hold: TestFileSystem.Intercept = { call in
            guard call.operation == .write, call.path.hasPrefix("segments"), isHeld.raise() else { return nil }
            steps.withLock { $0.isWriting = true }
            steps.broadcast()
            let isFree: Bool? = steps.wait(timeoutNanoseconds: 20_000_000_000) { $0.mayGoOn ? true : nil }
            #expect(isFree == true)
            return nil
        }
        journal.fileSystem.setIntercept { call in
            guard call.operation == .sync, call.path.hasPrefix("segments"), isSyncing.raise() else { return nil }
            let index = try? careless.reserve(use(nonce: "c-6"), maximumUses: 1).index
            #expect(index == 6)
            fileSystem.setIntercept(hold)
            let thread = try? FileSystemSeam.Thread.start(name: "careless") {
                let index = try? careless.reserve(use(nonce: "c-7"), maximumUses: 1).index
                #expect(index == 7)
            }
            threads.withLock { $0 = [thread].compactMap(\.self) }
            let isWriting: Bool? = steps.wait(timeoutNanoseconds: 20_000_000_000) { $0.isWriting ? true : nil }
            #expect(isWriting == true)
            return nil
        }
        #expect(try durable.reserve(use(nonce: "n-5"), maximumUses: 1).index == 5)
        journal.fileSystem.setIntercept(nil)
        #expect(try ForgedHead(of: journal).index == 5)
        steps.withLock { $0.mayGoOn = true }
        steps.broadcast()
        for thread in threads.withLock({ $0 }) { thread.join() }
        let head = try ForgedHead(of: journal)
        #expect(isHeld.isUp)
        #expect(head.index == 5, "it went back")
        #expect(try journal.text("heads/current.json").contains("\"unsynced_index\":7"))
        #expect(try journal.bytes("heads/current.json") == journal.bytes("indexes/watermark.json"))
        #expect(try journal.open().head()?.index == 7)
    }

    /// A record whose writer came no further than to write it is found by its idempotency key. What is answered once is
    /// answered by everyone.
    @Test(arguments: [false, true])
    func whatItFindsIsReported(isOpen: Bool) throws {
        let journal = try TestJournal(.segments)
        let careless = ApprovalJournal(
            at: journal.path,
            fileSystem: journal.fileSystem,
            options: JournalOptions(durability: .processCrashOnly)
        )
        let durable = journal.open()
        for number in 1...3 { _ = try durable.reserve(use(nonce: "n-\(number)"), maximumUses: 1) }
        if isOpen { for key in ["a", "b"] { _ = try careless.reserve(use(nonce: key, key: key)) } }
        _ = try durable.reserve(use(nonce: "n-4"), maximumUses: 1)
        let index = try #require(try journal.open().head()).index + 1
        journal.fileSystem.setIntercept { call in
            call.operation == .sync && call.path.hasPrefix("segments") ? .failure(.inputOutput) : nil
        }
        let lost = use(nonce: "n-5", key: "k")
        #expect(try journalError { _ = try durable.reserve(lost, maximumUses: 1) }?.code == "outcome_unknown")
        journal.fileSystem.setIntercept(nil)
        #expect(try journal.open().head()?.index == index - 1)
        let found = try careless.reserve(lost, maximumUses: 1)
        #expect(found.index == index && found.isExisting)
        for handle in [careless, journal.open()] {
            #expect(try handle.head()?.index == index)
            #expect(try handle.findUse(id: found.useID) != nil)
            #expect(try !handle.checkReplay(grant: "grant-a", nonceDigest: digest("n-5")).passed)
        }
        #expect(try ForgedHead(of: journal).index == index - 1)
        #expect(try journal.text("heads/current.json").contains("\"unsynced_index\":\(index)"))
        // The next one that syncs does so before it goes on.
        #expect(try journal.open().reserve(use(nonce: "n-6"), maximumUses: 1).index == index + 1)
        #expect(try ForgedHead(of: journal).index == index + 1)
        #expect(try journal.open().verifyAll().isIntact)
    }
}
