import FileSystemSeam
import Journal
import TestSupport
import Testing

@Suite("Requests that share a sync")
struct GroupCommitTests {
    /// Runs `body` on several threads, with their numbers.
    private func threads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) throws {
        let threads = try (0..<count).map { number in try Thread.start(name: "caller \(number)") { body(number) } }
        for thread in threads { thread.join() }
    }

    /// Waits until so many callers of a handle wait for whoever works; a minute at most.
    private static func wait(until count: Int, waitFor handle: ApprovalJournal) {
        for _ in 0..<60_000 {
            if handle.group.waitingCount >= count { return }
            PosixFileSystem.shared.sleep(nanoseconds: 1_000_000)
        }
    }

    private func journal() throws -> TestJournal {
        try TestJournal(.segments, in: TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk)
    }

    /// Holds the first sync of a segment up until everybody has asked: then one more is enough for all.
    @Test func callersThatWaitShareOneSync() throws {
        let journal = try journal()
        let handle = journal.open()
        try handle.create()
        _ = try handle.reserve(use(nonce: "first"))
        let hasBegun = Flag()
        journal.fileSystem.forgetCalls()
        // It holds the journal, which holds it.
        defer { journal.fileSystem.setIntercept(nil) }
        journal.fileSystem.setIntercept { call in
            if call.operation == .sync, call.path.hasPrefix("segments/"), hasBegun.raise() {
                Self.wait(until: 8, waitFor: handle)
            }
            return nil
        }
        let numbers = Condition([UInt32]())
        try threads(9) { number in
            if number > 0 {
                while !hasBegun.isUp { PosixFileSystem.shared.sleep(nanoseconds: 1_000_000) }
            }
            guard let reservation = try? handle.reserve(use(nonce: "n-\(number)"), maximumUses: 1) else { return }
            numbers.withLock { $0.append(reservation.useNumber) }
        }
        #expect(numbers.withLock { $0.sorted() } == Array(2...10))
        let syncs = journal.fileSystem.calls.filter { $0.operation == .sync && $0.path.hasPrefix("segments/") }
        #expect(syncs.count == 2, "the one that was held up, and one for all who waited")
        #expect(try journal.open().verifyAll().isIntact)
    }

    /// Who asks while the first ones are being decided is in the same write: here the lock is held up until somebody
    /// has.
    @Test func callersThatComeBeforeTheWriteAreInIt() throws {
        let journal = try journal()
        let handle = journal.open()
        try handle.create()
        for number in 1...2 { _ = try handle.reserve(use(nonce: "first-\(number)")) }
        let hasBegun = Flag()
        let hasSynced = Flag()
        let lineCount = Condition(0)
        // It holds the journal, which holds it.
        defer { journal.fileSystem.setIntercept(nil) }
        journal.fileSystem.setIntercept { call in
            if call.operation == .lock, hasBegun.raise() { Self.wait(until: 8, waitFor: handle) }
            if call.operation == .sync, call.path.hasPrefix("segments/"), hasSynced.raise() {
                let bytes = (try? journal.bytes(call.path)) ?? []
                lineCount.withLock { $0 = bytes.count { $0 == UInt8(ascii: "\n") } }
            }
            return nil
        }
        try threads(9) { number in
            if number > 0 {
                while !hasBegun.isUp { PosixFileSystem.shared.sleep(nanoseconds: 1_000_000) }
            }
            _ = try? handle.reserve(use(nonce: "n-\(number)"), maximumUses: 1)
        }
        #expect(lineCount.withLock { $0 } == 11, "whoever worked wrote for all nine")
        #expect(try handle.records().count == 11)
        #expect(try journal.open().verifyAll().isIntact)
    }

    /// A refusal is the answer of one caller only.
    @Test func everyCallerGetsItsOwnAnswer() throws {
        let journal = try journal()
        let handle = journal.open()
        let outcomes = Condition([String: Int]())
        try threads(16) { number in
            for step in 0..<10 {
                let code: String
                do throws(JournalError) {
                    // Half of all threads want the same nonces.
                    _ = try handle.reserve(use(nonce: "n-\(number % 8)-\(step)"), maximumUses: 1)
                    code = "reserved"
                } catch {
                    code = error.code
                }
                outcomes.withLock { $0[code, default: 0] += 1 }
            }
        }
        #expect(outcomes.withLock { $0 } == ["reserved": 80, "uses_exhausted": 80])
        #expect(try handle.records().count == 80)
        #expect(try journal.open().verifyAll().findings == [])
    }

    /// What a later request asks for may show that a record was altered, and by then the first one's is written.
    @Test func whatIsDurableIsAcknowledgedAlsoWhereALaterRequestFails() throws {
        let disk = TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk
        let journal = try TestJournal(.segments, .tiny, in: disk)
        let handle = journal.open()
        for number in 1...20 {
            _ = try handle.reserve(use(nonce: "n-\(number)", key: "k-\(number)"), maximumUses: 1)
        }
        let segment = "segments/\(try #require(try journal.names(in: "segments").first))"
        var lines = try journal.text(segment).split(separator: "\n", omittingEmptySubsequences: false)
        lines[4].replace("eu/7", with: "eu/8")
        try journal.write(lines.joined(separator: "\n").utf8, to: segment)
        let hasBegun = Flag()
        // It holds the journal, which holds it.
        defer { journal.fileSystem.setIntercept(nil) }
        journal.fileSystem.setIntercept { call in
            if call.operation == .lock, hasBegun.raise() { Self.wait(until: 1, waitFor: handle) }
            return nil
        }
        let outcomes = Condition(["", ""])
        try threads(2) { number in
            var request = use(nonce: "new")
            if number == 1 {
                while !hasBegun.isUp { PosixFileSystem.shared.sleep(nanoseconds: 1_000_000) }
                request = use(nonce: "n-5", key: "k-5")
            }
            let outcome: String
            do throws(JournalError) {
                outcome = "record \(try handle.reserve(request, maximumUses: 1).index)"
            } catch {
                outcome = error.code
            }
            outcomes.withLock { $0[number] = outcome }
        }
        #expect(outcomes.withLock { $0 } == ["record 21", "record_tampered"])
        #expect(try journal.open().verifyAll().recordCount == 21)
    }

    /// When the shared sync fails nobody is told that a use is recorded.
    @Test func aFailedSyncFailsEveryoneInTheGroup() throws {
        let journal = try journal()
        let handle = journal.open()
        _ = try handle.reserve(use(nonce: "first"))
        journal.fileSystem.setIntercept { call in
            call.operation == .sync && call.path.hasPrefix("segments/") ? .failure(.inputOutput) : nil
        }
        let codes = Condition(Set<String>())
        try threads(8) { number in
            do throws(JournalError) {
                _ = try handle.reserve(use(nonce: "n-\(number)"), maximumUses: 1)
                codes.withLock { _ = $0.insert("reserved") }
            } catch {
                codes.withLock { _ = $0.insert(error.code) }
            }
        }
        #expect(codes.withLock { $0 }.isSubset(of: ["io", "outcome_unknown", "poisoned"]))
        journal.fileSystem.setIntercept(nil)
        #expect(try journal.open().verifyAll().isIntact)
    }

    @Test(arguments: JournalFormat.allCases)
    func tasksReserveWithoutBlockingEachOther(format: JournalFormat) async throws {
        let place = try TestJournal(format, in: TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk)
        let journal = AsyncApprovalJournal(place.open())
        // Many more tasks than the pool has threads: were they to block there, the lock's holder could not go on.
        let outcomes = await withTaskGroup(of: String.self) { group in
            for number in 0..<64 {
                group.addTask {
                    do throws(JournalError) {
                        let reservation = try await journal.reserve(use(nonce: "n-\(number % 32)"), maximumUses: 1)
                        return reservation.isExisting ? "existing" : "reserved"
                    } catch {
                        return error.code
                    }
                }
            }
            var outcomes: [String: Int] = [:]
            for await outcome in group { outcomes[outcome, default: 0] += 1 }
            return outcomes
        }
        #expect(outcomes == ["reserved": 32, "uses_exhausted": 32])
        #expect(try await journal.append(revocation()).index == 33)
        #expect(try await journal.checkReplay(grant: "grant-a", nonceDigest: digest("n-1")).isRevoked)
        let report = try await journal.run { (journal) throws(JournalError) in try journal.verifyAll() }
        #expect(report.isIntact)
        #expect(report.recordCount == 33)
        await #expect(throws: JournalError.self) { try await journal.reserve(use("")) }
    }

    /// The lock is held elsewhere: tasks that wait for it leave the pool free.
    @Test func waitingForTheLockHoldsUpNoOtherTask() async throws {
        let place = try journal()
        let handle = place.open()
        try handle.create()
        let isHeld = Flag()
        let mayGo = Flag()
        place.fileSystem.setIntercept { call in
            if call.operation == .sync, call.path.hasPrefix("segments/"), isHeld.raise() {
                while !mayGo.isUp { PosixFileSystem.shared.sleep(nanoseconds: 1_000_000) }
            }
            return nil
        }
        // Other tests may keep this one from its threads for longer than a lock is usually waited for.
        let patient = JournalOptions(lockTimeoutMilliseconds: 900_000)
        let journals = (0..<32).map { _ in AsyncApprovalJournal(place.open(patient)) }
        let waiting = journals.enumerated().map { number, journal in
            Task { try await journal.reserve(use(nonce: "n-\(number)")).index }
        }
        while !isHeld.isUp { await Task.yield() }
        // All 32 ask by now or soon; the pool still has threads for this.
        let others = await withTaskGroup(of: Int.self) { group in
            for number in 0..<100 { group.addTask { number } }
            return await group.reduce(0, +)
        }
        #expect(others == 4950)
        _ = mayGo.raise()
        var indexes: Set<UInt64> = []
        for task in waiting { indexes.insert(try await task.value) }
        #expect(indexes == Set(1...32))
    }
}
