internal import Canonical
internal import Journal

/// `holdfast journal revoke`: no further use of a grant.
enum JournalRevokeCommand {
    static let description = CommandDescription(
        path: ["journal", "revoke"],
        summary: "record that a grant is revoked: no further use of it is allowed",
        discussion: [
            "Uses that were recorded before stay as they are. A revocation cannot be taken back. The journal must be "
                + "there: a revocation in a new one, made at a mistyped path, would revoke nothing."
        ],
        positionals: [JournalArguments.directory],
        options: [
            JournalArguments.grant,
            OptionDescription(
                name: "grant-digest",
                arity: .value(.text, name: "D"),
                help: "the digest of the grant's own text",
                isRequired: true
            ),
            OptionDescription(name: "revoker", arity: .value(.text, name: "R"), help: "who revokes", isRequired: true),
            OptionDescription(name: "reason", arity: .value(.text, name: "TEXT"), help: "why"),
            JournalArguments.timeout,
        ],
        examples: [
            Example(
                words: [
                    "journal", "revoke", "approvals", "--grant", "grant-7", "--grant-digest", "grant-7", "--revoker",
                    "person://ada", "--reason", "key lost",
                ],
                note: "allow no further use of grant-7"
            )
        ],
        exitNotes: [
            ExitNote(code: .done, meaning: "the revocation is recorded, durably"),
            ExitNote(code: .refused, meaning: "the journal does not verify, and nothing is appended to it"),
            ExitNote(code: .missingInput, meaning: "no journal was made at DIR; nothing is made"),
            JournalArguments.outcomeNote,
        ] + JournalArguments.lockNotes,
        changesStore: true,
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let arguments = context.arguments
        let revocation = ApprovalRevocation(
            grantID: arguments.required("grant"),
            grantDigest: arguments.required("grant-digest"),
            revoker: arguments.required("revoker"),
            reason: arguments.text("reason")
        )
        let journal = try context.existingJournal(mustStand: true)
        let record = try context.asking { () throws(JournalError) in try journal.append(revocation) }
        if context.wantsJSON {
            context.console.write(json: [
                "index": .integer(record.index),
                "digest": .string(record.digest),
                "revocation_id": .string(record.id),
            ])
        } else {
            context.console.writeLine(
                "\(context.console.outputStyle.good("revoked:")) \(Printable.escaped(revocation.grantID)), "
                    + "\(record.id), record \(record.index)"
            )
        }
        return .done
    }
}
