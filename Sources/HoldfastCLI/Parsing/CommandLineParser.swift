/// Turns the words after `holdfast` into what is to be done.
struct CommandLineParser {
    let table: CommandTable

    /// What is to be done.
    enum Request {
        case run(CommandDescription, ParsedArguments)
        case help(path: [String])
        case version(wantsJSON: Bool)
    }

    /// Whether the words ask for JSON. Asked before they are parsed, so that a parsing error obeys it too.
    static func wantsJSON(_ words: [String]) -> Bool {
        words.prefix { $0 != "--" }.contains("--json")
    }

    /// Parses the words.
    ///
    /// - Throws: a usage failure that names the word and what was probably meant.
    func parse(_ words: [String]) throws(CommandFailure) -> Request {
        try Self.refuseReplacementCharacters(wordsOfOurs(words))
        var path: [String] = []
        var rest = words[...]
        var wantsJSON = false
        var wantsVersion = false
        while let word = rest.first {
            rest = rest.dropFirst()
            switch word {
            case "--help", "-h": return .help(path: path)
            case "--json": wantsJSON = true
            case "--version" where path.isEmpty: wantsVersion = true
            default:
                if Self.isDashed(word) { throw misplaced(word, after: path) }
                if wantsVersion { return .version(wantsJSON: wantsJSON) }
                path.append(word)
                if let command = table.command(path) {
                    return try parse(command, rest, wantsJSON: wantsJSON)
                }
                if table.group(path) == nil { throw unknownCommand(path) }
            }
        }
        if wantsVersion { return .version(wantsJSON: wantsJSON) }
        throw missingCommand(path)
    }

    /// Whether a word has the place of an option: a dash with something behind it, whatever that is.
    private static func isDashed(_ word: String) -> Bool { word.utf8.count > 1 && word.utf8.first == UInt8(ascii: "-") }

    /// Whether `--help` stands among the words, whatever is wrong with the others; not where an option's value has its
    /// place. A script that passes on what it was given must not be told that all went well when nothing was done.
    private static func asksForHelp(_ words: ArraySlice<String>, of command: CommandDescription) -> Bool {
        var rest = words
        while let word = rest.popFirst(), word != "--" {
            if word == "--help" { return true }
            guard word.utf8.starts(with: "--".utf8), let option = command.option(String(word.dropFirst(2))) else {
                continue
            }
            if option.value != nil, rest.first != "--" { rest = rest.dropFirst() }
        }
        return false
    }

    /// The words without those of another program's command line behind `--`, which are handed on as the bytes that
    /// they are.
    private func wordsOfOurs(_ words: [String]) -> ArraySlice<String> {
        let own = words.prefix { $0 != "--" }
        let path = own.filter { !Self.isDashed($0) }.prefix(2)
        return table.command(Array(path))?.positionals.last?.isOtherCommand == true ? own : words[...]
    }

    /// A word that could not be decoded, or was decoded wrongly before, must not become part of a record.
    private static func refuseReplacementCharacters(_ words: ArraySlice<String>) throws(CommandFailure) {
        for (place, word) in words.enumerated() where word.unicodeScalars.contains("\u{FFFD}") {
            throw .usage("argument \(place + 1) is not valid UTF-8 (or holds U+FFFD); write it in UTF-8")
        }
    }

    private func parse(
        _ command: CommandDescription,
        _ words: ArraySlice<String>,
        wantsJSON: Bool
    ) throws(CommandFailure) -> Request {
        if Self.asksForHelp(words, of: command) { return .help(path: command.path) }
        var parsing = CommandParsing(command)
        if wantsJSON { try parsing.addFlag("json") }
        var rest = words
        while let word = rest.popFirst() {
            if word == "--" {
                for word in rest { try parsing.addPositional(word) }
                rest = []
            } else if word == "-h" {
                return .help(path: command.path)
            } else if Self.isDashed(word) {
                try parsing.addOption(word, following: &rest)
            } else {
                try parsing.addPositional(word)
            }
        }
        return .run(command, try parsing.finish())
    }
}

// MARK: - What can be wrong before a command is known

extension CommandLineParser {
    private func missingCommand(_ path: [String]) -> CommandFailure {
        let name = (["holdfast"] + path).joined(separator: " ")
        return .usage(
            "\(name) needs a command; see \(name) --help",
            hint: HelpWriter(table: table, width: 80).shortUsage(path)
        )
    }

    private func misplaced(_ word: String, after path: [String]) -> CommandFailure {
        let name = String(word.prefix { $0 != "=" })
        let known = ["--help", "--json"] + (path.isEmpty ? ["--version"] : [])
        let place = (["holdfast"] + path).joined(separator: " ")
        // As many programs have it.
        let habit = path.isEmpty && name == "-V" ? "--version" : nil
        if let meant = habit ?? EditDistance.suggestion(for: name, among: known) {
            return .usage("unknown option \(Printable.quoted(name)) after \(place); did you mean \(meant)?")
        }
        return .usage(
            "option \(Printable.quoted(name)) stands before the command; write \(place) COMMAND and options after it"
        )
    }

    private func unknownCommand(_ path: [String]) -> CommandFailure {
        let parent = Array(path.dropLast())
        let word = path[path.count - 1]
        let name = (["holdfast"] + parent).joined(separator: " ")
        // A subcommand typed without its group is likelier than a typing error.
        let elsewhere = table.entries.first { $0.path.count > path.count && $0.word == word }?.describe()
        let nearby = EditDistance.suggestion(for: word, among: table.words(after: parent))
        let habit =
            switch word {
            case "help": (["holdfast help"] + parent).joined(separator: " ")
            case "version" where parent.isEmpty: "holdfast --version"
            default: nil as String?
            }
        let meant = habit ?? elsewhere.map(\.name) ?? nearby.map { "\(name) \($0)" }
        let remedy = meant.map { "did you mean \($0)?" } ?? "see \(name) --help"
        return .usage("unknown command \(Printable.quoted(word)) after \(name); \(remedy)")
    }
}
