internal import CrashTesting
internal import FileSystemSeam

/// `holdfast crash explore`: cuts the power at every point of a built-in workload, on a simulated disk.
enum CrashExploreCommand {
    private static let defaultBudget: UInt64 = 50

    static let description = CommandDescription(
        path: ["crash", "explore"],
        summary: "cut the power at every point of a store's work, on a simulated disk",
        discussion: [
            "The store works on a simulated disk. For every point at which the power could go, and every state that "
                + "the model lets survive, the store is recovered and its promises are checked; recoveries are "
                + "interrupted again. Nothing real is written.",
            "Models: posixMinimal promises least and is the default; ext4Ordered, xfs and apfs promise what these "
                + "file systems do.",
        ],
        positionals: [
            PositionalDescription(
                name: "STORE",
                kind: .choice(["journal", "event-log", "key-store", "locks"]),
                help: "journal, event-log, key-store or locks"
            )
        ],
        options: [
            OptionDescription(
                name: "model",
                arity: .value(.choice(PersistenceModel.all.map(\.name)), name: "M"),
                help: "what survives a power cut; posixMinimal when left out"
            ),
            OptionDescription(
                name: "budget",
                arity: .value(.integer(1...UInt64(UInt32.max)), name: "N"),
                help: "how many states to try at one point before it is covered by samples, as the report says; "
                    + "\(defaultBudget) when left out, which takes some seconds"
            ),
            OptionDescription(
                name: "seed",
                arity: .value(.integer(0...UInt64.max), name: "S"),
                help: "where samples and the disk's randomness start; 1 when left out"
            ),
            OptionDescription(
                name: "html",
                arity: .value(.file, name: "FILE"),
                help: "write the report as one page with a picture of each finding, too; an earlier page is replaced"
            ),
        ],
        examples: [
            Example(
                words: ["crash", "explore", "journal", "--model", "ext4Ordered"],
                note: "every power cut while a journal is made and used, on ext4"
            ),
            Example(
                words: ["crash", "explore", "journal", "--html", "crashes.html"],
                note: "the same under the weakest rules, as a page"
            ),
        ],
        exitNotes: [
            ExitNote(code: .done, meaning: "no promise was broken"),
            ExitNote(
                code: .refused,
                meaning: "a promise was broken; the report says how, and the same command shows it again"
            ),
            OutputFile.notDurableNote("FILE"),
        ],
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let name = context.arguments.text("model") ?? PersistenceModel.posixMinimal.name
        guard let model = PersistenceModel.all.first(where: { $0.name == name }) else {
            preconditionFailure("--model was not checked")
        }
        var explorer = CrashExplorer(model)
        // As on Linux, where a store may go other ways.
        explorer.tellsEveryHandleOfFailedSyncs = true
        explorer.runMaximum = Int(context.arguments.integer("budget") ?? defaultBudget)
        if let seed = context.arguments.integer("seed") { explorer.seed = seed }
        // Looked for first: an exploration takes minutes.
        let page = try context.arguments.text("html").map { path throws(CommandFailure) in
            try OutputFile(path, replacing: [ReportPage.beginning], in: context.fileSystem)
        }
        let report = try explore(explorer, context)
        if context.wantsJSON {
            // One value, that of a failure or of the report.
            try page?.write(Array(report.html.utf8))
            context.console.write(json: report)
        } else {
            // It is what was waited for, whatever becomes of the page.
            context.console.write(Array(report.description.utf8))
            try page?.write(Array(report.html.utf8))
        }
        return report.isClean ? .done : .refused
    }

    private static func explore(
        _ explorer: CrashExplorer,
        _ context: CommandContext
    ) throws(CommandFailure) -> CrashReport {
        let bar = ProgressBar("exploring", unit: "crash points", on: context.console, context.fileSystem)
        defer { bar.clear() }
        do {
            let show: CrashProgress.Handler = { progress in
                let points = WorkProgress(
                    completed: UInt64(progress.crashPointsDone),
                    total: UInt64(progress.crashPoints)
                )
                bar.show(points, counting: (UInt64(progress.states), "states"))
            }
            return switch context.arguments.positional("STORE") {
            case "event-log": try EventLogCrashWorkload.explore(explorer, progress: show)
            case "key-store": try KeyStoreCrashWorkload.explore(explorer, progress: show)
            case "locks": try LockCrashWorkload.explore(explorer, progress: show)
            default: try JournalCrashWorkload.explore(explorer, progress: show)
            }
        } catch {
            throw CommandFailure(
                exitCode: .internalError,
                code: "internal",
                message: "the exploration could not be done: \(error)"
            )
        }
    }
}
