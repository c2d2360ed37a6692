/// Collects the arguments of one command and checks them against its description.
struct CommandParsing {
    private let command: CommandDescription
    private var arguments: ParsedArguments
    private var words: [String] = []

    init(_ command: CommandDescription) {
        self.command = command
        arguments = ParsedArguments(of: command)
    }

    /// Notes a flag that stood before the command.
    mutating func addFlag(_ name: String) throws(CommandFailure) {
        try refuseSecond(name)
        arguments.add("", to: name)
    }

    /// Notes `--name`, `--name=value`, or `--name` with the value in the next word.
    mutating func addOption(_ word: String, following rest: inout ArraySlice<String>) throws(CommandFailure) {
        // Bytes, not characters: an equals sign is one whatever combines with it.
        let parts = word.utf8.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        let dashed = String(Substring(parts[0]))
        let inline = parts.count == 2 ? String(Substring(parts[1])) : nil
        guard dashed.utf8.starts(with: "--".utf8), let option = command.option(String(Substring(parts[0].dropFirst(2))))
        else { throw unknownOption(dashed) }
        guard let value = option.value else {
            if inline != nil { throw failure("option \(dashed) takes no value") }
            return try addFlag(option.name)
        }
        if case .value = option.arity { try refuseSecond(option.name) }
        let text: String
        if let inline { text = inline } else { text = try next(&rest, of: option) }
        if let complaint = value.kind.complaint(about: text) { throw failure("option \(dashed) \(complaint)") }
        arguments.add(text, to: option.name)
    }

    /// Notes a word without dashes.
    mutating func addPositional(_ word: String) throws(CommandFailure) {
        let last = command.positionals.last
        let place = words.count
        guard place < command.positionals.count || last?.isRepeated == true else {
            throw failure("unexpected argument \(Printable.quoted(word))")
        }
        let positional = command.positionals[min(place, command.positionals.count - 1)]
        if let complaint = positional.kind.complaint(about: word) {
            throw failure("argument \(positional.name) \(complaint)")
        }
        words.append(word)
    }

    /// Checks that nothing is missing.
    consuming func finish() throws(CommandFailure) -> ParsedArguments {
        for (place, positional) in command.positionals.enumerated() {
            if place >= words.count, positional.isRequired {
                throw failure("argument \(positional.name) is missing: \(positional.help)")
            }
            let isRepeated = positional.isRepeated
            let own = isRepeated ? Array(words.dropFirst(place)) : Array(words.dropFirst(place).prefix(1))
            arguments.add(positional: own)
        }
        for option in command.options where option.isRequired && !arguments.has(option.name) {
            throw failure("option \(option.usage) is missing: \(option.help)")
        }
        for alternatives in command.alternatives { try check(alternatives) }
        return arguments
    }
}

extension CommandParsing {
    /// One set is given, and each option of it; or none, where they may be left out. Sets may share options.
    private func check(_ alternatives: Alternatives) throws(CommandFailure) {
        let spelled = alternatives.sets.map { set in set.map { "--\($0)" }.joined(separator: " with ") }
        var given: [String] = []
        for name in alternatives.sets.joined() where arguments.has(name) && !given.contains(name) { given.append(name) }
        if given.isEmpty {
            if !alternatives.isRequired { return }
            throw failure("give either \(ValueKind.list(spelled))")
        }
        let possible = alternatives.sets.filter { set in given.allSatisfy(set.contains) }
        if possible.isEmpty {
            let isPair = spelled.count == 2
            throw failure(
                isPair
                    ? "give either \(ValueKind.list(spelled)), not both" : "give only one of \(ValueKind.list(spelled))"
            )
        }
        let missing = possible.map { set in set.filter { !arguments.has($0) } }
        if missing.contains([]) { return }
        let names = missing.map { "--\($0[0])" }
        let goesWith = given.map { "--\($0)" }.joined(separator: " ")
        throw failure("option \(ValueKind.list(names)) is missing: it goes with \(goesWith)")
    }

    private func refuseSecond(_ name: String) throws(CommandFailure) {
        if arguments.has(name) { throw failure("option --\(name) is given twice; give it once") }
    }

    private func next(
        _ rest: inout ArraySlice<String>,
        of option: OptionDescription
    ) throws(CommandFailure) -> String {
        guard let word = rest.first, word != "--" else { throw failure("option \(option.usage) needs a value") }
        // A forgotten value would swallow the next option.
        if word.utf8.starts(with: "--".utf8) {
            throw failure(
                "option \(option.usage) needs a value; if \(Printable.quoted(word)) is meant, "
                    + "write --\(option.name)=\(Printable.cut(word, 80))"
            )
        }
        rest = rest.dropFirst()
        return word
    }

    private func unknownOption(_ dashed: String) -> CommandFailure {
        let known = (command.options + CommandTable.commonOptions).map { "--\($0.name)" }
        let start = "unknown option \(Printable.quoted(dashed))"
        guard let meant = EditDistance.suggestion(for: dashed, among: known) else { return failure(start) }
        return failure("\(start); did you mean \(meant)?", seeHelp: false)
    }

    private func failure(_ message: String) -> CommandFailure { failure(message, seeHelp: true) }

    private func failure(_ message: String, seeHelp: Bool) -> CommandFailure {
        .usage("\(command.path.joined(separator: " ")): \(message)" + (seeHelp ? " (see \(command.name) --help)" : ""))
    }
}
