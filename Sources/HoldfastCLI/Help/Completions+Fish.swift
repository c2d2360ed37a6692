extension Completions {
    /// The fish script: `holdfast completions fish | source`.
    var fish: String {
        var lines = [
            "# fish completion for holdfast, written by: holdfast completions fish",
            "# True when the words before the cursor begin with exactly these; with \"then-nothing\" no further",
            "# word without dashes may follow them.",
            "function __holdfast_at",
            "    set -l mode $argv[1]",
            "    set -l wanted $argv[2..-1]",
            "    set -l words",
            "    for word in (commandline -opc)[2..-1]",
            "        string match -q -- '-*' $word; or set -a words $word",
            "    end",
            "    test $mode = then-nothing; and test (count $words) -ne (count $wanted); and return 1",
            "    test (count $words) -ge (count $wanted); or return 1",
            "    test (count $wanted) -eq 0; and return 0",
            "    set -l start $words[1..(count $wanted)]",
            "    test \"$start\" = \"$wanted\"",
            "end",
            "complete -c holdfast -f",
        ]
        for prefix in prefixes {
            let condition = "-n '__holdfast_at then-nothing \(prefix.joined(separator: " "))'"
            for word in table.words(after: prefix) {
                let text = Self.fishText(summary(word, after: prefix))
                lines.append("complete -c holdfast \(condition) -a \(word) -d \(text)")
            }
            for option in options(before: prefix) {
                lines.append("complete -c holdfast \(condition) -l \(option.name) -d \(Self.fishText(option.help))")
            }
        }
        for command in table.commands { lines += fishLines(command) }
        return lines.joined(separator: "\n") + "\n"
    }

    private func fishLines(_ command: CommandDescription) -> [String] {
        let start = "complete -c holdfast -n '__holdfast_at begins \(command.path.joined(separator: " "))'"
        var lines: [String] = []
        for option in options(command) {
            let action = option.value.map { " -x" + Self.fishAction(candidates($0.kind)) } ?? ""
            lines.append("\(start) -l \(option.name)\(action) -d \(Self.fishText(option.help))")
        }
        if let positional = command.positionals.first {
            let action = Self.fishAction(candidates(positional.kind))
            if !action.isEmpty { lines.append(start + action) }
        }
        return lines
    }

    private static func fishAction(_ candidates: Candidates) -> String {
        switch candidates {
        case .words(let words): " -a '\(words.joined(separator: " "))'"
        case .files: " -a '(__fish_complete_path)'"
        case .directories: " -a '(__fish_complete_directories)'"
        case .nothing: ""
        }
    }

    private static func fishText(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if "'\\".unicodeScalars.contains(scalar) { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return "'\(result)'"
    }
}
