internal import Canonical

/// `holdfast digest`: the tagged digest of bytes, or of a JSON text's canonical form.
enum DigestCommand {
    static let description = CommandDescription(
        path: ["digest"],
        summary: "print the tagged digest of a file",
        discussion: [
            "Hashes the bytes as they are, of any length, in pieces. With --canonical the input is read as one JSON "
                + "value of \(InputLimits.jsonDescription) and its canonical form is hashed, so that white space and "
                + "the order of members do not matter."
        ],
        positionals: [
            PositionalDescription(
                name: "FILE",
                kind: .file,
                help: "what is hashed; standard input when it is - or left out",
                isRequired: false
            )
        ],
        options: [
            OptionDescription(
                name: "algorithm",
                arity: .value(.choice(DigestAlgorithm.allCases.map(\.rawValue)), name: "sha256|blake3"),
                help: "the hash; sha256 when left out"
            ),
            OptionDescription(
                name: "canonical",
                arity: .value(.choice(["jcs"]), name: "jcs"),
                help: "hash the canonical form of a JSON text instead of its bytes"
            ),
        ],
        examples: [
            Example(words: ["digest", "release.tar"], note: "the SHA-256 digest of a file"),
            Example(
                words: ["digest", "--algorithm", "blake3", "--canonical", "jcs", "request.json"],
                note: "the BLAKE3 digest of what a JSON text says, however it is spelled"
            ),
        ],
        exitNotes: [
            ExitNote(code: .malformedInput, meaning: "with --canonical: the input is not valid JSON"),
            ExitNote(code: .missingInput, meaning: "there is no such file"),
        ],
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let name = context.arguments.text("algorithm") ?? DigestAlgorithm.sha256.rawValue
        guard let algorithm = DigestAlgorithm(rawValue: name) else {
            preconditionFailure("--algorithm was not checked")
        }
        let path = context.arguments.positional("FILE")
        let digest: Digest
        if context.arguments.has("canonical") {
            let document = try JSONInput.read(path, CanonicalForm.jcs.parsingOptions, in: context)
            digest = document.digest(.jcs, algorithm: algorithm)
        } else {
            digest = try hash(path, algorithm, in: context)
        }
        if context.wantsJSON {
            context.console.write(json: ["algorithm": .string(name), "digest": .string(digest.description)])
        } else {
            context.console.writeLine(digest.description)
        }
        return .done
    }

    private static func hash(
        _ path: String?,
        _ algorithm: DigestAlgorithm,
        in context: CommandContext
    ) throws(CommandFailure) -> Digest {
        var source = try InputSource(path, expected: "what is to be hashed", in: context)
        var hasher = DigestHasher(algorithm)
        while true {
            let piece = try source.next()
            if piece.isEmpty { return hasher.finalize() }
            hasher.update(piece)
        }
    }
}
