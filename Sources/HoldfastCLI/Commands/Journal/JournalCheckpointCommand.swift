internal import Canonical
internal import FileSystemSeam
internal import Journal
internal import Signing

/// `holdfast journal checkpoint`: a Merkle root over records, signed where asked.
enum JournalCheckpointCommand {
    static let description = CommandDescription(
        path: ["journal", "checkpoint"],
        summary: "sum up records in a Merkle root and append it",
        discussion: [
            "Whoever can rewrite a whole chain can give it right digests. A checkpoint that a hub signed shows it (journal "
                + "verify --key or --trusted-key), and so does a note that is kept elsewhere (journal verify --note): roots are those of RFC "
                + "6962, notes those of C2SP signed-note and tlog-checkpoint, which other tools verify."
        ],
        positionals: [JournalArguments.directory],
        options: [
            OptionDescription(
                name: "from",
                arity: .value(.integer(1...UInt64.max), name: "I"),
                help: "the first record; 1 when left out"
            ),
            OptionDescription(
                name: "to",
                arity: .value(.integer(1...UInt64.max), name: "J"),
                help: "the last record; the journal's last when left out"
            ),
            OptionDescription(
                name: "sign-key",
                arity: .value(.file, name: "F"),
                help: "an Ed25519 private key (PEM, PKCS #8) to sign with, for --hub and for --note-out"
            ),
            OptionDescription(
                name: "hub",
                arity: .value(.text, name: "ID"),
                help: "the hub that the checkpoint is signed for, such as hub://org-0; needs --sign-key"
            ),
            OptionDescription(
                name: "note-out",
                arity: .value(.file, name: "F"),
                help: "also write the root as a signed note; needs --sign-key, --origin and records from 1. An "
                    + "earlier note of that origin is replaced"
            ),
            OptionDescription(
                name: "origin",
                arity: .value(.text, name: "NAME"),
                help: "the log's name in the note, such as example.com/approvals"
            ),
            JournalArguments.timeout,
        ],
        examples: [
            Example(words: ["journal", "checkpoint", "approvals"], note: "over all records, by the journal itself"),
            Example(
                words: [
                    "journal", "checkpoint", "approvals", "--sign-key", "hub.pem", "--hub", "hub://org-0",
                    "--note-out", "approvals.note", "--origin", "example.com/approvals",
                ],
                note: "signed for a hub, and as a note for other tools; holdfast help formats says how a key is made"
            ),
        ],
        exitNotes: [
            ExitNote(code: .done, meaning: "the checkpoint is recorded, durably"),
            ExitNote(
                code: .refused,
                meaning:
                    "the journal does not verify, or another came into its place meanwhile, and nothing is appended to it"
            ),
            ExitNote(
                code: .inputOutput,
                meaning:
                    "the journal or the note could not be written; where the message names it, the checkpoint is recorded, "
                    + "and with outcome_unknown it may be; with \(OutputFile.notDurableCode) the note is written, too, and a loss "
                    + "of power may take it away, or bring back what was there"
            ),
            JournalArguments.missingNote,
        ] + JournalArguments.lockNotes,
        changesStore: true,
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let arguments = context.arguments
        var key: SigningKey?
        if let path = arguments.text("sign-key") { key = try KeyInput.signingKey(path, context) }
        let signer = try hubSigner(key, arguments)
        let note = try noteOutput(key, context)
        if key != nil, signer == nil, note == nil {
            throw .usage("--sign-key signs for --hub, or a note for --note-out; give one of them")
        }
        let journal = try context.existingJournal()
        let stored = try context.asking { () throws(JournalError) in
            try journal.makeCheckpoint(
                from: arguments.integer("from") ?? 1,
                to: arguments.integer("to"),
                signedBy: signer
            )
        }
        guard case .checkpoint(let checkpoint) = stored.record else {
            preconditionFailure("a checkpoint was appended as something else")
        }
        if let note {
            do throws(CommandFailure) {
                try note.write(checkpoint)
            } catch {
                throw noteFailure(error, stored, checkpoint)
            }
        }
        if context.wantsJSON {
            var object: JSONObject = [
                "index": .integer(stored.index), "digest": .string(stored.digest),
                "checkpoint_id": .string(checkpoint.checkpointID),
                "from_record_index": .integer(checkpoint.fromRecordIndex),
                "to_record_index": .integer(checkpoint.toRecordIndex),
                "merkle_root": .string(checkpoint.merkleRoot), "signed": .bool(signer != nil),
            ]
            if let signer { object["public_key"] = .string(signer.key.publicKey.base64URL) }
            if let key = note?.verifierKey { object["note_key"] = .string(key) }
            context.console.write(json: object)
        } else {
            context.console.writeLine(
                "\(context.console.outputStyle.good("checkpoint:")) \(checkpoint.checkpointID), record \(stored.index), "
                    + "over records \(checkpoint.fromRecordIndex) to \(checkpoint.toRecordIndex): "
                    + checkpoint.merkleRoot
                    + (signer.map { ", signed for \(Printable.escaped($0.hubID))" } ?? ", unsigned")
            )
            if let key = note?.verifierKey {
                context.console.writeLine(
                    "note: signed by \(Printable.escaped(key)); journal verify --note-key asks for that"
                )
            }
            if let signer {
                context.console.writeLine(
                    "key: \(signer.key.publicKey.base64URL); journal verify --key asks for that, kept elsewhere"
                )
            }
        }
        return .done
    }

