internal import EventLog
internal import FileSystemSeam
internal import Journal

/// The command line as hooks use it: a process for each call.
enum ProgramLanes {
    static let all = [start, append, memory, verifyMemory]

    /// How many starts make a round.
    private static let count = 100

    private static let start = Lane(
        "cli.start",
        "holdfast --version as a whole process",
        unit: "ms",
        .cost,
        floor: "a static C program that does nothing",
        targets: [.floorRatio(2)],
        growth: .none("it opens nothing that could be larger or smaller")
    ) { arena in
        let program = try arena.startable()
        let nothing = try doNothing(arena)
        let count = arena.scaled(count)
        return Contest(
            subject: { try program.median(count, ["--version"], clock: arena.fileSystem) },
            floor: { try nothing.median(count, [], clock: arena.fileSystem) }
        )
    }

    private static let append = Lane(
        "cli.events.append",
        "holdfast events append as a whole process",
        unit: "ms",
        .cost,
        floor: "a static C program that does nothing",
        targets: [.value(5)],
        over: GrowthAxis("events in the log", [0, 1000, 10_000, 100_000]),
        at: 0
    ) { arena, size in
        let program = try arena.startable()
        let nothing = try doNothing(arena)
        let count = arena.scaled(count)
        let event = "\(arena.path)/event.json"
        try arena.directory.replaceAtomically("event.json", with: EventWork.draft)
        let words = ["events", "append", try EventWork.filled(arena, size), event]
        return Contest(
            subject: { try program.median(count, words, clock: arena.fileSystem) },
            floor: { try nothing.median(count, [], clock: arena.fileSystem) }
        )
    }

    private static let memory = Lane(
        "journal.memory",
        "resident memory of a process that checks a nonce of 1 000 000 records",
        unit: "MiB",
        .cost,
        floor: "the same process with an empty journal",
        targets: [.value(32)],
        over: JournalWork.records,
        at: 1_000_000
    ) { arena, size in
        let path = try JournalWork.filled(arena, "journal", size)
        let empty = try JournalWork.filled(arena, "empty", 0)
        // A nonce that was never consumed: the check passes, and ends with 0.
        let words = ["--grant", "grant-x", "--nonce-digest", JournalWork.nonce(-1)]
        return Contest(
            subject: { try resident(arena, ["journal", "check", path] + words) },
            floor: { try resident(arena, ["journal", "check", empty] + words) }
        )
    }

    private static let verifyMemory = Lane(
        "journal.verify.memory",
        "the most that a process has resident which verifies 1 000 000 records, with and without their index",
        unit: "MiB",
        .cost,
        floor: "the same process with an empty journal",
        targets: [.value(64)],
        over: JournalWork.records,
        at: 1_000_000
    ) { arena, size in
        let path = try JournalWork.filled(arena, "journal", size)
        let empty = try JournalWork.filled(arena, "empty", 0)
        let journal = try arena.fileSystem.openDirectory(path)
        return Contest(
            subject: {
                let proved = try resident(arena, ["journal", "verify", path])
                try journal.rename("indexes", to: "aside", in: journal, exclusive: true)
                let replayed = try resident(arena, ["journal", "verify", path])
                try journal.rename("aside", to: "indexes", in: journal, exclusive: true)
                return max(proved, replayed)
            },
            floor: { try resident(arena, ["journal", "verify", empty]) }
        )
    }

    /// The most that a run of `holdfast` had resident, in MiB.
    private static func resident(_ arena: Arena, _ words: [String]) throws -> Double {
        let worker = Worker.words(measuring: try arena.startable(), words, in: arena.path)
        _ = try arena.worker().run(worker, clock: arena.fileSystem)
        let bytes = try arena.directory.readFile(Worker.memoryName, maximumBytes: 32)
        return (Double(String(decoding: bytes, as: UTF8.self)) ?? .nan) / 1_048_576
    }

    /// Compiles the floor: what the system takes to start and end a process that has nothing to load.
    private static func doNothing(_ arena: Arena) throws -> Program {
        try arena.directory.replaceAtomically("nothing.c", with: Array("int main(void) { return 0; }\n".utf8))
        let program = Program(path: "\(arena.path)/nothing")
        var words = ["-O2", "-o", program.path, "\(arena.path)/nothing.c"]
        #if os(Linux)
        words.append("-static")
        #endif
        _ = try Program(path: "clang").run(words, clock: arena.fileSystem)
        return program
    }
}
