internal import Canonical
internal import FileSystemSeam
internal import PlatformProfile

/// `holdfast platform check`: is this the platform that was recorded?
enum PlatformCheckCommand {
    static let description = CommandDescription(
        path: ["platform", "check"],
        summary: "compare the host and a directory with a profile",
        discussion: [
            "Everything is looked at again, as platform observe does. Differences in what the platform does refuse; another "
                + "kernel, and a disk of quite another speed, are told."
        ],
        positionals: [PlatformArguments.path],
        options: [
            OptionDescription(
                name: "profile",
                arity: .value(.file, name: "FILE"),
                help: "what platform record wrote, of either schema",
                isRequired: true
            )
        ],
        examples: [
            Example(
                words: ["platform", "check", "approvals", "--profile", "approvals.platform"],
                note: "before the store is moved to another host"
            )
        ],
        exitNotes: [
            ExitNote(code: .done, meaning: "it is admitted"),
            ExitNote(code: .refused, meaning: "it is another platform; the differences are listed"),
            ExitNote(code: .malformedInput, meaning: "the profile cannot be relied on"),
            ExitNote(code: .missingInput, meaning: "there is nothing at PATH, or no profile"),
        ],
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let path = context.arguments.required("profile")
        let profile: StoredProfile
        do throws(PlatformError) {
            profile = try StoredProfile(at: path, context.fileSystem)
        } catch {
            throw CommandFailure(error)
        }
        let evidence = try context.observePlatform(.standard)
        let admission = AdmissionPolicy.exact(profile).judge(evidence)
        if context.wantsJSON {
            context.console.write(
                json: [
                    "admitted": .bool(admission.isAdmitted),
                    "differences": PlatformArguments.json(admission.deltas),
                ]
            )
            return admission.isAdmitted ? .done : .refused
        }
        let style = context.console.outputStyle
        context.console.writeLine(admission.isAdmitted ? style.good("admitted") : style.notable("refused"))
        for delta in admission.deltas {
            context.console.writeLine("\(delta.severity.rawValue): \(Printable.escaped("\(delta)"))")
        }
        return admission.isAdmitted ? .done : .refused
    }
}
