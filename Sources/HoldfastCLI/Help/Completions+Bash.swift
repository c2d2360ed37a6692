extension Completions {
    /// The bash script: `source <(holdfast completions bash)`. It needs nothing but bash itself.
    var bash: String {
        var lines = [
            "# bash completion for holdfast, written by: holdfast completions bash",
            "_holdfast() {",
            "    local word=\"${COMP_WORDS[COMP_CWORD]}\" last=\"${COMP_WORDS[COMP_CWORD-1]}\" command=\"\" place",
            "    COMPREPLY=()",
            "    for ((place = 1; place < COMP_CWORD; place++)); do",
            "        case \"$command ${COMP_WORDS[place]}\" in",
        ]
        for path in prefixes.dropFirst() + table.commands.map(\.path) {
            let parent = path.dropLast().joined(separator: " ")
            let name = path.joined(separator: " ")
            lines.append("            '\(parent) \(path[path.count - 1])') command='\(name)' ;;")
        }
        lines += ["        esac", "    done", "    case \"$command $last\" in"]
        for command in table.commands {
            for option in options(command) {
                guard let value = option.value else { continue }
                let pattern = "'\(command.path.joined(separator: " ")) --\(option.name)'"
                lines.append("        \(pattern)) \(Self.bashReply(candidates(value.kind))); return ;;")
            }
        }
        lines += ["    esac", "    case \"$command\" in"]
        for prefix in prefixes {
            let words = table.words(after: prefix) + options(before: prefix).map { "--\($0.name)" }
            lines.append("        '\(prefix.joined(separator: " "))') \(Self.bashReply(.words(words))) ;;")
        }
        for command in table.commands {
            let options = Self.bashReply(.words(options(command).map { "--\($0.name)" }))
            let values = command.positionals.first.map { Self.bashReply(candidates($0.kind)) } ?? ":"
            lines += [
                "        '\(command.path.joined(separator: " "))')",
                "            if [[ $word == -* ]]; then \(options); else \(values); fi ;;",
            ]
        }
        lines += ["    esac", "}", "complete -o filenames -F _holdfast holdfast"]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func bashReply(_ candidates: Candidates) -> String {
        switch candidates {
        case .words(let words): "COMPREPLY=($(compgen -W '\(words.joined(separator: " "))' -- \"$word\"))"
        case .files: "mapfile -t COMPREPLY < <(compgen -f -- \"$word\")"
        case .directories: "mapfile -t COMPREPLY < <(compgen -d -- \"$word\")"
        case .nothing: "COMPREPLY=()"
        }
    }
}
