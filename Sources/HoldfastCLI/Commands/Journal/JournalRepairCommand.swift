internal import Canonical
internal import Journal

/// `holdfast journal repair`: what a writer does when it opens a journal after a crash, and nothing else.
enum JournalRepairCommand {
    static let description = CommandDescription(
        path: ["journal", "repair"],
        summary:
            "do now what the next append would: set a torn tail aside, make records durable, mend head and indexes",
        discussion: [
            "Nothing that was acknowledged is removed or changed. Records that are altered, missing or out of their place "
                + "are not repaired: nobody can know what they were; restore the journal from a copy that verifies.",
            "Says first what is to be done, and does it with --yes; then looks once more, and says what could not be "
                + "done.",
        ],
        positionals: [JournalArguments.directory],
        options: [
            OptionDescription(name: "yes", arity: .flag, help: "do it; without, it is only said"),
            JournalArguments.timeout,
        ],
        examples: [
            Example(words: ["journal", "repair", "approvals"], note: "what would be done"),
            Example(words: ["journal", "repair", "approvals", "--yes"], note: "do it"),
        ],
        exitNotes: [
            ExitNote(code: .done, meaning: "there is nothing to do, or it is done"),
            ExitNote(
                code: .refused,
                meaning:
                    "the chain does not verify, there is something to do and no --yes, or not all of it could be done"
            ),
            JournalArguments.missingNote,
        ] + JournalArguments.lockNotes,
        changesStore: true,
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        // In an empty directory there is nothing to repair, and nothing is to be made.
        let journal = try context.existingJournal(mustStand: true)
        let before = try verified(journal, context)
        guard before.isIntact else {
            _ = VerificationText.show(before, isStrict: false, context)
            return .refused
        }
        let format = try context.asking { () throws(JournalError) in try journal.format() }
        let mendable = self.mendable(before, format)
        guard context.arguments.has("yes") else {
            return mendable.isEmpty ? done(before, mended: [], left: [], context) : announce(mendable, context)
        }
        // Also where no warning tells of anything: not all that an append does anew is verified.
        try context.asking { () throws(JournalError) in
            try journal.create()
            if mendable.contains(where: { $0.kind == .indexStale }) { _ = try journal.rebuildIndexes() }
        }
        if mendable.isEmpty { return done(before, mended: [], left: [], context) }
        let after = try verified(journal, context)
        let left = self.mendable(after, format)
        let mended = mendable.filter { warning in !left.contains { $0.kind == warning.kind } }
        return done(after, mended: mended, left: left, context)
    }

    /// What the next append would mend. In `json-records` it leaves alone what another append has left.
    private static func mendable(_ report: VerificationReport, _ format: JournalFormat?) -> [VerificationWarning] {
        report.warnings.filter { warning in
            switch warning.kind {
            case .foreignFile: false
            case .leftoverFile: format != .jsonRecords
            case .headMissing, .headUnreadable, .headBehind, .indexStale, .tornTail: true
            }
        }
    }

    private static func verified(
        _ journal: ApprovalJournal,
        _ context: CommandContext
    ) throws(CommandFailure) -> VerificationReport {
        let bar = ProgressBar("verifying", unit: "records", on: context.console, context.fileSystem)
        defer { bar.clear() }
        return try context.asking { () throws(JournalError) in try journal.verifyAll(progress: bar.show) }
    }

    private static func announce(_ warnings: [VerificationWarning], _ context: CommandContext) -> ExitCode {
        if context.wantsJSON {
            context.console.write(json: ["repaired": .bool(false), "todo": kinds(warnings)])
        } else {
            let style = context.console.outputStyle
            for warning in warnings {
                context.console.writeLine(
                    "\(style.notable("to mend: \(warning.kind.rawValue):")) \(Printable.escaped(warning.message))"
                )
            }
            context.console.writeLine("Give --yes to do it.")
        }
        return .refused
    }

    private static func done(
        _ report: VerificationReport,
        mended: [VerificationWarning],
        left: [VerificationWarning],
        _ context: CommandContext
    ) -> ExitCode {
        let isDone = report.isIntact && left.isEmpty
        if context.wantsJSON {
            context.console.write(json: [
                "repaired": .bool(isDone && !mended.isEmpty), "mended": kinds(mended), "left": kinds(left),
                "records": .integer(report.recordCount),
                "ok": .bool(report.isIntact),
            ])
            return isDone ? .done : .refused
        }
        let style = context.console.outputStyle
        for warning in left {
            context.console.writeLine(
                "\(style.notable("not mended: \(warning.kind.rawValue):")) \(Printable.escaped(warning.message))"
            )
        }
        guard report.isIntact else {
            _ = VerificationText.show(report, isStrict: false, context)
            return .refused
        }
        if isDone {
            let word = mended.isEmpty ? "nothing to do" : "repaired"
            let records = report.recordCount == 1 ? "1 record" : "\(report.recordCount) records"
            context.console.writeLine("\(style.good("\(word):")) \(records), the chain is intact")
        }
        return isDone ? .done : .refused
    }

    private static func kinds(_ warnings: [VerificationWarning]) -> JSONValue {
        .array(warnings.map { .string($0.kind.rawValue) })
    }
}
