import FileSystemSeam
import Journal
import Synchronization
import TestSupport
import Testing

@Suite("Every call of an append fails once")
struct FaultSweepTests {
    /// Fails the call with one number, counted from 0.
    private final class Nth: Sendable {
        private let count = Atomic(0)
        private let number: Int
        private let fault: SeamFault
        private let failed = Condition<SeamCall?>(nil)

        init(_ number: Int, _ fault: SeamFault) {
            self.number = number
            self.fault = fault
        }

        func intercept(_ call: SeamCall) -> SeamFault? {
            let (current, _) = count.wrappingAdd(1, ordering: .relaxed)
            guard current == number else { return nil }
            failed.withLock { $0 = call }
            return fault
        }

        var failedCall: SeamCall? { failed.withLock { $0 } }
    }

    enum Start: String, CaseIterable {
        case nothing, oneRecord, headLost
        /// A handle that holds everything open goes on, since another one has appended: in segments it syncs without
        /// the lock.
        case shared

        /// How many records there are.
        var existing: Int {
            switch self {
            case .nothing: 0
            case .oneRecord, .headLost: 1
            case .shared: 4
            }
        }
    }

    private func prepared(_ format: JournalFormat, _ start: Start) throws -> (TestJournal, ApprovalJournal) {
        let journal = try TestJournal(format, in: TemporaryDirectory.memoryDisk ?? TemporaryDirectory.workingDisk)
        let handle = journal.open()
        if start == .nothing { return (journal, handle) }
        if start == .shared { for number in 1...3 { _ = try handle.reserve(use(nonce: "held-\(number)")) } }
        _ = try journal.open().reserve(use(nonce: "before", key: "k-before"), maximumUses: 1)
        if start == .headLost { try journal.remove("heads") }
        return (journal, handle)
    }

    private func append(_ handle: ApprovalJournal) throws -> Reservation {
        try handle.reserve(use(nonce: "now", key: "k-now"), maximumUses: 1)
    }

    @Test(arguments: Start.allCases, [ErrorNumber.inputOutput, .noSpace])
    func nothingAcknowledgedIsLost(start: Start, code: ErrorNumber) throws {
        for format in JournalFormat.allCases { try sweep(format, start, code) }
    }

    private func sweep(_ format: JournalFormat, _ start: Start, _ code: ErrorNumber) throws {
        let (probe, first) = try prepared(format, start)
        probe.fileSystem.forgetCalls()
        _ = try append(first)
        let calls = probe.fileSystem.calls
        let count = calls.count
        let isShared = start == .shared && format == .segments
        #expect(isShared || count > 30)
        if let sync = calls.lastIndex(where: { $0.operation == .sync && $0.path.hasPrefix("segments/") }) {
            let isLockOrUnlock = { (call: SeamCall) in
                call.path.isEmpty && (call.operation == .lockDirectory || call.operation == .unlockDirectory)
            }
            #expect((calls[..<sync].last(where: isLockOrUnlock)?.operation == .unlockDirectory) == isShared)
        }
        let existing = start.existing

        var (refusals, unknown) = (0, 0)
        for number in 0..<count {
            // What only looks fails or not; what changes something may also be done and its answer lost.
            let isChange = probe.fileSystem.calls[number].isChange
            // A full disk stops no reader.
            if code == .noSpace && !isChange { continue }
            for fault in isChange ? [SeamFault.failure(code), .failureAfterwards(code)] : [.failure(code)] {
                let (journal, handle) = try prepared(format, start)
                let nth = Nth(number, fault)
                journal.fileSystem.setIntercept { nth.intercept($0) }
                var acknowledged: Reservation?
                let error = try journalError { acknowledged = try append(handle) }
                journal.fileSystem.setIntercept(nil)
                let call = try #require(nth.failedCall, "call \(number) was not reached")
                if let error {
                    refusals += 1
                    // A lost answer to a rename of the journal's own name is still an error of the file system.
                    #expect(["io", "outcome_unknown"].contains(error.code), "\(call): \(error)")
                    unknown += error.code == "io" ? 0 : 1
                    #expect("\(error)".contains("may stand") == (error.code != "io"), "\(error)")
                }
                try expectSound(journal, existing, acknowledged, error, after: call)
                try expectPoisoned(handle, error, call)
            }
        }
        #expect(refusals >= 5 && unknown > 0 && unknown < refusals)
    }

