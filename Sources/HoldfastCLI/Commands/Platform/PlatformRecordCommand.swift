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
                + "platform check, refuse any other. Where PATH could not be looked at, or is no place for a store, nothing is written: "
                + "a profile of that admits nothing."
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
            ExitNote(
                code: .refused,
                meaning: "a profile of PATH as it is now would admit nothing; the differences are listed"
            ),
            OutputFile.notDurableNote("FILE"),
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
            try requireAdmission(of: evidence, by: .legacy(profile))
            fingerprint = String(profile.fingerprint)
            try file.write(profile.encoded() + [UInt8(ascii: "\n")])
        } else {
            let profile = HostProfile(evidence)
            try requireAdmission(of: evidence, by: .host(profile))
            fingerprint = profile.fingerprint.description
            try file.write(profile.encoded())
        }
        context.warn(of: evidence)
        if context.wantsJSON {
            context.console.write(json: ["fingerprint": .string(fingerprint)])
        } else {
            context.console.writeLine(fingerprint)
        }
        return .done
    }

    /// Refuses to record what the profile itself would not admit: it would refuse every store from then on, and may
    /// take the place of one that is right.
    private static func requireAdmission(
        of evidence: PlatformEvidence,
        by profile: StoredProfile
    ) throws(CommandFailure) {
        let admission = AdmissionPolicy.exact(profile).judge(evidence)
        if admission.isAdmitted { return }
        var failure = CommandFailure(PlatformError.unfit(path: evidence.path, admission.refusals))
        failure.message += ". No profile was written: it would admit nothing"
        throw failure
    }
}
