/// The one-line form of a command: `holdfast digest [--algorithm sha256|blake3] [FILE|-]`.
///
/// Required positionals come first, then the options in their order, then what may be left out. The words of another
/// command line come last, behind `--`.
struct Synopsis {
    /// The command's words.
    let name: String
    /// The parts after them; each stays on one line when the line is wrapped.
    let parts: [String]

    init(_ command: CommandDescription) {
        name = command.name
        let required = command.positionals.filter(\.isRequired)
        var parts = required.filter { !$0.isOtherCommand }.map(Self.part)
        var grouped: Set<String> = []
        for option in command.options where !grouped.contains(option.name) {
            if let group = command.alternatives.first(where: { $0.sets.joined().contains(option.name) }) {
                grouped.formUnion(group.sets.joined())
                let sets = group.sets.map { set in
                    set.map { command.option($0)?.usage ?? "--\($0)" }.joined(separator: " ")
                }
                // A line may be broken behind each.
                for (place, set) in sets.enumerated() {
                    let start = place > 0 ? "" : group.isRequired ? "(" : "["
                    let end = place < sets.count - 1 ? " |" : group.isRequired ? ")" : "]"
                    parts.append(start + set + end)
                }
            } else {
                parts.append(Self.part(option))
            }
        }
        parts += command.positionals.filter { !$0.isRequired }.map(Self.part)
        parts.append("[--json]")
        for words in required where words.isOtherCommand { parts += ["--", Self.part(words)] }
        self.parts = parts
    }

    /// The whole on one line.
    var text: String { ([name] + parts).joined(separator: " ") }

    private static func part(_ positional: PositionalDescription) -> String {
        var name = positional.name
        if case .file = positional.kind { name += "|-" }
        if positional.isRepeated { name += "…" }
        return positional.isRequired ? name : "[\(name)]"
    }

    private static func part(_ option: OptionDescription) -> String {
        var usage = option.usage
        if case .repeatable = option.arity { usage += " …" }
        return option.isRequired ? usage : "[\(usage)]"
    }
}
