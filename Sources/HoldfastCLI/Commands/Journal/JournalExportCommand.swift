internal import Canonical
internal import FileSystemSeam
internal import Journal

/// `holdfast journal export`: a whole journal in one file.
enum JournalExportCommand {
    static let description = CommandDescription(
        path: ["journal", "export"],
        summary: "write all records to one file that verifies without the journal",
        discussion: [
            "The bundle is a line that counts the records and names the last one, then a record a line, as it was hashed. "
                + "Whoever has it can check every digest, checkpoint and proof: journal verify-bundle does, and journal "
                + "import makes a journal of it."
        ],
        positionals: [JournalArguments.directory],
        options: [
            OptionDescription(
                name: "out",
                arity: .value(.file, name: "FILE"),
                help: "where the bundle is written; an earlier bundle is replaced",
                isRequired: true
            )
        ],
        examples: [
            Example(words: ["journal", "export", "approvals", "--out", "approvals.bundle"], note: "to pass on")
        ],
        exitNotes: [
            ExitNote(code: .refused, meaning: "the journal does not verify; no bundle is written"),
            ExitNote(
                code: .usage,
                meaning:
                    "the command line is wrong, or a record is too long for a line (64 MiB), or the journal's identifier for the "
                    + "first one (64 KiB); no bundle is written"
            ),
            OutputFile.notDurableNote("FILE"),
            ExitNote(code: .missingInput, meaning: "no journal was made at DIR"),
        ],
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        // A bundle of nothing must not take the place of a good one.
        let journal = try context.existingJournal(mustStand: true)
        let path = context.arguments.required("out")
        let output = try OutputFile(path, replacing: ["{\"kind\":\"approval-use-bundle\""], in: context.fileSystem)
        let bar = ProgressBar("exporting", unit: "records", on: context.console, context.fileSystem)
        defer { bar.clear() }
        var head: JournalHead?
        try output.write { (file) throws(CommandFailure) in
            head = try context.asking { () throws(JournalError) in try journal.export(to: file, progress: bar.show) }
        }
        bar.clear()
        JournalCopyText.show("exported", head, path, [], context)
        return .done
    }
}

/// `holdfast journal import`: a journal of a bundle.
enum JournalImportCommand {
    static let description = CommandDescription(
        path: ["journal", "import"],
        summary: "make a journal of a bundle that journal export wrote",
        discussion: [
            "Every record is checked, and keeps the bytes that were hashed. Nothing may stand at DIR: importing never "
                + "changes a history."
        ],
        positionals: [
            PositionalDescription(name: "DIR", kind: .directory, help: "the journal that is made")
        ],
        options: [
            OptionDescription(
                name: "from",
                arity: .value(.regularFile, name: "FILE"),
                help: "the bundle; a file, since it is read twice",
                isRequired: true
            ),
            OptionDescription(
                name: "format",
                arity: .value(.choice(JournalFormat.allCases.map(\.rawValue)), name: "FORMAT"),
                help: "how records are stored: segments, or json-records as other tools read it; segments when left out"
            ),
        ],
        examples: [
            Example(words: ["journal", "import", "copy", "--from", "approvals.bundle"], note: "a journal in ./copy")
        ],
        exitNotes: [
            ExitNote(code: .refused, meaning: "the bundle does not verify; nothing is left at DIR"),
            ExitNote(code: .usage, meaning: "something stands at DIR, or DIR would lie among the files of a store"),
            ExitNote(code: .malformedInput, meaning: "FILE is no bundle of a version that is known"),
            JournalCopyText.notDurableNote("DIR"),
            ExitNote(code: .missingInput, meaning: "there is no FILE"),
        ],
        changesStore: true,
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let path = context.arguments.required("from")
        let bundle = try context.bundle(path)
        try StoreExaminer.requireOutsideStores(context.directory, context.fileSystem)
        let journal = context.journal()
        let bar = ProgressBar("importing", unit: "records", on: context.console, context.fileSystem)
        defer { bar.clear() }
        let head = try context.asking(about: path) { () throws(JournalError) in
            try journal.create(from: bundle, progress: bar.show)
        }
        bar.clear()
        JournalCopyText.show("imported", head, context.directory, [], context)
        return .done
    }
}

/// `holdfast journal verify-bundle`: does a bundle hold what it says?
enum JournalVerifyBundleCommand {
    static let description = CommandDescription(
        path: ["journal", "verify-bundle"],
        summary: "check a bundle that journal export wrote, without the journal",
        discussion: [
            "Checks every record's digest and place in the chain, the count and the last record that the first line names, "
                + "and the roots of all checkpoints. With --key or --trusted-key a checkpoint that the key's owner signed must be there, and it is "
                + "said up to which record the owner vouches; without, anyone could have made all of it."
        ],
        positionals: [
            PositionalDescription(name: "FILE", kind: .regularFile, help: "the bundle; a file, since it is read twice")
        ],
        options: JournalArguments.hubKeys + [
            OptionDescription(name: "strict", arity: .flag, help: "end with code 1 when there are findings"),
            OptionDescription(
                name: "anchor",
                arity: .value(.file, name: "FILE"),
                help: "what was seen of the journal before, - for standard input"
            ),
        ] + NoteInput.options,
        examples: [Example(words: ["journal", "verify-bundle", "approvals.bundle"], note: "the first failure, or ok")],
        exitNotes: [
            ExitNote(code: .done, meaning: "the bundle is intact"),
            ExitNote(
                code: .refused,
                meaning: "it is not, or with --strict there are findings, or the note is not signed by --note-key"
            ),
            ExitNote(code: .malformedInput, meaning: "FILE is no bundle of a version that is known"),
            ExitNote(code: .missingInput, meaning: "there is no FILE"),
        ],
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        guard let path = context.arguments.positional("FILE") else { preconditionFailure("FILE is required") }
        let bundle = try context.bundle(path)
        try context.requireOneStandardInput(["anchor", "note", "trusted-key"])
        let keys = try JournalArguments.trustedHubKeys(context)
        let anchor = try JournalVerifyCommand.readAnchor(context)
        let note = try NoteInput.read(context)
        let bar = ProgressBar("verifying", unit: "records", on: context.console, context.fileSystem)
        defer { bar.clear() }
        let report = try context.asking(about: path) { () throws(JournalError) in
            try bundle.verify(anchor: anchor, note: note, trustedHubKeys: keys, progress: bar.show)
        }
        bar.clear()
        return VerificationText.show(report, isStrict: context.arguments.has("strict"), context)
    }
}

extension CommandContext {
    /// The bundle at a path.
    fileprivate func bundle(_ path: String) throws(CommandFailure) -> JournalBundle {
        let source = try InputSource(path, expected: "the bundle", isReadTwice: true, in: self)
        guard let file = source.file else {
            throw .usage("a bundle is read twice, and so cannot come from \(source.name); give a file")
        }
        do throws(JournalError) {
            return try JournalBundle(file)
        } catch {
            switch error {
            case .io(let cause, _): throw .inputOutput("\(source.name) cannot be read: \(cause.code)", cause)
            // The remedy of a journal's record would be that of another case.
            case .malformedRecord(_, _, let reason):
                throw .malformed(
                    "\(source.name) is no bundle: \(Printable.escaped(reason)). Give what holdfast journal export wrote",
                    code: "malformed_bundle"
                )
            default:
                throw .malformed("\(source.name): \(Printable.escaped(error.description))", code: "malformed_bundle")
            }
        }
    }
}
