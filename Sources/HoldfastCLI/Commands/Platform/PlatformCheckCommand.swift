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
                help: "what platform record wrote, of either schema; - for standard input",
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
        let profile = try profile(context)
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

    private static func profile(_ context: CommandContext) throws(CommandFailure) -> StoredProfile {
        let path = context.arguments.required("profile")
        guard InputSource.isDescriptor(path) else {
            do throws(PlatformError) {
                return try StoredProfile(at: path, context.fileSystem)
            } catch {
                throw CommandFailure(error)
            }
        }
        var source = try InputSource(path, expected: "the profile", in: context)
        let bytes = try source.readAll(maximum: InputLimits.profileByteCount)
        do throws(InvalidProfile) {
            return try StoredProfile(parsing: bytes)
        } catch {
            throw CommandFailure(PlatformError.invalid(path: source.name, error))
        }
    }
}
