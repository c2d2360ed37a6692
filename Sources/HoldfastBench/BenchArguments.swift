internal import FileSystemSeam

/// What was typed after `holdfast-bench`.
package struct BenchArguments: Sendable, Equatable {
    /// The directory on the disk to measure.
    package var directory: String?
    /// The lanes to run; all when empty.
    package var lanes: [String] = []
    /// A tenth of the work, for a first look.
    package var isQuick = false
    /// One JSON object a line instead of a table.
    package var wantsJSON = false
    /// A table in Markdown instead of one for terminals.
    package var wantsMarkdown = false
    /// Whether a memory file system may be measured.
    package var allowsMemory = false
    /// How many rounds count.
    package var rounds = 7
    /// An earlier run's `--json` output to compare with.
    package var comparison: String?
    /// Where growth plots are written; nil for nowhere.
    package var plots: String?
    /// The `holdfast` that lanes start as a process of its own; nil to leave these lanes out.
    package var program: String?
    /// The program that does the work of `canonical.roundtrip` with Foundation; nil to leave that peer out.
    package var foundation: String?
    /// Only the names of the lanes.
    package var isList = false
    /// Only this help.
    package var isHelp = false

    /// What is wrong with the words.
    package struct UsageError: Error, CustomStringConvertible {
        /// One sentence with the remedy.
        package let description: String
    }

    /// How it is used.
    package static let help = """
        holdfast-bench DIR [--lane NAME]… [--quick] [--rounds N] [--json | --markdown]
                       [--compare FILE] [--plots DIR2] [--program FILE]
                       [--foundation FILE] [--allow-memory]
        holdfast-bench --list

        Measures Holdfast on the disk that holds DIR, beside the floor and the peer of each lane, in turn.

          --lane NAME      only this lane, or all whose names begin with NAME and a dot; may be repeated
          --quick          a tenth of the work, for a first look
          --rounds N       how many rounds count, 5 to 99; 7 when left out
          --json           one object a line
          --markdown       the table as Markdown; with --plots, below it the pictures
          --compare FILE   says what has changed since an earlier --json output
          --plots DIR2     measures lanes at several sizes as well, and writes SVG pictures into DIR2
          --program FILE   the holdfast that lanes start as a process; without it they are left out
          --foundation FILE  the program that Foundation's JSON is measured with; without it that peer is left out
          --allow-memory   lets DIR be on tmpfs or ramfs, where nothing is durable
          --list           the lanes, what they measure and what they have to reach

        """

    /// Reads the words.
    package init(_ words: [String]) throws(UsageError) {
        var rest = words[...]
        func value(of option: String) throws(UsageError) -> String {
            guard let value = rest.popFirst() else {
                throw UsageError(description: "\(option) needs a value; see --help")
            }
            return value
        }
        while let word = rest.popFirst() {
            switch word {
            case "--lane":
                let name = try value(of: word)
                guard !Lanes.named(name).isEmpty else {
                    throw UsageError(description: "there is no lane \(name); see --list")
                }
                lanes.append(name)
            case "--quick": isQuick = true
            case "--json": wantsJSON = true
            case "--markdown": wantsMarkdown = true
            case "--allow-memory": allowsMemory = true
            case "--rounds":
                guard let count = Int(try value(of: word)), (5...99).contains(count) else {
                    throw UsageError(description: "--rounds takes a number from 5 to 99")
                }
                rounds = count
            case "--compare": comparison = try value(of: word)
            case "--plots": plots = try value(of: word)
            case "--program": program = try value(of: word)
            case "--foundation": foundation = try value(of: word)
            case "--list": isList = true
            case "--help", "-h": isHelp = true
            default:
                guard !word.hasPrefix("-"), directory == nil else {
                    throw UsageError(description: "what is \(word)? See --help")
                }
                directory = word
            }
        }
        if directory == nil && !isList && !isHelp {
            throw UsageError(description: "which disk? Name a directory on it; see --help")
        }
    }

    /// The lanes that were asked for, each once.
    package var selectedLanes: [Lane] {
        if lanes.isEmpty { return Lanes.all }
        return Lanes.all.filter { lane in lanes.contains { Lanes.named($0).contains { $0.name == lane.name } } }
    }
}
