internal import EventLog
internal import FileSystemSeam
internal import LockKit

/// What `doctor` and `report` say about a session's log.
enum EventsExaminer {
    static let examiner = StoreExaminer(
        store: "session event log",
        mark: "events.jsonl",
        parts: ["quarantine"],
        owns: { $0.hasPrefix("events.") || $0 == "quarantine" },
        recognises: {
            !$0.isDisjoint(with: ["events.jsonl", "events.jsonl.lock", "events.jsonl.count", "events.seal.json"])
        },
        examine: examine
    )

    private static func examine(_ context: CommandContext) throws(CommandFailure) -> StoreExamination {
        let log = context.sessionLog()
        var examination = StoreExamination(store: examiner.store, path: context.directory)
        let report = try context.asking { () throws(EventLogError) in try log.verify(problemMaximum: 200) }
        let summary = try EventsSummary(of: log, context)
        var strangers: Set<String> = []
        try examination.addFiles(of: context) { (directory, _) throws(FileSystemError) in
            for entry in try directory.entries() {
                let kind = if let kind = entry.kind { kind } else { try directory.status(of: entry.name).kind }
                if kind != .regular { strangers.insert(entry.name) }
            }
        }
        add(report, strangers, to: &examination)
        addFacts(report, summary, to: &examination)
        try examination.addFiles(of: context) { (directory, examination) throws(FileSystemError) in
            try addFiles(directory, context, to: &examination)
        }
        examination.tables = summary.tables
        examination.findings.sort { $0.severity == .damage && $1.severity != .damage }
        return examination
    }

    // MARK: - The log itself

    /// - Parameter strangers: the names at which something else than a file stands.
    private static func add(
        _ report: LogVerification,
        _ strangers: Set<String>,
        to examination: inout StoreExamination
    ) {
        for problem in report.failures { examination.add(finding(.damage, problem, strangers)) }
        for problem in report.warnings {
            var notice = finding(.notice, problem, strangers)
            // The bytes that are missing were sealed, and so acknowledged as durable.
            if report.isSealBroken, problem.kind == .tornTail || problem.kind == .counter {
                notice.remedy =
                    "Append nothing, which would give the number of a lost event again; see what is said of the seal"
            }
            examination.add(notice)
        }
        examination.damageCount = report.failureCount
        let unlisted = report.warningCount - report.warnings.count
        if unlisted > 0 {
            let remedy = "holdfast events verify \(Printable.quoted(examination.path, maximum: 200)) names more of them"
            examination.add(
                .notice("blank_line", "events.jsonl", "\(unlisted) more lines are blank", remedy)
            )
        }
    }

    private static func finding(
        _ severity: StoreExamination.Severity,
        _ problem: LogProblem,
        _ strangers: Set<String>
    ) -> StoreExamination.Finding {
        let place: String
        if let line = problem.line, let offset = problem.byteOffset {
            place = "events.jsonl, line \(line) (byte \(offset))"
        } else {
            place = problem.kind == .counter ? "events.jsonl.count" : "events.seal.json"
        }
        return StoreExamination.Finding(
            severity,
            problem.kind.rawValue,
            place: place,
            problem.message,
            remedy: strangers.contains(place) ? remedyForStranger(problem.kind) : remedy(problem.kind)
        )
    }

    /// What to do where something else stands in the place of the counter or the seal.
    private static func remedyForStranger(_ kind: LogProblem.Kind) -> String {
        if kind == .counter {
            return "Move it away; until then no append can write the counter, and every writer counts the lines"
        }
        return "Move it away, and restore the seal from a copy if there was one"
    }

    private static func remedy(_ kind: LogProblem.Kind) -> String {
        switch kind {
        case .gap:
            "Look for the missing events in quarantine/ and on the lines that are no events; what is in neither was "
                + "never written, or was cut out"
        case .duplicate:
            "A writer appended without the lock. Keep both lines, tell the events apart by event_id, and update that writer"
        case .outOfOrder:
            "Lines were moved, or a writer appended without the lock. Restore the file from a copy if you have one"
        case .malformedLine:
            "Leave the line: it is passed over, and counts for the numbers. Its bytes may show which writer tore it"
        case .sealBroken: "Restore the events from a copy that fits the seal, and keep what is here as evidence"
        case .malformedSeal:
            "Use a version that knows the seal, or restore it from a copy. Without one, move it away as evidence and seal again, "
                + "which tells nothing of what was cut off before"
        case .sealSignature: "Do not trust the seal; find out who changed it"
        case .sealUntrusted: "Ask the signer for the key, or seal again with one that is trusted"
        case .tornTail: "Nothing: the next append moves it to quarantine/. It was not acknowledged, or not as durable"
        case .blankLine: "Nothing: blank lines are passed over, and count for the numbers"
        case .counter: "Nothing: the next append counts the lines and writes the counter anew"
        case .unsealedEvents: "Seal again with holdfast events seal when the session is closed"
        }
    }