    /// The checkpoint stands in the journal; who is not told so does it all over again.
    private static func noteFailure(
        _ cause: CommandFailure,
        _ stored: StoredRecord,
        _ checkpoint: JournalCheckpoint
    ) -> CommandFailure {
        var failure = cause
        let note =
            cause.code == OutputFile.notDurableCode
            ? "its note is written"
            : "only its note is missing; a note of the same root takes another checkpoint, with --to "
                + "\(checkpoint.toRecordIndex)"
        failure.message =
            "\(cause.message). The checkpoint \(checkpoint.checkpointID) is recorded, as record \(stored.index), and \(note)"
        failure.fields["index"] = .integer(stored.index)
        failure.fields["digest"] = .string(stored.digest)
        failure.fields["checkpoint_id"] = .string(checkpoint.checkpointID)
        return failure
    }

    private static func hubSigner(
        _ key: SigningKey?,
        _ arguments: ParsedArguments
    ) throws(CommandFailure) -> HubSigner? {
        guard let hub = arguments.text("hub") else { return nil }
        guard let key else { throw .usage("--hub needs --sign-key, the key that the hub signs with") }
        return HubSigner(hubID: hub, key: key)
    }

    /// A note that is to be written; everything that can be wrong with it was looked at before anything is appended.
    private struct NoteOutput {
        let file: OutputFile
        let origin: String
        let key: SigningKey

        func write(_ checkpoint: JournalCheckpoint) throws(CommandFailure) {
            let root = try? Digest(parsing: checkpoint.merkleRoot)
            try file.write(try bytes(size: checkpoint.leafCount, rootHash: root?.bytes ?? []))
        }

        /// What `journal verify --note-key` takes.
        var verifierKey: String? { try? NoteVerifier(name: origin, key: key.publicKey).encoded }

        func bytes(size: UInt64, rootHash: [UInt8]) throws(CommandFailure) -> [UInt8] {
            do {
                let body = try CheckpointBody(origin: origin, size: size, rootHash: rootHash)
                return try SignedNote(checkpoint: body, signedBy: [NoteSigner(name: origin, key: key)]).bytes
            } catch {
                throw .usage("no note can be made for --origin \(Printable.quoted(origin)): \(error)")
            }
        }
    }

    private static func noteOutput(
        _ key: SigningKey?,
        _ context: CommandContext
    ) throws(CommandFailure) -> NoteOutput? {
        let arguments = context.arguments
        guard let path = arguments.text("note-out") else {
            if arguments.has("origin") { throw .usage("--origin is the name in a note; give --note-out too") }
            return nil
        }
        guard let key, let origin = arguments.text("origin") else {
            throw .usage("--note-out needs --sign-key and --origin")
        }
        guard (arguments.integer("from") ?? 1) == 1 else {
            throw .usage("a note is about all records from the first; leave out --from or --note-out")
        }
        let note = NoteOutput(
            file: try OutputFile(path, replacing: [origin + "\n"], in: context.fileSystem),
            origin: origin,
            key: key
        )
        _ = try note.bytes(size: 0, rootHash: [UInt8](repeating: 0, count: Digest.byteCount))
        return note
    }
}