    /// What must hold in a new handle, whatever failed.
    private func expectSound(
        _ journal: TestJournal,
        _ existing: Int,
        _ acknowledged: Reservation?,
        _ error: JournalError?,
        after call: SeamCall
    ) throws {
        let report = try journal.open().verifyIntegrity()
        #expect(report.isIntact, "after \(call): \(report.failures)")
        let recorded = try journal.open().records().count
        #expect(recorded == existing || recorded == existing + 1, "after \(call)")
        if acknowledged != nil { #expect(recorded == existing + 1, "after \(call)") }

        let handle = journal.open()
        let again = try append(handle)
        #expect(again.index == UInt64(existing + 1), "after \(call)")
        // Nothing of it was written, if that is what was said.
        if error?.code == "io" { #expect(!again.isExisting, "after \(call): \(error as Any)") }
        if let acknowledged { #expect(again.useID == acknowledged.useID && again.isExisting, "after \(call)") }
        let second = try journalError { _ = try handle.reserve(use(nonce: "now"), maximumUses: 1) }
        #expect(second?.code == "uses_exhausted", "after \(call)")
        if existing > 0 {
            let before = try journalError { _ = try handle.reserve(use(nonce: "before"), maximumUses: 1) }
            #expect(before?.code == "uses_exhausted", "after \(call)")
        }
        #expect(try handle.reserve(use(nonce: "after")).index == UInt64(existing + 2), "after \(call)")
        #expect(try journal.open().verifyIntegrity().isIntact, "after \(call)")
    }

    /// A failed sync is the last word of a handle; any other failure is not.
    private func expectPoisoned(_ handle: ApprovalJournal, _ error: JournalError?, _ call: SeamCall) throws {
        guard error != nil else { return }
        let isSync = call.operation == .sync || call.operation == .syncDirectory
        let next = try journalError { _ = try handle.reserve(use(nonce: "next")) }
        #expect(next?.code == (isSync ? "poisoned" : nil), "after \(call)")
    }

    @Test(arguments: [
        (JournalFormat.jsonRecords, FileSystemError.Operation.sync), (.jsonRecords, .syncDirectory), (.segments, .sync),
    ])
    func aFailedSyncPoisonsTheHandle(format: JournalFormat, operation: FileSystemError.Operation) throws {
        let journal = try TestJournal(format)
        let handle = journal.open()
        _ = try handle.reserve(use(key: "k"), maximumUses: 1)
        journal.fileSystem.setIntercept {
            $0.operation == operation && ($0.path.hasPrefix("records") || $0.path.hasPrefix("segments"))
                ? .failure(.inputOutput) : nil
        }
        let cause: FileSystemError
        let mayStand: Bool
        switch try journalError({ _ = try handle.reserve(use(nonce: "nonce-2")) }) {
        case .io(let error, _)?: (cause, mayStand) = (error, false)
        case .outcomeUnknown(let error, _)?: (cause, mayStand) = (error, true)
        default:
            Issue.record("it was acknowledged")
            return
        }
        // A record's file that was not synced gets no name.
        #expect(mayStand == (format == .segments || operation == .syncDirectory))
        #expect(cause.operation == operation)
        #expect(cause.code == .inputOutput)
        journal.fileSystem.setIntercept(nil)
        // Nothing more is acknowledged, not even what is recorded already.
        for attempt in [
            { _ = try handle.reserve(use(nonce: "nonce-3")) }, { _ = try handle.reserve(use(key: "k")) },
            { _ = try handle.append(revocation()) }, { _ = try handle.rebuildIndexes() },
        ] {
            #expect(try journalError(attempt) == .poisoned(path: journal.path))
        }
        // Reading goes on, and so does a new handle.
        #expect(try handle.verifyIntegrity().isIntact)
        #expect(try journal.open().reserve(use(key: "k")).isExisting)
        #expect(try journal.open().append(revocation()).index > 1)
    }

    @Test(arguments: JournalFormat.allCases)
    func readersFailWithTheirCause(format: JournalFormat) throws {
        let journal = try TestJournal(format)
        _ = try journal.open().reserve(use())
        journal.fileSystem.forgetCalls()
        _ = try journal.open().checkReplay(grant: "grant-a", nonceDigest: digest("nonce-1"))
        let count = journal.fileSystem.calls.count
        for number in 0..<count {
            let nth = Nth(number, .failure(.inputOutput))
            journal.fileSystem.setIntercept { nth.intercept($0) }
            var check: ReplayCheck?
            let error = try journalError {
                check = try journal.open().checkReplay(
                    grant: "grant-a",
                    nonceDigest: digest("nonce-1"),
                    maximumUsesHint: 1
                )
            }
            journal.fileSystem.setIntercept(nil)
            #expect(error == nil || error?.code == "io")
            // Never an answer from less than everything.
            #expect(check?.passed != true)
        }
    }
}
