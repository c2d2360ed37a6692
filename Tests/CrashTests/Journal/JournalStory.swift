import CrashTesting
import FileSystemSeam
import Journal
import TestSupport

/// A random life of a journal. All of it follows from a number, so that it can be told again.
struct JournalStory: Sendable, CustomStringConvertible {
    /// Something that happens to the journal.
    enum Step: Sendable, Equatable {
        /// A nonce is used, maybe with an idempotency key.
        case use(grant: String, nonce: String, key: String?)
        case revoke(grant: String)
        case checkpoint
        case rebuild
        /// A handle is given up, and another one opened.
        case reopen
        /// The process is killed before one of the changes that a use makes, and another one goes on with the same
        /// request.
        case killed(at: Int, grant: String, nonce: String, key: String)
        /// Several processes use nonces at the same time, and hand over before some of their operations.
        case together(grant: String, nonce: String, switches: [[Int]], killed: Int?)

        /// What happens, without the particulars.
        var kind: String {
            switch self {
            case .use: "use"
            case .revoke: "revoke"
            case .checkpoint: "checkpoint"
            case .rebuild: "rebuild"
            case .reopen: "reopen"
            case .killed: "killed"
            case .together: "together"
            }
        }
    }

    /// Something that the journal said.
    enum Said: Equatable, Sendable {
        case used(index: UInt64, digest: String, grant: String, nonce: String)
        case revoked(index: UInt64, digest: String, grant: String)
        case appended(index: UInt64, digest: String)

        /// Of which record it said that.
        var record: (index: UInt64, digest: String) {
            switch self {
            case .used(let index, let digest, _, _), .revoked(let index, let digest, _),
                .appended(let index, let digest):
                (index, digest)
            }
        }
    }

    let number: Int
    let format: JournalFormat
    let settings: SegmentSettings
    /// How many of the steps are over, durably, when the power is cut for the first time.
    let preparedCount: Int
    let steps: [Step]
    /// Which sync fails once, if one does.
    var faults: FaultPlan
    /// Whether a failed sync is told to all who hold the file open: only then processes sync without the lock.
    let tellsEveryHandle: Bool

    /// - Parameter count: how many steps there are.
    init(_ number: Int, _ format: JournalFormat, count: Int) {
        var random = SplitMix64(seed: UInt64(number))
        self.number = number
        self.format = format
        var settings = SegmentSettings()
        settings.segmentByteMaximum = [1024, 1536, 2560, 4096].randomElement(using: &random)!
        settings.preallocationByteMinimum = [512, 1024, 2048].randomElement(using: &random)!
        settings.preallocationByteMaximum = settings.preallocationByteMinimum
        settings.tailRecordMaximum = [2, 4, 64].randomElement(using: &random)!
        self.settings = settings
        var grants = (1...3).map { "g\(number)-\($0)" }
        var steps: [Step] = []
        for place in 0..<count {
            let grant = grants.randomElement(using: &random)!
            let nonce = "n\(place)"
            let chance = Int.random(in: 0..<100, using: &random)
            switch chance {
            case _ where place == 0: steps.append(.use(grant: grant, nonce: nonce, key: nil))
            case ..<6 where grants.count > 1:
                steps.append(.revoke(grant: grant))
                grants.removeAll { $0 == grant }
            case 6..<10: steps.append(.checkpoint)
            case 10..<13: steps.append(.rebuild)
            case 13..<23: steps.append(.reopen)
            case 23..<33:
                let operation = Int.random(in: 0..<12, using: &random)
                steps.append(.killed(at: operation, grant: grant, nonce: nonce, key: "k\(place)"))
            case 33..<41 where format == .segments:
                let processes = Int.random(in: 2...3, using: &random)
                let switches = (0..<processes).map { _ in
                    (0..<2).map { _ in Int.random(in: 1...8, using: &random) }.sorted()
                }
                let killed = Bool.random(using: &random) ? Int.random(in: 0..<processes, using: &random) : nil
                steps.append(.together(grant: grant, nonce: nonce, switches: switches, killed: killed))
            default: steps.append(.use(grant: grant, nonce: nonce, key: chance < 70 ? "k\(place)" : nil))
            }
        }
        self.steps = steps
        preparedCount = Int.random(in: 0...min(3, count - 1), using: &random)
        if Int.random(in: 0..<3, using: &random) == 0 {
            let occurrence = Int.random(in: 1...12, using: &random)
            faults = .on(Bool.random(using: &random) ? .sync : .syncDirectory, occurrence, .error(.inputOutput))
        } else {
            faults = FaultPlan()
        }
        tellsEveryHandle = Bool.random(using: &random)
    }

