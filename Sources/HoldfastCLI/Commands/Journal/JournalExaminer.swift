internal import Canonical
internal import FileSystemSeam
internal import Journal

/// What `doctor` and `report` say about a journal.
enum JournalExaminer {
    static let examiner = StoreExaminer(
        store: "approval-use journal",
        mark: "journal.json",
        parts: ["records", "segments", "heads", "indexes", "locks", "quarantine"],
        owns: { _ in true },
        recognises: { $0.contains("journal.json") || $0.contains("records") || $0.contains("segments") },
        examine: examine
    )

    private static func examine(_ context: CommandContext) throws(CommandFailure) -> StoreExamination {
        let journal = context.journal()
        var examination = StoreExamination(store: examiner.store, path: context.directory)
        let bar = ProgressBar("verifying", unit: "records", on: context.console, context.fileSystem)
        defer { bar.clear() }
        let (format, report) = try context.asking { () throws(JournalError) in
            (try journal.format(), try journal.verifyAll(progress: bar.show))
        }
        bar.clear()
        add(report, to: &examination)
        examination.facts += [
            ("layout", format?.rawValue ?? "none"), ("records", String(report.recordCount)),
            ("last record", report.head.map { "\($0.index), \($0.digest)" } ?? "none"),
        ]
        if report.isIntact {
            let summary = try context.asking { () throws(JournalError) in try JournalSummary(of: journal) }
            examination.facts += summary.facts
            examination.tables = summary.tables
        }
        try examination.addFiles(of: context) { (directory, examination) throws(FileSystemError) in
            try addFiles(directory, context, to: &examination)
        }
        examination.findings.sort { $0.severity == .damage && $1.severity != .damage }
        return examination
    }

    private static func add(_ report: VerificationReport, to examination: inout StoreExamination) {
        for failure in report.failures {
            examination.add(
                StoreExamination.Finding(
                    .damage,
                    failure.kind.rawValue,
                    place: "record \(failure.index)",
                    failure.message,
                    remedy:
                        "Append nothing; keep what is here as evidence, and restore the journal from a copy that verifies"
                )
            )
        }
        for warning in report.warnings {
            examination.add(
                StoreExamination.Finding(
                    .notice,
                    warning.kind.rawValue,
                    place: "caches and files",
                    warning.message,
                    remedy: remedy(warning.kind)
                )
            )
        }
        for finding in report.findings {
            examination.add(
                StoreExamination.Finding(
                    .notice,
                    finding.kind.rawValue,
                    place: "record \(finding.index)",
                    finding.message,
                    remedy: remedy(finding.kind)
                )
            )
        }
    }

    private static func remedy(_ kind: VerificationWarning.Kind) -> String {
        switch kind {
        case .headMissing, .headUnreadable, .headBehind, .tornTail:
            "Nothing: the next append mends it; holdfast journal repair does it now"
        case .indexStale: "holdfast journal rebuild-indexes"
        case .leftoverFile:
            "holdfast journal repair removes it from segments; elsewhere remove it when nobody is writing"
        case .foreignFile: "Move it away"
        }
    }

    private static func remedy(_ kind: VerificationFinding.Kind) -> String {
        switch kind {
        case .merkleUnchecked:
            "The chain is intact: whoever wrote so many checkpoints of ranges that overlap keeps them from being checked. "
                + "Find out who"
        case .limitExceeded, .useAfterRevocation, .repeatedUseID, .clockRegression, .merkleMismatch, .useNumberMismatch,
            .checkpointSignature:
            "The chain is intact: whoever wrote the record broke a rule. Find out who, and treat the grant as used up"
        }
    }

