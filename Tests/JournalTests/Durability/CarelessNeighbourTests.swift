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
}