    var description: String {
        "story \(number) of \(steps.count) steps in \(format.rawValue), segments of \(settings.segmentByteMaximum) bytes"
    }

    private var options: JournalOptions { CrashedJournal.options(format, settings) }

    // MARK: - What happens

    func prepare(_ fileSystem: any FileSystem) throws {
        try run(steps[..<preparedCount], fileSystem) { _ in }
    }

    func work(_ fileSystem: any FileSystem, _ say: (Said) -> Void) throws {
        var all: [Said] = []
        try run(steps[preparedCount...], fileSystem) { said in
            all.append(said)
            say(said)
        }
        // All of it stands in one chain, so that after a crash the last record tells of those before.
        let journal = CrashedJournal.open(fileSystem, options)
        for (index, digest) in all.map(\.record)
        where try journal.records(from: index, limit: 1).first?.digest != digest {
            throw CheckFailure("record \(index) is another than the acknowledged one, without any crash")
        }
    }

    private func run(_ steps: ArraySlice<Step>, _ fileSystem: any FileSystem, _ say: (Said) -> Void) throws {
        var process = try successor(of: fileSystem)
        process.disk.tellsEveryHandleOfFailedSyncs = tellsEveryHandle
        var journal = CrashedJournal.open(process, options)
        for step in steps {
            do throws(JournalError) {
                switch step {
                case .use(let grant, let nonce, let key): try Self.use(journal, grant, nonce, key, say)
                case .revoke(let grant):
                    let revocation = ApprovalRevocation(grantID: grant, grantDigest: "d", revoker: "r")
                    let record = try journal.append(revocation)
                    say(.revoked(index: record.index, digest: record.digest, grant: grant))
                case .checkpoint:
                    let record = try journal.makeCheckpoint()
                    say(.appended(index: record.index, digest: record.digest))
                case .rebuild: _ = try journal.rebuildIndexes()
                case .reopen: journal = CrashedJournal.open(process, options)
                case .killed(let operation, let grant, let nonce, let key):
                    let kill = KillSwitch(process, at: operation)
                    try? Self.use(journal, grant, nonce, key, say)
                    kill.end()
                    if kill.hasKilled { process = process.disk.boot() }
                    journal = CrashedJournal.open(process, options)
                    try Self.use(journal, grant, nonce, key, say)
                case .together(let grant, let nonce, let switches, let killed):
                    try together(process, grant, nonce, switches, killed, say)
                }
            } catch {
                // Nobody said that it is done, as a sync has failed. Another process goes on.
                guard !faults.entries.isEmpty else { throw error }
                try CheckFailure.unless(error.isOfAFailedSync, "\(step) was refused: \(error)")
                process = process.disk.boot()
                journal = CrashedJournal.open(process, options)
            }
        }
    }

    private static func use(
        _ journal: ApprovalJournal,
        _ grant: String,
        _ nonce: String,
        _ key: String?,
        _ say: (Said) -> Void
    ) throws(JournalError) {
        let use = CrashedJournal.use(nonce, grant: grant, key: key)
        let reservation = try journal.reserve(use, maximumUses: 1)
        say(.used(index: reservation.index, digest: reservation.digest, grant: grant, nonce: nonce))
    }