    private static func addFacts(
        _ report: LogVerification,
        _ summary: EventsSummary,
        to examination: inout StoreExamination
    ) {
        examination.facts += [
            ("events", String(report.size.eventCount)), ("lines", String(report.size.lineCount)),
            ("next number", report.size.nextSequenceNumber.map { String($0) } ?? "none left"),
            ("size in bytes", String(report.size.byteCount)),
        ]
        if !summary.sessions.isEmpty { examination.facts.append(("session", summary.sessions.joined(separator: ", "))) }
        if let first = summary.firstTime, let last = summary.lastTime {
            examination.facts += [("first event", first), ("last event", last)]
        }
        let seal = report.seal.map { seal in
            "\(seal.eventCount) events at \(seal.sealedAt)"
                + (seal.publicKey.map { ", signed by \($0)" } ?? ", not signed")
        }
        let isUnreadable = report.failures.contains { $0.kind == .malformedSeal }
        let none = isUnreadable ? "unreadable; truncation would not show" : "no; truncation would not show"
        examination.facts.append(("sealed", seal ?? none))
    }
}

// MARK: - Its files

extension EventsExaminer {
    private static func addFiles(
        _ directory: any Directory,
        _ context: CommandContext,
        to examination: inout StoreExamination
    ) throws(FileSystemError) {
        examination.addFileSystem(try context.fileSystem.mountFacts(of: directory), at: context.directory)
        examination.facts.append(("lock", lock(directory, context)))
        var quarantined = 0
        for entry in try directory.entries() {
            if entry.name == "quarantine" {
                quarantined = try countTails(entry.name, directory, to: &examination)
            } else if entry.name.contains(".tmp-") {
                examination.add(leftover(entry.name))
            } else if entry.name.hasPrefix("events.") {
                try addPermissions(entry.name, directory, to: &examination)
            }
        }
        examination.facts.append(("torn tails kept", String(quarantined)))
    }

    private static func countTails(
        _ name: String,
        _ directory: any Directory,
        to examination: inout StoreExamination
    ) throws(FileSystemError) -> Int {
        guard try directory.status(of: name).kind == .directory else {
            examination.add(
                .notice(
                    "not_a_directory",
                    name,
                    "it is no directory",
                    "Move it away; until then no torn tail can be moved"
                )
            )
            return 0
        }
        let quarantine = try directory.subdirectory(name)
        defer { try? quarantine.close() }
        var count = 0
        for tail in try quarantine.entries() {
            if tail.name.hasSuffix(".torn") { count += 1 }
            if tail.name.contains(".tmp-") { examination.add(leftover("\(name)/\(tail.name)")) }
        }
        return count
    }

    private static func leftover(_ name: String) -> StoreExamination.Finding {
        .notice("leftover", name, "a process was killed while it wrote this", "Remove it when nobody is writing")
    }

    private static func addPermissions(
        _ name: String,
        _ directory: any Directory,
        to examination: inout StoreExamination
    ) throws(FileSystemError) {
        let status = try directory.status(of: name)
        guard status.kind == .regular else {
            // What reads it told already.
            if examination.findings.contains(where: { $0.place == name }) { return }
            examination.add(.notice("not_a_file", name, "it is no regular file", "Move it away"))
            return
        }
        examination.addPermissions(name, status, "chmod 600, unless it is shared on purpose")
    }

    private static func lock(_ directory: any Directory, _ context: CommandContext) -> String {
        let lock = FileLock("events.jsonl.lock", in: directory, fileSystem: context.fileSystem)
        do throws(LockError) {
            let found = try lock.inspect()
            guard found.mode != nil else { return "free" }
            let holders = found.holders.map { String($0) }.joined(separator: ", ")
            return holders.isEmpty ? "held" : "held by process \(holders)"
        } catch {
            return "unknown: \(error)"
        }
    }
}
