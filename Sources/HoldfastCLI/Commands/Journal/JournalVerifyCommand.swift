internal import Canonical
internal import Journal

/// `holdfast journal verify`: is the chain intact?
enum JournalVerifyCommand {
    static let description = CommandDescription(
        path: ["journal", "verify"],
        summary: "check every record, its digest and its place in the chain",
        discussion: [
            "Changes nothing and takes no lock. Failures break the chain, or what an anchor, a note or a key says of it. "
                + "Warnings are about heads and torn tails, which the next append mends, about indexes, which journal "
                + "rebuild-indexes makes anew (a stale one may have been forged to allow a use again), and about files that are "
                + "no part of the journal. Findings are what an intact chain can hold although it should not, such as a use after a revocation.",
            "Whether the whole directory was replaced by an older copy cannot be seen from inside: that takes an "
                + "anchor, the output of journal head --json kept elsewhere, or a note of journal checkpoint --note-out.",
            "Whoever can write all of the directory can make the whole chain anew, with right digests. With --key or --trusted-key that shows: a "
                + "checkpoint that the key's owner signed must be there, and one that names the key must carry its signature and "
                + "the root of the records. It is then said up to which record the owner vouches; what follows rests on "
                + "the chain alone. Without them a wrong root is a finding, since anyone could have stated it.",
        ],
        positionals: [JournalArguments.directory],
        options: [
            OptionDescription(name: "all", arity: .flag, help: "list every failure, not only the first"),
            OptionDescription(name: "strict", arity: .flag, help: "end with code 1 when there are findings"),
            OptionDescription(
                name: "anchor",
                arity: .value(.file, name: "FILE"),
                help: "what was seen of the journal before, - for standard input"
            ),
            JournalArguments.existing,
        ] + JournalArguments.hubKeys + NoteInput.options,
        examples: [
            Example(words: ["journal", "verify", "approvals"], note: "the first failure, or ok"),
            Example(
                words: ["journal", "verify", "approvals", "--all", "--strict", "--anchor", "anchor.json"],
                note: "everything there is to say"
            ),
            Example(
                words: [
                    "journal", "verify", "approvals", "--note", "approvals.note", "--note-key",
                    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                ],
                note: "do the records that the note is about still stand there?"
            ),
        ],
        exitNotes: [
            ExitNote(code: .done, meaning: "the chain is intact"),
            ExitNote(
                code: .refused,
                meaning: "it is not, or with --strict there are findings, or the note is not signed by --note-key"
            ),
            ExitNote(code: .malformedInput, meaning: "DIR is no journal, or the anchor or note is none"),
            ExitNote(
                code: .missingInput,
                meaning: "there is no directory DIR, or no such anchor or note, or with --existing no journal"
            ),
        ],
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let arguments = context.arguments
        try context.requireOneStandardInput(["anchor", "note", "trusted-key"])
        let journal = try context.existingJournal()
        let anchor = try readAnchor(context)
        let note = try NoteInput.read(context)
        let keys = try JournalArguments.trustedHubKeys(context)
        let bar = ProgressBar("verifying", unit: "records", on: context.console, context.fileSystem)
        defer { bar.clear() }
        let report = try context.asking { () throws(JournalError) in
            arguments.has("all")
                ? try journal.verifyAll(anchor: anchor, note: note, trustedHubKeys: keys, progress: bar.show)
                : try journal.verifyIntegrity(anchor: anchor, note: note, trustedHubKeys: keys, progress: bar.show)
        }
        bar.clear()
        return VerificationText.show(report, isStrict: arguments.has("strict"), context)
    }

    static func readAnchor(_ context: CommandContext) throws(CommandFailure) -> JournalAnchor? {
        guard let path = context.arguments.text("anchor") else { return nil }
        var source = try InputSource(path, expected: "the anchor", in: context)
        let bytes = try source.readAll(maximum: InputLimits.anchorByteCount)
        do throws(JournalError) {
            return try JournalAnchor(parsing: bytes)
        } catch {
            throw .malformed(
                "\(source.name) is no anchor; give the output of holdfast journal head --json",
                code: "malformed_anchor"
            )
        }
    }
}
