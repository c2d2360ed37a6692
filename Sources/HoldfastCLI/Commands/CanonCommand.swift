internal import Canonical

/// `holdfast canon`: canonical bytes of a JSON text.
enum CanonCommand {
    static let description = CommandDescription(
        path: ["canon"],
        summary: "write a JSON text in canonical form",
        discussion: [
            "Reads one JSON value of \(InputLimits.jsonDescription), strictly, and writes its canonical bytes without "
                + "a line feed at the end (but on a terminal). Nothing is written when the input is not valid."
        ],
        positionals: [
            PositionalDescription(
                name: "FILE",
                kind: .file,
                help: "the JSON text; standard input when it is - or left out",
                isRequired: false
            )
        ],
        options: [
            OptionDescription(
                name: "form",
                arity: .value(.choice(["jcs", "declared"]), name: "jcs|declared"),
                help: "RFC 8785, or compact with the members in their order; jcs when left out"
            ),
            OptionDescription(
                name: "integers",
                arity: .value(.choice(["double", "safe53", "exact64"]), name: "double|safe53|exact64"),
                help:
                    "integers beyond 2^53: rounded, an error, or kept up to 64 bits; double for jcs and exact64 for declared "
                    + "when left out"
            ),
        ],
        examples: [
            Example(words: ["canon", "request.json"], note: "the canonical bytes of a file"),
            Example(words: ["canon", "--form", "declared", "-"], note: "of standard input, members in their order"),
        ],
        exitNotes: [
            ExitNote(code: .malformedInput, meaning: "the input is not valid JSON; the place is named"),
            ExitNote(code: .missingInput, meaning: "there is no such file"),
        ],
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let form: CanonicalForm = context.arguments.text("form") == "declared" ? .declared : .jcs
        var options = form.parsingOptions
        switch context.arguments.text("integers") {
        case "double": options.integers = .double
        case "safe53": options.integers = .safe53
        case "exact64": options.integers = .exact64
        default: break
        }
        let document = try JSONInput.read(context.arguments.positional("FILE"), options, in: context)
        let bytes = document.canonicalBytes(form)
        guard context.wantsJSON else {
            context.console.write(bytes)
            // A person's prompt would stand behind the text; a file or pipe gets the canonical bytes alone.
            if context.console.terminal.isOutput { context.console.write("\n") }
            return .done
        }
        context.console.write(json: [
            "byte_count": .integer(bytes.count),
            "canonical": .string(String(decoding: bytes, as: UTF8.self)),
            "form": .string(context.arguments.text("form") ?? "jcs"),
        ])
        return .done
    }
}