    private static func addFiles(
        _ directory: any Directory,
        _ context: CommandContext,
        to examination: inout StoreExamination
    ) throws(FileSystemError) {
        examination.addFileSystem(try context.fileSystem.mountFacts(of: directory), at: context.directory)
        let status = try directory.status()
        if status.permissions.rawValue & 0o022 != 0 {
            examination.add(
                .notice(
                    "loose_permissions",
                    context.directory,
                    "others than the owner may write there (\(status.permissions))",
                    "chmod 700, unless it is shared on purpose"
                )
            )
        }
        let hasQuarantine = try directory.entries().contains { $0.name == "quarantine" }
        let kept = hasQuarantine ? try directory.subdirectory("quarantine").entries() : []
        examination.facts.append(("torn tails kept", String(kept.count { $0.name.hasSuffix(".torn") })))
        try examination.addLeftProbes(directory)
        for path in InterruptedCopies.beside(context.directory, context.fileSystem) {
            examination.add(
                .notice(
                    "interrupted_copy",
                    path,
                    "an import, a conversion or an export was killed while it wrote this, or is still writing it",
                    "Remove it when none is running, and do it again"
                )
            )
        }
    }
}

/// What a journal holds, summed up in one pass and bounded memory.
struct JournalSummary {
    private var useCount: UInt64 = 0
    private var grants = TextCounts(differentMaximum: grantMaximum)
    private var revocations: [[String]] = []
    private var revocationCount = 0
    private var checkpoints: [[String]] = []
    private var checkpointCount = 0
    private var firstTime: String?
    private var lastTime: String?

    /// More different grants than this are counted together.
    private static let grantMaximum = 10_000
    private static let rowMaximum = 50

    init(of journal: ApprovalJournal) throws(JournalError) {
        var summary = JournalSummary()
        try journal.forEachRecord { (stored) throws(JournalError) in
            summary.add(stored)
            return true
        }
        self = summary
    }

    private init() {}

    private mutating func add(_ stored: StoredRecord) {
        firstTime = firstTime ?? stored.record.createdAt
        lastTime = stored.record.createdAt
        let index = String(stored.index)
        switch stored.record {
        case .use(let use):
            useCount += 1
            grants.count(use.grantID)
        case .revocation(let revocation):
            revocationCount += 1
            guard revocations.count < Self.rowMaximum else { return }
            revocations.append([
                index, revocation.createdAt, revocation.grantID, revocation.revoker, revocation.reason ?? "",
            ])
        case .checkpoint(let checkpoint):
            checkpointCount += 1
            checkpoints.append([
                index, checkpoint.createdAt, "\(checkpoint.fromRecordIndex) to \(checkpoint.toRecordIndex)",
                checkpoint.merkleRoot, checkpoint.hubID.isEmpty ? "not signed" : checkpoint.hubID,
            ])
            if checkpoints.count > 2 * Self.rowMaximum { checkpoints.removeFirst(Self.rowMaximum) }
        }
    }

    var facts: [(name: String, value: String)] {
        var facts = [
            (name: "uses", value: String(useCount)), (name: "revocations", value: String(revocationCount)),
            (name: "checkpoints", value: String(checkpointCount)),
        ]
        if let firstTime, let lastTime {
            facts += [(name: "first record at", value: firstTime), (name: "last record at", value: lastTime)]
        }
        return facts
    }

    /// Uses per grant, revocations, the latest checkpoints.
    var tables: [StoreExamination.Table] {
        var tables: [StoreExamination.Table] = []
        if useCount > 0 {
            let shown = grants.sorted.prefix(Self.rowMaximum)
            let rest = useCount - shown.reduce(0) { $0 + $1.count }
            tables.append(
                StoreExamination.Table(
                    title: "Uses by grant",
                    columns: ["grant", "uses"],
                    rows: shown.map { [$0.text, String($0.count)] },
                    weights: shown.map(\.count),
                    note: rest == 0 ? "" : "And \(rest) uses of other grants."
                )
            )
        }
        if !revocations.isEmpty {
            let rest = revocationCount - revocations.count
            tables.append(
                StoreExamination.Table(
                    title: "Revocations",
                    columns: ["record", "time", "grant", "by", "reason"],
                    rows: revocations,
                    note: rest == 0 ? "" : "And \(rest) more."
                )
            )
        }
        if !checkpoints.isEmpty {
            let shown = checkpoints.suffix(Self.rowMaximum)
            let rest = checkpointCount - shown.count
            tables.append(
                StoreExamination.Table(
                    title: "Checkpoints",
                    columns: ["record", "time", "records", "root", "signed by"],
                    rows: Array(shown),
                    note: rest == 0 ? "" : "And \(rest) before."
                )
            )
        }
        return tables
    }
}
