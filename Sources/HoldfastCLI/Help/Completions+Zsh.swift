extension Completions {
    /// The zsh script: a file `_holdfast` in a directory of `fpath`.
    var zsh: String {
        var lines = [
            "#compdef holdfast",
            "# zsh completion for holdfast, written by: holdfast completions zsh",
            "_holdfast() {",
            "    local context state state_descr line",
            "    typeset -A opt_args",
            "    local -a commands",
        ]
        lines += level([], indent: "    ")
        lines += [
            "}", "if [[ $funcstack[1] == _holdfast ]]; then _holdfast \"$@\"; else compdef _holdfast holdfast; fi",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    /// Chooses a word at `prefix`, then goes on with the chosen one.
    private func level(_ prefix: [String], indent: String) -> [String] {
        var lines = ["\(indent)_arguments -C \\"]
        for option in options(before: prefix) { lines.append("\(indent)    \(zshOption(option)) \\") }
        lines += [
            "\(indent)    '1: :->command' '*:: :->rest' && return", "\(indent)case $state in",
            "\(indent)command)",
            "\(indent)    commands=(",
        ]
        for word in table.words(after: prefix) {
            let entry = "\(word):\(summary(word, after: prefix))"
            lines.append("\(indent)        \(ShellWords.quoted(entry))")
        }
        lines += [
            "\(indent)    )",
            "\(indent)    _describe 'command' commands ;;",
            "\(indent)rest)",
            "\(indent)    case $words[1] in",
        ]
        for word in table.words(after: prefix) {
            lines.append("\(indent)    \(word))")
            if let command = table.command(prefix + [word]) {
                lines += arguments(command, indent: indent + "        ")
            } else {
                lines += level(prefix + [word], indent: indent + "        ")
            }
            lines.append("\(indent)        ;;")
        }
        return lines + ["\(indent)    esac ;;", "\(indent)esac"]
    }

    private func arguments(_ command: CommandDescription, indent: String) -> [String] {
        var parts = options(command).map(zshOption)
        for (place, positional) in command.positionals.enumerated() {
            let number = positional.isRepeated ? "*" : String(place + 1)
            let action = Self.zshAction(candidates(positional.kind))
            parts.append(ShellWords.quoted("\(number):\(Self.zshText(positional.name)):\(action)"))
        }
        return ["\(indent)_arguments \\"] + parts.map { "\(indent)    \($0) \\" } + ["\(indent)    && return"]
    }

    private func zshOption(_ option: OptionDescription) -> String {
        let text = "[\(Self.zshText(option.help))]"
        guard let value = option.value else { return ShellWords.quoted("--\(option.name)\(text)") }
        let action = Self.zshAction(candidates(value.kind))
        let rest = "--\(option.name)=\(text):\(Self.zshText(value.name)):\(action)"
        if case .repeatable = option.arity { return ShellWords.quoted("*" + rest) }
        return ShellWords.quoted(rest)
    }

    private static func zshAction(_ candidates: Candidates) -> String {
        switch candidates {
        case .words(let words): "(\(words.joined(separator: " ")))"
        case .files: "_files"
        case .directories: "_files -/"
        case .nothing: " "
        }
    }

    /// Brackets and colons mean something in a specification.
    private static func zshText(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if "[]:\\".unicodeScalars.contains(scalar) { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return result
    }
}