    /// Each process first appends alone, so that it holds the journal open.
    ///
    /// - Throws: what the first process was refused with that was not killed.
    private func together(
        _ process: SimFS,
        _ grant: String,
        _ nonce: String,
        _ switches: [[Int]],
        _ killed: Int?,
        _ say: (Said) -> Void
    ) throws(JournalError) {
        let processes = switches.map { _ in process.disk.boot() }
        let journals = processes.map { CrashedJournal.open($0, options) }
        for (place, journal) in journals.enumerated() {
            for step in 0..<2 { try Self.use(journal, grant, "\(nonce)-\(place)-\(step)", nil, say) }
        }
        let relay = Relay(processes, switches: switches, killed: killed)
        var refusals: [(place: Int, error: JournalError)] = []
        do {
            try relay.run { place in
                // The first of them is everybody's request.
                for (nonce, key) in [("\(nonce)-all", "\(nonce)-all"), ("\(nonce)-\(place)", nil)] {
                    do throws(JournalError) {
                        try Self.use(journals[place], grant, nonce, key, say)
                    } catch {
                        refusals.append((place, error))
                    }
                }
            }
        } catch {
            throw .invalidArgument(member: "relay", reason: "\(error)")
        }
        if let refusal = refusals.first(where: { !(relay.hasKilled && $0.place == killed) }) { throw refusal.error }
    }

    // MARK: - What must hold after a crash

    /// Opens the journal for writing, which recovers it.
    func recover(_ fileSystem: any FileSystem) throws(JournalError) -> ApprovalJournal {
        let journal = CrashedJournal.open(fileSystem, options)
        try journal.create()
        return journal
    }

    /// - Parameter isThorough: whether every acknowledged record is looked up, and the journal is written to again;
    ///   else the last one is, which the verified chain links to all others.
    func check(_ journal: ApprovalJournal, _ said: [Said], isThorough: Bool) throws {
        var complaint: String?
        do throws(JournalError) {
            complaint = try Self.complaint(about: journal, isThorough ? said : [], last: said.max(by: <))
            if isThorough, complaint == nil { complaint = try self.complaint(aboutWriting: journal, said) }
        } catch {
            throw CheckFailure("the journal gives no answer: \(error)")
        }
        if let complaint { throw CheckFailure(complaint) }
    }

    private static func complaint(
        about journal: ApprovalJournal,
        _ said: [Said],
        last: Said?
    ) throws(JournalError) -> String? {
        let report = try journal.verifyAll()
        if let failure = report.failures.first { return "verification: \(failure.message)" }
        if let finding = report.findings.first { return "a finding: \(finding.message)" }
        for said in said + (last.map { [$0] } ?? []) {
            let (index, digest) = said.record
            guard try journal.records(from: index, limit: 1).first?.digest == digest else {
                return "the acknowledged record \(index) is lost"
            }
            guard case .used(_, _, let grant, let nonce) = said else { continue }
            let nonceDigest = CrashedJournal.use(nonce).nonceDigest
            if try journal.checkReplay(grant: grant, nonceDigest: nonceDigest).passed {
                return "\(nonce) may be used a second time"
            }
        }
        return nil
    }

    private func complaint(
        aboutWriting journal: ApprovalJournal,
        _ said: [Said]
    ) throws(JournalError) -> String? {
        for case .revoked(_, _, let grant) in said {
            do throws(JournalError) {
                _ = try journal.reserve(CrashedJournal.use("after", grant: grant))
                return "the revoked grant \(grant) was used"
            } catch .grantRevoked {}
        }
        for case .used(_, _, let grant, let nonce) in said {
            do throws(JournalError) {
                let again = try journal.reserve(CrashedJournal.use(nonce, grant: grant), maximumUses: 1)
                return "\(nonce) was used a second time, in record \(again.index)"
            } catch .usesExhausted {
            } catch .grantRevoked where steps.contains(.revoke(grant: grant)) {
                // Also when nobody was told yet that the revocation is recorded: it may be.
            }
        }
        let last = said.map(\.record.index).max() ?? 0
        let next = try journal.reserve(CrashedJournal.use("next", grant: "next"))
        return next.index <= last ? "index \(next.index) was given twice" : nil
    }
}

private func < (first: JournalStory.Said, second: JournalStory.Said) -> Bool {
    first.record.index < second.record.index
}
