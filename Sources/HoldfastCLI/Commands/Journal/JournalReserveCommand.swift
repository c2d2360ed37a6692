internal import Canonical
internal import Journal

/// `holdfast journal reserve`: consumes one use of an approval, or refuses.
enum JournalReserveCommand {
    static let description = CommandDescription(
        path: ["journal", "reserve"],
        summary: "consume one use of an approval, if the rules allow it",
        discussion: [
            "Decides and records in one step: of any number of callers only as many succeed as uses are allowed. The "
                + "limit --max-uses is for each nonce of the grant, --per-grant for all of its nonces together. The "
                + "journal is made when it is not there: give --existing wherever one must be, so that a mistyped path or a "
                + "file system that is not mounted consumes no use twice.",
            "A limit that this call gives holds, whatever an earlier use stated: take it from the approval, and never from "
                + "whoever asks. Without one, what the latest use of the nonce stated holds. Where none did, every use is "
                + "allowed, and a note says so.",
            "A repetition with the same --idempotency-key, grant, nonce, actor, action and subject gives the use that was "
                + "recorded first, and counts nothing, also when the grant was revoked since: use it when a caller may not have "
                + "seen the answer. What other options say then is not compared.",
        ],
        positionals: [JournalArguments.directory],
        options: [
            JournalArguments.grant
        ] + JournalArguments.nonce + [
            OptionDescription(name: "actor", arity: .value(.text, name: "A"), help: "who acts", isRequired: true),
            OptionDescription(name: "action", arity: .value(.text, name: "X"), help: "what is done", isRequired: true),
            OptionDescription(
                name: "subject",
                arity: .value(.text, name: "S"),
                help: "what it is done to",
                isRequired: true
            ),
            OptionDescription(
                name: "max-uses",
                arity: .value(.integer(0...UInt64(UInt32.max)), name: "N"),
                help: "how many uses of this nonce are allowed; what an earlier use said, else no limit, when left out"
            ),
            OptionDescription(
                name: "per-grant",
                arity: .value(.integer(0...UInt64(UInt32.max)), name: "N"),
                help: "how many uses of the grant are allowed over all nonces; no such limit when left out"
            ),
            OptionDescription(
                name: "idempotency-key",
                arity: .value(.text, name: "K"),
                help: "names the request, so that repeating it gives the same use"
            ),
            OptionDescription(
                name: "grant-digest",
                arity: .value(.text, name: "D"),
                help: "the digest of the grant's own text; the grant's identifier when left out"
            ),
            OptionDescription(name: "session", arity: .value(.text, name: "ID"), help: "the session it happens in"),
            OptionDescription(
                name: "expires-at",
                arity: .value(.time, name: "T"),
                help: "from when on it is refused, as in 2026-05-01T08:00:00Z"
            ),
            OptionDescription(
                name: "use-id",
                arity: .value(.text, name: "ID"),
                help: "the identifier of the use; made at random when left out"
            ),
            JournalArguments.existing, JournalArguments.timeout,
        ],
        alternatives: [JournalArguments.nonceAlternatives],
        examples: [
            Example(
                words: [
                    "journal", "reserve", "approvals", "--grant", "grant-7", "--nonce-file", "nonce.txt", "--actor",
                    "agent://deployer", "--action", "deploy", "--subject", "urn:service:web", "--max-uses", "1",
                    "--idempotency-key", "run-42",
                ],
                note:
                    "consume the one use that grant-7 allows of this nonce; once more, should nobody see the answer, gives that use"
            )
        ],
        exitNotes: [
            ExitNote(code: .done, meaning: "the use is recorded, durably"),
            ExitNote(
                code: .refused,
                meaning: "refused: uses_exhausted, grant_revoked, expired or idempotency_conflict; or the journal "
                    + "does not verify, and nothing is appended to it"
            ),
            ExitNote(code: .usage, meaning: "the command line is wrong, or --use-id is recorded already"),
            JournalArguments.existingNote, JournalArguments.outcomeNote,
        ] + JournalArguments.lockNotes,
        changesStore: true,
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let arguments = context.arguments
        let grant = arguments.required("grant")
        let use = ApprovalUse(
            useID: arguments.text("use-id") ?? "",
            grantID: grant,
            grantDigest: arguments.text("grant-digest") ?? grant,
            nonceDigest: try NonceInput.digest(context),
            actor: arguments.required("actor"),
            action: arguments.required("action"),
            subject: arguments.required("subject"),
            sessionID: arguments.text("session"),
            idempotencyKey: arguments.text("idempotency-key"),
            expiresAt: arguments.text("expires-at")
        )
        if !arguments.has("existing") { try StoreExaminer.requireOutsideStores(context.directory, context.fileSystem) }
        let journal = context.journal()
        let reservation = try context.asking { () throws(JournalError) in
            try journal.reserve(
                use,
                maximumUses: arguments.integer32("max-uses"),
                perGrant: arguments.integer32("per-grant")
            )
        }
        show(reservation, grant, context)
        if !reservation.isExisting, !arguments.has("max-uses"), !arguments.has("per-grant") {
            noteMissingLimit(of: use, in: journal, context)
        }
        return .done
    }

    /// Says that the nonce may be used without end, unless an earlier use stated a limit; a forgotten option is then a
    /// replay.
    private static func noteMissingLimit(
        of use: ApprovalUse,
        in journal: ApprovalJournal,
        _ context: CommandContext
    ) {
        // The use stands, whatever is wrong with this look.
        guard let next = try? journal.checkReplay(grant: use.grantID, nonceDigest: use.nonceDigest),
            next.passed, next.maximumUses == nil
        else { return }
        context.console.writeDiagnostic(
            "\(context.console.errorStyle.notable("note:")) nothing limits the uses of this nonce; give --max-uses, as the "
                + "approval says"
        )
    }

    private static func show(_ reservation: Reservation, _ grant: String, _ context: CommandContext) {
        if context.wantsJSON {
            context.console.write(json: [
                "index": .integer(reservation.index),
                "digest": .string(reservation.digest),
                "use_id": .string(reservation.useID),
                "use_number": .integer(reservation.useNumber),
                "existing": .bool(reservation.isExisting),
            ])
            return
        }
        let word = reservation.isExisting ? "reserved before:" : "reserved:"
        context.console.writeLine(
            "\(context.console.outputStyle.good(word)) \(Printable.escaped(reservation.useID)), "
                + "use \(reservation.useNumber) of \(Printable.escaped(grant)), record \(reservation.index)"
        )
    }
}
