internal import Canonical
internal import FileSystemSeam
internal import PlatformProfile

/// `holdfast platform observe`: what does this path really do?
enum PlatformObserveCommand {
    static let description = CommandDescription(
        path: ["platform", "observe"],
        summary: "say what the host and a directory really do",
        discussion: [
            "Syncs, locks, maps and names are tried in a directory of their own inside PATH, which is removed again, also "
                + "when the command is killed; a power cut, or the kill of a whole container, leaves it. On read-only mounts "
                + "and on network file systems nothing is tried."
        ],
        positionals: [PlatformArguments.path],
        options: [
            OptionDescription(
                name: "depth",
                arity: .value(.choice(ProbeDepth.allCases.map(\.rawValue)), name: "D"),
                help:
                    "passive only asks and makes nothing, standard tries, deep tries syncs more often; standard when left "
                    + "out"
            )
        ],
        examples: [
            Example(words: ["platform", "observe", "approvals"], note: "is this a place for a store?")
        ],
        exitNotes: [
            ExitNote(code: .done, meaning: "it was looked at, whatever was seen"),
            ExitNote(code: .missingInput, meaning: "there is nothing at PATH"),
        ],
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let depth = context.arguments.text("depth").flatMap { ProbeDepth(rawValue: $0) } ?? .standard
        let evidence = try context.observePlatform(depth)
        if context.wantsJSON {
            context.console.write(json: PlatformArguments.json(evidence))
            return .done
        }
        let style = context.console.outputStyle
        var table = TextTable([TextTable.Column(heading: "what"), TextTable.Column(heading: "observed")])
        for (field, value) in evidence.capabilities.sorted(by: { $0.key < $1.key }) {
            table.add([field.rawValue, value.isEmpty ? "(not named)" : value])
        }
        for (name, time) in PlatformArguments.times(evidence) {
            if let time = time.value { table.add(["\(name)_microseconds", String(time / 1000)]) }
        }
        table.add(["fingerprint", HostProfile(evidence).fingerprint.description])
        for line in table.lines(withHeading: false, style: style) { context.console.writeLine(line) }
        context.warn(of: evidence)
        return .done
    }
}
