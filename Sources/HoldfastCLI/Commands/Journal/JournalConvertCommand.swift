internal import Canonical
internal import Journal

/// `holdfast journal convert`: the same chain in another layout.
enum JournalConvertCommand {
    static let description = CommandDescription(
        path: ["journal", "convert"],
        summary: "write a journal anew in another layout; no digest changes",
        discussion: [
            "Every record is checked on the way, and DIR2 appears when all of it is on stable storage. DIR is not changed; "
                + "what is appended to it meanwhile is not in DIR2."
        ],
        positionals: [JournalArguments.directory],
        options: [
            OptionDescription(
                name: "to",
                arity: .value(.choice(JournalFormat.allCases.map(\.rawValue)), name: "FORMAT"),
                help: "the layout of the new journal: segments or json-records",
                isRequired: true
            ),
            OptionDescription(
                name: "out",
                arity: .value(.directory, name: "DIR2"),
                help: "the new journal; nothing may stand there",
                isRequired: true
            ),
        ],
        examples: [
            Example(
                words: ["journal", "convert", "approvals", "--to", "json-records", "--out", "approvals-v1"],
                note: "as other tools read it"
            )
        ],
        exitNotes: [
            ExitNote(code: .done, meaning: "the new journal is there, on stable storage"),
            ExitNote(code: .refused, meaning: "DIR does not verify; nothing is left at DIR2"),
            ExitNote(
                code: .usage,
                meaning:
                    "something stands at DIR2, or DIR2 would lie among the files of a store, or a record is too long for "
                    + "FORMAT (64 MiB)"
            ),
            JournalCopyText.notDurableNote("DIR2"),
            ExitNote(code: .missingInput, meaning: "no journal was made at DIR, or there is no directory for DIR2"),
        ],
        changesStore: true,
        run: run
    )

    private static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let journal = try context.existingJournal(mustStand: true)
        let name = context.arguments.required("to")
        guard let format = JournalFormat(rawValue: name) else { preconditionFailure("the choice was checked") }
        let path = context.arguments.required("out")
        try StoreExaminer.requireOutsideStores(path, context.fileSystem)
        let bar = ProgressBar("converting", unit: "records", on: context.console, context.fileSystem)
        defer { bar.clear() }
        let head = try context.asking { () throws(JournalError) in
            try journal.convert(to: format, at: path, progress: bar.show)
        }
        bar.clear()
        JournalCopyText.show("converted", head, path, [("format", .string(name))], context)
        return .done
    }
}

/// What commands that write a whole journal say at the end.
enum JournalCopyText {
    /// What the exit code says of a journal that is written anew at `place`.
    static func notDurableNote(_ place: String) -> ExitNote {
        ExitNote(
            code: .inputOutput,
            meaning:
                "reading or writing failed, and nothing is left at \(place); but with copy_not_durable the journal stands "
                + "there, and a loss of power may take it away"
        )
    }

    static func show(
        _ word: String,
        _ head: JournalHead?,
        _ path: String,
        _ more: [(name: String, value: JSONValue)],
        _ context: CommandContext
    ) {
        let count = head?.index ?? 0
        if context.wantsJSON {
            var object: JSONObject = ["records": .integer(count), "out": .string(path)]
            if let head { object["head"] = .object(["index": .integer(head.index), "digest": .string(head.digest)]) }
            for (name, value) in more { object[name] = value }
            context.console.write(json: object)
        } else {
            let records = count == 1 ? "1 record" : "\(count) records"
            let place = Printable.escaped(path)
            context.console.writeLine("\(context.console.outputStyle.good("\(word):")) \(records) to \(place)")
        }
    }
}
