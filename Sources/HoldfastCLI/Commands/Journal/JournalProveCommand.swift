internal import Canonical
internal import Journal

/// `holdfast journal prove`: a proof of one use that verifies without the journal.
enum JournalProveCommand {
    static let description = CommandDescription(
        path: ["journal", "prove"],
        summary: "print a proof of one use, which verifies without the journal",
        discussion: [
            "The proof holds the record, the latest checkpoint that covers it, one signed for a hub before any other, "
                + "and the hashes between them. With --key or --trusted-key only checkpoints that the key's owner signed count. It is "
                + "JSON in any case; journal verify-proof checks it."
        ],
        positionals: [JournalArguments.directory],
        options: [
            OptionDescription(
                name: "use-id",
                arity: .value(.text, name: "ID"),
                help: "the identifier of the use",
                isRequired: true
            )
        ] + JournalArguments.hubKeys,
        examples: [
            Example(
                words: ["journal", "prove", "approvals", "--use-id", "use_0123456789abcdef0123456789abcdef"],
                note: "a proof, on standard output"
            )
        ],
        exitNotes: [
            ExitNote(code: .refused, meaning: "there is no such use, or the journal does not verify"),
            ExitNote(
                code: .usage,
                meaning:
                    "no checkpoint covers the use, or with a key none that it signed; make one with journal checkpoint"
            ),
            JournalArguments.missingNote,
        ],
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let journal = try context.existingJournal()
        let id = context.arguments.required("use-id")
        let trusted = try JournalArguments.trustedHubKeys(context)
        let proof = try context.asking { () throws(JournalError) in try journal.proof(ofUse: id, trusting: trusted) }
        guard let proof else {
            throw CommandFailure(
                exitCode: .refused,
                code: "not_found",
                message: CommandContext.placed("no such use is recorded; check the identifier", context.directory)
            )
        }
        context.console.write(json: proof)
        return .done
    }
}

/// `holdfast journal verify-proof`: is a use under a checkpoint?
enum JournalVerifyProofCommand {
    static let description = CommandDescription(
        path: ["journal", "verify-proof"],
        summary: "check a proof that journal prove printed",
        discussion: [
            "Checks that record and checkpoint have the digests they carry, that the record is under the checkpoint's "
                + "root, and with --key or --trusted-key that the key's owner signed the checkpoint. Without them it is only shown "
                + "that the two belong together: anyone could have made both."
        ],
        positionals: [
            PositionalDescription(name: "FILE", kind: .file, help: "the proof, - for standard input")
        ],
        options: JournalArguments.hubKeys,
        examples: [
            Example(
                words: ["journal", "verify-proof", "proof.json"],
                note: "do record and checkpoint belong together?"
            )
        ],
        exitNotes: [
            ExitNote(code: .done, meaning: "the proof holds, and with a key the checkpoint is signed by it"),
            ExitNote(code: .refused, meaning: "it does not"),
            ExitNote(code: .malformedInput, meaning: "FILE is no proof"),
        ],
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        try context.requireOneStandardInput(["trusted-key"], takesFile: true)
        let trusted = try JournalArguments.trustedHubKeys(context)
        guard let path = context.arguments.positional("FILE") else { preconditionFailure("FILE is required") }
        var source = try InputSource(path, expected: "the proof", in: context)
        let bytes = try source.readAll(maximum: InputLimits.proofByteCount)
        let finding: UseProof.Finding
        let index: UInt64
        do throws(UseProofError) {
            let proof = try UseProof(parsing: bytes)
            index = proof.recordIndex
            finding = try proof.verify(trusting: trusted)
        } catch .doesNotFit(let reason) {
            throw CommandFailure(
                exitCode: .refused,
                code: "proof_failed",
                message: "the proof does not hold: \(Printable.escaped(reason))"
            )
        } catch {
            throw .malformed("\(source.name): \(Printable.escaped("\(error)"))", code: "malformed_proof")
        }
        if !trusted.isEmpty, finding.hub != .valid {
            throw CommandFailure(
                exitCode: .refused,
                code: "untrusted_checkpoint",
                message: "the record is under the checkpoint, but \(reason(finding.hub)); ask for a proof under a "
                    + "checkpoint that the owner of the key signed"
            )
        }
        show(index, finding, isSigned: !trusted.isEmpty, context)
        return .done
    }

    private static func show(
        _ index: UInt64,
        _ finding: UseProof.Finding,
        isSigned: Bool,
        _ context: CommandContext
    ) {
        if context.wantsJSON {
            context.console.write(json: [
                "ok": .bool(true), "index": .integer(index), "use_id": .string(finding.use.useID),
                "checkpoint_id": .string(finding.checkpoint.checkpointID), "signed": .bool(isSigned),
                "merkle_root": .string(finding.checkpoint.merkleRoot),
            ])
            return
        }
        let signature =
            isSigned
            ? "signed by \(Printable.escaped(finding.checkpoint.hubID))" : "whose signature was not asked about"
        context.console.writeLine(
            "\(context.console.outputStyle.good("ok:")) record \(index), use \(Printable.escaped(finding.use.useID)) of "
                + "\(Printable.escaped(finding.use.grantID)), is under the checkpoint "
                + "\(Printable.escaped(finding.checkpoint.checkpointID)), \(signature)"
        )
    }

    private static func reason(_ verdict: HubVerdict) -> String {
        switch verdict {
        case .valid: "its signature is valid"
        case .missingField(let name): "the checkpoint has no \(name)"
        case .tampered: "the checkpoint's signature does not hold"
        case .notAHubCheckpoint: "nobody signed the checkpoint"
        case .untrustedIssuer: "somebody else signed the checkpoint"
        }
    }
}
