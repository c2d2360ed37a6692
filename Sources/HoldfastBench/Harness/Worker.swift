internal import FileSystemSeam
internal import Journal

/// What `holdfast-bench` does when a lane starts it as one of several processes.
enum Worker {
    /// The first word of its command line.
    static let word = "--worker"

    /// Whose store the uses go to.
    enum Store: String {
        case journal
        case sqlite
    }

    /// The command line of a worker that reserves `count` uses of grants that nobody else reserves.
    static func words(_ store: Store, _ path: String, from first: Int, _ count: Int) -> [String] {
        [word, store.rawValue, path, String(first), String(count)]
    }

    /// The command line of a worker that runs a program, and writes the most memory it had resident into ``memoryName``
    /// in a directory. A process's own figure begins with that of the one which started it: this one is small.
    static func words(measuring program: Program, _ words: [String], in directory: String) -> [String] {
        [word, memory, directory, program.path] + words
    }

    private static let memory = "memory"
    /// Where a worker writes a number of bytes.
    static let memoryName = "resident"

    /// It was started by hand.
    struct Misuse: Error, CustomStringConvertible {
        var description: String { "\(Worker.word) is for lanes" }
    }

    /// Runs the rest of a command line.
    static func run(_ words: ArraySlice<String>) throws {
        let words = Array(words)
        if words.count > 2, words[0] == memory {
            let run = try Program(path: words[2]).run(Array(words[3...]), clock: PosixFileSystem.shared)
            let directory = try PosixFileSystem.shared.openDirectory(words[1])
            return try directory.replaceAtomically(memoryName, with: Array(String(run.residentBytes).utf8))
        }
        guard words.count == 4, let store = Store(rawValue: words[0]), let first = Int(words[2]),
            let count = Int(words[3])
        else { throw Misuse() }
        switch store {
        case .journal:
            // As long as anybody would wait: an error is a lost reservation.
            let journal = ApprovalJournal(at: words[1], fileSystem: PosixFileSystem.shared)
            for number in first..<first + count { _ = try journal.reserve(JournalWork.use(number), maximumUses: 1) }
        case .sqlite:
            let database = try SQLiteUses(words[1], .full)
            for number in first..<first + count {
                _ = try database.reserve("grant-\(number)", JournalWork.nonce(number), maximum: 1, JournalWork.record)
            }
        }
    }
}
