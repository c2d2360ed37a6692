internal import Canonical
internal import FileSystemSeam
internal import PlatformProfile

/// `holdfast platform record`: writes down what a path does.
enum PlatformRecordCommand {
    static let description = CommandDescription(
        path: ["platform", "record"],
        summary: "write a profile of the host and a directory",
        discussion: [
            "Record the host and directory on which a store is known to be safe; a store that is opened with the profile, and "
                + "platform check, refuse any other."
        ],
        positionals: [PlatformArguments.path],
        options: [
            OptionDescription(
                name: "out",
                arity: .value(.file, name: "FILE"),
                help: "where the profile is written; an earlier profile is replaced",
                isRequired: true
            ),
            OptionDescription(
                name: "schema",
                arity: .value(.choice(["1", "2"]), name: "N"),
                help: "1 is what existing tools read, 2 says more; 2 when left out"
            ),
        ],
        examples: [
            Example(
                words: ["platform", "record", "approvals", "--out", "approvals.platform"],
                note: "on the right host"
            )
        ],
        exitNotes: [
            ExitNote(code: .done, meaning: "the profile is written, durably"),
            ExitNote(code: .missingInput, meaning: "there is no directory at PATH, or none for FILE"),
        ],
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let file = try OutputFile(
            context.arguments.required("out"),
            replacing: ["{\"about\":", "{\"schema_version\":"],
            in: context.fileSystem
        )
        let evidence = try context.observePlatform(.standard)
        guard evidence.pathStatus == .directory else {
            throw .missing(
                "\(Printable.quoted(context.arguments.positional("PATH") ?? "", maximum: 200)) is no directory that can be "
                    + "looked at; a profile of it would admit nothing. Check the path"
            )
        }
        let fingerprint: String
        if context.arguments.text("schema") == "1" {
            let profile = LegacyProfile(evidence)
            fingerprint = String(profile.fingerprint)
            try file.write(profile.encoded() + [UInt8(ascii: "\n")])
        } else {
            let profile = HostProfile(evidence)
            fingerprint = profile.fingerprint.description
            try file.write(profile.encoded())
        }
        if context.wantsJSON {
            context.console.write(json: ["fingerprint": .string(fingerprint)])
        } else {
            context.console.writeLine(fingerprint)
        }
        return .done
    }
}
