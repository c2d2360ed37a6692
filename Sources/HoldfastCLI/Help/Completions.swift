/// What can follow which words, in the form that the completion scripts are made from.
struct Completions {
    let table: CommandTable

    /// The shells there are scripts for.
    enum Shell: String, CaseIterable {
        case bash, zsh, fish
    }

    /// The script for a shell.
    func script(_ shell: Shell) -> String {
        switch shell {
        case .bash: bash
        case .zsh: zsh
        case .fish: fish
        }
    }

    /// What completes a value.
    enum Candidates {
        case words([String])
        case files
        case directories
        case nothing
    }

    /// What completes a value of that kind.
    func candidates(_ kind: ValueKind) -> Candidates {
        switch kind {
        case .choice(let words, _): .words(words)
        case .file, .regularFile: .files
        case .directory: .directories
        case .helpSubject: .words(helpSubjects)
        case .text, .word, .integer, .seconds, .nonceDigest, .time, .kind, .eventID: .nothing
        }
    }

    /// Every option of a command, common ones included.
    func options(_ command: CommandDescription) -> [OptionDescription] {
        command.options + CommandTable.commonOptions
    }

    /// The options that may stand before a command.
    func options(before path: [String]) -> [OptionDescription] {
        (path.isEmpty ? [CommandTable.versionOption] : []) + CommandTable.commonOptions
    }

    /// The prefixes of commands that are not commands: nothing, and each group.
    var prefixes: [[String]] { [[]] + table.groups.map { [$0.name] } }

    /// What a word after a prefix leads to, in a few words.
    func summary(_ word: String, after prefix: [String]) -> String {
        let path = prefix + [word]
        return table.command(path)?.summary ?? table.group(path)?.summary ?? ""
    }

    private var helpSubjects: [String] {
        HelpTopics.all.map(\.name) + table.words(after: [])
    }
}
